"""What a planner chooses from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.alliance.access import in_force
from server.alliance.models import ServiceAgreement
from server.alliance.rules import content_of
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.queries import LIVING, count_resident_choices, resident_choices
from server.training.queries import lacking
from server.visits.models import Visit, VisitItem
from server.visits.queries.assigning import names_over, people_of, working_on
from server.visits.rules import MOST_OF_A_ROUND, NOT_SETTLED


@dataclass(frozen=True)
class Choice:
    value: str
    text: str


@dataclass(frozen=True)
class PairCard:
    """Two institutions with an agreement in force."""

    agreement_uid: str
    home_uid: str
    home_name: str
    provider_uid: str
    provider_name: str
    last_day: date


@dataclass(frozen=True)
class PlanningSheet:
    pair: PairCard
    services: tuple[Choice, ...]
    residents: tuple[Choice, ...]  # by bed, as many as can be planned at once
    fitting: int  # how many there are to choose from
    clinicians: tuple[Choice, ...]


async def plannable(*, actor: Actor, now: datetime) -> tuple[PairCard, ...]:
    rows = await agreements_to_plan(actor, now).order_by("home_id", "id")
    return tuple(pair_card(row) for row in rows)


async def planning_sheet(
    *, actor: Actor, agreement_uid: str, bed: str | None = None, now: datetime
) -> PlanningSheet:
    """Return whom and what a visit under this agreement can be for, and who can go.

    `bed` may be the beginning of a bed's number.
    """
    agreement = await agreements_to_plan(actor, now).get_or_none(uid=agreement_uid)
    if agreement is None:
        raise NotFound
    wish: dict[str, Any] = {
        "actor": actor,
        "permission": Permission.VISIT_READ,
        "which": LIVING & Q(home_id=agreement.home.id),
        "bed": bed,
        "now": now,
    }
    found = await resident_choices(most=MOST_OF_A_ROUND, **wish)
    return PlanningSheet(
        pair=pair_card(agreement),
        services=tuple(Choice(item.code, item.name) for item in content_of(agreement.content).items),
        residents=tuple(Choice(each.uid, f"{each.bed or '未分床'}　{each.name}") for each in found.residents),
        fitting=await count_resident_choices(**wish) if found.more else len(found.residents),
        clinicians=await clinicians_of(agreement, now),
    )


async def clinicians_of(agreement: ServiceAgreement, now: datetime) -> tuple[Choice, ...]:
    """Return who may go out for the provider, by name; who could not be sent today is told with the reason."""
    today = local_date(now)
    grants = await working_on(agreement.provider.id, None, now)
    lack = await lacking(people_of(grants), day=today)
    over = dict(names_over(grants, today))
    people = {grant.account.uid: (grant.account.name, grant.account_id) for grant in grants}
    return tuple(
        Choice(uid, f"{name}{_but(over, lack, account_id)}")
        for uid, (name, account_id) in sorted(people.items(), key=lambda each: each[1][0])
    )


def _but(over: Mapping[int, str], lack: Mapping[int, tuple[str, ...]], account_id: int) -> str:
    if account_id in over:
        return "（执业备案已到期）"
    return f"（缺{'、'.join(lack[account_id])}）" if account_id in lack else ""


async def on_a_list(agreement: ServiceAgreement, services: Collection[str]) -> frozenset[tuple[str, str]]:
    """Return who stands for which of these services on the list of a visit that does not count yet: resident, service."""
    visits = Visit.filter(
        home_id=agreement.home.id, provider_id=agreement.provider.id, status__in=sorted(NOT_SETTLED)
    )
    # The few visits first, then their lines: asked in one go, the lines of the whole city are read.
    ids = list(await visits.values_list("id", flat=True))
    lines = VisitItem.filter(visit_id__in=ids, service__in=sorted(services))
    return frozenset([(uid, service) for uid, service in await lines.values_list("resident__uid", "service")])


def agreements_to_plan(actor: Actor, now: datetime) -> QuerySet[ServiceAgreement]:
    own = sorted(actor.institutions_with(Permission.VISIT_PLAN))
    either = Q(home_id__in=own) | Q(provider_id__in=own)
    return ServiceAgreement.filter(in_force(now), either).select_related("home", "provider")


def pair_card(row: ServiceAgreement) -> PairCard:
    return PairCard(
        agreement_uid=row.uid,
        home_uid=row.home.uid,
        home_name=row.home.name,
        provider_uid=row.provider.uid,
        provider_name=row.provider.name,
        last_day=row.last_day,
    )
