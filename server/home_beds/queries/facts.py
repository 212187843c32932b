"""What other rooms ask: is a bed open on that day (settlement), and how often somebody has to come (visits)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from tortoise.expressions import Q

from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.rules import HomeBedStatus, Span, open_on
from server.people.queries import persons_of


@dataclass(frozen=True)
class OpenBeds:
    """For some residents and one institution: the stretches for which a bed was open there."""

    spans: Mapping[int, tuple[Span, ...]]  # by the resident's row, merged ones included

    def was_open(self, resident_id: int, day: date) -> bool:
        return open_on(self.spans.get(resident_id, ()), day)


async def open_beds_of(*, resident_ids: Iterable[int], institution_id: int) -> OpenBeds:
    """Return what decides whether a service given there was given at an open home bed; a merged row's beds are its survivor's."""
    wanted = sorted(set(resident_ids))
    if not wanted:
        return OpenBeds({})
    person = await persons_of(wanted)
    people = sorted(set(person.values()))
    theirs = Q(resident_id__in=people) | Q(resident__merged_into_id__in=people)
    rows = HomeBedSpan.filter(theirs, institution_id=institution_id).select_related("resident")
    by_person: dict[int, list[Span]] = defaultdict(list)
    for row in await rows:
        by_person[row.resident.merged_into_id or row.resident_id].append(Span(row.started_at, row.ended_at))
    return OpenBeds({each: tuple(by_person[person[each]]) for each in wanted})


async def rounds_a_week_in(*, home_id: int, institution_id: int) -> dict[int, int]:
    """Return how often a week somebody of the institution has to come to whom of a home, because a bed is open."""
    rows = HomeBed.filter(home_id=home_id, status=HomeBedStatus.OPENED, institution_id=institution_id)
    asked = await rows.select_related("resident")
    return {row.resident.merged_into_id or row.resident_id: row.rounds_a_week or 1 for row in asked}
