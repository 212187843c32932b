"""One bed with everything at it; what was found there comes out of the health record, with its line in the trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.models import Institution
from server.alliance.queries import parameters
from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.home_beds.access import bed_at_a_desk, providers_for
from server.home_beds.errors import NotLivingHere
from server.home_beds.models import (
    HomeBed,
    HomeBedAssessment,
    HomeBedEmergency,
    HomeBedRound,
    HomeBedSpan,
)
from server.home_beds.queries.cards import BedCard, bed_card
from server.home_beds.queries.staff import StaffChoice, staff_at
from server.home_beds.rules import (
    CURRENT,
    LEVEL_WORDS,
    CheckList,
    HomeBedStatus,
    Span,
    checklist_of,
    counted_days,
)
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.access import resident_for
from server.records.access import View, rereading, view_of

_READ, _WORK = Permission.HOME_BED_READ, Permission.HOME_BED_WORK
MOST = 60  # rounds that are shown


@dataclass(frozen=True)
class BedNote:
    """A round, or another note: by whom, and what it says to whoever may read it."""

    at: datetime
    title: str
    by: str
    text: str | None  # None: not shown to this reader, or nothing was written
    written: bool


@dataclass(frozen=True)
class EmergencyLine:
    happened_at: datetime
    taken_to: str
    marked_by: str


@dataclass(frozen=True)
class BedSheet:
    card: BedCard
    days: int
    spans: tuple[tuple[date, date | None], ...]  # the first day, and the first that no longer counts
    version: str  # of the check-list that was gone through
    criteria: tuple[str, ...]
    notes: tuple[BedNote, ...]  # the newest first
    emergencies: tuple[EmergencyLine, ...]
    history: tuple[HistoryLine, ...]
    checklist: CheckList | None  # to be gone through now
    staff: tuple[StaffChoice, ...]
    least_rounds: int
    limits: str
    may_work: bool
    may_mark: bool


@dataclass(frozen=True)
class NewBedSheet:
    resident_uid: str
    resident_name: str
    place: str
    institutions: tuple[tuple[str, str], ...]


async def new_bed_sheet(*, actor: Actor, resident_uid: str, now: datetime) -> NewBedSheet:
    """Return where a bed may be asked for."""
    apply = Permission.HOME_BED_APPLY
    resident = await resident_for(actor=actor, uid=resident_uid, permission=apply, now=now)
    if resident.home_id is None:
        raise NotLivingHere
    rows = await Institution.filter(providers_for(resident, now=now)).order_by("id")
    own = actor.institutions_with(apply)
    found = [row for row in rows if row.kind.is_medical and (resident.home_id in own or row.id in own)]
    return NewBedSheet(
        resident.uid, resident.name, resident.bed or "", tuple((row.uid, row.name) for row in found)
    )


@rereading
async def bed_sheet(*, actor: Actor, uid: str, now: datetime) -> BedSheet:
    """Return one bed to its two institutions; what was found is shown as far as the record shows it to the reader."""
    row = await bed_at_a_desk(actor=actor, uid=uid, permission=_READ)
    works = row.institution_id in actor.institutions_with(_WORK)
    judged = (
        await HomeBedAssessment.filter(bed_id=row.id).order_by("-id").select_related("assessed_by").first()
    )
    rounds = HomeBedRound.filter(bed_id=row.id).order_by("-made_at").limit(MOST).select_related("made_by")
    made = await rounds
    taken = HomeBedEmergency.filter(bed_id=row.id).order_by("-happened_at").select_related("marked_by")
    emergencies = tuple(
        [EmergencyLine(each.happened_at, each.taken_to, each.marked_by.name) for each in await taken]
    )
    spans = await HomeBedSpan.filter(bed_id=row.id).order_by("started_at")
    stretches = [Span(each.started_at, each.ended_at) for each in spans]
    texts = await _texts(actor, row, judged, made, now)
    numbers = await parameters(LIMITS, on=now)
    assessing = works and row.status is HomeBedStatus.APPLIED
    list_used = checklist_of(judged.version) if judged else None
    # What was ticked says what somebody suffers from: it is read where the bed is, or with the entry that it stands behind.
    told = row.institution_id in actor.institutions_with(_READ) or (judged and judged.entry_uid in texts)
    return BedSheet(
        card=bed_card(row, now=now, may_work=works),
        days=counted_days(stretches, since=date.min, until=date.max, today=local_date(now)),
        spans=tuple(
            (local_date(each.started_at), local_date(each.ended_at) if each.ended_at else None)
            for each in stretches
        ),
        version=judged.version if judged else "",
        criteria=list_used.words_of(judged.ticked) if judged and list_used and told else (),
        notes=_notes(row, judged, made, texts),
        emergencies=emergencies,
        history=await history_of(subject_uid=row.uid),
        checklist=CURRENT if assessing else None,
        staff=await staff_at(row.institution_id, now=now) if assessing else (),
        least_rounds=numbers["home_beds.least_rounds_a_week"],
        limits=_limits(numbers),
        may_work=works,
        may_mark=row.status in {HomeBedStatus.OPENED, HomeBedStatus.SUSPENDED}
        and bool({row.home_id, row.institution_id} & actor.institutions_with(Permission.HOME_BED_APPLY)),
    )


LIMITS = ("home_beds.most_days", "home_beds.most_days_a_year", "home_beds.most_times_a_year", "home_beds.least_rounds_a_week")  # fmt: skip


def _limits(numbers: dict[str, int]) -> str:
    return (
        f"一次不超过 {numbers['home_beds.most_days']} 天，一年累计不超过 {numbers['home_beds.most_days_a_year']} 天、"
        f"{numbers['home_beds.most_times_a_year']} 次；建床那天算一天，撤床和住院那天不算。"
    )


async def _texts(
    actor: Actor,
    row: HomeBed,
    judged: HomeBedAssessment | None,
    rounds: Sequence[HomeBedRound],
    now: datetime,
) -> dict[str, str]:
    """Return what the reader may read of it, by the entry's uid, and leave the line of this look."""
    wanted = {judged.entry_uid if judged else None, row.summary_uid, *(each.entry_uid for each in rounds)}
    try:
        view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=Purpose.VISIT, now=now)
    except NotFound:  # nothing was written yet, and nothing consented to
        return {}
    return await _shown(view, sorted(each for each in wanted if each), now)


async def _shown(view: View, uids: list[str], now: datetime) -> dict[str, str]:
    entries = await view.entries().filter(uid__in=uids) if uids else []
    await trail.record([view.line("home_beds.sheet", entries)], now=now)
    return {entry.uid: str(entry.body.get("text", "")) for entry in entries}


def _notes(
    row: HomeBed,
    judged: HomeBedAssessment | None,
    rounds: Sequence[HomeBedRound],
    texts: dict[str, str],
) -> tuple[BedNote, ...]:
    found = [
        BedNote(
            each.made_at,
            LEVEL_WORDS[each.level] if each.entry_uid else "双方确认的上门服务",
            each.made_by.name if each.made_by else "",
            texts.get(each.entry_uid or ""),
            each.entry_uid is not None,
        )
        for each in rounds
    ]
    if judged:
        text = texts.get(judged.entry_uid or "")
        found.append(BedNote(judged.created_at, "收治评估", judged.assessed_by.name, text, written=True))
    if row.summary_uid and row.ended_at:
        found.append(BedNote(row.ended_at, "撤床小结", "", texts.get(row.summary_uid), written=True))
    return tuple(sorted(found, key=lambda each: each.at, reverse=True))
