"""What is known when the lines of one pair's month are written: agreements, what counts, what was claimed, who insures."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from server.alliance.models import ServiceAgreement
from server.alliance.queries import Catalogue, catalogue, parameter
from server.alliance.rules import AgreementContent, Funding, content_of
from server.assessments.queries import EnteredGrades, entered_grades
from server.clinics.queries import designations_of
from server.clinics.rules import DesignationKind, Designations
from server.home_beds.queries import OpenBeds, open_beds_of
from server.kit.clock import local_date
from server.kit.months import Month
from server.people.queries import merged_into, persons_of
from server.settlement.models import StatementLine
from server.settlement.rules import (
    LineKind,
    LineStatus,
    Situation,
    StatementStatus,
)
from server.visits.queries import ConfirmedItem, confirmed_items


@dataclass(frozen=True)
class Pair:
    home_id: int
    provider_id: int
    month: Month
    look_back: int  # days

    @property
    def since(self) -> datetime:
        return self.month.ends - timedelta(days=self.look_back)

    @property
    def fields(self) -> dict[str, Any]:
        return {"home_id": self.home_id, "provider_id": self.provider_id, "month": self.month.first}


@dataclass
class Insurances:
    """What the two insurances ask before they pay: a bed or a grade on that day, and whether they pay this institution."""

    provider_id: int
    designations: Designations
    care_from: dict[date, int] = field(
        default_factory=dict
    )  # the grade from which it pays, as the service's day says
    beds: OpenBeds = field(default_factory=lambda: OpenBeds({}))
    grades: EnteredGrades = field(default_factory=lambda: EnteredGrades({}))

    async def ask_about(self, resident_ids: Sequence[int], days: Iterable[date]) -> None:
        self.beds = await open_beds_of(resident_ids=resident_ids, institution_id=self.provider_id)
        self.grades = await entered_grades(resident_ids=resident_ids)
        for day in set(days) - self.care_from.keys():
            self.care_from[day] = await parameter("settlement.care_from_grade", on=day)

    def situation(self, resident_id: int, day: date, *, used: int) -> Situation:
        grade = self.grades.on(resident_id, day)
        return Situation(
            used=used,
            home_bed=self.beds.was_open(resident_id, day),
            insured_here=self.designations.may_pay(self.provider_id, DesignationKind.MEDICAL, day),
            long_term_care=grade is not None and grade >= self.care_from[day],
            care_insured_here=self.designations.may_pay(
                self.provider_id, DesignationKind.LONG_TERM_CARE, day
            ),
        )


@dataclass
class Books:
    """What is known when the lines of one pair are written; it grows with every line."""

    catalogue: Catalogue
    agreements: Sequence[ServiceAgreement]
    contents: Mapping[int, AgreementContent]
    items: Sequence[ConfirmedItem]  # all that counts within the look back
    claims: Mapping[
        str, tuple[int, StatementStatus]
    ]  # what was claimed of them: the line, how its statement stands
    used: Counter[tuple[int, str, int]]  # free so far, by person, service and year
    claimed: set[tuple[int, str, date]]  # by person, service and day, of any provider
    insurances: Insurances
    persons: dict[int, int] = field(default_factory=dict)  # of each row, the one that stands for its person
    lines: list[StatementLine] = field(default_factory=list)


async def books_of(pair: Pair) -> Books:
    agreements = await ServiceAgreement.filter(home_id=pair.home_id, provider_id=pair.provider_id).order_by(
        "id"
    )
    items = await confirmed_items(
        since=pair.since, until=pair.month.ends, home_id=pair.home_id, provider_id=pair.provider_id
    )
    return Books(
        catalogue=await catalogue(),
        agreements=agreements,
        contents={row.id: content_of(row.content) for row in agreements},
        items=items,
        claims=await _claims(pair),
        used=Counter(),
        claimed=set(),
        insurances=Insurances(
            provider_id=pair.provider_id,
            designations=await designations_of([pair.provider_id]),
        ),
    )


async def _claims(pair: Pair) -> dict[str, tuple[int, StatementStatus]]:
    rows = StatementLine.filter(
        claim_key__isnull=False,
        statement__home_id=pair.home_id,
        statement__provider_id=pair.provider_id,
        kind=LineKind.SERVICE,
        on_day__gte=local_date(pair.since),
    )
    said = await rows.values_list("claim_key", "id", "statement__status")
    return {str(key): (line, StatementStatus(status)) for key, line, status in said}


async def fill(books: Books, items: Sequence[ConfirmedItem]) -> None:
    """Read what these residents have had already, from anybody and on any row: a quota and a day are a person's."""
    if not items:
        return
    first = min(local_date(item.started_at) for item in items).replace(month=1, day=1)
    books.persons = await persons_of(item.resident_id for item in items)
    survivors = sorted(set(books.persons.values()))
    books.persons |= {each: each for each in survivors} | await merged_into(survivors)
    rows = StatementLine.filter(
        Q(claim_key__isnull=False) & ~Q(status=LineStatus.WITHDRAWN),
        resident_id__in=sorted(books.persons),
        kind=LineKind.SERVICE,
        on_day__gte=first,
    )
    for resident, service, day, payer in await rows.values_list("resident_id", "service", "on_day", "payer"):
        person = books.persons[resident]
        books.claimed.add((person, service, day))
        if payer == Funding.PUBLIC_HEALTH:
            books.used[person, service, day.year] += 1
