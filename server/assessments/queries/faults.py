"""What must never be true of these tables, for `python -m server check`. Sheets are read in batches so that a city fits."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from server.assessments.models import Assessment, AssessmentDispute, CareLevel
from server.assessments.rules import LIVE, RESULTS, AssessmentStatus, DisputeStatus
from server.assessments.rules import gbt42195 as gbt
from server.assessments.rules.scoring import AbilityLevel, final_level, preliminary_level

BATCH = 1000


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  every feature is asked alike
    """Return one line per broken invariant; each names rows by uid only."""
    return [*await _sheets(), *await _disputes(), *await _levels()]


async def _sheets() -> list[str]:
    found: list[str] = []
    last = 0
    while batch := await Assessment.filter(id__gt=last).order_by("id").limit(BATCH):
        last = batch[-1].id
        for row in batch:
            found += [f"A12 assessment {row.uid} {said}" for said in _of(row)]
    return found


def _of(row: Assessment) -> Iterator[str]:
    if (row.live_key is not None) is not (row.status in LIVE):
        yield "is under work without its key, or keeps it for nothing"
    if (row.status in RESULTS) is not (row.entry_uid is not None and row.final_at is not None):
        yield "is a result that the record does not have, or the other way round"
    if (row.status is AssessmentStatus.SUPERSEDED) is not (row.replaced_by_id is not None):
        yield "was superseded by nothing, or replaced and still holds"
    if row.second_by_id is not None and row.second_by_id == row.first_by_id:
        yield "was signed twice by one person"
    if row.status in RESULTS and row.questionnaire == gbt.CODE and not _adds_up(row):
        yield "does not add up to its level"


def _adds_up(row: Assessment) -> bool:
    """Tell whether table C follows from itself: parts to total, total to level, grounds to the final level."""
    score = row.score
    total = sum(part["score"] for part in score["parts"])
    preliminary = preliminary_level(total)
    stacking = bool(score["numbers"]["stack_adjustments"])
    level = final_level(preliminary, score["triggers"], stacking=stacking)
    told = (score["total"], score["preliminary"], score["level"], row.level)
    return told == (total, int(preliminary), int(level), int(level))


async def _disputes() -> list[str]:
    rows = AssessmentDispute.filter(status=DisputeStatus.OPEN)
    open_ones: Sequence[int] = [int(str(each)) for each in await rows.values_list("assessment_id", flat=True)]
    disputed = Assessment.filter(status=AssessmentStatus.DISPUTED)
    pairs = dict(await disputed.values_list("id", "uid"))
    found = [
        f"A12 assessment {uid} is in dispute by nobody" for row, uid in pairs.items() if row not in open_ones
    ]
    if len(set(open_ones)) != len(open_ones) or set(open_ones) - pairs.keys():
        found.append("A12 a dispute is open about what is not in dispute, or twice")
    return found


async def _levels() -> list[str]:
    rows = CareLevel.all().select_related("assessment")
    found = []
    async for row in rows:
        if (row.current_key is None) is (row.until is None):
            found.append(f"A14 care level {row.uid} has ended and holds, or neither")
        if row.assessment.resident_id != row.resident_id or row.assessment.level not in set(AbilityLevel):
            found.append(f"A14 care level {row.uid} follows from nothing")
    return found
