"""What the supervisor starts, or systemd: one web process, one worker."""

import argparse
import asyncio
import signal
import socket

from server.app import create_app, services_for
from server.commands import within
from server.configuration import refuse_an_unfit_database
from server.settings import Settings
from server.supervisor import listening_socket
from server.web.connections import Connection, allow_many_connections
from server.web.faces import utc_now
from server.web.serving import leave_slowly
from server.worker import run


def web(settings: Settings, parsed: argparse.Namespace) -> int:
    app = create_app(settings)
    leave_slowly(app, after=settings.drain_seconds)
    # Sanic then cuts unused paths out of its own methods, which is safe with one app in the process.
    app.config.TOUCHUP = True
    listener = (
        socket.socket(fileno=parsed.fd)
        if parsed.fd is not None
        else listening_socket(settings.host, settings.port)
    )
    allow_many_connections()
    app.run(sock=listener, protocol=Connection, single_process=True, access_log=False, motd=False)
    return 0


def worker(settings: Settings, _: argparse.Namespace) -> int:
    async def work() -> int:
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await refuse_an_unfit_database(settings)
        services = services_for(settings)
        await run(services, utc_now, stop)
        await services.wechat.close()
        await services.shared.close()
        return 0

    return within(settings, work)
