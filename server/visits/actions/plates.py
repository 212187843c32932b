"""Plates at beds and doors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.access import institution_for
from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.ids import new_uid
from server.kit.transactions import action
from server.visits.access import plate_for
from server.visits.codes import FreshPlate
from server.visits.errors import PlateEnded, TooManyBeds
from server.visits.models import Plate
from server.visits.queries import PlateToPrint
from server.visits.rules import MOST_PLATES, PlateKind


@dataclass(frozen=True)
class PlateWish:
    """A plate to be hung. Its text was made by the caller and goes to the printer only, never through the database."""

    kind: PlateKind
    bed: str
    fresh: FreshPlate


@dataclass(frozen=True)
class PrintBatch:
    batch: str
    home_name: str

    def plates(self, wishes: Sequence[PlateWish]) -> tuple[PlateToPrint, ...]:
        """Return what is to be drawn, with the codes that only the caller has."""
        return tuple(
            PlateToPrint(self.home_name, wish.kind, wish.bed, self.batch, wish.fresh.text) for wish in wishes
        )


@action
async def issue_plates(
    *, actor: Actor, home_uid: str, wishes: Sequence[PlateWish], now: datetime
) -> PrintBatch:
    """Register new plates; older ones of the same places end after some days of overlap."""
    home = await institution_for(actor=actor, uid=home_uid, permission=Permission.PLATE_PRINT, now=now)
    if not 0 < len(wishes) <= MOST_PLATES:
        raise TooManyBeds
    overlap = timedelta(days=await parameter("visits.plate_overlap_days", on=local_date(now)))
    batch = new_uid()
    for wish in wishes:
        await Plate.filter(home_id=home.id, kind=wish.kind, bed=wish.bed, valid_to=None).update(
            valid_to=now + overlap
        )
        await Plate(
            home_id=home.id,
            kind=wish.kind,
            bed=wish.bed,
            digest=wish.fresh.digest,
            key_id=wish.fresh.key_id,
            batch=batch,
            valid_from=now,
            created_at=now,
        ).save()
    await note(
        actor,
        "visits.plates_printed",
        subject_kind="institution",
        subject_uid=home.uid,
        institution_id=home.id,
        detail={"batch": batch, "plates": len(wishes)},
        now=now,
    )
    return PrintBatch(batch=batch, home_name=home.name)


@action
async def retire_plate(*, actor: Actor, plate_uid: str, now: datetime) -> None:
    """End a plate at once: it was photographed, lost, or hangs at the wrong bed."""
    plate = await plate_for(actor=actor, uid=plate_uid, permission=Permission.PLATE_PRINT)
    # One that has ended keeps its end: later, a scan without a network in between would count again.
    if not await Plate.filter(Q(valid_to=None) | Q(valid_to__gt=now), id=plate.id).update(valid_to=now):
        raise PlateEnded
    await note(
        actor,
        "visits.plate_retired",
        subject_kind="plate",
        subject_uid=plate.uid,
        institution_id=plate.home.id,
        now=now,
    )
