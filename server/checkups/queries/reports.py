"""Reports, what was found abnormal, and how it stands with one resident: through the health record and its trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaign_to_report, duties_visible_to, report_for
from server.checkups.models import CheckupDuty, CheckupPlace, CheckupReport
from server.checkups.queries.judged import LABS, MAIN, is_laboratory
from server.checkups.queries.standing import standings
from server.checkups.rules import (
    DUTY_WORDS,
    EDITIONS,
    SETTLED_WORDS,
    CampaignStatus,
    DutyStatus,
    Edition,
    Item,
    Standing,
)
from server.checkups.rules.items import BLOOD
from server.consent.rules import Purpose
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import age_on, local_date, said_day
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import resident_for
from server.people.models import Resident
from server.records.access import View, rereading, view_of
from server.records.access.several import entries_seen, views_of

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
    citation: str
    version: int
    reason: str
    is_current: bool


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


@dataclass(frozen=True)
class ReportSheet:
    card: ReportCard
    duties: tuple[DutyCard, ...]
    replaced: tuple[ReportCard, ...]
    history: tuple[HistoryLine, ...]
    campaign_uid: str
    campaign_words: str
    may_write: bool


@dataclass(frozen=True)
class ReportForm:
    campaign_uid: str
    campaign_words: str
    resident_uid: str
    resident_name: str
    age: int
    edition: Edition
    today: date
    report: CheckupReport | None  # to be put right
    values: Mapping[str, Any]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Item, ...]], ...]:
        """Return the items by their group, in the order of the form."""
        names = dict.fromkeys(item.group for item in self.edition.items)
        return tuple(
            (name, tuple(item for item in self.edition.items if item.group == name)) for name in names
        )


@dataclass(frozen=True)
class CheckupLine:
    """How it stands with the year's check-up, as the resident or their family reads it."""

    year: int
    standing: Standing
    sentence: str
    appointment: str  # when they come; empty where no day is set
    next_on: date | None
    next_words: str
    reports: tuple[ReportCard, ...]


@rereading
async def report_sheet(*, actor: Actor, uid: str, now: datetime) -> ReportSheet:
    row = await report_for(actor=actor, uid=uid, permission=Permission.CHECKUP_READ)
    own = actor.institutions_with(Permission.CHECKUP_RECORD)
    purpose = Purpose.VISIT if row.campaign.provider_id in own else Purpose.CARE
    view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=purpose, now=now)
    versions = await (
        CheckupReport.filter(resident_id=row.resident_id, campaign_id=row.campaign_id)
        .order_by("-version")
        .select_related("resident", "institution", "author")
    )
    seen, found = await _seen(view, versions)
    if row.entry_uid not in seen:
        raise NotFound
    duties = await CheckupDuty.filter(report_id__in=[each.id for each in versions]).select_related(
        "report", "resident", "owner"
    )
    await trail.record([view.line("checkups.report", found)], now=now)
    return ReportSheet(
        card=_card(row, seen),
        duties=tuple(_duty(each, own, now, seen) for each in duties),
        replaced=tuple(
            _card(each, seen) for each in versions if each.id != row.id and each.entry_uid in seen
        ),
        history=await history_of(subject_uid=row.campaign.uid),
        campaign_uid=row.campaign.uid,
        campaign_words=f"{row.campaign.home.name} {row.campaign.year} 年体检",
        may_write=row.is_current
        and row.campaign.provider_id in own
        and row.campaign.status is CampaignStatus.OPEN,
    )


@rereading
async def report_form(*, actor: Actor, campaign_uid: str, resident_uid: str, now: datetime) -> ReportForm:
    """Return the form to fill in by hand, with what was reported already when it is to be put right."""
    campaign = await campaign_to_report(actor=actor, uid=campaign_uid)
    resident = await resident_for(
        actor=actor, uid=resident_uid, permission=Permission.CHECKUP_RECORD, now=now
    )
    if resident.home_id != campaign.home_id:
        raise NotFound
    report = await CheckupReport.filter(year_key=f"{resident.id}/{campaign.year}").first()
    values: Mapping[str, Any] = {}
    if report is not None:
        view = await view_of(actor=actor, resident_uid=resident.uid, purpose=Purpose.VISIT, now=now)
        seen, found = await _seen(view, [report])
        if report.entry_uid not in seen:
            raise NotFound
        await trail.record([view.line("checkups.form", found)], now=now)
        values = report.values
    return ReportForm(
        campaign_uid=campaign.uid,
        campaign_words=f"{campaign.home.name} {campaign.year} 年体检",
        resident_uid=resident.uid,
        resident_name=resident.name,
        age=age_on(resident.birth_date, local_date(now)),
        edition=EDITIONS[campaign.edition],
        today=local_date(now),
        report=report,
        values=values,
    )


@rereading
async def duties(*, actor: Actor, status: DutyStatus | None, wish: PageWish, now: datetime) -> Page[DutyCard]:
    """Return what was found abnormal, the newest first; what it is, only to who may see the report."""
    rows = CheckupDuty.filter(duties_visible_to(actor=actor, now=now))
    if status is not None:
        rows = rows.filter(status=status)
    page = await rows_of(rows.select_related("report", "resident", "owner"), wish, by="created_at")
    uids = sorted({row.resident.uid for row in page.items})
    own = actor.institutions_with(Permission.CHECKUP_RECORD)
    purpose = Purpose.VISIT if own else Purpose.CARE  # those who examine, and the home
    views = await views_of(actor=actor, resident_uids=uids, purpose=purpose, now=now)
    wanted = sorted({uid for row in page.items for uid in row.report.entries.values()})
    entries = await entries_seen(list(views.values())).filter(uid__in=wanted) if views and wanted else []
    shown = {each.uid for each in entries}
    lines = [
        view.line("checkups.duties", [each for each in entries if each.resident_id in view.ids])
        for view in views.values()
    ]
    await trail.record(lines, now=now)
    return page.of(_duty(row, own, now, shown) for row in page.items)


async def count_open_duties(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Return how many are open that the actor's institutions owe, and how many of them are overdue."""
    own = sorted(actor.institutions_with(Permission.CHECKUP_RECORD))
    waiting = CheckupDuty.filter(owner_id__in=own, status=DutyStatus.OPEN)
    return await waiting.count(), await waiting.filter(due_on__lt=local_date(now)).count()


@rereading
async def checkup_of(*, actor: Actor, resident_uid: str, purpose: Purpose, now: datetime) -> CheckupLine:
    """Return whether they are due this year and why, when they come, and what was found, in plain words."""
    view = await view_of(actor=actor, resident_uid=resident_uid, purpose=purpose, now=now)
    resident, year = await Resident.get(id=view.resident.id), local_date(now).year
    rows = await (
        CheckupReport.filter(resident_id__in=view.ids, is_current=True)
        .order_by("-examined_on")
        .limit(10)
        .select_related("resident", "institution", "author")
    )
    seen, found = await _seen(view, rows)
    shown = [row for row in rows if row.entry_uid in seen]
    place = (
        await CheckupPlace.filter(resident_id__in=view.ids, campaign__year=year)
        .order_by("-id")
        .select_related("campaign__provider")
        .first()
    )
    standing = (await standings([resident], year=year, now=now))[resident.id]
    await trail.record([view.line("checkups.mine", found)], now=now)
    next_on = shown[0].next_on if shown else None
    return CheckupLine(
        year=year,
        standing=standing.standing,
        sentence=standing.sentence,
        appointment=_appointment(place, standing.standing, local_date(now)),
        next_on=next_on,
        next_words=f"下次体检：{next_on.year} 年 {next_on.month} 月 {next_on.day} 日前后。"
        if next_on
        else "",
        reports=tuple(_card(row, seen) for row in shown),
    )


def _appointment(place: CheckupPlace | None, standing: Standing, today: date) -> str:
    if place is None or place.day is None or standing is not Standing.DUE or place.day < today:
        return ""
    minute = place.minute or 0
    when = f"{said_day(place.day, today)} {minute // 60}:{minute % 60:02d}"
    return f"{when}，{place.campaign.provider.name}来给您体检，请在房间里等，早上先不要吃饭。"


async def _seen(view: View, rows: Sequence[CheckupReport]) -> tuple[set[str], list[Any]]:
    """Return which of the reports' entries the reader may see, and those that are current, for the trail."""
    uids = [uid for row in rows for uid in row.entries.values()]
    found = list(await view.versions().filter(uid__in=uids)) if uids else []
    return {each.uid for each in found}, [each for each in found if each.is_current]


def _card(row: CheckupReport, seen: set[str]) -> ReportCard:
    edition = EDITIONS[row.edition]
    # The laboratory's numbers are a category of their own, which may be shared or not.
    with_labs = LABS not in row.entries or row.entries[LABS] in seen
    items = [each for each in edition.items if each.name in row.values and (with_labs or each.group != BLOOD)]
    groups = {item.group: [(each.words, _said(each, row.values)) for each in items if each.group == item.group] for item in items}  # fmt: skip
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
        citation=f"{edition.citation}，体检项目版本 {edition.version}",
        version=row.version,
        reason=row.reason,
        is_current=row.is_current,
    )


def _said(item: Any, values: Mapping[str, Any]) -> str:
    value = values[item.name]
    return f"{value:g} {item.unit}" if item.is_number else str(value)


def _duty(row: CheckupDuty, own: frozenset[int], now: datetime, seen: set[str]) -> DutyCard:
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
