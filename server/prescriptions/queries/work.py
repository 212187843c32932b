"""The doctor's list of refills, a home's list of what is brought, and what may be written for whom.

A list names no drug; the sheet behind a row does, through the record and with its line in the trail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tortoise.expressions import Q, Subquery

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import ColleagueCard, colleagues
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of
from server.people.queries import ResidentChoices, resident_choices
from server.prescriptions.access import (
    DELIVERY_RELATIONS,
    RELATIONS,
    deliveries_visible_to,
    dispensers_of,
    prescriptions_visible_to,
    right_of,
)
from server.prescriptions.models import (
    DispensingAgreement,
    LongPrescription,
    MedicineDelivery,
    PrescribingRight,
    Refill,
)
from server.prescriptions.queries.cards import DeliveryCard, PrescriptionCard, read_delivery, with_refills
from server.prescriptions.rules import DeliveryStatus, PrescriptionStatus, RefillStatus

MOST_FOUND = 8
MOST_LISTED = 100


class Work(StrEnum):
    DUE = "due"  # for a refill: near its end, or asked for
    ASKED = "asked"
    OVERDUE = "overdue"
    MINE = "mine"  # due, and mine to decide
    RUNNING = "running"
    OVER = "over"


WORK_WORDS: Mapping[Work, str] = {
    Work.DUE: "该续方的",
    Work.ASKED: "长者或家属请续方的",
    Work.OVERDUE: "续方逾期的",
    Work.MINE: "由我负责、该续方的",
    Work.RUNNING: "全部在用的",
    Work.OVER: "吃完和停了的",
}


class Brought(StrEnum):
    TODAY = "today"  # by today, and not yet here
    COMING = "coming"
    TO_CLOSE = "to_close"
    DONE = "done"


BROUGHT_WORDS: Mapping[Brought, str] = {
    Brought.TODAY: "今天该到的和逾期的",
    Brought.COMING: "全部待送达",
    Brought.TO_CLOSE: "已交付，待核对",
    Brought.DONE: "已完成和取消的",
}


@dataclass(frozen=True)
class RightCard:
    uid: str
    name: str
    licence_end: str  # the last four characters
    last_on: date
    over: bool


@dataclass(frozen=True)
class PharmacyCard:
    uid: str
    name: str
    number: str
    last_on: date
    over: bool


@dataclass(frozen=True)
class GrantBoard:
    rights: tuple[RightCard, ...]
    colleagues: tuple[ColleagueCard, ...]
    pharmacies: tuple[PharmacyCard, ...]
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class BlankSheet:
    """What is needed to write a prescription."""

    residents: ResidentChoices
    dispensers: tuple[tuple[str, str], ...]
    may_prescribe: bool
    usual: int
    longest: int


async def prescription_rows(
    *, actor: Actor, work: Work, wish: PageWish, now: datetime
) -> Page[PrescriptionCard]:
    visible = prescriptions_visible_to(actor=actor, permission=Permission.PRESCRIPTION_READ)
    rows = LongPrescription.filter(visible, _condition(work, actor, now))
    page = await rows_of(rows.select_related(*RELATIONS), wish, by="created_at")
    return page.of(await with_refills(page.items, now=now))


async def count_work(*, actor: Actor, work: Work, now: datetime) -> int:
    visible = prescriptions_visible_to(actor=actor, permission=Permission.PRESCRIPTION_READ)
    return await LongPrescription.filter(visible, _condition(work, actor, now)).count()


async def find_prescriptions(*, actor: Actor, text: str, now: datetime) -> tuple[PrescriptionCard, ...]:
    """Find who has a running prescription of the actor's institution by a name."""
    visible = prescriptions_visible_to(actor=actor, permission=Permission.PRESCRIPTION_READ)
    rows = LongPrescription.filter(visible, status=PrescriptionStatus.ACTIVE, resident__name__icontains=text)
    found = await rows.order_by("-id").limit(MOST_FOUND).select_related(*RELATIONS)
    return await with_refills(found, now=now)


async def delivery_rows(
    *, actor: Actor, brought: Brought, wish: PageWish, now: datetime
) -> Page[DeliveryCard]:
    rows = MedicineDelivery.filter(deliveries_visible_to(actor=actor), _brought(brought, now))
    page = await rows_of(rows.select_related(*DELIVERY_RELATIONS), wish, by="created_at")
    return page.of(read_delivery(row, now=now) for row in page.items)


async def count_brought(*, actor: Actor, brought: Brought, now: datetime) -> int:
    return await MedicineDelivery.filter(deliveries_visible_to(actor=actor), _brought(brought, now)).count()


async def grant_board(*, actor: Actor, now: datetime) -> GrantBoard:
    """Return who may prescribe at the actor's institution and which pharmacies dispense for it."""
    own, today = sorted(actor.institutions_with(Permission.PRESCRIPTION_RIGHT)), local_date(now)
    rights = PrescribingRight.filter(institution_id__in=own, ended_on=None).order_by("id").limit(MOST_LISTED)
    agreed = (
        DispensingAgreement.filter(institution_id__in=own, ended_on=None).order_by("id").limit(MOST_LISTED)
    )
    place = await Institution.filter(id__in=own).order_by("id").first()
    able = (
        await colleagues(
            actor=actor, institution_uid=place.uid, permission=Permission.PRESCRIPTION_WRITE, now=now
        )
        if place
        else ()
    )
    pharmacies = Institution.filter(kind=InstitutionKind.PHARMACY).order_by("id").limit(MOST_LISTED)
    return GrantBoard(
        rights=tuple(
            RightCard(row.uid, row.account.name, row.licence[-4:], row.last_on, row.last_on < today)
            for row in await rights.select_related("account")
        ),
        colleagues=(ColleagueCard(actor.account_uid, actor.name), *able),
        pharmacies=tuple(
            PharmacyCard(row.uid, row.pharmacy.name, row.number, row.last_on, row.last_on < today)
            for row in await agreed.select_related("pharmacy")
        ),
        choices=tuple(await pharmacies.values_list("uid", "name")),
    )


async def blank_sheet(*, actor: Actor, bed: str | None, now: datetime) -> BlankSheet:
    right = await right_of(actor=actor, institution_id=None, now=now)
    numbers = await parameters(("prescriptions.usual_days", "prescriptions.longest_days"), on=local_date(now))
    offered = await dispensers_of(institution=right.institution, now=now) if right else []
    return BlankSheet(
        residents=await resident_choices(
            actor=actor, permission=Permission.PRESCRIPTION_WRITE, bed=bed, now=now
        ),
        dispensers=tuple((each.uid, each.name) for each in offered),
        may_prescribe=right is not None,
        usual=numbers["prescriptions.usual_days"],
        longest=numbers["prescriptions.longest_days"],
    )


def _condition(work: Work, actor: Actor, now: datetime) -> Q:
    today = local_date(now)
    waiting = Refill.filter(status=RefillStatus.OPEN)
    if work is Work.RUNNING:
        return Q(status=PrescriptionStatus.ACTIVE)
    if work is Work.OVER:
        return Q(status__in=[PrescriptionStatus.FINISHED, PrescriptionStatus.STOPPED])
    chosen = {
        Work.DUE: Q(opens_on__lte=today) | Q(asked_at__isnull=False),
        Work.MINE: Q(Q(opens_on__lte=today) | Q(asked_at__isnull=False), owner_id=actor.account_id),
        Work.ASKED: Q(asked_at__isnull=False),
        Work.OVERDUE: Q(due_on__lt=today),
    }[work]
    own = sorted(actor.institutions_with(Permission.PRESCRIPTION_READ))
    rows = waiting.filter(chosen, institution_id__in=own)
    return Q(id__in=Subquery(rows.values("prescription_id")))


def _brought(brought: Brought, now: datetime) -> Q:
    match brought:
        case Brought.TODAY:
            return Q(status=DeliveryStatus.ASSIGNED, due_on__lte=local_date(now))
        case Brought.COMING:
            return Q(status=DeliveryStatus.ASSIGNED)
        case Brought.TO_CLOSE:
            return Q(status=DeliveryStatus.HANDED_OVER)
        case Brought.DONE:
            return Q(status__in=[DeliveryStatus.CLOSED, DeliveryStatus.CANCELLED])
