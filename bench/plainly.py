"""A web process of the product that books one by one: what serving together is measured against."""

import sys

from miniprogram_api import booking
from server import cli
from server.booking.actions import book_slot
from server.booking.actions.together import Asked
from server.booking.queries import AppointmentCard


async def _plainly(*, slot_uid: str, asked: Asked) -> AppointmentCard:
    return await book_slot(slot_uid=slot_uid, **asked.saying())


booking.book_together = _plainly

if __name__ == "__main__":
    sys.exit(cli.main(["web", *sys.argv[1:]]))
