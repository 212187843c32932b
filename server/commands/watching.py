"""See whether all is well, and describe the API."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence

import miniprogram_api
from server import VERSION, invariants
from server.audit.checkpoint import checkpoint
from server.audit.verification import verify_trails
from server.authority.actor import Channel, system_actor
from server.commands.opening import within
from server.doctor import Finding, examine, findings
from server.kit import plain
from server.settings import Settings, SettingsRefused
from server.web.faces import utc_now
from server.web.openapi import described
from server.worker import revive_messages


def doctor(settings: Settings, parsed: argparse.Namespace) -> int:
    logging.disable(logging.CRITICAL)  # what it would write is said in sentences
    return _said(asyncio.run(examine(settings)), parsed)


def refused(refusal: SettingsRefused, parsed: argparse.Namespace) -> int:
    """Say as the doctor does that the settings themselves are wrong."""
    remedy = "改好环境变量后再运行；变量表在 README.md。"
    return _said([findings.broken("配置", str(refusal), remedy)], parsed)


def _said(found: Sequence[Finding], parsed: argparse.Namespace) -> int:
    print(findings.as_json(found) if parsed.json else findings.in_words(found))
    return findings.worst(found)


def revive(settings: Settings, _: argparse.Namespace) -> int:
    async def work() -> int:
        actor = system_actor("revive-messages", Channel.COMMAND)
        print(f"{await revive_messages(actor=actor, now=utc_now())} 条消息会再送一次。")
        return 0

    return within(settings, work)


def check(settings: Settings, _: argparse.Namespace) -> int:
    async def work() -> int:
        faults = await invariants.faults(now=utc_now())
        for fault in faults:
            print(fault, file=sys.stderr)
        print("all invariants hold" if not faults else f"{len(faults)} faults")
        return 1 if faults else 0

    return within(settings, work)


def verify_audit(settings: Settings, parsed: argparse.Namespace) -> int:
    async def work() -> int:
        verdict = await verify_trails(
            settings.checkpoints,
            marks=parsed.marks or settings.trail_marks,
            kept=parsed.kept,
            others=parsed.ledger,
        )
        for fault in verdict.faults:
            print(fault, file=sys.stderr)
        for path in verdict.missing:
            print(f"checkpoint file is missing: {path}", file=sys.stderr)
        for name, heads in verdict.kept.elsewhere.items():
            print(f"{heads} kept heads are of ledger {name}: give its file with --ledger", file=sys.stderr)
        if parsed.kept:
            kept = verdict.kept
            print(f"{kept.compared} kept heads compared, {kept.unreadable} lines were no signed head")
        # Only whole words: a script looks for the last one.
        outcome = "sound" if verdict.proved else "NOT PROVED" if verdict.sound else "NOT SOUND"
        print(f"{verdict.chains} chains, {verdict.rows} lines, {verdict.checkpoints} checkpoints: {outcome}")
        if parsed.checkpoint and verdict.sound:
            await checkpoint(settings.checkpoints, now=utc_now())
        return 0 if verdict.proved else 1

    return within(settings, work)


def openapi(_: Settings, __: argparse.Namespace) -> int:
    face = miniprogram_api.face()
    sys.stdout.write(plain.dumps(described(face.routes, prefix=face.prefix, version=VERSION)).decode() + "\n")
    return 0
