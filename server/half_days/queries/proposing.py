"""The form of half a day, and the proposal: who does what for whom, in which order, and what is left out and why."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameters
from server.alliance.rules import content_of
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.half_days.errors import NobodyGoes, NotHalfADay, NotYours
from server.half_days.queries.gathering import Due, agreed_works, everything_due
from server.half_days.rules import LONGEST, NUMBERS, WALKING, WORKS, credentials
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.packing.rounds import Clinician, Errand, HalfDay, LeftOut, Round, Stop, pack_round
from server.packing.why import SENTENCES, Why
from server.training.queries import valid_courses
from server.visits.queries.assigning import ensure_may_go, working_on
from server.visits.queries.due import next_half_day
from server.visits.queries.planning import (
    Choice,
    PairCard,
    agreements_to_plan,
    clinicians_of,
    pair_card,
)
from server.visits.rules import MOST_OF_A_ROUND

MOST_TOLD = 60  # errands that are left out, the strongest claims first


@dataclass(frozen=True)
class HalfDayForm:
    """What a planner is asked first."""

    pairs: tuple[PairCard, ...]
    pair: PairCard | None
    clinicians: tuple[Choice, ...]
    agreed: tuple[str, ...]  # what is looked for
    not_agreed: tuple[str, ...]  # what the agreement does not name
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class Told:
    """One errand in a proposal; of those who go, who may do it."""

    due: Due
    able: tuple[Choice, ...]


@dataclass(frozen=True)
class DoneBy:
    """One clinician at one bed."""

    begins_at: datetime
    ends_at: datetime
    resident_uid: str
    resident_name: str
    bed: str
    errands: tuple[Told, ...]


@dataclass(frozen=True)
class Walk:
    """What one clinician does, in order."""

    clinician: Choice
    busy: int  # minutes, ways included
    empty: int
    stops: tuple[DoneBy, ...]


@dataclass(frozen=True)
class NotDone:
    errand: Told
    why: Why
    sentence: str


@dataclass(frozen=True)
class HalfDayProposal:
    pair: PairCard
    starts_at: datetime
    ends_at: datetime
    minutes: int
    walking: int
    walks: tuple[Walk, ...]
    left_out: tuple[NotDone, ...]
    more_left_out: int
    exact: bool
    not_agreed: tuple[str, ...]

    @property
    def done(self) -> int:
        return sum(len(stop.errands) for walk in self.walks for stop in walk.stops)

    @property
    def seen(self) -> int:
        return len({stop.resident_uid for walk in self.walks for stop in walk.stops})


async def half_day_form(*, actor: Actor, agreement_uid: str | None, now: datetime) -> HalfDayForm:
    """Return the agreements by which the actor's institution goes to a home, and what the chosen one needs."""
    own = sorted(actor.institutions_with(Permission.VISIT_PLAN))
    rows = await agreements_to_plan(actor, now).filter(provider_id__in=own).order_by("home_id", "id")
    pairs = tuple(pair_card(row) for row in rows)
    if agreement_uid is None:
        return HalfDayForm(pairs, None, (), (), (), None, None)
    row = next((each for each in rows if each.uid == agreement_uid), None)
    if row is None:
        raise NotFound
    starts_at, ends_at = next_half_day(content_of(row.content).visit_days, now)
    return HalfDayForm(
        pairs=pairs,
        pair=pair_card(row),
        clinicians=await clinicians_of(row, now),
        agreed=tuple(work.words for work in agreed_works(row)),
        not_agreed=_not_agreed(row),
        starts_at=starts_at,
        ends_at=ends_at,
    )


async def propose_half_day(
    *,
    actor: Actor,
    agreement_uid: str,
    clinician_uids: Sequence[str],
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
) -> HalfDayProposal:
    """Pack what is due at the home of an agreement into the time of those who go."""
    row = await agreements_to_plan(actor, now).get_or_none(uid=agreement_uid)
    if row is None:
        raise NotFound
    if row.provider.id not in actor.institutions_with(Permission.VISIT_PLAN):
        raise NotYours
    numbers = await parameters(NUMBERS, on=now)
    minutes = int((ends_at - starts_at).total_seconds() // 60)
    if not 0 < minutes <= numbers[LONGEST] or ends_at <= now:
        raise NotHalfADay
    going = await _going(row, clinician_uids, starts_at)
    dues = await everything_due(actor=actor, row=row, numbers=numbers, now=now)
    errands = {_errand(due): due for due in dues}
    half_day = HalfDay(minutes, numbers[WALKING], most=MOST_OF_A_ROUND)
    # A second of counting would hold up everybody else in this process.
    packed = await asyncio.to_thread(pack_round, tuple(errands), tuple(going.values()), half_day)
    desk = _Desk(errands, going, starts_at)
    return HalfDayProposal(
        pair=pair_card(row),
        starts_at=starts_at,
        ends_at=ends_at,
        minutes=minutes,
        walking=numbers[WALKING],
        walks=tuple(desk.walk(choice, packed, minutes) for choice in going),
        left_out=tuple(desk.not_done(each) for each in _strongest(packed.left_out)[:MOST_TOLD]),
        more_left_out=max(0, len(packed.left_out) - MOST_TOLD),
        exact=packed.exact,
        not_agreed=_not_agreed(row),
    )


def _not_agreed(row: ServiceAgreement) -> tuple[str, ...]:
    agreed = agreed_works(row)
    return tuple(work.words for work in WORKS.values() if work not in agreed)


async def _going(row: ServiceAgreement, uids: Sequence[str], starts_at: datetime) -> dict[Choice, Clinician]:
    """Return who goes with what they may do, by name; only those whom planning the visit will not refuse."""
    if not uids:
        raise NobodyGoes
    grants = await working_on(row.provider.id, sorted(set(uids)), starts_at)
    day = local_date(starts_at)
    people = {Choice(grant.account.uid, grant.account.name): grant.account.id for grant in grants}
    if len(people) != len(set(uids)):
        raise NotFound
    await ensure_may_go(grants, day)
    held = await valid_courses(people.values(), day=day)
    roles = {
        choice: [grant.role for grant in grants if grant.account.id == account]
        for choice, account in people.items()
    }
    return {
        choice: Clinician(choice.value, credentials(roles[choice], held.get(people[choice], set())))
        for choice in sorted(people, key=lambda each: each.text)
    }


def _errand(due: Due) -> Errand:
    return Errand(
        resident=due.resident_uid,
        what=due.service,
        minutes=due.minutes,
        credential=due.service,
        urgent=due.urgent,
        overdue_days=due.overdue_days,
        waited_days=due.waited_days,
        hindered=Why.AWAY if due.away else None,
    )


def _strongest(left_out: Sequence[LeftOut]) -> list[LeftOut]:
    return sorted(left_out, key=lambda each: each.errand.claim)


@dataclass(frozen=True)
class _Desk:
    """Puts a packed round into words."""

    dues: Mapping[Errand, Due]
    going: Mapping[Choice, Clinician]
    starts_at: datetime

    def walk(self, choice: Choice, packed: Round, minutes: int) -> Walk:
        return Walk(
            clinician=choice,
            busy=packed.busy[choice.value],
            empty=minutes - packed.busy[choice.value],
            stops=tuple(self._stop(stop) for stop in packed.stops if stop.clinician == choice.value),
        )

    def not_done(self, left: LeftOut) -> NotDone:
        return NotDone(self._told(left.errand), left.why, SENTENCES[left.why])

    def _stop(self, stop: Stop) -> DoneBy:
        errands = tuple(self._told(each) for each in stop.errands)
        return DoneBy(
            begins_at=self.starts_at + timedelta(minutes=stop.begins),
            ends_at=self.starts_at + timedelta(minutes=stop.ends),
            resident_uid=stop.resident,
            resident_name=errands[0].due.resident_name,
            bed=errands[0].due.bed,
            errands=errands,
        )

    def _told(self, errand: Errand) -> Told:
        able = tuple(
            choice for choice, clinician in self.going.items() if errand.credential in clinician.credentials
        )
        return Told(self.dues[errand], able)
