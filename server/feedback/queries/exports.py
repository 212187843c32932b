"""What somebody said of services, for the copy of what is held about them as an account."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.feedback.models import Rating
from server.feedback.queries.ratings import beside_of
from server.kit.pages import Newest, newest_of


@dataclass(frozen=True)
class Said:
    uid: str
    institution: str
    score: int
    tags: tuple[str, ...]
    text: str
    taken_back: bool
    rated_at: datetime


async def rated_by(*, actor: Actor, most: int, now: datetime) -> Newest[Said]:  # noqa: ARG001  one form for all queries
    rows = Rating.filter(author_id=actor.account_id).select_related("subject")
    found = await newest_of(rows, by="created_at", most=most)
    texts = (await beside_of(found.items)).texts
    return found.of(
        Said(
            uid=row.uid,
            institution=row.subject.name,
            score=row.score,
            tags=tuple(row.tags),
            text=texts.get((row.id, row.revision), ""),
            taken_back=row.taken_back_at is not None,
            rated_at=row.created_at,
        )
        for row in found.items
    )
