"""Take on staff of my institution, give and end their roles, tie their phones."""

from datetime import date, datetime, timedelta
from typing import Annotated

import segno
from pydantic import AfterValidator, Field, StringConstraints

from admin.home import waits
from server.authority.permissions import Permission, Role
from server.identity import actions, doors, queries
from server.identity.rules import ENGAGEMENT_WORDS, Engagement, Terms
from server.kit.clock import local_date, start_of_day
from server.training.queries import course_choices
from server.web import Ask, Clean, Form, Go, MenuEntry, PageQuery, Routes, Show, text

routes = Routes("staff", tag="人员")
menu = MenuEntry("人员与岗位", "/admin/staff", Permission.STAFF_MANAGE, 80)

MANAGE = Permission.STAFF_MANAGE
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)
ENGAGEMENTS = list(ENGAGEMENT_WORDS.items())


def _day_after(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _names_a_role(post: str) -> str:
    Role(post.partition(":")[2])  # a ValueError becomes the field's own sentence
    return post


Post = Annotated[
    str,
    StringConstraints(pattern=r"^([0-7][0-9A-HJKMNP-TV-Z]{25}|-):[a-z_]{3,32}$"),
    AfterValidator(_names_a_role),
]
Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]
Reason = Annotated[str, text(200, least=2), Clean]
Login = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, max_length=32)]


class StaffQuery(PageQuery):
    past: bool = False


class RoleForm(Form):
    """A role at a place, from a first to a last day, and in which capacity."""

    post: Post  # "<institution uid>:<role>"; the system as a whole is "-"
    first_day: Day | None = None
    last_day: Day | None = None
    engagement: Engagement = Engagement.OWN
    registration_number: Annotated[str, text(40, least=0), Clean] = ""
    registration_last_day: Day | None = None  # still registered on that day
    note: Annotated[str, text(200, least=0), Clean] = ""

    @property
    def terms(self) -> Terms:
        return Terms(
            self.engagement, self.registration_number, _day_after(self.registration_last_day), self.note
        )

    @property
    def institution_uid(self) -> str | None:
        place = self.post.partition(":")[0]
        return None if place == "-" else place

    @property
    def role(self) -> Role:
        return Role(self.post.partition(":")[2])

    def starts_at(self, now: datetime) -> datetime:
        return start_of_day(self.first_day) if self.first_day else now

    @property
    def ends_at(self) -> datetime | None:
        return start_of_day(self.last_day + timedelta(days=1)) if self.last_day else None


class TakeOn(RoleForm):
    name: Annotated[str, text(20, least=2), Clean]
    login: Login | None = None


class Prolong(Form):
    """A later end: of the role, of the registration it rests on, or of both."""

    last_day: Day | None = None
    registration_last_day: Day | None = None
    reason: Reason


class GiveLogin(Form):
    login: Login


class WithReason(Form):
    reason: Reason


waits("台工作手机等您批准", "/admin/staff", queries.count_devices_waiting, needs=MANAGE)


@routes.get("/staff", needs=MANAGE, summary="Staff of my institution")
async def staff(ask: Ask, query: StaffQuery) -> Show:
    wish = query.counted
    return Show(
        "staff/list.html",
        page=await queries.staff(actor=ask.actor, wish=wish, past=query.past, now=ask.now),
        phones=await queries.devices_waiting(actor=ask.actor, now=ask.now),
        past=query.past,
    )


@routes.get("/staff/new", needs=MANAGE, summary="The page to take somebody on")
async def take_on_page(ask: Ask) -> Show:
    choices = await queries.roles_to_give(actor=ask.actor, now=ask.now)
    return Show("staff/new.html", choices=choices, engagements=ENGAGEMENTS)


@routes.post("/staff", needs=MANAGE, summary="Take somebody on")
async def take_on(ask: Ask, body: TakeOn) -> Show:
    card, first = await doors.take_on(
        actor=ask.actor,
        name=body.name,
        role=body.role,
        institution_uid=body.institution_uid,
        starts_at=body.starts_at(ask.now),
        ends_at=body.ends_at,
        terms=body.terms,
        login=body.login,
        memory_kib=ask.settings.argon2_memory_kib,
        now=ask.now,
    )
    return Show("staff/taken_on.html", card=card, first=first, qr=_qr(first))


def _qr(first: doors.FirstSecrets | None) -> str:
    return segno.make(first.totp_uri).svg_data_uri(scale=4) if first else ""


@routes.get("/staff/<account_uid>", needs=MANAGE, summary="One member of staff")
async def member(ask: Ask, account_uid: str) -> Show:
    return Show(
        "staff/member.html",
        card=await queries.staff_member(actor=ask.actor, uid=account_uid, now=ask.now),
        choices=await queries.roles_to_give(actor=ask.actor, now=ask.now),
        engagements=ENGAGEMENTS,
        courses=course_choices(local_date(ask.now)),
        training=await queries.training_of(actor=ask.actor, account_uid=account_uid, now=ask.now),
        today=local_date(ask.now),
    )


@routes.post("/staff/<account_uid>/roles", needs=MANAGE, summary="Give one more role")
async def grant_role(ask: Ask, account_uid: str, body: RoleForm) -> Go:
    await actions.grant_role(
        actor=ask.actor,
        account_uid=account_uid,
        role=body.role,
        institution_uid=body.institution_uid,
        starts_at=body.starts_at(ask.now),
        ends_at=body.ends_at,
        terms=body.terms,
        now=ask.now,
    )
    return Go(f"/admin/staff/{account_uid}", said="岗位已添加。他需要重新登录一次。")


@routes.post(
    "/staff/roles/<grant_uid>/prolong", needs=MANAGE, summary="Let a role or its registration run longer"
)
async def prolong_role(ask: Ask, grant_uid: str, body: Prolong) -> Go:
    after = _day_after(body.last_day)
    await actions.prolong_role(
        actor=ask.actor,
        grant_uid=grant_uid,
        ends_at=start_of_day(after) if after else None,
        registration_ends_on=_day_after(body.registration_last_day),
        reason=body.reason,
        now=ask.now,
    )
    return Go("/admin/staff", said="期限已延长。")


@routes.post("/staff/roles/<grant_uid>/end", needs=MANAGE, summary="End a role now")
async def end_role(ask: Ask, grant_uid: str, body: WithReason) -> Go:
    await actions.end_role(actor=ask.actor, grant_uid=grant_uid, reason=body.reason, now=ask.now)
    return Go("/admin/staff", said="岗位已结束，他的登录已经失效。")


@routes.post("/staff/<account_uid>/bind-code", needs=MANAGE, summary="Make a one-time code to bind a WeChat")
async def issue_bind_code(ask: Ask, account_uid: str) -> Show:
    bind = await doors.issue_bind_code(actor=ask.actor, account_uid=account_uid, now=ask.now)
    return Show("staff/bind_code.html", bind=bind, account_uid=account_uid)


@routes.post("/staff/<account_uid>/login", needs=MANAGE, summary="Give a login for the console")
async def give_login(ask: Ask, account_uid: str, body: GiveLogin) -> Show:
    first = await doors.give_login(
        actor=ask.actor,
        account_uid=account_uid,
        login=body.login,
        memory_kib=ask.settings.argon2_memory_kib,
        now=ask.now,
    )
    return Show("staff/first_login.html", first=first, qr=_qr(first), account_uid=account_uid)


@routes.post(
    "/staff/<account_uid>/password-reset", needs=MANAGE, summary="Make a new first password and second factor"
)
async def reset_password(ask: Ask, account_uid: str) -> Show:
    first = await doors.reset_password(
        actor=ask.actor, account_uid=account_uid, memory_kib=ask.settings.argon2_memory_kib, now=ask.now
    )
    return Show("staff/first_login.html", first=first, qr=_qr(first), account_uid=account_uid)


@routes.post("/staff/<account_uid>/close", needs=MANAGE, summary="Close an account")
async def close_account(ask: Ask, account_uid: str, body: WithReason) -> Go:
    await actions.close_account(actor=ask.actor, account_uid=account_uid, reason=body.reason, now=ask.now)
    return Go("/admin/staff", said="账号已停用，他的登录已经失效。")


@routes.post("/staff/devices/<device_uid>/approve", needs=MANAGE, summary="Let somebody work on a phone")
async def approve_device(ask: Ask, device_uid: str) -> Go:
    await actions.approve_device(actor=ask.actor, device_uid=device_uid, now=ask.now)
    return Go("/admin/staff", said="手机已批准，他现在就可以用它工作。")


@routes.post("/staff/devices/<device_uid>/withdraw", needs=MANAGE, summary="Take a phone's approval back")
async def withdraw_device(ask: Ask, device_uid: str) -> Go:
    await actions.withdraw_device(actor=ask.actor, device_uid=device_uid, now=ask.now)
    return Go("/admin/staff", said="这台手机不能再用于工作，上面的登录已经失效。")
