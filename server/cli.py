"""The commands of an operator; `--help` lists them, and waits for none of their modules (`server.commands`)."""

import argparse
import gc
import logging
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from server.settings import Settings, SettingsRefused
from server.supervisor import end_with_parent, metrics_folder

FIGURES = "PROMETHEUS_MULTIPROC_DIR"
DOCTOR = "watching.doctor"  # it goes on where the others refuse
SERVE = "serving.serve"
WITH_FIGURES = (SERVE, "processes.web", "working.worker")


def main(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        settings = Settings.from_env()
    except SettingsRefused as refusal:
        if parsed.run != DOCTOR:
            raise
        return _outcome("watching.refused", refusal, parsed)
    if parsed.run not in WITH_FIGURES:
        os.environ.pop(FIGURES, None)  # a command that ends leaves no figures behind
    elif FIGURES not in os.environ:
        # Said before prometheus_client is imported, which then reads it; children inherit it.
        os.environ[FIGURES] = str(metrics_folder(settings.data_dir, begins_anew=parsed.run == SERVE))
    end_with_parent()
    if parsed.run != SERVE:  # it has nothing of anybody's to say, and loads none of this
        _log_to_stderr(settings)
    return _outcome(parsed.run, settings, parsed)


def _outcome(command: str, given: Settings | SettingsRefused, parsed: argparse.Namespace) -> int:
    module, function = command.split(".")
    # What modules make is there to stay. Looking for waste among it takes a fifth of the time to start, and a tenth of a
    # second, in which nobody is answered, whenever all is gone through later.
    gc.disable()
    carry_out = getattr(import_module(f"server.commands.{module}"), function)
    gc.freeze()
    gc.enable()
    status: int = carry_out(given, parsed)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="养医联合体服务端")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: str, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=text)
        made.set_defaults(run=run)
        return made

    _serving(command)
    migrate = command("migrate", "setting_up.migrate", "bring the tables up or down")
    migrate.add_argument("direction", choices=["up", "down", "plan", "new"])
    migrate.add_argument("--to", help="for down: the last migration that stays (compulsory)")
    migrate.add_argument("--name", default="change", help="for new: what the migration does, in snake case")
    demo = command("demo", "setting_up.demo_town", "build the demo town in an empty database")
    demo.add_argument("--only-if-empty", action="store_true")
    roster = command(
        "import-roster", "setting_up.import_residents", "import residents from XLSX or CSV; all or nothing"
    )
    roster.add_argument("file", type=Path)
    roster.add_argument("--as", dest="login", required=True, help="console login on whose behalf it is done")
    roster.add_argument("--home", help="uid of the home, when the file has no home column")
    _watching(command)
    command(
        "rotate-keys",
        "keeping.rotate_keys",
        "seal every value anew with the first key of the ring; may be stopped and repeated",
    )
    backup = command(
        "backup", "keeping.back_up", "copy an embedded installation into one checked file, while it serves"
    )
    backup.add_argument(
        "file", type=Path, help="the file to write, or a folder: it is then named by the time"
    )
    restored = command(
        "restore", "keeping.restore", "put a backup in place of the data; only while nothing runs"
    )
    restored.add_argument("file", type=Path)
    restored.add_argument("--force", action="store_true", help="replace data that are there")
    command("openapi", "watching.openapi", "print the description of the JSON API")
    create = command(
        "create-admin", "setting_up.create_admin", "make the first administrator's console account"
    )
    create.add_argument("login")
    create.add_argument("--name", required=True)
    return parser


def _serving(command: Callable[..., argparse.ArgumentParser]) -> None:
    command("serve", SERVE, "start the web processes, the worker and, for trying out, the WeChat stand-in")
    command("prepare", "setting_up.prepare", "tables and, for trying out, the town (started by serve)")
    web = command("web", "processes.web", "one web process on an inherited socket (started by serve)")
    web.add_argument("--fd", type=int)
    web.add_argument("--gate", type=int, help="wait until this can be read: the data are ready then")
    command("worker", "working.worker", "one worker: outbox, holds, waitlist, no-shows, clocks")


def _watching(command: Callable[..., argparse.ArgumentParser]) -> None:
    doctor = command("doctor", DOCTOR, "say what is wrong and what to do; exit 1: attend to it, 2: broken")
    doctor.add_argument("--json", action="store_true", help="for a machine")
    command("revive-messages", "watching.revive", "deliver once more what was given up")
    command("check", "watching.check", "check every invariant; exit 1 and say which is broken")
    audit = command(
        "verify-audit",
        "watching.verify_audit",
        "verify every access trail against its chain and the checkpoints",
    )
    audit.add_argument("--checkpoint", action="store_true", help="write a new checkpoint afterwards")
    audit.add_argument(
        "--marks", type=Path, help="what was shipped (TRAIL_SHIP), as the other machine kept it"
    )
    audit.add_argument("--kept", type=Path, help="published checkpoints that somebody else kept, one a line")
    audit.add_argument(
        "--ledger",
        type=Path,
        action="append",
        default=[],
        help="another node's checkpoint file; may be repeated",
    )


def _log_to_stderr(settings: Settings) -> None:
    from server.web.requestlog import JsonLines  # noqa: PLC0415

    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # httpx writes whole addresses, the platform's with its secret; Tortoise writes parameters at DEBUG.
    for name in ("httpx", "httpcore", "tortoise", "tortoise.db_client", "asyncio", "aiomysql", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.WARNING)
