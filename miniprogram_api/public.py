"""What anybody may fetch: the proof that nobody rewrites who has looked at whose record."""

from server.audit.checkpoint import PublishedCheckpoint, latest_checkpoint
from server.web import Ask, Open, Routes

routes = Routes("public", tag="公开")


@routes.get(
    "/trail/checkpoint",
    needs=Open.ANYONE,
    summary="The latest signed checkpoint of all access trails, for another organisation to keep",
)
async def trail_checkpoint(ask: Ask) -> PublishedCheckpoint:
    return await latest_checkpoint(path=ask.settings.checkpoints)
