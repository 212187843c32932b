"""Keep the data: copies of it, and the keys under which it lies."""

import argparse
import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

from server import backup
from server.authority.actor import Channel, system_actor
from server.backup import BackupRefused, Report
from server.commands.opening import within
from server.configuration import configure_core
from server.key_rotation import rotate
from server.settings import Settings
from server.web.faces import utc_now


def rotate_keys(settings: Settings, _: argparse.Namespace) -> int:
    async def work() -> int:
        actor = system_actor("rotate-keys", Channel.COMMAND)
        done = await rotate(actor=actor, say=lambda sentence: print(sentence, flush=True), now=utc_now())
        return 0 if done else 1

    return within(settings, work)


def back_up(settings: Settings, parsed: argparse.Namespace) -> int:
    return _copied(settings, backup.back_up(settings, parsed.file, now=utc_now()), "已备份到")


def restore(settings: Settings, parsed: argparse.Namespace) -> int:
    work = backup.restore(settings, parsed.file, force=parsed.force, now=utc_now())
    return _copied(settings, work, "已恢复，所有人需要重新登录；来自")


def _copied(settings: Settings, work: Coroutine[Any, Any, Report], done: str) -> int:
    configure_core(settings)
    try:
        report = asyncio.run(work)
    except BackupRefused as refusal:
        print(refusal, file=sys.stderr)
        return 2
    for fault in report.faults:
        print(fault, file=sys.stderr)
    print(f"{done} {report.file}（{report.size} 字节，数据截至 {report.made_at}）")
    return 1 if report.faults else 0
