"""Which homes should have a clinic, which have one, and why the others have none (A06)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tortoise.functions import Count

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics.access import home_for, homes_visible_to, partners_for_extension
from server.clinics.models import ClinicStep, InHouseClinic, InsuranceDesignation
from server.clinics.queries.cards import (
    ClinicCard,
    DesignationCard,
    StepCard,
    clinic_card,
    designation_card,
    step_card,
)
from server.clinics.queries.paying import designations_of
from server.clinics.rules import (
    LICENSED,
    LIVE,
    ClinicKind,
    ClinicStatus,
    DesignationKind,
    Eligibility,
    eligibility,
    next_step,
    why_none,
)
from server.kit.clock import local_date
from server.people.models import Resident

THRESHOLDS = ("clinics.residents_from", "clinics.beds_from")
NEAREST = {
    status: place
    for place, status in enumerate(
        (
            ClinicStatus.OPERATING,
            ClinicStatus.INSURED,
            ClinicStatus.LICENSED,
            ClinicStatus.APPLIED,
            ClinicStatus.INTENDED,
            ClinicStatus.LAPSED,
            ClinicStatus.WITHDRAWN,
            ClinicStatus.CLOSED,
        )
    )
}


class Standing(StrEnum):
    """Which homes are asked for."""

    GAP = "gap"  # eligible, and none that is licensed
    ON_THE_WAY = "on_the_way"
    HAVE = "have"
    ALL = "all"


STANDING_WORDS: Mapping[Standing, str] = {
    Standing.GAP: "符合条件还没有的",
    Standing.ON_THE_WAY: "申办中的",
    Standing.HAVE: "已取得许可或备案的",
    Standing.ALL: "全部养老机构",
}


@dataclass(frozen=True)
class HomeLine:
    """One home: what it could have, has, and does next."""

    home_uid: str
    home_name: str
    found: Eligibility
    clinic: ClinicCard | None  # the nearest to working
    more: int  # other clinics that are live
    insured: bool
    next_step: str
    why: str

    @property
    def has_one(self) -> bool:
        return self.clinic is not None and self.clinic.status in LICENSED

    @property
    def on_the_way(self) -> bool:
        return self.clinic is not None and self.clinic.live and not self.has_one

    def stands(self, standing: Standing) -> bool:
        match standing:
            case Standing.GAP:
                return self.found.eligible and not self.has_one
            case Standing.ON_THE_WAY:
                return self.on_the_way
            case Standing.HAVE:
                return self.has_one
            case _:
                return True


@dataclass(frozen=True)
class ClinicBoard:
    lines: tuple[HomeLine, ...]  # as asked for, those that are late first
    counts: Mapping[Standing, int]
    eligible: int
    covered: int  # of the eligible
    insured: int  # of all that have one
    kinds: Mapping[ClinicKind, int]  # licensed ones


@dataclass(frozen=True)
class HomeSheet:
    line: HomeLine
    clinics: tuple[tuple[ClinicCard, tuple[StepCard, ...]], ...]  # the newest first
    designations: tuple[DesignationCard, ...]
    partners: tuple[tuple[str, str], ...]  # whose extension it could be
    may_keep: bool
    may_license: bool


async def clinic_board(*, actor: Actor, standing: Standing, now: datetime) -> ClinicBoard:
    """Return every home that the actor may see, in one page: a city has hundreds of them, not thousands."""
    homes = await Institution.filter(
        homes_visible_to(actor=actor, permission=Permission.CLINIC_READ)
    ).order_by("id")
    every = await _lines(homes, now)
    kinds = Counter(row.kind for row in await _live(homes) if row.status in LICENSED)
    return ClinicBoard(
        lines=tuple(sorted((line for line in every if line.stands(standing)), key=_urgency)),
        counts={each: sum(line.stands(each) for line in every) for each in Standing},
        eligible=sum(line.found.eligible for line in every),
        covered=sum(line.found.eligible and line.has_one for line in every),
        insured=sum(line.has_one and line.insured for line in every),
        kinds=kinds,
    )


async def home_sheet(*, actor: Actor, home_uid: str, now: datetime) -> HomeSheet:
    home = await home_for(actor=actor, uid=home_uid, permission=Permission.CLINIC_READ)
    (line,) = await _lines([home], now)
    rows = await InHouseClinic.filter(home_id=home.id).order_by("-id").select_related("home", "partner")
    steps: dict[int, list[StepCard]] = defaultdict(list)
    made = ClinicStep.filter(clinic_id__in=[row.id for row in rows]).order_by("-id")
    for each in await made.select_related("made_by"):
        steps[each.clinic_id].append(step_card(each))
    paid = InsuranceDesignation.filter(institution_id=home.id).order_by("-id").select_related("institution")
    may_keep = home.id in actor.institutions_with(Permission.CLINIC_KEEP)
    partners = Institution.filter(partners_for_extension(home, now=now)).order_by("id")
    today = local_date(now)
    return HomeSheet(
        line=line,
        clinics=tuple((clinic_card(row, today=today), tuple(steps[row.id])) for row in rows),
        designations=tuple([designation_card(row, today=today) for row in await paid]),
        partners=tuple([(row.uid, row.name) for row in await partners]) if may_keep else (),
        may_keep=may_keep,
        may_license=actor.may(Permission.CLINIC_LICENSE),
    )


async def count_to_answer(*, actor: Actor) -> int:
    """Return how many applications wait for the commission."""
    if not actor.may(Permission.CLINIC_LICENSE):
        return 0
    return await InHouseClinic.filter(status=ClinicStatus.APPLIED).count()


async def count_to_do(*, actor: Actor, now: datetime) -> int:
    """Return how many of the actor's own clinics lapsed, or wait for a step that is late."""
    own = InHouseClinic.filter(home_id__in=sorted(actor.institutions_with(Permission.CLINIC_KEEP)))
    waiting = own.filter(status__in=sorted(LIVE - {ClinicStatus.APPLIED}))
    lapsed = own.filter(status=ClinicStatus.LAPSED, due_on__gte=local_date(now))
    return await waiting.filter(due_on__lt=local_date(now)).count() + await lapsed.count()


async def _lines(homes: Sequence[Institution], now: datetime) -> list[HomeLine]:
    ids = [home.id for home in homes]
    numbers = await parameters(THRESHOLDS, on=now)
    living = Resident.filter(merged_into_id__isnull=True, home_id__in=ids)
    counted = living.annotate(times=Count("id")).group_by("home_id").values_list("home_id", "times")
    residents = {int(home): int(times) for home, times in await counted}
    clinics: dict[int, list[InHouseClinic]] = defaultdict(list)
    for row in await InHouseClinic.filter(home_id__in=ids).order_by("-id").select_related("home", "partner"):
        clinics[row.home_id].append(row)
    paid, today = await designations_of(ids), local_date(now)
    return [
        _line(
            home,
            eligibility(
                residents=residents.get(home.id, 0),
                beds=home.beds,
                residents_from=numbers["clinics.residents_from"],
                beds_from=numbers["clinics.beds_from"],
            ),
            clinics[home.id],
            insured=paid.may_pay(home.id, DesignationKind.MEDICAL, today),
            today=today,
        )
        for home in homes
    ]


async def _live(homes: Sequence[Institution]) -> list[InHouseClinic]:
    return await InHouseClinic.filter(home_id__in=[home.id for home in homes], live_key__isnull=False)


def _line(
    home: Institution, found: Eligibility, clinics: Sequence[InHouseClinic], *, insured: bool, today: date
) -> HomeLine:
    nearest = min(clinics, key=lambda row: NEAREST[row.status], default=None)
    card = clinic_card(nearest, today=today) if nearest else None
    status = card.status if card else None
    return HomeLine(
        home_uid=home.uid,
        home_name=home.name,
        found=found,
        clinic=card,
        more=max(0, sum(row.status in LIVE for row in clinics) - 1),
        insured=insured,
        next_step=next_step(found, status, insured=insured),
        why=why_none(found, status, reason=card.reason if card else "", due_on=card.due_on if card else None),
    )


def _urgency(line: HomeLine) -> tuple[bool, bool, int]:
    late = line.clinic is not None and line.clinic.late
    return (not late, line.has_one, -line.found.residents)
