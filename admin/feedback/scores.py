"""How many were satisfied, with how sure that is: all institutions beside each other, and one of them over time."""

from admin.feedback.shared import routes
from server.authority.permissions import Permission
from server.feedback import queries
from server.web import Ask, Show

NEEDS = Permission.RATING_VOID


@routes.get("/scores", needs=NEEDS, summary="Institutions by what residents and families said")
async def scores(ask: Ask) -> Show:
    return Show("feedback/scores.html", cards=await queries.satisfaction_board(actor=ask.actor, now=ask.now))


@routes.get("/scores/<institution_uid>", needs=NEEDS, summary="One institution, quarter by quarter")
async def score_trend(ask: Ask, institution_uid: str) -> Show:
    trend = await queries.satisfaction_trend(actor=ask.actor, institution_uid=institution_uid, now=ask.now)
    return Show("feedback/trend.html", trend=trend)
