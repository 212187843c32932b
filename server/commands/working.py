"""What the supervisor starts, or systemd: one worker. It loads no face: nobody asks it anything."""

import argparse
import asyncio
import signal

from server.commands.opening import within
from server.configuration import refuse_an_unfit_database
from server.settings import Settings
from server.web.faces import utc_now
from server.web.services import services_for
from server.worker import run


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
