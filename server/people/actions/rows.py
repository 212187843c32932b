"""How rows of the register are made and changed; used inside the actions of this room only."""

from datetime import date, datetime
from typing import Any

from tortoise.expressions import F

from server.alliance.models import Institution
from server.audit import trail
from server.audit.actions import note
from server.authority.actor import Actor
from server.kit import sealing
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.outbox.actions import enqueue
from server.people.actions.grants import end_conflicting, end_entrusted
from server.people.errors import AlreadyInHome, BedTaken, NoNursingBed, WrongCareState
from server.people.models import NATIONAL_ID, PHONE, CareStateChange, Resident, ResidentStay
from server.people.rules import (
    CARE_MOVES,
    EFFECTS,
    CareCause,
    CareEvent,
    CareState,
    Sex,
    StayEnd,
    bed_key,
    nursing_key,
)


def new_resident(
    *, name: str, sex: Sex, birth_date: date, national_id: str | None, phone: str | None, now: datetime
) -> Resident:
    """Make the row, sealed, not yet saved and living nowhere."""
    row = Resident(name=name, sex=sex, birth_date=birth_date, care_state=CareState.LEFT, created_at=now)
    if national_id:
        for column, value in sealed_national_id(row.uid, national_id).items():
            setattr(row, column, value)
    if phone:
        for column, value in sealed_phone(row.uid, phone).items():
            setattr(row, column, value)
    return row


def sealed_national_id(uid: str, number: str) -> dict[str, Any]:
    return {
        "national_id_sealed": sealing.seal(number, place=f"{NATIONAL_ID}|{uid}"),
        "national_id_index": sealing.blind_index(number, column=NATIONAL_ID),
    }


def sealed_phone(uid: str, phone: str) -> dict[str, Any]:
    return {
        "phone_sealed": sealing.seal(phone, place=f"{PHONE}|{uid}"),
        "phone_index": sealing.blind_index(phone, column=PHONE),
    }


async def lock(row: Resident) -> None:
    """Be alone with this resident until the transaction ends."""
    await Resident.filter(id=row.id).update(touched=F("touched") + 1)
    await row.refresh_from_db()
    if row.merged_into_id is not None:
        raise NotFound  # merged a moment ago


async def ensure_bed_free(home_id: int, bed: str | None, *, except_id: int = 0) -> None:
    key = bed_key(home_id, bed)
    if key is not None and await Resident.filter(bed_key=key).exclude(id=except_id).exists():
        raise BedTaken(fields={"bed": BedTaken.message})


async def move_in(actor: Actor, row: Resident, home_id: int, bed: str | None, *, now: datetime) -> None:
    """Begin a stay, and the residential state for somebody who had left; `row` is locked.

    Whoever works in the home and acted for the resident as family does so no longer (I4).
    """
    await ensure_bed_free(home_id, bed, except_id=row.id)
    async with refusing_duplicates(BedTaken):
        changed = await Resident.filter(id=row.id, home_id__isnull=True).update(
            home_id=home_id, bed=bed, bed_key=bed_key(home_id, bed)
        )
    if not changed:
        raise AlreadyInHome
    stay = ResidentStay(
        resident_id=row.id, home_id=home_id, bed=bed, started_at=now, open_key=str(row.id), created_at=now
    )
    await stay.save()
    await row.refresh_from_db()
    if row.care_state is CareState.LEFT:
        await change_care(actor, row, CareEvent.ADMIT, CareCause.ADMISSION, stay.uid, now=now)
    elif EFFECTS[row.care_state].nursing_bed:  # the care state goes along, its bed is the new home's
        await _hold_nursing_bed(row.id, await free_nursing_key(home_id))
    await noted(actor, "people.admitted", row, now=now, institution_id=home_id)
    await end_conflicting(actor, row, now=now)


async def move_out(actor: Actor, row: Resident, reason: StayEnd, *, now: datetime) -> None:
    """End the open stay; `row` is locked and lives in a home. The care state is the caller's matter.

    What the home was entrusted with ends with the stay; family, consents, seats and waiting entries are the
    resident's own and go along.
    """
    home_id = row.home_id
    await Resident.filter(id=row.id).update(home_id=None, bed=None, bed_key=None)
    await ResidentStay.filter(resident_id=row.id, ended_at__isnull=True).update(
        ended_at=now, end_reason=reason, open_key=None
    )
    await _hold_nursing_bed(row.id, None)
    await trail.rights_changed(row.id, now=now)
    await row.refresh_from_db()
    await noted(actor, "people.discharged", row, now=now, institution_id=home_id, reason=reason)
    await end_entrusted(actor, row, home_id, now=now)


async def change_bed_of(actor: Actor, row: Resident, bed: str | None, *, now: datetime) -> None:
    """Begin a stay in another bed of the same home; `row` is locked and lives there."""
    home_id = row.home_id or 0
    await ensure_bed_free(home_id, bed, except_id=row.id)
    async with refusing_duplicates(BedTaken):
        await Resident.filter(id=row.id).update(bed=bed, bed_key=bed_key(home_id, bed))
    await ResidentStay.filter(resident_id=row.id, ended_at__isnull=True).update(
        ended_at=now, end_reason=StayEnd.CHANGED_BED, open_key=None
    )
    await ResidentStay(
        resident_id=row.id, home_id=home_id, bed=bed, started_at=now, open_key=str(row.id), created_at=now
    ).save()
    await noted(actor, "people.bed_changed", row, now=now)


async def change_care(
    actor: Actor, row: Resident, event: CareEvent, cause: CareCause, cause_uid: str | None, *, now: datetime
) -> None:
    """Close the open interval and begin the next at the same instant (I15)."""
    before, after = row.care_state, CARE_MOVES.after(row.care_state, event)
    if not await Resident.filter(id=row.id, care_state=before).update(care_state=after):
        raise WrongCareState
    await CareStateChange.filter(resident_id=row.id, ended_at__isnull=True).update(
        ended_at=now, open_key=None, nursing_key=None
    )
    key = await free_nursing_key(row.home_id) if EFFECTS[after].nursing_bed else None
    async with refusing_duplicates(NoNursingBed):  # somebody else has just taken the last one
        await open_care_state(row.id, after, cause, cause_uid, key=key, now=now)
    row.care_state = after
    await noted(
        actor, "people.care_state_changed", row, now=now, detail={"from": before, "to": after, "cause": cause}
    )
    await enqueue("people.care_state_changed", {"resident": row.uid, "to": after}, now=now)


async def open_care_state(
    resident_id: int,
    state: CareState,
    cause: CareCause,
    cause_uid: str | None,
    *,
    key: str | None = None,
    now: datetime,
) -> None:
    await CareStateChange(
        resident_id=resident_id,
        state=state,
        started_at=now,
        cause=cause,
        cause_uid=cause_uid,
        open_key=str(resident_id),
        nursing_key=key,
        created_at=now,
    ).save()


async def free_nursing_key(home_id: int | None) -> str | None:
    """Return the key of a nursing bed that nobody holds, or refuse with `NoNursingBed`; None where none are registered."""
    home = await Institution.get_or_none(id=home_id) if home_id is not None else None
    if home is None or not home.nursing_beds:
        return None
    held = CareStateChange.filter(nursing_key__startswith=f"{home.id}/", ended_at__isnull=True)
    taken = {str(key) for key in await held.values_list("nursing_key", flat=True)}
    keys = (nursing_key(home.id, place) for place in range(1, home.nursing_beds + 1))
    free = next((key for key in keys if key not in taken), None)
    if free is None:
        raise NoNursingBed
    return free


async def _hold_nursing_bed(resident_id: int, key: str | None) -> None:
    async with refusing_duplicates(NoNursingBed):
        await CareStateChange.filter(resident_id=resident_id, ended_at__isnull=True).update(nursing_key=key)


async def noted(
    actor: Actor,
    what: str,
    row: Resident,
    *,
    now: datetime,
    institution_id: int | None = None,
    reason: str | None = None,
    detail: dict[str, Any] | None = None,
) -> None:
    await note(
        actor,
        what,
        subject_kind="resident",
        subject_uid=row.uid,
        resident_id=row.id,
        institution_id=institution_id or row.home_id,
        reason=reason,
        detail=detail,
        now=now,
    )
