"""What is known of one resident, and the care level of a whole home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from server.assessments.access import MAKE, RELATIONS, worked_on_by
from server.assessments.models import Assessment, CareLevel
from server.assessments.queries.cards import CareCard, ResultCard, WorkCard, care_card, result_card, work_card
from server.assessments.rules import CURRENT, REASON_WORDS, AssessmentReason
from server.audit import trail
from server.authority.actor import Actor
from server.consent.rules import Purpose
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.people.access import resident_for, residents_visible_to
from server.people.models import Resident
from server.records.access import View, rereading, view_of
from server.records.rules import EntryKind

MOST_SHOWN = 50


@dataclass(frozen=True)
class ResidentAssessments:
    """The results that the reader may see, the newest first; for staff, what their own institution works on."""

    resident: str
    resident_uid: str
    results: tuple[ResultCard, ...]
    care: CareCard | None
    work: tuple[WorkCard, ...]
    may_begin: bool

    @property
    def questionnaires(self) -> list[tuple[str, str]]:
        return [(each.code, each.title) for each in CURRENT.values()]

    @property
    def reasons(self) -> list[tuple[AssessmentReason, str]]:
        return list(REASON_WORDS.items())


@rereading
async def of_resident(
    *, actor: Actor, resident_uid: str, purpose: Purpose, now: datetime
) -> ResidentAssessments:
    """Return what one reader may see of one resident's assessments, and leave the line of this look.

    Whoever may assess somebody of whose record they may see nothing is shown that: there is nothing, and where to begin.
    """
    try:
        view = await view_of(actor=actor, resident_uid=resident_uid, purpose=purpose, now=now)
    except NotFound:
        return await _nothing_known(actor, resident_uid, now)
    written = view.versions().filter(kind=EntryKind.ASSESSMENT, version=1)
    entries = await written.order_by("-effective_at", "-id").limit(MOST_SHOWN)
    rows = (
        await Assessment.filter(entry_uid__in=[entry.uid for entry in entries])
        .order_by("-final_at", "-id")
        .limit(MOST_SHOWN)
        .select_related(*RELATIONS)
        if entries
        else []
    )
    await trail.record([view.line("assessments.of_resident", entries)], now=now)
    own = actor.institutions_with(MAKE) if view.family is None else frozenset()
    return ResidentAssessments(
        resident=view.resident.name,
        resident_uid=view.resident.uid,
        results=tuple(result_card(row, today=local_date(now)) for row in rows),
        care=await _care(view, rows),
        work=await _work(actor, view.ids) if own else (),
        may_begin=bool(own) and await _within_reach(view, actor, now),
    )


async def _care(view: View, seen: Sequence[Assessment]) -> CareCard | None:
    """Return the care level that holds, to whoever sees the result that it follows from."""
    row = (
        await CareLevel.filter(
            resident_id__in=view.ids,
            current_key__isnull=False,
            assessment_id__in=[each.id for each in seen],
        )
        .select_related("assessment")
        .order_by("-id")
        .first()
    )
    return care_card(row) if row else None


async def _nothing_known(actor: Actor, resident_uid: str, now: datetime) -> ResidentAssessments:
    resident = await resident_for(actor=actor, uid=resident_uid, permission=MAKE, now=now)
    work = await _work(actor, [resident.id])
    return ResidentAssessments(
        resident.name, resident.uid, results=(), care=None, work=work, may_begin=resident.died_at is None
    )


async def _work(actor: Actor, resident_ids: Sequence[int]) -> tuple[WorkCard, ...]:
    rows = Assessment.filter(worked_on_by(actor=actor), resident_id__in=resident_ids).order_by("-id")
    return tuple(work_card(row) for row in await rows.select_related(*RELATIONS))


async def _within_reach(view: View, actor: Actor, now: datetime) -> bool:
    reached = residents_visible_to(actor=actor, permission=MAKE, now=now)
    return await Resident.filter(reached, id=view.resident.id, died_at=None).exists()


async def visits_a_month_in(*, home_id: int) -> dict[int, int]:
    """Return how often the care level asks that each resident of a home be visited; for plans of rounds, below `visits`."""
    held = CareLevel.filter(resident__home_id=home_id, current_key__isnull=False)
    return {
        resident: int(times) for resident, times in await held.values_list("resident_id", "visits_a_month")
    }
