"""What the clock does: a licence runs out, is about to, or a step is owed for too long."""

from datetime import date, datetime, timedelta

from tortoise.expressions import Q, Subquery

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.clinics.access import holding_on
from server.clinics.actions.moving import Paper, move
from server.clinics.errors import NotThisNow
from server.clinics.models import InHouseClinic, InsuranceDesignation
from server.clinics.rules import (
    LICENSED,
    LIVE,
    TURN,
    ClinicEvent,
    ClinicStatus,
    DesignationKind,
    Turn,
    notice_due,
)
from server.kit.clock import local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue

BATCH = 200
OVERDUE = {Turn.HOME: "clinics.overdue", Turn.COMMISSION: "clinics.answer_overdue"}
NOTICES = ("clinics.first_notice", "clinics.last_notice")


@action
async def sweep_clinics(*, actor: Actor, now: datetime, limit: int = BATCH) -> int:
    """Do what is due once; several workers may do so at once."""
    today = local_date(now)
    numbers = await parameters(NOTICES, on=now)
    notices = tuple(numbers.values())
    lapsed = await _lapse(actor, today, now, limit) + await _follow_designations(actor, today, now, limit)
    reminded = await _remind_of_licences(today, notices, now) + await _remind_of_designations(
        today, notices, now
    )
    return lapsed + reminded + await _tell_overdue(today, now, limit)


async def _lapse(actor: Actor, today: date, now: datetime, limit: int) -> int:
    rows = InHouseClinic.filter(status__in=sorted(LICENSED), licence_until__lt=today).order_by("id")
    done = 0
    for row in await rows.limit(limit).select_related("home"):
        try:
            await move(actor, row, ClinicEvent.LAPSE, now=now)
        except NotThisNow:
            continue  # renewed in the same moment
        done += 1
    return done


async def _follow_designations(actor: Actor, today: date, now: datetime, limit: int) -> int:
    """Let a clinic be insured from the day on which the insurance pays, and no longer than it does."""
    medical = InsuranceDesignation.filter(kind=DesignationKind.MEDICAL)
    paid = Subquery(medical.filter(holding_on(today)).values("institution_id"))
    begun = InHouseClinic.filter(status=ClinicStatus.LICENSED, home_id__in=paid)
    over = InHouseClinic.filter(~Q(home_id__in=paid), status=ClinicStatus.INSURED)
    done = 0
    for rows, event in ((begun, ClinicEvent.INSURE), (over, ClinicEvent.UNINSURE)):
        for row in await rows.order_by("id").limit(limit).select_related("home"):
            said = medical.filter(institution_id=row.home_id, first_day__lte=today).order_by("-first_day")
            number = await said.values_list("filing_number", flat=True)
            try:
                await move(actor, row, event, paper=Paper(str(number[0]) if number else "", today), now=now)
            except NotThisNow:
                continue  # ended or closed in the same moment
            done += 1
    return done


async def _remind_of_licences(today: date, notices: tuple[int, ...], now: datetime) -> int:
    ahead = today + timedelta(days=max(notices))
    rows = InHouseClinic.filter(status__in=sorted(LICENSED), licence_until__lte=ahead)
    told = 0
    for row in await rows.order_by("licence_until").select_related("home"):
        days = notice_due(
            today=today, last_day=row.licence_until, notices=notices, reminded=row.reminded_days
        )
        if days is None:
            continue
        same = InHouseClinic.filter(
            id=row.id, licence_until=row.licence_until, reminded_days=row.reminded_days
        )
        if await same.update(reminded_days=days):
            payload = {"clinic": row.uid, "home": row.home.uid, "institution": row.home.uid}
            key = f"clinics.expiring:{row.uid}:{row.licence_until}:{days}"
            await enqueue("clinics.expiring", payload, now=now, once_key=key)
            told += 1
    return told


async def _remind_of_designations(today: date, notices: tuple[int, ...], now: datetime) -> int:
    ahead = today + timedelta(days=max(notices))
    rows = InsuranceDesignation.filter(live_key__isnull=False, last_day__gte=today, last_day__lte=ahead)
    told = 0
    for row in await rows.order_by("last_day").select_related("institution"):
        days = notice_due(today=today, last_day=row.last_day, notices=notices, reminded=row.reminded_days)
        if days is None:
            continue
        same = InsuranceDesignation.filter(id=row.id, reminded_days=row.reminded_days)
        if await same.update(reminded_days=days):
            payload = {"designation": row.uid, "institution": row.institution.uid}
            key = f"clinics.designation_expiring:{row.uid}:{days}"
            await enqueue("clinics.designation_expiring", payload, now=now, once_key=key)
            told += 1
    return told


async def _tell_overdue(today: date, now: datetime, limit: int) -> int:
    """Say once for each date that it has passed, to whoever's turn it is."""
    rows = InHouseClinic.filter(status__in=sorted(LIVE), due_on__lt=today, overdue_said__isnull=True)
    told = 0
    for row in await rows.order_by("due_on", "id").limit(limit).select_related("home"):
        if await rows.filter(id=row.id).update(overdue_said=row.due_on):
            payload = {"clinic": row.uid, "home": row.home.uid, "institution": row.home.uid}
            key = f"clinics.overdue:{row.uid}:{row.due_on}"
            await enqueue(OVERDUE[TURN[row.status]], payload, now=now, once_key=key)
            told += 1
    return told
