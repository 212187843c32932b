"""What follows from news of other features: the care state suspends and reopens, a confirmed visit was a round."""

from collections.abc import Iterable
from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.home_beds.access import RELATIONS
from server.home_beds.actions.aligning import align
from server.home_beds.actions.moving import tell
from server.home_beds.actions.working import came_by
from server.home_beds.errors import NotThisNow
from server.home_beds.models import HomeBed, HomeBedRound
from server.home_beds.rules import LIVE, HomeBedStatus
from server.kit.transactions import action

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
    """Let a visit that both institutions confirmed count as a round at the beds of those who were seen; once."""
    rows = HomeBed.filter(
        institution_id=institution_id, status=_S.OPENED, resident_id__in=sorted(set(resident_ids))
    )
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
