"""Residents for a choice in a form: by the beginning of a bed where there are many, and no longer than one list."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.people.access import residents_visible_to
from server.people.models import Resident

MOST_CHOICES = 50  # in one list, unless a form wants more
LIVING = Q(died_at__isnull=True)


@dataclass(frozen=True)
class ResidentChoice:
    uid: str
    name: str
    bed: str | None


@dataclass(frozen=True)
class ResidentChoices:
    """Residents by home and bed; `more` tells that there are others, to be looked for by the beginning of a bed."""

    residents: tuple[ResidentChoice, ...]
    more: bool


async def resident_choices(
    *,
    actor: Actor,
    permission: Permission,
    which: Q = LIVING,
    bed: str | None = None,
    chosen: str | None = None,
    most: int | None = None,
    now: datetime,
) -> ResidentChoices:
    """Return the residents whom the actor may reach for this, of many those whose bed begins like this.

    `which` narrows them further; who was `chosen` already, by uid, is always among them.
    """
    reached = Q(residents_visible_to(actor=actor, permission=permission, now=now), which)
    most = MOST_CHOICES if most is None else most
    found = await _listed(Resident.filter(reached, _beginning(bed)), most + 1)
    kept = found[:most]
    if chosen and all(each.uid != chosen for each in kept):
        kept = (*await _listed(Resident.filter(reached, uid=chosen), 1), *kept)
    return ResidentChoices(kept, len(found) > most)


async def count_resident_choices(
    *, actor: Actor, permission: Permission, which: Q = LIVING, bed: str | None = None, now: datetime
) -> int:
    """Count all that `resident_choices` chooses from."""
    reached = residents_visible_to(actor=actor, permission=permission, now=now)
    return await Resident.filter(reached, which, _beginning(bed)).count()


async def choices_of(*, resident_ids: Iterable[int]) -> tuple[ResidentChoice, ...]:
    """Return these residents as a choice; whoever asks has seen by access that the actor may know of them."""
    ids = sorted(resident_ids)
    return await _listed(Resident.filter(id__in=ids), len(ids)) if ids else ()


async def _listed(rows: QuerySet[Resident], most: int) -> tuple[ResidentChoice, ...]:
    listed = rows.order_by("home_id", "bed", "id").limit(most)
    return tuple(ResidentChoice(*each) for each in await listed.values_list("uid", "name", "bed"))


def _beginning(bed: str | None) -> Q:
    return Q(bed__startswith=bed) if bed else Q()
