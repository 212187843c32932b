"""A report and what was found abnormal as they leave the core, with what the reader may see of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.checkups.models import CheckupDuty, CheckupReport
from server.checkups.queries.judged import LABS, MAIN, is_laboratory
from server.checkups.queries.standing import missing_of
from server.checkups.rules import DUTY_WORDS, EDITIONS, SETTLED_WORDS, DutyStatus
from server.checkups.rules.items import BLOOD
from server.kit.clock import local_date
from server.records.access import View

HIDDEN = "长者没有同意把体检内容共享给您的机构，请问体检的医疗机构"


@dataclass(frozen=True)
class ReportCard:
    uid: str
    resident_uid: str
    resident_name: str
    institution_name: str
    author: str
    examined_on: date
    conclusion: str
    advice: str
    next_on: date
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    abnormal: tuple[str, ...]
    missing: tuple[str, ...]  # for a complete form, in words
    citation: str
    version: int
    reason: str
    is_current: bool
    hidden: bool  # what the laboratory found is not shown to this reader: what is told is not all


@dataclass(frozen=True)
class DutyCard:
    uid: str
    report_uid: str
    resident_uid: str
    resident_name: str
    bed: str
    owner_name: str
    sentence: str
    grave: bool
    due_on: date
    overdue: bool
    status: DutyStatus
    status_words: str
    settled_words: str
    note: str
    mine: bool  # the actor's institution owes it


async def entries_shown(view: View, rows: Sequence[CheckupReport]) -> tuple[set[str], list[Any]]:
    """Return which of the reports' entries the reader may see, and those that are current, for the trail."""
    uids = [uid for row in rows for uid in row.entries.values()]
    found = list(await view.versions().filter(uid__in=uids)) if uids else []
    return {each.uid for each in found}, [each for each in found if each.is_current]


def report_card(row: CheckupReport, seen: set[str]) -> ReportCard:
    edition = EDITIONS[row.edition]
    # The laboratory's numbers are a category of their own, which may be shared or not.
    with_labs = LABS not in row.entries or row.entries[LABS] in seen
    items = [each for each in edition.items if each.name in row.values and (with_labs or each.group != BLOOD)]
    groups = {item.group: [(each.words, each.read(row.values[each.name])) for each in items if each.group == item.group] for item in items}  # fmt: skip
    names = {each.name for each in items}
    return ReportCard(
        uid=row.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        institution_name=row.institution.name,
        author=row.author.name,
        examined_on=row.examined_on,
        conclusion=row.conclusion,
        advice=row.advice,
        next_on=row.next_on,
        groups=tuple((group, tuple(pairs)) for group, pairs in groups.items()),
        abnormal=tuple(sentence for item, sentence, _ in row.abnormal if item in names),
        missing=missing_of(row, row.resident.birth_date),
        citation=f"{edition.citation}，体检项目版本 {edition.version}",
        version=row.version,
        reason=row.reason,
        is_current=row.is_current,
        hidden=not with_labs,
    )


def duty_card(row: CheckupDuty, own: frozenset[int], now: datetime, seen: set[str]) -> DutyCard:
    report = row.report
    needed = LABS if is_laboratory(EDITIONS[report.edition], row.item) else MAIN
    shown = report.entries.get(needed) in seen
    waiting = row.status is DutyStatus.OPEN
    return DutyCard(
        uid=row.uid,
        report_uid=row.report.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        bed=row.resident.bed or "",
        owner_name=row.owner.name,
        sentence=row.sentence if shown else HIDDEN,
        grave=row.grave,
        due_on=row.due_on,
        overdue=waiting and row.due_on < local_date(now),
        status=row.status,
        status_words=DUTY_WORDS[row.status],
        settled_words=SETTLED_WORDS[row.settled] if row.settled else "",
        note=row.note if shown else "",
        mine=row.owner_id in own,
    )
