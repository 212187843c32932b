"""The lists that somebody keeps at hand."""

from dataclasses import dataclass

from server.authority.actor import Actor
from server.identity.models import SavedView


@dataclass(frozen=True)
class ViewCard:
    uid: str
    path: str
    title: str
    query: str


async def views_kept(*, actor: Actor) -> tuple[ViewCard, ...]:
    rows = await SavedView.filter(account_id=actor.account_id).order_by("path", "id")
    return tuple(ViewCard(row.uid, row.path, row.title, row.query) for row in rows)
