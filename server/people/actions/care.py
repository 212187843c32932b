"""颐养, 住院, 休养; and death, which ends every authority (I3)."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import resident_for
from server.people.actions.grants import end_all
from server.people.actions.rows import change_care, lock, move_out, noted
from server.people.errors import CauseNotCited, ResidentDeceased, WrongCareState
from server.people.models import Resident
from server.people.rules import (
    CARE_MOVES,
    CITED_ONLY,
    EVENTS_OF_A_STAY,
    STATES_OF_A_STAY,
    CareCause,
    CareEvent,
    CareState,
    EndReason,
    StayEnd,
)


@action
async def transition(
    *,
    actor: Actor,
    resident_uid: str,
    event: CareEvent,
    cause: CareCause,
    cause_uid: str | None = None,
    now: datetime,
) -> CareState:
    """Carry out a change of care state that cites its cause; leaving and dying have actions of their own."""
    if event not in EVENTS_OF_A_STAY:
        raise WrongCareState
    if cause in CITED_ONLY and cause_uid is None:
        raise CauseNotCited(fields={"cause": CauseNotCited.message})
    row = await resident_for(actor=actor, uid=resident_uid, permission=Permission.RESIDENT_ADMIT, now=now)
    await lock(row)
    await change_care(actor, row, event, cause, cause_uid, now=now)
    return CareState(row.care_state)


@action
async def follow_event(
    *, actor: Actor, resident_id: int, event: CareEvent, cause: CareCause, cause_uid: str, now: datetime
) -> bool:
    """Let the care state follow what happened in a feature above, in its transaction (I33); tell whether it changed.

    No door of its own: who may receive somebody, or take them back, is asked where that is done, and its uid is cited. A
    state that already says so, or that the home has changed since in its own way, stays as it is. Refuses with
    `WrongCareState` for who lives in no home any more.
    """
    row = await Resident.get(id=resident_id)
    await lock(row)
    if row.care_state not in STATES_OF_A_STAY or row.died_at is not None:
        raise WrongCareState
    if not CARE_MOVES.allows(row.care_state, event):
        return False
    await change_care(actor, row, event, cause, cause_uid, now=now)
    return True


@action
async def record_death(*, actor: Actor, resident_uid: str, died_at: datetime, now: datetime) -> None:
    """End the stay, the care state and every proxy grant in one transaction (I3)."""
    row = await resident_for(actor=actor, uid=resident_uid, permission=Permission.RESIDENT_ADMIT, now=now)
    await lock(row)
    if not await Resident.filter(id=row.id, died_at__isnull=True).update(died_at=min(died_at, now)):
        raise ResidentDeceased
    await end_all(actor, row, EndReason.DEATH, now=now)
    home_id = row.home_id
    if home_id is not None:
        await move_out(actor, row, StayEnd.DIED, now=now)
    await change_care(actor, row, CareEvent.DIE, CareCause.REPORTED, None, now=now)
    await noted(actor, "people.died", row, now=now, institution_id=home_id)
    await enqueue("people.died", {"resident": row.uid}, now=now, once_key=f"people.died:{row.uid}")
