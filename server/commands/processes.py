"""What the supervisor starts, or systemd: one web process."""

import argparse
import gc
import socket

from server.app import create_app
from server.settings import Settings
from server.supervisor import listening_socket, wait_at
from server.web.connections import Connection, allow_many_connections
from server.web.serving import leave_slowly


def web(settings: Settings, parsed: argparse.Namespace) -> int:
    app = create_app(settings)
    gc.freeze()  # it lasts as long as the process (see `cli._outcome`)
    leave_slowly(app, after=settings.drain_seconds)
    # Sanic then cuts unused paths out of its own methods, which is safe with one app in the process.
    app.config.TOUCHUP = True
    listener = (
        socket.socket(fileno=parsed.fd)
        if parsed.fd is not None
        else listening_socket(settings.host, settings.port)
    )
    allow_many_connections()
    if parsed.gate is not None:
        wait_at(parsed.gate)
    app.run(sock=listener, protocol=Connection, single_process=True, access_log=False, motd=False)
    return 0
