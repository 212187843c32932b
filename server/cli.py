"""The commands of an operator: serve, worker, migrate, demo, import-roster, check, verify-audit, openapi, create-admin."""

import argparse
import asyncio
import ctypes
import getpass
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from server import VERSION
from server.settings import MODEL_MODULES, Settings
from server.supervisor import Child, Supervisor, fresh_metrics_folder, listening_socket

PR_SET_PDEATHSIG = 1


def main(arguments: Sequence[str]) -> int:
    """Carry out one command and return its exit status."""
    parsed = _parser().parse_args(arguments)
    settings = Settings.from_env()
    _log_to_stderr(settings)
    outcome: int = parsed.run(settings, parsed)
    return outcome


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="养医联合体服务端")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(
        name: str, run: Callable[[Settings, argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=text)
        made.set_defaults(run=run)
        return made

    command("serve", _serve, "start the web processes, the worker and, for trying out, the WeChat stand-in")
    web = command("web", _web, "one web process on an inherited socket (started by serve)")
    web.add_argument("--fd", type=int)
    command("worker", _worker, "one worker: outbox, holds, waitlist, no-shows, clocks")
    migrate = command("migrate", _migrate, "bring the tables up or down")
    migrate.add_argument("direction", choices=["up", "down", "plan", "new"])
    migrate.add_argument("--to", help="for down: the last migration that stays (compulsory)")
    migrate.add_argument("--name", default="change", help="for new: what the migration does, in snake case")
    demo = command("demo", _demo, "build the demo town in an empty database")
    demo.add_argument("--only-if-empty", action="store_true")
    roster = command("import-roster", _import_roster, "import residents from XLSX or CSV; all or nothing")
    roster.add_argument("file", type=Path)
    roster.add_argument("--as", dest="login", required=True, help="console login on whose behalf it is done")
    roster.add_argument("--home", help="uid of the home, when the file has no home column")
    command("check", _check, "check every invariant; exit 1 and say which is broken")
    audit = command(
        "verify-audit", _verify_audit, "verify every access trail against its chain and the checkpoints"
    )
    audit.add_argument("--checkpoint", action="store_true", help="write a new checkpoint afterwards")
    command("openapi", _openapi, "print the description of the JSON API")
    create = command("create-admin", _create_admin, "make the first administrator's console account")
    create.add_argument("login")
    create.add_argument("--name", required=True)
    return parser


@asynccontextmanager
async def _core(settings: Settings) -> AsyncIterator[None]:
    from server.configuration import configure_core  # noqa: PLC0415  `--help` must not wait for it
    from server.kit.database import close_database, open_database  # noqa: PLC0415

    configure_core(settings)
    await open_database(settings.database, modules=MODEL_MODULES, pool_size=settings.database_pool)
    try:
        yield
    finally:
        await close_database()


def _within(settings: Settings, work: Callable[[], Awaitable[int]]) -> int:
    async def run() -> int:
        async with _core(settings):
            return await work()

    return asyncio.run(run())


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for applied in asyncio.run(_up(settings)):
        print(f"migrated: {applied}")
    children, env = (
        [],
        {"PROMETHEUS_MULTIPROC_DIR": str(fresh_metrics_folder(settings.data_dir)), "SUPERVISED": "1"},
    )
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = env["PROMETHEUS_MULTIPROC_DIR"]
    if not settings.production:
        _within(settings, _demo_if_empty(settings))
        if not settings.wechat_api_base:
            port = _free_port()
            env["WECHAT_API_BASE"] = f"http://127.0.0.1:{port}"
            children.append(Child("wechat stand-in", _simulator(settings, port), env))
        from server.demo.sign_in import how_to_sign_in  # noqa: PLC0415

        print(how_to_sign_in(f"http://{settings.host}:{settings.port}"), flush=True)
    with listening_socket(settings.host, settings.port) as listener:
        fd = listener.fileno()
        web = ["-m", "server", "web", "--fd", str(fd)]
        children += [
            Child(f"web {number}", web, env, fds=[fd]) for number in range(1, settings.web_workers + 1)
        ]
        if settings.with_worker:
            children.append(Child("worker", ["-m", "server", "worker"], env))
        asyncio.run(Supervisor(children).run())
    return 0


def _simulator(settings: Settings, port: int) -> list[str]:
    from server.demo.cast import CAST  # noqa: PLC0415

    known = [
        word
        for somebody in CAST
        if somebody.persona
        for word in ("--employee" if somebody.roles else "--persona", somebody.persona)
    ]
    return [
        "-m", "server.wechat.simulator", "--port", str(port), "--until-eof", "--open-subscriptions", *known,
        "--appid", settings.wechat_appid, "--secret", settings.wechat_secret,
        "--push-url", f"http://{settings.host}:{settings.port}/wechat/push", "--push-mode", "secure",
        "--push-token", settings.wechat_push_token, "--push-key", settings.wechat_push_aes_key,
    ]  # fmt: skip


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_parent() -> None:
    # A supervisor that was killed outright must not leave processes that hold its port.
    if os.environ.get("SUPERVISED"):
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _web(settings: Settings, parsed: argparse.Namespace) -> int:
    _end_with_parent()
    from server.app import create_app  # noqa: PLC0415

    app = create_app(settings)
    # Sanic then cuts unused paths out of its own methods, which is safe with one app in the process.
    app.config.TOUCHUP = True
    listener = (
        socket.socket(fileno=parsed.fd)
        if parsed.fd is not None
        else listening_socket(settings.host, settings.port)
    )
    app.run(sock=listener, single_process=True, access_log=False, motd=False)
    return 0


def _worker(settings: Settings, _: argparse.Namespace) -> int:
    _end_with_parent()
    from server.app import services_for  # noqa: PLC0415
    from server.web.faces import utc_now  # noqa: PLC0415
    from server.worker import run  # noqa: PLC0415

    async def work() -> int:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        services = services_for(settings)
        await run(services, utc_now, stop)
        await services.wechat.close()
        await services.shared.close()
        return 0

    return _within(settings, work)


async def _up(settings: Settings) -> list[str]:
    from server import parameters  # noqa: PLC0415
    from server.kit.schema import migrate_up  # noqa: PLC0415
    from server.web.faces import utc_now  # noqa: PLC0415

    applied = await migrate_up(settings.database, modules=MODEL_MODULES)
    async with _core(settings):
        await parameters.lay_down(now=utc_now())
    return applied


def _migrate(settings: Settings, parsed: argparse.Namespace) -> int:
    from server.kit import schema  # noqa: PLC0415

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
        steps = asyncio.run(_up(settings))
    print("\n".join(steps) or "nothing to do")
    return 0


def _demo_if_empty(settings: Settings) -> Callable[[], Awaitable[int]]:
    async def work() -> int:
        from server import demo  # noqa: PLC0415
        from server.web.faces import utc_now  # noqa: PLC0415

        if await demo.nobody_yet():
            await demo.load(now=utc_now(), appid=settings.wechat_appid, parts=demo.WITH_A_PAST)
            return 0
        return 1

    return work


def _demo(settings: Settings, parsed: argparse.Namespace) -> int:
    if settings.production:
        print("生产环境不能装入演示数据。", file=sys.stderr)
        return 2
    asyncio.run(_up(settings))
    not_empty = _within(settings, _demo_if_empty(settings))
    if not_empty and not parsed.only_if_empty:
        print("数据库里已经有数据。请换一个空的 DATA_DIR，或先删除旧数据。", file=sys.stderr)
        return 1
    return 0


def _import_roster(settings: Settings, parsed: argparse.Namespace) -> int:
    async def work() -> int:
        from server.identity.queries import actor_by_login  # noqa: PLC0415
        from server.people.actions import import_roster  # noqa: PLC0415
        from server.people.roster import read_roster  # noqa: PLC0415
        from server.web.faces import utc_now  # noqa: PLC0415

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

    return _within(settings, work)


def _check(settings: Settings, _: argparse.Namespace) -> int:
    async def work() -> int:
        from server import invariants  # noqa: PLC0415
        from server.web.faces import utc_now  # noqa: PLC0415

        faults = await invariants.faults(now=utc_now())
        for fault in faults:
            print(fault, file=sys.stderr)
        print("all invariants hold" if not faults else f"{len(faults)} faults")
        return 1 if faults else 0

    return _within(settings, work)


def _verify_audit(settings: Settings, parsed: argparse.Namespace) -> int:
    async def work() -> int:
        from server.audit.checkpoint import checkpoint, verify_trails  # noqa: PLC0415
        from server.web.faces import utc_now  # noqa: PLC0415

        verdict = await verify_trails(settings.checkpoints)
        for fault in verdict.faults:
            print(fault, file=sys.stderr)
        print(
            f"{verdict.chains} chains, {verdict.rows} lines, {verdict.checkpoints} checkpoints: {'sound' if verdict.sound else 'NOT SOUND'}"
        )
        if parsed.checkpoint and not verdict.faults:
            await checkpoint(settings.checkpoints, now=utc_now())
        return 1 if verdict.faults else 0

    return _within(settings, work)


def _openapi(_: Settings, __: argparse.Namespace) -> int:
    import miniprogram_api  # noqa: PLC0415
    from server.kit import plain  # noqa: PLC0415
    from server.web.openapi import described  # noqa: PLC0415

    face = miniprogram_api.face()
    sys.stdout.write(plain.dumps(described(face.routes, prefix=face.prefix, version=VERSION)).decode() + "\n")
    return 0


def _create_admin(settings: Settings, parsed: argparse.Namespace) -> int:
    password = (
        getpass.getpass("密码（至少 12 个字符）：")
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )

    async def work() -> int:
        from server.identity.actions import create_first_administrator  # noqa: PLC0415
        from server.web.faces import utc_now  # noqa: PLC0415

        made = await create_first_administrator(
            login=parsed.login,
            name=parsed.name,
            password=password,
            memory_kib=settings.argon2_memory_kib,
            now=utc_now(),
        )
        print(f"已建立 {parsed.login}。请用验证器应用录入：\n{made.provisioning_uri}")
        return 0

    asyncio.run(_up(settings))
    return _within(settings, work)


def _log_to_stderr(settings: Settings) -> None:
    from server.web.requestlog import JsonLines  # noqa: PLC0415

    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=settings.log_level, handlers=[handler], force=True)
    # httpx writes whole addresses, the platform's with its secret; Tortoise writes parameters at DEBUG.
    for name in ("httpx", "httpcore", "tortoise", "tortoise.db_client", "asyncio", "aiomysql", "aiosqlite"):
        logging.getLogger(name).setLevel(logging.WARNING)
