"""Keep the whole service running on one machine.

Its own process imports nothing of the rooms, which would be held in memory once more: tables are brought up by a child, while
the web processes load beside it.
"""

import argparse
import asyncio
import socket
from collections.abc import Mapping

from server.demo.cast import CAST
from server.settings import Settings
from server.supervisor import SUPERVISED, Child, Gate, Supervisor, bound_socket, leave_metrics


def serve(settings: Settings, _: argparse.Namespace) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    children, env = list[Child](), {SUPERVISED: "1"}
    if not settings.production and not settings.wechat_api_base:
        port = _free_port()
        env["WECHAT_API_BASE"] = f"http://127.0.0.1:{port}"
        children.append(_stand_in(settings, port, env))
    gate = Gate()
    with bound_socket(settings.host, settings.port) as listener:
        fds = [listener.fileno(), gate.fd]
        web = ["-m", "server", "web", "--fd", str(fds[0]), "--gate", str(fds[1])]
        children += [
            Child(f"web {number}", web, env, fds, early=True) for number in range(1, settings.web_workers + 1)
        ]
        if settings.with_worker:
            children.append(Child("worker", ["-m", "server", "worker"], env))
        supervisor = Supervisor(
            children,
            patience=settings.patience,
            listener=listener,
            first=Child("prepare", ["-m", "server", "prepare"], env),
            gate=gate,
        )
        status = asyncio.run(supervisor.run())
    leave_metrics(settings.data_dir)
    return status


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
    return Child("wechat stand-in", command, {**env, **hidden}, early=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
