"""What there is to read, what was agreed to at the subscription dialog, and when not to disturb."""

from typing import Annotated

from pydantic import Field, StringConstraints

from server.authority.permissions import Permission
from server.notifications import actions, queries
from server.notifications.queries import CreditCard, InboxCard, QuietCard, Unread
from server.notifications.rules import Choice, minute_of
from server.web import Ask, Body, Page, PageQuery, Routes

routes = Routes("inbox", tag="消息")

TemplateId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class InboxQuery(PageQuery):
    unread: bool = False


class Choices(Body):
    choices: Annotated[
        dict[TemplateId, Annotated[Choice, Field(strict=False)]], Field(min_length=1, max_length=5)
    ]  # what wx.requestSubscribeMessage answered


class QuietHoursWish(Body):
    starts: Clock  # city time
    ends: Clock


@routes.get("/inbox", needs=Permission.INBOX_READ, summary="My messages, the newest first")
async def inbox(ask: Ask, query: InboxQuery) -> Page[InboxCard]:
    return await queries.inbox(actor=ask.actor, wish=query.wish, unread_only=query.unread)


@routes.get("/inbox/unread", needs=Permission.INBOX_READ, summary="How many I have not read")
async def unread(ask: Ask) -> Unread:
    return await queries.unread(actor=ask.actor)


@routes.post("/inbox/<message_uid>/read", needs=Permission.INBOX_READ, summary="Mark one as read")
async def mark_read(ask: Ask, message_uid: str) -> Unread:
    return await actions.mark_read(actor=ask.actor, uid=message_uid, now=ask.now)


@routes.post("/inbox/read", needs=Permission.INBOX_READ, summary="Mark all as read")
async def mark_all_read(ask: Ask) -> Unread:
    return await actions.mark_all_read(actor=ask.actor, now=ask.now)


@routes.get(
    "/subscriptions",
    needs=Permission.INBOX_READ,
    summary="How many messages of each kind I will still be sent",
)
async def subscriptions(ask: Ask) -> tuple[CreditCard, ...]:
    return await queries.my_credits(actor=ask.actor)


@routes.post(
    "/subscriptions", needs=Permission.INBOX_READ, summary="Report what I answered to the subscription dialog"
)
async def report_choices(ask: Ask, body: Choices) -> tuple[CreditCard, ...]:
    return await actions.report_choices(actor=ask.actor, choices=body.choices, now=ask.now)


@routes.get("/quiet-hours", needs=Permission.INBOX_READ, summary="When I am not disturbed")
async def quiet_hours(ask: Ask) -> QuietCard:
    return await queries.my_quiet_hours(actor=ask.actor, now=ask.now)


@routes.put("/quiet-hours", needs=Permission.INBOX_READ, summary="Choose when not to be disturbed")
async def set_quiet_hours(ask: Ask, body: QuietHoursWish) -> QuietCard:
    return await actions.set_quiet_hours(
        actor=ask.actor, starts_minute=minute_of(body.starts), ends_minute=minute_of(body.ends), now=ask.now
    )
