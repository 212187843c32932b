"""How it stands with one resident, as they or their family read it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from server.audit import trail
from server.authority.actor import Actor
from server.checkups.models import CheckupDuty, CheckupPlace, CheckupReport
from server.checkups.queries.judged import LABS, MAIN, is_laboratory
from server.checkups.queries.reports.cards import ReportCard, entries_shown, report_card
from server.checkups.queries.standing import standings
from server.checkups.rules import EDITIONS, SETTLED_WORDS, DutyStatus, Standing
from server.consent.rules import Purpose
from server.kit.clock import local_date, said_day
from server.people.models import Resident
from server.records.access import rereading, view_of

WAITING = frozenset({Standing.DUE, Standing.PARTLY})  # somebody comes


@dataclass(frozen=True)
class AbnormalStep:
    """Something abnormal, and in a sentence what happens next, as the resident or their family reads it."""

    sentence: str
    grave: bool
    done: bool
    overdue: bool
    words: str  # who does what by when, or what was done


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
    steps: tuple[AbnormalStep, ...]  # about what is abnormal in the newest report


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
    seen, found = await entries_shown(view, rows)
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
        reports=tuple(report_card(row, seen) for row in shown),
        steps=await _steps_after(shown[0], seen, today=local_date(now)) if shown else (),
    )


def _appointment(place: CheckupPlace | None, standing: Standing, today: date) -> str:
    if place is None or place.day is None or standing not in WAITING or place.day < today:
        return ""
    minute = place.minute or 0
    when = f"{said_day(place.day, today)} {minute // 60}:{minute % 60:02d}"
    return f"{when}，{place.campaign.provider.name}来给您体检，请在房间里等，早上先不要吃饭。"


async def _steps_after(
    report: CheckupReport, seen: AbstractSet[str], *, today: date
) -> tuple[AbnormalStep, ...]:
    """Return what becomes of each abnormal finding whose entry the reader may see."""
    rows = CheckupDuty.filter(report_id=report.id).exclude(status=DutyStatus.VOID)
    edition = EDITIONS[report.edition]
    return tuple(
        _step(row, today)
        for row in await rows.order_by("-grave", "id").select_related("owner")
        if report.entries.get(LABS if is_laboratory(edition, row.item) else MAIN) in seen
    )


def _step(row: CheckupDuty, today: date) -> AbnormalStep:
    done = row.status is DutyStatus.DONE
    overdue = not done and row.due_on < today
    owner, due = row.owner.name, said_day(row.due_on, today)
    if done:
        settled = SETTLED_WORDS[row.settled] if row.settled else "已经办好"
        words = f"{owner}已经办了：{settled}。{row.note}".strip()
    elif overdue:
        words = f"{owner}应在{due}前复查或安排就医，已经过了，请提醒他们。"
    else:
        words = f"{owner}会在{due}前复查或安排就医，不用您自己跑。"
    return AbnormalStep(sentence=row.sentence, grave=row.grave, done=done, overdue=overdue, words=words)
