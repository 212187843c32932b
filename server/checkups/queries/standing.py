"""How it stands with each of many residents in one year: everything that decides, in one statement each."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from server.alliance.queries import parameters
from server.checkups.models import CheckupFacts, CheckupPlace, CheckupReport
from server.checkups.rules import (
    AGE,
    EDITIONS,
    POLICY,
    Ages,
    Eligibility,
    Insurance,
    Item,
    Person,
    PlaceStatus,
    eligibility,
)
from server.kit.clock import age_on, local_date
from server.people.models import Resident, ResidentStay
from server.people.rules import CareState


def missing_of(report: CheckupReport, birth_date: date) -> tuple[str, ...]:
    """Return in words what the form of a report still needs, by the age of its day."""
    return tuple(item.words for item in _lacking(report, birth_date))


def _lacking(report: CheckupReport, birth_date: date) -> tuple[Item, ...]:
    age = age_on(birth_date, report.examined_on)
    return EDITIONS[report.edition].missing(report.values, age=age)


async def ages_on(day: date) -> Ages:
    return ages_of(await parameters((*POLICY, AGE), on=day))


def ages_of(numbers: Mapping[str, int]) -> Ages:
    """Read the ages from the policy numbers in force, or from those that somebody tries out."""
    return Ages(
        home_age=numbers[AGE],
        public_health_age=numbers["checkups.public_health_age"],
        at_year_end=bool(numbers["checkups.age_at_year_end"]),
        resident_days=numbers["checkups.resident_days"],
    )


async def standings(
    rows: Sequence[Resident], *, year: int, now: datetime, ages: Ages | None = None
) -> Mapping[int, Eligibility]:
    """Return how it stands with each, by the resident's id."""
    ids, today = [row.id for row in rows], local_date(now)
    ages = ages or await ages_on(today)
    facts = {
        each.resident_id: each for each in await CheckupFacts.filter(current_key__in=[str(i) for i in ids])
    }
    keys = [f"{each}/{year}" for each in ids]
    reports = {
        each.resident_id: each
        for each in await CheckupReport.filter(year_key__in=keys).select_related("institution")
    }
    stays = ResidentStay.filter(open_key__in=[str(each) for each in ids])
    since = dict(await stays.values_list("resident_id", "started_at"))
    refused = CheckupPlace.filter(resident_id__in=ids, campaign__year=year, status=PlaceStatus.DECLINED)
    declined = set(await refused.values_list("resident_id", flat=True))
    return {
        row.id: eligibility(
            _person(
                row, since.get(row.id), facts.get(row.id), reports.get(row.id), said_no=row.id in declined
            ),
            year=year,
            today=today,
            ages=ages,
        )
        for row in rows
    }


def _person(
    row: Resident,
    since: datetime | None,
    facts: CheckupFacts | None,
    report: CheckupReport | None,
    *,
    said_no: bool,
) -> Person:
    lacking = _lacking(report, row.birth_date) if report else ()
    return Person(
        birth_date=row.birth_date,
        here_since=local_date(since) if since is not None else None,
        died=row.died_at is not None,
        in_hospital=row.care_state is CareState.INPATIENT,
        insurance=facts.insurance if facts else Insurance.UNKNOWN,
        extreme_poverty=facts.extreme_poverty if facts else False,
        examined_on=report.examined_on if report else None,
        examined_where=report.institution.name if report else "",
        missing=tuple(item.words for item in lacking),
        missing_here=any(item.on_site for item in lacking),
        employer_exam_on=facts.employer_exam_on if facts else None,
        employer_exam_where=facts.employer_exam_where if facts else "",
        declined=said_no,
    )
