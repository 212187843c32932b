"""The grade of long-term care insurance, as it was entered: whether somebody has one on a day (A04). No score, no answer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tortoise.expressions import Q

from server.assessments.models import Assessment
from server.assessments.rules import RESULTS
from server.assessments.rules.ltc import CODE, GRADE
from server.kit.clock import local_date
from server.people.models import Resident


@dataclass(frozen=True)
class EnteredGrade:
    """One grade, from the day on which it was assessed (where none is written: was final) to its last; a newer one takes over on its own first day."""

    grade: int
    first_day: date
    last_day: date | None

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True)
class EnteredGrades:
    by_resident: Mapping[int, tuple[EnteredGrade, ...]]  # the newest last

    def on(self, resident_id: int, day: date) -> int | None:
        held = [each.grade for each in self.by_resident.get(resident_id, ()) if each.holds_on(day)]
        return held[-1] if held else None


async def entered_grades(*, resident_ids: Iterable[int]) -> EnteredGrades:
    """Return the entered grades of these residents; what hangs on a row that was merged is the person's.

    For what is decided inside the core alone: nothing of a result leaves it but whether the insurance is asked.
    """
    wanted = sorted(set(resident_ids))
    if not wanted:
        return EnteredGrades({})
    merged = Resident.filter(id__in=wanted, merged_into_id__isnull=False).values_list("id", "merged_into_id")
    person = {each: each for each in wanted} | {int(row): int(survivor) for row, survivor in await merged}
    people = sorted(set(person.values()))
    rows = Assessment.filter(
        Q(resident_id__in=people) | Q(resident__merged_into_id__in=people),
        questionnaire=CODE,
        status__in=sorted(RESULTS),
        final_at__isnull=False,
    )
    found: dict[int, list[EnteredGrade]] = defaultdict(list)
    for row in await rows.order_by("final_at", "id").select_related("resident"):
        grade = str(row.answers.get(GRADE, ""))
        if grade.isdigit() and row.final_at is not None:
            first = row.assessed_on or local_date(row.final_at)
            survivor = row.resident.merged_into_id or row.resident_id
            found[survivor].append(EnteredGrade(int(grade), first, row.valid_until))
    return EnteredGrades({each: tuple(found[person[each]]) for each in wanted})
