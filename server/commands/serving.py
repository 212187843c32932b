"""Keep the whole service running on one machine."""

import argparse
import asyncio
import socket
from collections.abc import Mapping

from server.commands import up, within
from server.commands.setting_up import demo_if_empty
from server.demo.cast import CAST
from server.demo.sign_in import how_to_sign_in
from server.settings import Settings
from server.supervisor import SUPERVISED, Child, Supervisor, leave_metrics, listening_socket


def serve(settings: Settings, _: argparse.Namespace) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    for applied in asyncio.run(up(settings)):
        print(f"migrated: {applied}")
    children, env = list[Child](), {SUPERVISED: "1"}
    if not settings.production:
        within(settings, demo_if_empty(settings))
        if not settings.wechat_api_base:
            port = _free_port()
            env["WECHAT_API_BASE"] = f"http://127.0.0.1:{port}"
            children.append(_stand_in(settings, port, env))

        print(how_to_sign_in(f"http://{settings.host}:{settings.port}"), flush=True)
    with listening_socket(settings.host, settings.port) as listener:
        fd = listener.fileno()
        web = ["-m", "server", "web", "--fd", str(fd)]
        children += [
            Child(f"web {number}", web, env, fds=[fd]) for number in range(1, settings.web_workers + 1)
        ]
        if settings.with_worker:
            children.append(Child("worker", ["-m", "server", "worker"], env))
        asyncio.run(Supervisor(children, patience=settings.patience, listener=listener).run())
    leave_metrics(settings.data_dir)
    return 0


def _stand_in(settings: Settings, port: int, env: Mapping[str, str]) -> Child:
    known = [
        word
        for somebody in CAST
        if somebody.persona
        for word in ("--employee" if somebody.roles else "--persona", somebody.persona)
    ]
    command = [
        "-m", "server.wechat.simulator", "--port", str(port), "--until-eof", "--open-subscriptions", *known,
        "--appid", settings.wechat_appid,
        "--push-url", f"http://{settings.host}:{settings.port}/wechat/push", "--push-mode", "secure",
    ]  # fmt: skip
    # A command can be read by everybody on the machine.
    hidden = {
        "WECHAT_SECRET": settings.wechat_secret,
        "WECHAT_PUSH_TOKEN": settings.wechat_push_token,
        "WECHAT_PUSH_AES_KEY": settings.wechat_push_aes_key,
    }
    return Child("wechat stand-in", command, {**env, **hidden})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
