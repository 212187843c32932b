"""Which episodes an actor may work on. What a follow-up found is reached through `records.access` besides."""

from datetime import datetime

from tortoise.expressions import Q

from server.alliance.access import BUREAU_ROLES
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import RecordCategory
from server.followups.models import ChronicEpisode, FollowUp
from server.kit.errors import NotFound
from server.records.access import View


def episodes_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:  # noqa: ARG001  one form for all
    """Narrow episodes to those in the hands of the actor's own institutions."""
    return Q(institution_id__in=sorted(actor.institutions_with(permission)))


def institutions_counted_for(*, actor: Actor) -> list[int] | None:
    """Return of which institutions the actor may see numbers; None: of the whole city, for a bureau."""
    if actor.holds(Permission.FOLLOW_UP_COUNT, BUREAU_ROLES):
        return None
    return sorted(actor.institutions_with(Permission.FOLLOW_UP_COUNT))


def episodes_seen_in(view: View) -> Q:
    """Narrow episodes to those of a resident of which this reader of their record may know.

    Family sees what its grant covers; an institution what it does itself, and the rest with consent for chronic disease.
    """
    theirs = Q(resident_id__in=view.ids)
    whole = view.categories
    if whole is None or RecordCategory.CHRONIC in whole:
        return theirs
    return Q(theirs, institution_id__in=list(view.institutions))


async def episode_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> ChronicEpisode:
    visible = episodes_visible_to(actor=actor, permission=permission, now=now)
    row = (
        await ChronicEpisode.filter(visible, uid=uid)
        .select_related("resident__home", "institution", "enrolled_by")
        .first()
    )
    if row is None:
        raise NotFound
    return row


async def follow_up_for(*, actor: Actor, uid: str, permission: Permission) -> FollowUp:
    """Return one follow-up, in any of its versions, of an episode in the actor's hands."""
    own = sorted(actor.institutions_with(permission))
    row = (
        await FollowUp.filter(uid=uid, episode__institution_id__in=own)
        .select_related("episode__institution", "episode__resident", "author")
        .first()
    )
    if row is None:
        raise NotFound
    return row
