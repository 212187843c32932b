"""Go through the check-list, and open the bed within the limits of the year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.queries import parameter, parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds.access import bed_to_work_at
from server.home_beds.actions.moving import carry_out, into_the_record, whole_person
from server.home_beds.errors import (
    CriteriaNotMet,
    InHospital,
    NotLivingHere,
    NotOurStaff,
    NotThisNow,
    RoundsOutOfBounds,
    TooOften,
    UnknownCriterion,
)
from server.home_beds.models import HomeBed, HomeBedAssessment, HomeBedSpan
from server.home_beds.queries.cards import BedCard, bed_card
from server.home_beds.queries.staff import staff_at
from server.home_beds.rules import (
    CURRENT,
    HOME_BED_MOVES,
    BedKind,
    CheckList,
    HomeBedEvent,
    Span,
    checklist_of,
    counted_days,
    judge,
    last_day_of,
)
from server.home_beds.rules.rounds import WEEK
from server.kit.clock import age_on, local_date
from server.kit.transactions import action
from server.people.models import Resident
from server.people.rules import CareState

LIMITS = ("home_beds.most_days", "home_beds.most_days_a_year", "home_beds.most_times_a_year", "home_beds.least_rounds_a_week")  # fmt: skip


@dataclass(frozen=True)
class Opening:
    number: str  # the institution's own
    filing_number: str  # of the insurance
    rounds_a_week: int


@action
async def assess_bed(
    *,
    actor: Actor,
    uid: str,
    version: str,
    ticked: Sequence[str],
    kind: BedKind,
    doctor_uid: str,
    nurse_uid: str,
    findings: str,
    now: datetime,
) -> BedCard:
    """Go through the criteria and name who answers for the bed. What was found goes into the health record."""
    row = await bed_to_work_at(actor=actor, uid=uid)
    _ensure_allowed(row, HomeBedEvent.ASSESS)
    resident = await whole_person(row)
    checklist = _checklist(version, ticked)
    age = age_on(resident.birth_date, local_date(now))
    immobile_age = await parameter("home_beds.immobile_age", on=now)
    judged = judge(checklist, ticked, age=age, immobile_age=immobile_age)
    if not judged.met:
        raise CriteriaNotMet(fields={"ticked": f"还缺：{'；'.join(judged.missing)}"})
    staff = {each.uid: each.id for each in await staff_at(row.institution_id, now=now)}
    strangers = {"doctor": doctor_uid not in staff, "nurse": nurse_uid not in staff}
    if any(strangers.values()):
        raise NotOurStaff(fields={name: NotOurStaff.message for name, wrong in strangers.items() if wrong})
    entry = await into_the_record(actor, row, "home-bed-assessment", findings, at=now, now=now)
    changes = {"kind": kind, "doctor_id": staff[doctor_uid], "nurse_id": staff[nurse_uid]}
    await carry_out(actor, row, HomeBedEvent.ASSESS, changes=changes, now=now)
    await HomeBedAssessment(
        bed_id=row.id,
        resident_id=row.resident_id,
        version=checklist.version,
        ticked=sorted(set(ticked)),
        age=age,
        met=True,
        entry_uid=entry,
        assessed_by_id=actor.account_id,
        created_at=now,
    ).save()
    return await card_of(actor, uid, now)


@action
async def open_bed(*, actor: Actor, uid: str, opening: Opening, now: datetime) -> BedCard:
    """Open what was assessed: from now on days are counted, until its last day at the latest."""
    row = await bed_to_work_at(actor=actor, uid=uid)
    _ensure_allowed(row, HomeBedEvent.OPEN)
    resident = await whole_person(row)
    if resident.home_id != row.home_id or resident.died_at is not None:
        raise NotLivingHere
    if resident.care_state is CareState.INPATIENT:
        raise InHospital
    numbers = await parameters(LIMITS, on=now)
    if not numbers["home_beds.least_rounds_a_week"] <= opening.rounds_a_week <= WEEK:
        raise RoundsOutOfBounds(fields={"rounds_a_week": RoundsOutOfBounds.message})
    today = local_date(now)
    left = await _days_left(resident, today, numbers)
    changes = {
        "number": opening.number,
        "filing_number": opening.filing_number,
        "rounds_a_week": opening.rounds_a_week,
        "opened_at": now,
        "last_day": last_day_of(opened_on=today, most_days=numbers["home_beds.most_days"], days_left=left),
    }
    await carry_out(actor, row, HomeBedEvent.OPEN, changes=changes, now=now)
    return await card_of(actor, uid, now)


async def _days_left(resident: Resident, today: date, numbers: dict[str, int]) -> int:
    """Return how many days the year has left for this person, whoever gave the beds before; refuse where there are none."""
    first, after = date(today.year, 1, 1), date(today.year + 1, 1, 1)
    theirs = Q(resident_id=resident.id) | Q(resident__merged_into_id=resident.id)
    rows = await HomeBedSpan.filter(theirs).select_related("bed")
    opened = {each.bed.id: each.bed.opened_at for each in rows}
    times = sum(at is not None and local_date(at) >= first for at in opened.values())
    used = counted_days(
        (Span(each.started_at, each.ended_at) for each in rows), since=first, until=after, today=today
    )
    left = numbers["home_beds.most_days_a_year"] - used
    if left <= 0 or times >= numbers["home_beds.most_times_a_year"]:
        raise TooOften
    return left


def _checklist(version: str, ticked: Sequence[str]) -> CheckList:
    """Return the list that was gone through: the one in use, and no other any more."""
    found = checklist_of(version)
    if found is not CURRENT or not found.codes.issuperset(ticked):
        raise UnknownCriterion
    return found


def _ensure_allowed(row: HomeBed, event: HomeBedEvent) -> None:
    """Ask before anything is written into the record; the UPDATE asks again."""
    if not HOME_BED_MOVES.allows(row.status, event):
        raise NotThisNow


async def card_of(actor: Actor, uid: str, now: datetime) -> BedCard:
    row = await bed_to_work_at(actor=actor, uid=uid)
    return bed_card(row, now=now, may_work=actor.may(Permission.HOME_BED_WORK))
