"""Consultation hours: the week, the days that differ, and what to do about those who are booked then."""

from datetime import time
from typing import Annotated

from pydantic import Field, StringConstraints

from admin.booking import Day
from server.authority.permissions import Permission
from server.booking import actions, queries
from server.booking.rules import WEEKDAY_WORDS, DayRule
from server.kit.clock import local_date
from server.web import Ask, Form, Go, Line, Query, Routes, Show, Uid

routes = Routes("schedules", tag="排班")

SCHEDULES = "/admin/schedules"
WEEKDAYS = tuple((str(number), f"星期{word}") for number, word in enumerate(WEEKDAY_WORDS))

Seats = Annotated[int, Field(ge=0, le=500)]
Weekday = Annotated[int, Field(ge=0, le=6)]
# Which slot is proposed instead of which appointment, as closing.html writes it.
Move = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}:[0-9A-Z]{26}$")]


class WeekQuery(Query):
    department: Uid | None = None


class ClosingQuery(Query):
    department: Uid
    day: Day


class Rule(Form):
    """Consultation hours of one day."""

    opens: time
    closes: time
    slot_minutes: Annotated[int, Field(ge=5, le=480)]
    capacity: Seats
    green_capacity: Seats = 0
    release_hours: Annotated[int, Field(ge=0, le=720)] = 24

    @property
    def rule(self) -> DayRule:
        return DayRule(
            starts_minute=self.opens.hour * 60 + self.opens.minute,
            ends_minute=self.closes.hour * 60 + self.closes.minute,
            slot_minutes=self.slot_minutes,
            capacity=self.capacity,
            green_capacity=self.green_capacity,
        )


class OpenSchedule(Rule):
    department: Uid
    weekday: Weekday
    starts_on: Day
    ends_on: Day | None = None


class ReplaceSchedule(Rule):
    first_day: Day


class EndSchedule(Form):
    first_day: Day
    reason: Line


class CopyDay(Form):
    department: Uid
    weekday: Weekday
    to: Annotated[list[Weekday], Field(min_length=1, max_length=6)]
    first_day: Day


class CopyWeek(Form):
    department: Uid
    source: Uid
    first_day: Day


class ExtraSession(Rule):
    department: Uid
    day: Day
    reason: Line


class CloseDay(Form):
    department: Uid
    day: Day
    reason: Line
    moves: Annotated[list[Move], Field(max_length=500)] = Field(default_factory=list)

    @property
    def replacements(self) -> dict[str, str]:
        return dict(move.split(":") for move in self.moves)


def _week_of(department_uid: str) -> str:
    return f"{SCHEDULES}?department={department_uid}"


@routes.get(
    "/schedules", needs=Permission.SCHEDULE_MANAGE, summary="A department's week and days that differ"
)
async def schedules(ask: Ask, query: WeekQuery) -> Show:
    return Show(
        "booking/schedules.html",
        view=await queries.week(actor=ask.actor, department_uid=query.department, now=ask.now),
        weekdays=WEEKDAYS,
        today=local_date(ask.now),
    )


@routes.post("/schedules", needs=Permission.SCHEDULE_MANAGE, summary="Open weekly consultation hours")
async def open_schedule(ask: Ask, body: OpenSchedule) -> Go:
    await actions.open_schedule(
        actor=ask.actor,
        department_uid=body.department,
        weekday=body.weekday,
        rule=body.rule,
        release_minutes=body.release_hours * 60,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        now=ask.now,
    )
    return Go(_week_of(body.department), said="排班已保存，号源已放出。")


@routes.get(
    "/schedules/<schedule_uid>", needs=Permission.SCHEDULE_MANAGE, summary="Change or end weekly hours"
)
async def schedule(ask: Ask, schedule_uid: str) -> Show:
    return Show(
        "booking/schedule.html",
        card=await queries.schedule(actor=ask.actor, uid=schedule_uid, now=ask.now),
        weekdays=WEEKDAYS,
        today=local_date(ask.now),
    )


@routes.post(
    "/schedules/<schedule_uid>/replace",
    needs=Permission.SCHEDULE_MANAGE,
    summary="Let other hours hold from a day on; who is booked keeps the seat",
)
async def replace_schedule(ask: Ask, schedule_uid: str, body: ReplaceSchedule) -> Go:
    changed = await actions.replace_schedule(
        actor=ask.actor,
        schedule_uid=schedule_uid,
        rule=body.rule,
        release_minutes=body.release_hours * 60,
        first_day=body.first_day,
        now=ask.now,
    )
    return Go(_week_of(changed.department_uid), said=f"新排班已保存。{_still_booked(changed.still_booked)}")


@routes.post(
    "/schedules/<schedule_uid>/end",
    needs=Permission.SCHEDULE_MANAGE,
    summary="End weekly hours from a day on",
)
async def end_schedule(ask: Ask, schedule_uid: str, body: EndSchedule) -> Go:
    changed = await actions.end_schedule(
        actor=ask.actor,
        schedule_uid=schedule_uid,
        first_day=body.first_day,
        reason=body.reason,
        now=ask.now,
    )
    return Go(_week_of(changed.department_uid), said=f"排班已停用。{_still_booked(changed.still_booked)}")


def _still_booked(count: int) -> str:
    if not count:
        return "没有已约的长者受影响。"
    return f"原时段里还有 {count} 位已约，照常看诊；要请他们改期，请登记停诊。"


@routes.post(
    "/schedules/copy-day",
    needs=Permission.SCHEDULE_MANAGE,
    summary="Copy one weekday's hours to other weekdays",
)
async def copy_day(ask: Ask, body: CopyDay) -> Go:
    count = await actions.copy_hours(
        actor=ask.actor,
        department_uid=body.department,
        weekday=body.weekday,
        to_weekdays=body.to,
        first_day=body.first_day,
        now=ask.now,
    )
    return Go(_week_of(body.department), said=f"已复制 {count} 段排班，号源已放出。")


@routes.post(
    "/schedules/copy-week", needs=Permission.SCHEDULE_MANAGE, summary="Copy another department's whole week"
)
async def copy_week(ask: Ask, body: CopyWeek) -> Go:
    count = await actions.copy_week(
        actor=ask.actor,
        from_department_uid=body.source,
        department_uid=body.department,
        first_day=body.first_day,
        now=ask.now,
    )
    return Go(_week_of(body.department), said=f"已复制 {count} 段排班，号源已放出。")


@routes.post(
    "/schedules/extra", needs=Permission.SCHEDULE_MANAGE, summary="Open a session that the week does not have"
)
async def add_extra_session(ask: Ask, body: ExtraSession) -> Go:
    await actions.add_extra_session(
        actor=ask.actor,
        department_uid=body.department,
        day=body.day,
        rule=body.rule,
        release_minutes=body.release_hours * 60,
        reason=body.reason,
        now=ask.now,
    )
    return Go(_week_of(body.department), said="加诊已保存，号源已放出。")


@routes.get(
    "/schedules/closing",
    needs=Permission.SCHEDULE_MANAGE,
    summary="Who is booked on a day to be called off, and which seats they could have instead",
)
async def closing(ask: Ask, query: ClosingQuery) -> Show:
    preview = await queries.closing_preview(
        actor=ask.actor, department_uid=query.department, day=query.day, now=ask.now
    )
    return Show("booking/closing.html", preview=preview)


@routes.post("/schedules/closed", needs=Permission.SCHEDULE_MANAGE, summary="Call off a department's day")
async def close_day(ask: Ask, body: CloseDay) -> Go:
    done = await actions.close_day(
        actor=ask.actor,
        department_uid=body.department,
        day=body.day,
        reason=body.reason,
        replacements=body.replacements,
        now=ask.now,
    )
    return Go(_week_of(body.department), said=f"已登记停诊。{_displaced(done)}")


def _displaced(done: actions.DayClosed) -> str:
    if not done.displaced:
        return "这一天没有人预约。"
    first_in_line = done.displaced - done.offered
    waiting = f"，{first_in_line} 位排到候补最前面" if first_in_line else ""
    return (
        f"受影响的 {done.displaced} 位长者：已为 {done.offered} 位留好新号等确认{waiting}。家人会收到通知。"
    )
