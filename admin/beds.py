"""The beds of my homes: how many are free, and who lies where."""

from admin.people import ADMIT
from server.people import queries
from server.web import Ask, Query, Routes, Show, Uid

routes = Routes("beds", tag="长者")


class BedQuery(Query):
    home: Uid | None = None


@routes.get("/beds", needs=ADMIT, summary="Beds of my homes, and who lies where")
async def beds(ask: Ask, query: BedQuery) -> Show:
    return Show("beds/beds.html", sheet=await queries.beds(actor=ask.actor, home_uid=query.home, now=ask.now))
