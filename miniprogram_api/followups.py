"""Chronic follow-up on the phone: the clinician's list and form, and what the family sees of it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import Field

from server.authority.permissions import Permission
from server.followups import actions, queries
from server.followups.actions import Filled
from server.followups.queries import EpisodeCard, FollowUpCard, ResidentLine, Work, WorkFilter
from server.followups.rules import Disease, Section
from server.web import Ask, Body, Clean, Line, Page, PageQuery, Purpose, Query, Routes, Uid, text

routes = Routes("followups", tag="慢病随访")

READ, WRITE = Permission.FOLLOW_UP_READ, Permission.FOLLOW_UP_WRITE
Name = Annotated[str, text(40), Clean]
Answer = (
    bool
    | int
    | float
    | Annotated[str, text(300, least=0), Clean]
    | tuple[Annotated[str, text(8), Clean], ...]
)
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]


@dataclass(frozen=True)
class FormCard:
    """The questions to ask, with what is known already."""

    episode: EpisodeCard
    version: str
    sections: tuple[Section, ...]
    answers: dict[str, Any]
    aim: str
    last: str
    citation: str


class WorkQuery(PageQuery):
    work: Work = Work.DUE
    disease: Disease | None = None
    home: Uid | None = None


class PurposeQuery(Query):
    purpose: Purpose = Purpose.CARE


class FollowUp(Body):
    answers: Annotated[dict[Name, Answer], Field(max_length=80)]
    version: Annotated[str, text(16), Clean]
    happened_on: Day | None = None
    next_on: Day | None = None

    def filled(self) -> Filled:
        return Filled(self.answers, self.version, self.happened_on, self.next_on)


class CheckBack(Body):
    note: Annotated[str, text(300), Clean]


class Enroll(Body):
    resident: Uid
    disease: Disease
    diagnosis: Uid | None = None
    evidence: Line | None = None


@routes.get("/follow-ups", needs=READ, summary="Whom I follow up, and who is due")
async def work(ask: Ask, query: WorkQuery) -> Page[EpisodeCard]:
    wanted = WorkFilter(query.work, query.disease, query.home)
    return await queries.work_rows(actor=ask.actor, wanted=wanted, wish=query.wish, now=ask.now)


@routes.post(
    "/follow-ups", needs=WRITE, purpose=Purpose.VISIT, status=201, summary="Take a resident into follow-up"
)
async def enroll(ask: Ask, body: Enroll) -> EpisodeCard:
    return await actions.enroll(
        actor=ask.actor,
        resident_uid=body.resident,
        disease=body.disease,
        diagnosis_uid=body.diagnosis,
        evidence=body.evidence or "",
        now=ask.now,
    )


@routes.get(
    "/follow-ups/<episode_uid>/form", needs=WRITE, purpose=Purpose.VISIT, summary="The form to fill in"
)
async def form(ask: Ask, episode_uid: str) -> FormCard:
    sheet = await queries.form_sheet(actor=ask.actor, episode_uid=episode_uid, now=ask.now)
    return FormCard(
        episode=sheet.card,
        version=sheet.form.version,
        sections=sheet.form.sections,
        answers=sheet.answers,
        aim=sheet.line_words,
        last=sheet.last_words,
        citation=sheet.form.citation,
    )


@routes.post(
    "/follow-ups/<episode_uid>/records",
    needs=WRITE,
    purpose=Purpose.VISIT,
    status=201,
    summary="Record a follow-up, and learn what follows from it",
)
async def record(ask: Ask, episode_uid: str, body: FollowUp) -> FollowUpCard:
    return await actions.record_follow_up(
        actor=ask.actor, episode_uid=episode_uid, filled=body.filled(), now=ask.now
    )


@routes.post(
    "/follow-ups/records/<follow_up_uid>/check-back",
    needs=WRITE,
    purpose=Purpose.VISIT,
    summary="Write down what came of a referral",
)
async def check_back(ask: Ask, follow_up_uid: str, body: CheckBack) -> FollowUpCard:
    return await actions.check_back(actor=ask.actor, follow_up_uid=follow_up_uid, note=body.note, now=ask.now)


@routes.get(
    "/residents/<resident_uid>/follow-ups",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="How it stands with each disease that is followed up",
)
async def mine(ask: Ask, resident_uid: str, query: PurposeQuery) -> tuple[ResidentLine, ...]:
    return await queries.follow_ups_of(
        actor=ask.actor, resident_uid=resident_uid, purpose=query.purpose, now=ask.now
    )
