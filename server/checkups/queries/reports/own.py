"""How it stands with one resident, as they or their family read it."""

from dataclasses import dataclass
from datetime import date, datetime

from server.audit import trail
from server.authority.actor import Actor
from server.checkups.models import CheckupPlace, CheckupReport
from server.checkups.queries.reports.cards import ReportCard, entries_shown, report_card
from server.checkups.queries.standing import standings
from server.checkups.rules import Standing
from server.consent.rules import Purpose
from server.kit.clock import local_date, said_day
from server.people.models import Resident
from server.records.access import rereading, view_of


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
    )


def _appointment(place: CheckupPlace | None, standing: Standing, today: date) -> str:
    if place is None or place.day is None or standing is not Standing.DUE or place.day < today:
        return ""
    minute = place.minute or 0
    when = f"{said_day(place.day, today)} {minute // 60}:{minute % 60:02d}"
    return f"{when}，{place.campaign.provider.name}来给您体检，请在房间里等，早上先不要吃饭。"
