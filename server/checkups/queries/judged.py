"""What a report comes to: values checked, what is abnormal by whose lines, and what stands in the health record."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from server.alliance.queries import parameters
from server.checkups.errors import WrongReport
from server.checkups.models import CheckupCampaign, CheckupReport
from server.checkups.rules import EDITIONS, YEARLY, Edition, abnormal
from server.checkups.rules.items import BLOOD, DRUGS, GUIDANCE, LIFE
from server.consent.rules import RecordCategory
from server.kit.clock import age_on, local_date
from server.people.models import Resident
from server.records.rules import BLOOD_PRESSURE, LINES, EntryKind, Lines

LONGEST_CONCLUSION, LONGEST_ADVICE, LONGEST_NOTE, LONGEST_LABS = 500, 500, 2000, 1000
MOST_LINES, LONGEST_LINE = 50, 200
MAIN = "diagnostic_report|exam"  # the entry of the report itself
LABS = "diagnostic_report|labs"  # the entry in which the laboratory's numbers stand
Wrong = tuple[str, str, bool]  # item, sentence, grave
ASKED = frozenset({LIFE, DRUGS, GUIDANCE})  # what was asked rather than found: a note of its own
WELL = "体检未见明显异常"
PRESSURE = frozenset({"systolic", "diastolic"})


@dataclass(frozen=True)
class Found:
    """A report as it was handed in."""

    examined_on: date
    values: Mapping[str, Any]
    conclusion: str = ""
    advice: str = ""
    next_on: date | None = None


@dataclass(frozen=True)
class Entry:
    key: str
    kind: EntryKind
    category: RecordCategory
    code: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Judged:
    found: Found
    edition: Edition
    year: int
    values: Mapping[str, Any]
    abnormal: tuple[tuple[str, str, bool], ...]  # item, sentence, grave
    conclusion: str
    next_on: date
    missing: tuple[str, ...]  # in words: without them the form is not complete
    missing_here: bool  # some of it can be done beside a bed

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(_entries(self))


async def judged(
    campaign: CheckupCampaign,
    resident: Resident,
    found: Found,
    *,
    over: CheckupReport | None = None,
    now: datetime,
) -> Judged:
    """Check a report and judge it, or refuse with `WrongReport` that names every fault.

    Of what it adds to (`over`: the year's report so far) it keeps whatever it does not say itself: the hospital's file tells
    of a film and an ultrasound, not of what was found at the bed.
    """
    edition, day = EDITIONS[campaign.edition], found.examined_on
    faults = {}
    if day.year != campaign.year or day > local_date(now):
        faults["examined_on"] = f"体检日期要在 {campaign.year} 年内，不晚于今天。"
    if found.next_on is not None and found.next_on <= day:
        faults["next_on"] = "下次体检日期要晚于这次体检。"
    if len(found.conclusion) > LONGEST_CONCLUSION or len(found.advice) > LONGEST_ADVICE:
        faults["conclusion"] = f"结论和建议各不超过 {LONGEST_CONCLUSION} 个字。"
    try:
        values = edition.checked(found.values)
        if over is not None:
            values = edition.checked(_together(over.values, values))
    except WrongReport as error:
        raise WrongReport(fields={**faults, **error.fields}) from None
    if faults:
        raise WrongReport(fields=faults)
    numbers = await parameters((*LINES, YEARLY), on=day)
    lines = Lines(numbers, age_on(resident.birth_date, day))
    wrong = tuple(
        (each.item, each.sentence, each.grave)
        for each in abnormal(edition, values, sex=resident.sex, lines=lines)
    )
    if over is not None:
        found = _completed(found, over, edition, usual=timedelta(days=numbers[YEARLY]))
    lacking = edition.missing(values, age=lines.age)
    return Judged(
        found=found,
        edition=edition,
        year=campaign.year,
        values=values,
        abnormal=wrong,
        conclusion=found.conclusion.strip() or _conclusion(edition, wrong),
        next_on=found.next_on or day + timedelta(days=numbers[YEARLY]),
        missing=tuple(item.words for item in lacking),
        missing_here=any(item.on_site for item in lacking),
    )


def is_laboratory(edition: Edition, item: str) -> bool:
    """Tell whether an item is the laboratory's: a category of its own, which may be shared or not."""
    return edition.item(item).group == BLOOD


def _together(kept: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Put new values over those that are kept; a blood pressure is one reading, never half of each."""
    half = PRESSURE if PRESSURE & new.keys() else frozenset[str]()
    return {**{name: value for name, value in kept.items() if name not in half}, **new}


def _completed(found: Found, over: CheckupReport, edition: Edition, *, usual: timedelta) -> Found:
    """Keep what somebody wrote; what was worked out is worked out again."""
    before = [(item, sentence, grave) for item, sentence, grave in over.abnormal]
    wrote = "" if over.conclusion == _conclusion(edition, before) else over.conclusion
    own_day = over.next_on != over.examined_on + usual and over.next_on > found.examined_on
    return replace(
        found,
        conclusion=found.conclusion.strip() or wrote,
        advice=found.advice.strip() or over.advice,
        next_on=found.next_on or (over.next_on if own_day else None),
    )


def _conclusion(edition: Edition, wrong: Sequence[Wrong]) -> str:
    """Say it without the laboratory's numbers, which stand in their own entry."""
    if not wrong:
        return WELL
    seen = [sentence for item, sentence, _ in wrong if not is_laboratory(edition, item)]
    blood = len(wrong) - len(seen)
    told = [*seen, *([f"化验有 {blood} 项异常，见化验结果"] if blood else [])]
    return f"有 {len(wrong)} 项异常：{'；'.join(told)}"[:LONGEST_CONCLUSION]


def _told(report: "Judged", *, laboratory: bool) -> dict[str, Any]:
    lines = [
        sentence[:LONGEST_LINE]
        for item, sentence, _ in report.abnormal
        if is_laboratory(report.edition, item) is laboratory
    ]
    return {"abnormal": lines[:MOST_LINES]} if lines else {}


def _entries(report: Judged) -> Iterator[Entry]:
    """Give the report first, then the measurements, then the laboratory's numbers and the rest as they are read out."""
    title = f"{report.year} 年度健康体检"
    body: dict[str, Any] = {
        "title": title,
        "conclusion": report.conclusion,
        **_told(report, laboratory=False),
    }
    if report.found.advice.strip():
        body["advice"] = report.found.advice.strip()
    code, exam, labs = f"checkup-{report.year}", RecordCategory.EXAM, RecordCategory.LABS
    yield Entry(MAIN, EntryKind.DIAGNOSTIC_REPORT, exam, code, body)
    values = report.values
    if "systolic" in values:
        pressure = {name: values[name] for name in ("systolic", "diastolic")}
        yield Entry("systolic", EntryKind.OBSERVATION, exam, BLOOD_PRESSURE, pressure)
    for item in report.edition.items:
        if item.loinc and item.name in values:
            category = labs if item.group == BLOOD else exam
            yield Entry(item.name, EntryKind.OBSERVATION, category, item.loinc, {"value": values[item.name]})
    blood = _read_out(report, {BLOOD})
    if blood:
        told = {
            "title": f"{title}：化验",
            "conclusion": blood[:LONGEST_LABS],
            **_told(report, laboratory=True),
        }
        yield Entry(LABS, EntryKind.DIAGNOSTIC_REPORT, labs, f"checkup-labs-{report.year}", told)
    asked = _read_out(report, ASKED)
    if asked:
        yield Entry("asked", EntryKind.NOTE, exam, "checkup-asked", {"text": asked[:LONGEST_NOTE]})
    rest = _read_out(report, {item.group for item in report.edition.items} - ASKED - {BLOOD})
    if rest:
        yield Entry("note", EntryKind.NOTE, exam, "checkup-sheet", {"text": rest[:LONGEST_NOTE]})


def _read_out(report: Judged, groups: Collection[str]) -> str:
    return "；".join(
        item.said(report.values[item.name])
        for item in report.edition.items
        if item.name in report.values and item.group in groups
    )
