"""The beds of my homes: how many are free, and who lies where."""

from admin.people import ADMIT
from server.people import queries
from server.web import Ask, Query, Room, Routes, Show, Uid

routes = Routes("beds", tag="长者")


class BedQuery(Query):
    home: Uid | None = None
    room: Room | None = None  # where to begin


@routes.get("/beds", needs=ADMIT, summary="Beds of my homes, and who lies where")
async def beds(ask: Ask, query: BedQuery) -> Show:
    sheet = await queries.beds(actor=ask.actor, home_uid=query.home, room=query.room, now=ask.now)
    return Show("beds/beds.html", sheet=sheet, query=query)
