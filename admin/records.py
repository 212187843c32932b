"""The shared part of a record, and the emergency reads that wait for a review."""

from datetime import datetime
from typing import Literal

from admin import home
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import PURPOSE_WORDS, SHAREABLE
from server.records import actions, queries
from server.records.queries import EntryWish
from server.web import Ask, Form, Go, Line, PageQuery, Purpose, Routes, Show

routes = Routes("records", tag="健康档案")


class RecordQuery(PageQuery):
    purpose: Purpose = Purpose.CARE


class EmergencyQuery(PageQuery):
    all: bool = False


class Review(Form):
    verdict: Literal["justified", "unjustified"]
    remark: Line


@routes.get(
    "/records/<resident_uid>",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="What is shared with us",
)
async def record(ask: Ask, resident_uid: str, query: RecordQuery) -> Show:
    wish = EntryWish(ask.actor, resident_uid, query.purpose, ask.now)
    return Show(
        "records/record.html",
        summary=await queries.summary(wish=wish),
        page=await queries.timeline(wish=wish, page=query.wish),
        purpose=query.purpose,
        purposes=[(purpose, PURPOSE_WORDS[purpose]) for purpose in Purpose if purpose in SHAREABLE],
    )


@routes.get(
    "/emergency-reads",
    needs=Permission.EMERGENCY_REVIEW,
    purpose=Purpose.OVERSIGHT,
    summary="Emergency reads to review",
)
async def emergency_reads(ask: Ask, query: EmergencyQuery) -> Show:
    page = await queries.emergency_reads(
        actor=ask.actor, waiting_only=not query.all, page=query.counted, now=ask.now
    )
    return Show("records/emergencies.html", page=page, everything=query.all)


@routes.post(
    "/emergency-reads/<emergency_uid>/review",
    needs=Permission.EMERGENCY_REVIEW,
    purpose=Purpose.OVERSIGHT,
    summary="Judge an emergency read",
)
async def review(ask: Ask, emergency_uid: str, body: Review) -> Go:
    await actions.review_emergency(
        actor=ask.actor,
        uid=emergency_uid,
        justified=body.verdict == "justified",
        remark=body.remark,
        now=ask.now,
    )
    return Go("/admin/emergency-reads", said="复核结论已记下。")


async def _reviews_waiting(actor: Actor, now: datetime) -> home.Waiting | None:
    if not actor.may(Permission.EMERGENCY_REVIEW):
        return None
    found = await queries.reviews_waiting(actor=actor, now=now)
    return home.Waiting(
        "次紧急查阅等您复核", found.waiting, "/admin/emergency-reads", urgent=found.overdue > 0
    )


home.WAITING.append(_reviews_waiting)
