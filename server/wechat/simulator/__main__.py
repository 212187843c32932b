"""python -m server.wechat.simulator --port 9100 --portfile run/wechat.json"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from server.wechat.simulator.config import Config
from server.wechat.simulator.server import Simulator


def _arguments() -> argparse.Namespace:
    default = Config()
    parser = argparse.ArgumentParser(prog="python -m server.wechat.simulator")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--portfile", type=Path, help="where to write port and tokens, as JSON")
    parser.add_argument(
        "--control-token", default=os.environ.get("WECHAT_SIM_TOKEN"), help="random if not given"
    )
    parser.add_argument("--appid", default=default.appid)
    parser.add_argument("--secret", default=os.environ.get("WECHAT_SECRET", default.secret))
    parser.add_argument("--seed", default=default.seed)
    parser.add_argument("--push-url", default="", help="the server's callback; none: events are only kept")
    parser.add_argument("--push-token", default=os.environ.get("WECHAT_PUSH_TOKEN", default.push_token))
    parser.add_argument("--push-key", default=os.environ.get("WECHAT_PUSH_AES_KEY", default.push_key))
    parser.add_argument("--push-mode", choices=["plain", "compatible", "secure"], default=default.push_mode)
    parser.add_argument("--push-format", choices=["json", "xml"], default=default.push_format)
    parser.add_argument(
        "--page", action="append", default=[], help="a released page; none: every page exists"
    )
    parser.add_argument("--persona", action="append", default=[], help="known before a first sign-in")
    parser.add_argument(
        "--employee", action="append", default=[], help="a persona who agreed to messages at work"
    )
    parser.add_argument("--latency", choices=["zero", "lan", "wan", "slow", "blackhole"], default="zero")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input, a pipe, is closed")
    flag = argparse.BooleanOptionalAction
    parser.add_argument("--lenient-templates", action=flag, default=True, help="know the demo's templates")
    parser.add_argument(
        "--open-subscriptions", action=flag, default=False, help="everybody accepts everything"
    )
    parser.add_argument("--lenient-tokens", action=flag, default=False)
    return parser.parse_args()


def _configured(chosen: argparse.Namespace) -> Simulator:
    names = set(Config.__dataclass_fields__)
    config = Config(**{name: value for name, value in vars(chosen).items() if name in names})
    simulator = Simulator(config, chosen.control_token)
    simulator.world.faults.profile = chosen.latency
    for name in chosen.persona:
        simulator.world.people.named(name)
    for name in chosen.employee:
        simulator.world.people.named(name).is_employee = True
    if chosen.page:
        simulator.world.pages["release"] = set(chosen.page)
    return simulator


def _announce(simulator: Simulator, portfile: Path | None) -> None:
    config = simulator.world.config
    facts = json.dumps(
        {
            "port": simulator.port,
            "base_url": simulator.base_url,
            "control_token": simulator.control_token,
            "pid": os.getpid(),
            "appid": config.appid,
            "secret": config.secret,
            "push_token": config.push_token,
            "push_key": config.push_key,
        }
    )
    if portfile is not None:
        unfinished = portfile.with_name(portfile.name + ".part")  # readers must never see half of it
        unfinished.touch(mode=0o600)
        unfinished.write_text(facts)
        unfinished.replace(portfile)
    sys.stdout.write(f"WeChat simulator at {simulator.base_url}\n")
    sys.stdout.flush()


async def _run(chosen: argparse.Namespace) -> None:
    simulator = _configured(chosen)
    await simulator.start(chosen.port)
    _announce(simulator, chosen.portfile)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if chosen.until_eof:  # whoever started us may be killed without a word
        loop.add_reader(sys.stdin.fileno(), stopped.set)
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
    await simulator.stop()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(_arguments()))
