"""What an installation begins with: tables, a town to try out, the first administrator, the residents of a home."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

from server import demo
from server.commands.opening import up, within
from server.demo.sign_in import how_to_sign_in
from server.identity.actions import create_first_administrator
from server.identity.queries import actor_by_login
from server.kit import schema
from server.people.actions import import_roster
from server.people.roster import read_roster
from server.settings import MODEL_MODULES, Settings
from server.web.faces import utc_now


def migrate(settings: Settings, parsed: argparse.Namespace) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if parsed.direction == "down":
        if not parsed.to:
            print("请用 --to 写明要退回到哪一步。", file=sys.stderr)
            return 2
        steps = asyncio.run(schema.migrate_down(settings.database, modules=MODEL_MODULES, to=parsed.to))
    elif parsed.direction == "new":
        steps = [
            asyncio.run(schema.write_migration(modules=MODEL_MODULES, name=parsed.name))
            or "models and migrations agree"
        ]
    elif parsed.direction == "plan":
        steps = asyncio.run(schema.plan(settings.database, modules=MODEL_MODULES))
    else:
        steps = asyncio.run(up(settings))
    print("\n".join(steps) or "nothing to do")
    return 0


def prepare(settings: Settings, _: argparse.Namespace) -> int:
    for applied in asyncio.run(up(settings)):
        print(f"migrated: {applied}")
    if not settings.production:
        within(settings, demo_if_empty(settings))
        print(how_to_sign_in(f"http://{settings.host}:{settings.port}"))
    return 0


def demo_if_empty(settings: Settings) -> Callable[[], Awaitable[int]]:
    async def work() -> int:
        if await demo.nobody_yet():
            await demo.load(now=utc_now(), appid=settings.wechat_appid, parts=demo.WITH_A_PAST)
            return 0
        return 1

    return work


def demo_town(settings: Settings, parsed: argparse.Namespace) -> int:
    if settings.production:
        print("生产环境不能装入演示数据。", file=sys.stderr)
        return 2
    asyncio.run(up(settings))
    not_empty = within(settings, demo_if_empty(settings))
    if not_empty and not parsed.only_if_empty:
        print("数据库里已经有数据。请换一个空的 DATA_DIR，或先删除旧数据。", file=sys.stderr)
        return 1
    return 0


def import_residents(settings: Settings, parsed: argparse.Namespace) -> int:
    async def work() -> int:
        now = utc_now()
        actor = await actor_by_login(parsed.login, now=now)
        sheet = await asyncio.to_thread(read_roster, parsed.file.name, parsed.file.read_bytes())
        report = await import_roster(
            actor=actor, home_uid=parsed.home, rows=sheet.rows, file_digest=sheet.digest, now=now
        )
        for fault in report.faults:
            print(f"第 {fault.row} 行 {fault.column}：{fault.sentence}", file=sys.stderr)
        print(report.sentence)
        return 1 if report.faults else 0

    return within(settings, work)


def create_admin(settings: Settings, parsed: argparse.Namespace) -> int:
    password = (
        getpass.getpass("密码（至少 12 个字符）：")
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )

    async def work() -> int:
        made = await create_first_administrator(
            login=parsed.login,
            name=parsed.name,
            password=password,
            memory_kib=settings.argon2_memory_kib,
            now=utc_now(),
        )
        print(f"已建立 {parsed.login}。请用验证器应用录入：\n{made.provisioning_uri}")
        return 0

    asyncio.run(up(settings))
    return within(settings, work)
