"""What follows from news of other features: the care state suspends and reopens, a confirmed visit was a round."""

from collections.abc import Collection, Iterable
from datetime import datetime

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor
from server.home_beds.access import RELATIONS
from server.home_beds.actions.aligning import align
from server.home_beds.actions.moving import tell
from server.home_beds.actions.working import came_by
from server.home_beds.errors import NotThisNow
from server.home_beds.models import HomeBed, HomeBedRound
from server.home_beds.rules import LIVE, HomeBedStatus
from server.kit.transactions import action
from server.people.queries import persons_of

_S = HomeBedStatus


@action
async def follow_care_state(*, actor: Actor, resident_uid: str, now: datetime) -> int:
    """Bring the beds of one person to what the care state says; return how many steps that took."""
    theirs = Q(resident__uid=resident_uid) | Q(resident__merged_into__uid=resident_uid)
    rows = HomeBed.filter(theirs, status__in=sorted(LIVE)).order_by("id").select_related(*RELATIONS)
    return sum([await align(actor, row, now=now) for row in await rows])


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
    """Let a visit that both institutions confirmed count as a round at the beds of those who were seen; once.

    Corrected since, it counts as it is now: who was not seen loses the round and the deadline that followed from it.
    """
    seen = set((await persons_of(resident_ids)).values())
    done = await _set_right(actor, visit_uid, seen, made_at, now)
    theirs = Q(resident_id__in=[*sorted(seen), 0]) | Q(resident__merged_into_id__in=[*sorted(seen), 0])
    rows = HomeBed.filter(theirs, institution_id=institution_id, status=_S.OPENED)
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


async def _set_right(
    actor: Actor, visit_uid: str, seen: Collection[int], made_at: datetime, now: datetime
) -> int:
    """Take back the rounds of a visit at which somebody was not seen after all, and move those whose time was corrected."""
    # "<visit uid>/<bed id>", as a range of its index: "0" comes after "/".
    noted = HomeBedRound.filter(visit_key__gt=f"{visit_uid}/", visit_key__lt=f"{visit_uid}0")
    done = 0
    for made in await noted.order_by("id").select_related("bed", "resident"):
        was_seen = (made.resident.merged_into_id or made.resident_id) in seen
        if was_seen and made.made_at == made_at:
            continue
        if was_seen:
            await HomeBedRound.filter(id=made.id).update(made_at=made_at)
        else:
            await HomeBedRound.filter(id=made.id).delete()
        if made.bed.status is _S.OPENED:
            await came_by(made.bed, now=now)
        await note(
            actor,
            "home_beds.round_corrected",
            subject_kind="home_bed",
            subject_uid=made.bed.uid,
            resident_id=made.resident_id,
            institution_id=made.bed.institution_id,
            detail={"visit": visit_uid, "seen": was_seen},
            now=now,
        )
        done += 1
    return done
