"""Filters of a list that somebody wants at hand again."""

from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.errors import ViewsFull
from server.identity.models import SavedView
from server.kit.errors import NotFound
from server.kit.transactions import action

MOST_VIEWS = 20


@action
async def keep_view(*, actor: Actor, path: str, title: str, query: str, now: datetime) -> None:
    """Keep a list's filters under a name; the same name on the same list is said anew."""
    mine = SavedView.filter(account_id=actor.account_id)
    if not await mine.filter(path=path, title=title).update(query=query):
        if await mine.count() >= MOST_VIEWS:
            raise ViewsFull
        await SavedView(
            account_id=actor.account_id, path=path, title=title, query=query, created_at=now
        ).save()
    await note(actor, "identity.view_kept", subject_kind="account", subject_uid=actor.account_uid, now=now)


@action
async def forget_view(*, actor: Actor, uid: str, now: datetime) -> None:
    if not await SavedView.filter(uid=uid, account_id=actor.account_id).delete():
        raise NotFound
    await note(actor, "identity.view_forgotten", subject_kind="saved_view", subject_uid=uid, now=now)
