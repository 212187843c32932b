"""Feedback in the console: ratings of my institution, texts to moderate, cases to put right, voids by two persons."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from admin.home import WAITING, Waiting
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.feedback.actions import Ruling
from server.feedback.rules import (
    CASE_MOVES,
    RATING_MOVES,
    REASONS,
    Capacity,
    CaseEvent,
    CaseStatus,
    ComplaintKind,
    Dimension,
    RatingEvent,
    RatingStatus,
    ReasonCode,
    Verdict,
)
from server.web import Ask, Clean, Form, Go, MenuEntry, PageQuery, PageWish, Routes, Show, text

routes = Routes("feedback", tag="评价")
menu = MenuEntry("评价与投诉", "/admin/feedback", Permission.RATING_READ, 60)

Told = Annotated[
    str, text(500, least=0), Clean
]  # an empty reason is refused by the core, with its own sentence

WORDS = {
    Capacity.SELF: "本人", Capacity.FAMILY: "家属", Capacity.ASSISTED: "协助代记",
    Dimension.ATTITUDE: "态度", Dimension.PUNCTUAL: "准时", Dimension.EXPLAINED: "讲解", Dimension.SKILL: "技术",
    Dimension.WAITING: "等候", Dimension.SURROUNDINGS: "环境", Dimension.COST: "费用",
}  # fmt: skip
RATING_WORDS = {
    RatingStatus.TOKEN: ("待评价", "note"), RatingStatus.SUBMITTED: ("已提交", "note"),
    RatingStatus.SCREENING: ("文字审核中", "wait"), RatingStatus.PUBLISHED: ("已公开", "ok"),
    RatingStatus.RETURNED_FOR_EDIT: ("已退回修改", "wait"), RatingStatus.WITHHELD: ("暂不公开", "stop"),
    RatingStatus.ESCALATED: ("上报待定", "wait"),
}  # fmt: skip
CASE_WORDS = {
    CaseStatus.OPENED: ("待核实", "wait"), CaseStatus.VERIFYING: ("核实中", "wait"),
    CaseStatus.RECTIFYING: ("整改中", "wait"), CaseStatus.CALLBACK: ("已回访，等家属确认", "wait"),
    CaseStatus.CLOSED: ("已办结", "ok"), CaseStatus.REOPENED: ("退回重办", "stop"),
    CaseStatus.APPEALED: ("申诉中", "note"), CaseStatus.UPHELD: ("申诉不成立", "wait"),
    CaseStatus.VOIDED: ("已作废", "done"),
}  # fmt: skip
STEPS = {
    CaseEvent.VERIFY: ("开始核实", "准备怎么核实？"), CaseEvent.RECTIFY: ("提出整改", "查到了什么？怎么改？"),
    CaseEvent.CALL_BACK: ("已整改并回访", "改了什么？怎么告诉家属的？"),
    CaseEvent.CLOSE: ("办结", "家属没有回音时，写明回访情况再办结。"),
    CaseEvent.APPEAL: ("提出申诉", "为什么认为这条评价不实？"),
}  # fmt: skip
EVENT_WORDS = {
    **{event: words for event, (words, _) in STEPS.items()},
    CaseEvent.CONFIRM: "家属确认已解决", CaseEvent.REOPEN: "家属退回重办", CaseEvent.UPHOLD: "申诉不成立",
    CaseEvent.VOID: "两人核实后作废",
}  # fmt: skip
COMPLAINT_WORDS = {
    ComplaintKind.CARE: "照护", ComplaintKind.MEDICAL: "医疗", ComplaintKind.CHARGES: "收费",
    ComplaintKind.ATTITUDE: "态度", ComplaintKind.PRIVACY: "隐私", ComplaintKind.OTHER: "其他",
}  # fmt: skip
DECISIONS = {
    RatingEvent.PUBLISH: "公开", RatingEvent.RETURN: "退回作者修改", RatingEvent.WITHHOLD: "暂不公开",
    RatingEvent.ESCALATE: "上报主管部门",
}  # fmt: skip
VERDICT_WORDS = {
    Verdict.PASS: "通过", Verdict.REVIEW: "建议人工看", Verdict.RISKY: "有风险", Verdict.UNAVAILABLE: "没有结果",
}  # fmt: skip
EVERY_WORD: Mapping[str, Any] = {
    "words": WORDS, "rating_words": RATING_WORDS, "case_words": CASE_WORDS, "steps": STEPS, "event_words": EVENT_WORDS,
    "complaint_words": COMPLAINT_WORDS, "decisions": DECISIONS, "verdict_words": VERDICT_WORDS, "reasons": REASONS,
}  # fmt: skip


async def texts_to_look_at(actor: Actor, now: datetime) -> Waiting | None:  # noqa: ARG001  one form for all
    if not actor.may(Permission.FEEDBACK_MODERATE):
        return None
    return Waiting("条评价文字等您审核", await queries.count_texts_waiting(actor=actor), "/admin/moderation")


async def cases_to_move(actor: Actor, now: datetime) -> Waiting | None:
    if not actor.may(Permission.CASE_HANDLE):
        return None
    return Waiting(
        "件投诉或差评等本机构办理", await queries.count_cases_to_move(actor=actor, now=now), "/admin/cases"
    )


WAITING.extend([cases_to_move, texts_to_look_at])


class CaseQuery(PageQuery):
    live: bool = True


class Reply(Form):
    text: Annotated[str, text(500), Clean]


class Decide(Form):
    event: RatingEvent
    revision: int
    reason_code: ReasonCode | None = None
    note: Annotated[str, text(200, least=0), Clean] = ""


class Step(Form):
    event: CaseEvent
    reason: Told = ""


class Reasoned(Form):
    reason: Told = ""


class DecideVoid(Form):
    approve: bool
    reason: Told = ""


@routes.get(
    "/feedback", needs=Permission.RATING_READ, summary="Ratings of my institution; all of them for the bureau"
)
async def ratings(ask: Ask, query: PageQuery) -> Show:
    page = await queries.ratings_of_subject(
        actor=ask.actor, wish=PageWish(query.after, query.limit), now=ask.now
    )
    return Show("feedback/ratings.html", page=page, **EVERY_WORD)


@routes.post(
    "/feedback/<rating_uid>/reply", needs=Permission.CASE_HANDLE, summary="Answer a rating in public"
)
async def reply(ask: Ask, rating_uid: str, body: Reply) -> Go:
    await actions.reply(actor=ask.actor, rating_uid=rating_uid, text=body.text, now=ask.now)
    return Go("/admin/feedback", said="回复已公开。")


@routes.post(
    "/feedback/<rating_uid>/void",
    needs=Permission.RATING_VOID,
    summary="Propose that a rating no longer counts",
)
async def propose_void(ask: Ask, rating_uid: str, body: Reasoned) -> Go:
    await actions.propose_void(actor=ask.actor, rating_uid=rating_uid, reason=body.reason, now=ask.now)
    return Go("/admin/voids", said="已提出作废，请另一位同事复核。")


@routes.get(
    "/scores", needs=Permission.RATING_VOID, summary="Institutions by what residents and families said"
)
async def scores(ask: Ask) -> Show:
    return Show("feedback/scores.html", cards=await queries.score_board(actor=ask.actor, now=ask.now))


@routes.get("/moderation", needs=Permission.FEEDBACK_MODERATE, summary="Texts that wait for a person")
async def moderation_queue(ask: Ask, query: PageQuery) -> Show:
    page = await queries.moderation_queue(
        actor=ask.actor, wish=PageWish(query.after, query.limit), now=ask.now
    )
    return Show("feedback/queue.html", page=page, **EVERY_WORD)


@routes.get(
    "/moderation/<rating_uid>",
    needs=Permission.FEEDBACK_MODERATE,
    summary="One text and what was decided so far",
)
async def moderation_file(ask: Ask, rating_uid: str) -> Show:
    file = await queries.moderation_file(actor=ask.actor, uid=rating_uid, now=ask.now)
    return Show("feedback/text.html", file=file, moves=RATING_MOVES, **EVERY_WORD)


@routes.post("/moderation/<rating_uid>", needs=Permission.FEEDBACK_MODERATE, summary="Decide on a text")
async def moderate(ask: Ask, rating_uid: str, body: Decide) -> Go:
    ruling = Ruling(
        event=body.event, revision=body.revision, reason_code=body.reason_code, note=body.note or None
    )
    await actions.moderate(actor=ask.actor, uid=rating_uid, ruling=ruling, now=ask.now)
    return Go("/admin/moderation", said="已处理。评分没有变。")


@routes.get(
    "/cases",
    needs=Permission.CASE_READ,
    summary="Cases of my institution with their clocks; all for the bureau",
)
async def cases(ask: Ask, query: CaseQuery) -> Show:
    wish = PageWish(query.after, query.limit)
    page = await queries.cases(actor=ask.actor, wish=wish, now=ask.now, live_only=query.live)
    return Show("feedback/cases.html", page=page, live=query.live, **EVERY_WORD)


@routes.get(
    "/cases/<case_uid>", needs=Permission.CASE_READ, summary="One case with names; reading it leaves a line"
)
async def case(ask: Ask, case_uid: str) -> Show:
    file = await queries.case_file(actor=ask.actor, uid=case_uid, now=ask.now)
    return Show("feedback/case.html", file=file, moves=CASE_MOVES, **EVERY_WORD)


@routes.post("/cases/<case_uid>/steps", needs=Permission.CASE_HANDLE, summary="Take the next step of a case")
async def take_step(ask: Ask, case_uid: str, body: Step) -> Go:
    await actions.handle_case(
        actor=ask.actor, uid=case_uid, event=body.event, reason=body.reason, now=ask.now
    )
    return Go(f"/admin/cases/{case_uid}", said="已记录，家属会收到通知。")


@routes.post("/cases/<case_uid>/uphold", needs=Permission.RATING_VOID, summary="Decide that an appeal fails")
async def uphold(ask: Ask, case_uid: str, body: Reasoned) -> Go:
    await actions.uphold_rating(actor=ask.actor, uid=case_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/cases/{case_uid}", said="已定：评价成立，由机构继续办理。")


@routes.post(
    "/cases/<case_uid>/void",
    needs=Permission.RATING_VOID,
    summary="Propose that a case and its rating are void",
)
async def propose_case_void(ask: Ask, case_uid: str, body: Reasoned) -> Go:
    await actions.propose_case_void(actor=ask.actor, case_uid=case_uid, reason=body.reason, now=ask.now)
    return Go("/admin/voids", said="已提出作废，请另一位同事复核。")


@routes.get("/voids", needs=Permission.RATING_VOID, summary="Voids that wait for a second person")
async def voids(ask: Ask, query: PageQuery) -> Show:
    page = await queries.voids_waiting(actor=ask.actor, wish=PageWish(query.after, query.limit), now=ask.now)
    return Show("feedback/voids.html", page=page)


@routes.post(
    "/voids/<void_uid>", needs=Permission.RATING_VOID, summary="Approve or reject a void as the second person"
)
async def decide_void(ask: Ask, void_uid: str, body: DecideVoid) -> Go:
    await actions.decide_void(
        actor=ask.actor, uid=void_uid, approve=body.approve, reason=body.reason, now=ask.now
    )
    return Go("/admin/voids", said="已复核。")
