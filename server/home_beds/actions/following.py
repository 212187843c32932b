"""What follows from news of other features: the care state suspends and reopens, a confirmed visit was a round.

The care state's own intervals are gone through in their order, so that a message that comes late changes no day: a bed ends
its stretch at the very instant at which somebody went into hospital, and begins the next when they came back.
"""

from collections.abc import Iterable
from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.home_beds.access import RELATIONS
from server.home_beds.actions.moving import carry_out, tell, whole_person
from server.home_beds.actions.working import came_by
from server.home_beds.errors import NotThisNow
from server.home_beds.models import HomeBed, HomeBedRound, HomeBedSpan
from server.home_beds.rules import LIVE, EndReason, HomeBedEvent, HomeBedStatus
from server.kit.transactions import action
from server.people.models import CareStateChange, Resident, ResidentStay
from server.people.queries import persons_of
from server.people.rules import STATES_OF_A_STAY, CareState

_S, _E = HomeBedStatus, HomeBedEvent
GONE = {CareState.DECEASED: (EndReason.DIED, "长者已离世"), CareState.LEFT: (EndReason.LEFT, "长者已退住")}
MOVED = "长者已搬到别的养老院"


@action
async def follow_care_state(*, actor: Actor, resident_uid: str, now: datetime) -> int:
    """Bring the beds of one person to what the care state says; return how many steps that took."""
    theirs = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    rows = HomeBed.filter(theirs, status__in=sorted(LIVE)).order_by("id").select_related(*RELATIONS)
    return sum([await align(actor, row, now=now) for row in await rows])


async def align(actor: Actor, row: HomeBed, *, now: datetime) -> int:
    """Take each step that the care state, or a move to another home, has brought since; in the action around us."""
    person = await whole_person(row)
    done = 0
    for change in await _changes_since(row, person):
        event = _event(row.status, change.state)
        if event is None or row.status not in LIVE:
            continue
        why, words = GONE.get(change.state, (None, ""))
        ends = event is _E.CLOSE and why is not None
        changes = {"end_reason": why} if ends else {}
        await carry_out(actor, row, event, at=change.started_at, reason=words, changes=changes, now=now)
        done += 1
    if row.status in LIVE and person.home_id != row.home_id:
        await _moved_away(actor, row, person, now)
        done += 1
    return done


def _event(status: HomeBedStatus, care: CareState) -> HomeBedEvent | None:
    """Return the step that a care state asks of a bed; None where it asks nothing."""
    if care not in STATES_OF_A_STAY:
        return _E.CLOSE if status in {_S.OPENED, _S.SUSPENDED} else _E.WITHDRAW
    if status is _S.OPENED and care is CareState.INPATIENT:
        return _E.SUSPEND
    if status is _S.SUSPENDED and care is not CareState.INPATIENT:
        return _E.RESUME
    return None


async def _changes_since(row: HomeBed, person: Resident) -> list[CareStateChange]:
    """Return the intervals that began after the bed's own last change, and the one that was running then."""
    last = await HomeBedSpan.filter(bed_id=row.id).order_by("-started_at").first()
    since = row.created_at if last is None else last.ended_at or last.started_at
    running = Q(ended_at__isnull=True) | Q(ended_at__gt=since)
    return await CareStateChange.filter(running, resident_id=person.id).order_by("started_at", "id")


async def _moved_away(actor: Actor, row: HomeBed, person: Resident, now: datetime) -> None:
    stays = ResidentStay.filter(resident_id=person.id, home_id=row.home_id, ended_at__isnull=False)
    stay = await stays.order_by("-ended_at").first()
    in_use = row.status in {_S.OPENED, _S.SUSPENDED}
    event, changes = (_E.CLOSE, {"end_reason": EndReason.LEFT}) if in_use else (_E.WITHDRAW, {})
    at = stay.ended_at if stay and stay.ended_at else now
    await carry_out(actor, row, event, at=at, reason=MOVED, changes=changes, now=now)


@action
async def note_visit_rounds(
    *,
    actor: Actor,
    visit_uid: str,
    institution_id: int,
    resident_ids: Iterable[int],
    made_at: datetime,
    now: datetime,
) -> int:
    """Let a visit that both institutions confirmed count as a round at the beds of those who were seen; once."""
    people = sorted(set((await persons_of(resident_ids)).values()))
    theirs = Q(resident_id__in=people) | Q(resident__merged_into_id__in=people)
    rows = HomeBed.filter(theirs, institution_id=institution_id, status=_S.OPENED)
    done = 0
    for row in await rows.order_by("id").select_related(*RELATIONS):
        if row.opened_at is None or made_at < row.opened_at:
            continue
        made = HomeBedRound(
            bed_id=row.id,
            resident_id=row.resident_id,
            made_at=made_at,
            visit_key=f"{visit_uid}/{row.id}",
            created_at=now,
        )
        if await HomeBedRound.filter(visit_key=made.visit_key).exists():
            continue
        await made.save()
        try:
            await came_by(row, now=now)
        except NotThisNow:
            continue  # suspended or closed meanwhile: the round stays, no deadline follows from it
        await tell(actor, "home_beds.round", row, now=now, detail={"visit": visit_uid})
        done += 1
    return done
