"""Every home without cover, why, and who nearest by could take it on (A01)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Count

from server.alliance.models import Institution, ServiceAgreement
from server.alliance.queries import CoverageCard, coverage, parameter
from server.alliance.rules import (
    MILLIONTHS,
    AgreementStatus,
    InstitutionKind,
    Place,
    county_of,
    kilometres,
    spare_agreements,
)
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.identity.access import in_force
from server.identity.models import RoleGrant

MOST_CANDIDATES = 3
# What is on its way to binding takes its place already, or two homes would be sent to the last free one.
_HELD = (
    AgreementStatus.PROPOSED, AgreementStatus.SIGNED_BY_ONE, AgreementStatus.SIGNED, AgreementStatus.FILED,
    AgreementStatus.ACTIVE, AgreementStatus.EXPIRING, AgreementStatus.SUSPENDED,
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    uid: str
    name: str
    kilometres: float | None  # None: one of the two has no coordinates, and they are of one district
    spare: int


@dataclass(frozen=True)
class GapCard:
    home: CoverageCard
    candidates: tuple[Candidate, ...]  # primary care with room, the nearest first


async def gaps(*, actor: Actor, now: datetime) -> tuple[GapCard, ...]:
    """Return the homes on the actor's board without primary care in force, each with its nearest candidates."""
    without = [card for card in await coverage(actor=actor, now=now) if not card.covered]
    if not without:
        return ()
    kinds = [kind for kind in InstitutionKind if kind.is_primary_care]
    providers = await Institution.filter(kind__in=kinds).order_by("id")
    spare = await _spare([row.id for row in providers], now)
    roomy = [row for row in providers if spare[row.id]]
    homes = {row.uid: row for row in await Institution.filter(uid__in=[card.home_uid for card in without])}
    return tuple(GapCard(card, _nearest(homes[card.home_uid], roomy, spare)) for card in without)


async def _spare(ids: list[int], now: datetime) -> Mapping[int, int]:
    each = await parameter("demands.agreements_per_clinician", on=now)
    clinicians = RoleGrant.filter(in_force(now), role=Role.CLINICIAN, institution_id__in=ids)
    people = dict(
        await clinicians.annotate(n=Count("account_id", distinct=True))
        .group_by("institution_id")
        .values_list("institution_id", "n")
    )
    held = dict(
        await ServiceAgreement.filter(status__in=[str(word) for word in _HELD], provider_id__in=ids)
        .annotate(n=Count("home_id", distinct=True))
        .group_by("provider_id")
        .values_list("provider_id", "n")
    )
    return Counter(
        {
            row_id: spare_agreements(clinicians=people.get(row_id, 0), each=each, held=held.get(row_id, 0))
            for row_id in ids
        }
    )


def _nearest(
    home: Institution, providers: list[Institution], spare: Mapping[int, int]
) -> tuple[Candidate, ...]:
    here, found = _place(home), []
    for row in providers:
        there = _place(row)
        far = kilometres(here, there) if here and there else None
        if far is not None or county_of(row.uscc) == county_of(home.uscc):
            found.append(Candidate(row.uid, row.name, far, spare[row.id]))
    found.sort(key=lambda each: (each.kilometres is None, each.kilometres or 0.0, each.name))
    return tuple(found[:MOST_CANDIDATES])


def _place(row: Institution) -> Place | None:
    if row.latitude is None or row.longitude is None:
        return None
    return Place(row.latitude / MILLIONTHS, row.longitude / MILLIONTHS)
