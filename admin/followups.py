"""Chronic follow-up in the console: who is due, the form, what follows from it, and the rates of a year."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from admin.find import FINDERS, Found
from admin.home import waits
from admin.visits import Day
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups import actions, queries
from server.followups.actions import Filled
from server.followups.queries import BEHIND_WORDS, WORK_WORDS, Behind, Work, WorkFilter
from server.followups.rules import DISEASE_WORDS, END_WORDS, Course, Disease, EndReason, EpisodeStatus
from server.web import (
    Ask,
    Clean,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    Purpose,
    Query,
    Routes,
    Show,
    Uid,
    text,
)

routes = Routes("followups", tag="慢病随访")
menu = MenuEntry("慢病随访", "/admin/followups", Permission.FOLLOW_UP_READ, 43)

READ, WRITE = Permission.FOLLOW_UP_READ, Permission.FOLLOW_UP_WRITE
STATUS_TONES = {EpisodeStatus.ENROLLED: "ok", EpisodeStatus.LOST: "stop", EpisodeStatus.ENDED: "done"}
COURSE_TONES = {
    Course.ROUTINE: "ok", Course.ADJUST: "wait", Course.REFER: "stop", Course.URGENT: "stop",
}  # fmt: skip
Code = Annotated[str, text(8), Clean]
Remark = Annotated[str, text(200, least=0), Clean]
Story = Annotated[str, text(300), Clean]
Year = Annotated[int, Field(ge=2000, le=2100)]


class WorkQuery(PageQuery):
    work: Work = Work.LIVE
    disease: Disease | None = None
    home: Uid | None = None

    def wanted(self) -> WorkFilter:
        return WorkFilter(self.work, self.disease, self.home)


class CandidateQuery(PageQuery):
    home: Uid | None = None


class RatesQuery(Query):
    year: Year | None = None


class BehindQuery(PageQuery):
    year: Year
    disease: Disease
    behind: Behind = Behind.MANAGED


class Enroll(Form):
    resident: Uid
    disease: Disease
    diagnosis: Uid | None = None
    evidence: Remark = ""
    first_on: Day | None = None


class End(Form):
    why: EndReason
    note: Remark = ""


class Answers(Form):
    """A form of which the edition says the questions: everything but what stands here is an answer."""

    model_config = ConfigDict(extra="allow")

    form_version: Code
    happened_on: Day | None = None
    next_on: Day | None = None
    symptoms: list[Code] = Field(default_factory=list, max_length=20)
    urgent_signs: list[Code] = Field(default_factory=list, max_length=20)

    def filled(self) -> Filled:
        given: dict[str, Any] = dict(self.model_extra or {})
        given |= {"symptoms": self.symptoms, "urgent_signs": self.urgent_signs}
        return Filled(given, self.form_version, self.happened_on, self.next_on)


class Corrected(Answers):
    why_corrected: Line

    def filled(self) -> Filled:
        return Filled(super().filled().answers, self.form_version, None, self.next_on)


class CheckedBack(Form):
    note: Story


async def find_episodes(actor: Actor, words: str, now: datetime) -> list[Found]:
    if not actor.may(READ):
        return []
    return [
        Found(
            f"{card.resident_name}　{card.disease_words}随访",
            f"{card.home_name}，{card.status_words}",
            f"/admin/followups/{card.uid}",
        )
        for card in await queries.find_episodes(actor=actor, text=words, now=now)
    ]


waits(
    "位长者转诊后等您回访",
    "/admin/followups?work=check_back",
    partial(queries.count_work, work=Work.CHECK_BACK),
    needs=WRITE,
    urgent=True,
)
waits(
    "位长者的慢病随访逾期",
    "/admin/followups?work=overdue",
    partial(queries.count_work, work=Work.OVERDUE),
    needs=WRITE,
)
FINDERS.append(find_episodes)


@routes.get("/followups", needs=READ, summary="Who is due for a follow-up, and who needs more")
async def work(ask: Ask, query: WorkQuery) -> Show:
    board = await queries.work_board(actor=ask.actor, wanted=query.wanted(), wish=query.counted, now=ask.now)
    return Show(
        "followups/list.html",
        board=board,
        query=query,
        words=WORK_WORDS,
        diseases=DISEASE_WORDS,
        tones=STATUS_TONES,
    )


@routes.get(
    "/followups/candidates",
    needs=WRITE,
    purpose=Purpose.VISIT,
    summary="Who of a home has a diagnosis and is followed up by nobody",
)
async def candidates(ask: Ask, query: CandidateQuery) -> Show:
    board = await queries.candidates(actor=ask.actor, home_uid=query.home, wish=query.counted, now=ask.now)
    return Show("followups/candidates.html", board=board, diseases=DISEASE_WORDS)


@routes.post("/followups", needs=WRITE, purpose=Purpose.VISIT, summary="Take a resident into follow-up")
async def enroll(ask: Ask, body: Enroll) -> Go:
    card = await actions.enroll(
        actor=ask.actor,
        resident_uid=body.resident,
        disease=body.disease,
        diagnosis_uid=body.diagnosis,
        evidence=body.evidence,
        first_on=body.first_on,
        now=ask.now,
    )
    return Go(f"/admin/followups/{card.uid}", said=f"已纳入{card.disease_words}管理，请安排第一次随访。")


@routes.get(
    "/followups/rates", needs=Permission.FOLLOW_UP_COUNT, summary="Management and control rates of a year"
)
async def rates(ask: Ask, query: RatesQuery) -> Show:
    card = await queries.rates(actor=ask.actor, year=query.year, now=ask.now)
    return Show("followups/rates.html", card=card, words=BEHIND_WORDS)


@routes.get("/followups/rates/people", needs=READ, summary="Who stands behind a number of the rates")
async def behind(ask: Ask, query: BehindQuery) -> Show:
    page = await queries.people_behind(
        actor=ask.actor,
        disease=query.disease,
        year=query.year,
        behind=query.behind,
        wish=query.counted,
        now=ask.now,
    )
    return Show(
        "followups/people.html",
        page=page,
        query=query,
        words=BEHIND_WORDS,
        diseases=DISEASE_WORDS,
        tones=STATUS_TONES,
    )


@routes.get(
    "/followups/<episode_uid>",
    needs=READ,
    purpose=Purpose.VISIT,
    summary="One resident's disease, followed up",
)
async def episode(ask: Ask, episode_uid: str) -> Show:
    sheet = await queries.episode_sheet(actor=ask.actor, uid=episode_uid, now=ask.now)
    return Show(
        "followups/episode.html",
        sheet=sheet,
        card=sheet.card,
        tones=STATUS_TONES,
        courses=COURSE_TONES,
        reasons=END_WORDS,
    )


@routes.get(
    "/followups/<episode_uid>/form", needs=WRITE, purpose=Purpose.VISIT, summary="The form to fill in"
)
async def form(ask: Ask, episode_uid: str) -> Show:
    sheet = await queries.form_sheet(actor=ask.actor, episode_uid=episode_uid, now=ask.now)
    return Show("followups/form.html", sheet=sheet, card=sheet.card)


@routes.post(
    "/followups/<episode_uid>/records", needs=WRITE, purpose=Purpose.VISIT, summary="Record a follow-up"
)
async def record(ask: Ask, episode_uid: str, body: Answers) -> Go:
    card = await actions.record_follow_up(
        actor=ask.actor, episode_uid=episode_uid, filled=body.filled(), now=ask.now
    )
    return Go(f"/admin/followups/{episode_uid}", said=card.sentence)


@routes.get(
    "/followups/records/<follow_up_uid>/correct",
    needs=WRITE,
    purpose=Purpose.VISIT,
    summary="An earlier form, to be put right",
)
async def correction(ask: Ask, follow_up_uid: str) -> Show:
    sheet = await queries.correction_sheet(actor=ask.actor, follow_up_uid=follow_up_uid, now=ask.now)
    return Show("followups/form.html", sheet=sheet, card=sheet.card)


@routes.post(
    "/followups/records/<follow_up_uid>/correct",
    needs=WRITE,
    purpose=Purpose.VISIT,
    summary="Put an earlier follow-up right",
)
async def correct(ask: Ask, follow_up_uid: str, body: Corrected) -> Go:
    card = await actions.correct_follow_up(
        actor=ask.actor,
        follow_up_uid=follow_up_uid,
        filled=body.filled(),
        reason=body.why_corrected,
        now=ask.now,
    )
    return Go(f"/admin/followups/{card.episode_uid}", said=f"已更正，原来的内容仍可查看。{card.sentence}")


@routes.post(
    "/followups/records/<follow_up_uid>/check-back",
    needs=WRITE,
    purpose=Purpose.VISIT,
    summary="Write down what came of a referral",
)
async def checked_back(ask: Ask, follow_up_uid: str, body: CheckedBack) -> Go:
    card = await actions.check_back(actor=ask.actor, follow_up_uid=follow_up_uid, note=body.note, now=ask.now)
    return Go(f"/admin/followups/{card.episode_uid}", said="转诊结果已记下。")


@routes.post("/followups/<episode_uid>/end", needs=WRITE, summary="End the management of a disease")
async def end(ask: Ask, episode_uid: str, body: End) -> Go:
    await actions.end_episode(
        actor=ask.actor, episode_uid=episode_uid, reason=body.why, note=body.note, now=ask.now
    )
    return Go(f"/admin/followups/{episode_uid}", said="已结束管理，记录继续保存。")
