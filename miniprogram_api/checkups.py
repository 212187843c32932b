"""The annual check-up as the resident and their family read it: due or not and why, when, and what was found."""

from server.authority.permissions import Permission
from server.checkups import queries
from server.checkups.queries import CheckupLine
from server.web import Ask, Purpose, Query, Routes

routes = Routes("checkups", tag="年度体检")


class PurposeQuery(Query):
    purpose: Purpose = Purpose.CARE


@routes.get(
    "/residents/<resident_uid>/checkup",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="Whether they are due this year and why, when they come, and what was found",
)
async def mine(ask: Ask, resident_uid: str, query: PurposeQuery) -> CheckupLine:
    return await queries.checkup_of(
        actor=ask.actor, resident_uid=resident_uid, purpose=query.purpose, now=ask.now
    )
