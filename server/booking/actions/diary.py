"""What a resident has booked already, and whether one more booking fits in (I24)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F

from server.alliance.queries import parameter
from server.booking.actions.seats import reclaim
from server.booking.errors import AlreadyBooked, AlreadyHeld, Overlapping, TooManyOpen
from server.booking.models import Appointment, Slot
from server.booking.queries.diaries import diaries, has_run_out
from server.booking.rules import OPEN_STATUSES, AppointmentStatus, Source
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.access import Standing, Way
from server.people.models import Resident


@dataclass(frozen=True)
class Wish:
    """For whom, for what, and who asks."""

    resident: Resident
    standing: Standing
    reason: str
    companion_note: str
    source: Source
    overlap_reason: str | None = None


async def be_alone_with(resident: Resident) -> None:
    """Let one booking at a time look into this resident's diary and write in it (I24)."""
    alone = await Resident.filter(id=resident.id, died_at=None, merged_into_id=None).update(
        touched=F("touched") + 1
    )
    if not alone:
        raise NotFound


async def look_into_diary(
    wish: Wish, slot: Slot, *, instead_of: Appointment | None = None, now: datetime
) -> str | None:
    """Refuse a second booking of the same time or one too many; return the reason if an overlap was allowed."""
    rows = [
        row
        for row in await diaries([wish.resident.id], now=now)
        if instead_of is None or row.id != instead_of.id
    ]
    limit = None if instead_of is not None else await most_open(now)
    overlap_reason = judge_diary(rows, wish, slot, limit=limit, now=now)
    if any(row.slot_id == slot.id for row in rows):  # a hold of their own that has run out
        await reclaim([slot.id], now=now)
    return overlap_reason


async def most_open(now: datetime) -> int:
    return await parameter("booking.open_per_resident", on=local_date(now))


def judge_diary(
    rows: Iterable[Appointment], wish: Wish, slot: Slot, *, limit: int | None, now: datetime
) -> str | None:
    live = [row for row in rows if not has_run_out(row, now)]
    _refuse_same_slot(live, slot)
    overlaps = any(row.slot.starts_at < slot.ends_at and slot.starts_at < row.slot.ends_at for row in live)
    by_staff = wish.standing.way in (Way.HOME_STAFF, Way.PARTNER_STAFF)
    if overlaps and not (by_staff and wish.overlap_reason):
        raise Overlapping
    if limit is not None and sum(row.status in OPEN_STATUSES for row in live) >= limit:
        raise TooManyOpen
    return wish.overlap_reason if overlaps else None


def _refuse_same_slot(live: list[Appointment], slot: Slot) -> None:
    for row in live:
        if row.slot.id == slot.id:
            raise AlreadyHeld if row.status == AppointmentStatus.HELD else AlreadyBooked
