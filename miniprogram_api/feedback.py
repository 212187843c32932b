"""Rate what was received, take it back in time, rewrite a text, complain, and say whether it was put right."""

from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.feedback.actions import Opinion
from server.feedback.queries import CaseCard, CaseFile, PublicRating, RatingCard, ScoreCard, TokenCard
from server.feedback.rules import ComplaintKind, Dimension
from server.web import Ask, Body, Clean, Page, PageQuery, Routes, Score, Uid, text

routes = Routes("feedback", tag="评价")

Comment = Annotated[str, text(500, least=0), Clean]
Told = Annotated[str, text(500), Clean]


class Rate(Body):
    score: Score
    tags: Annotated[list[Dimension], Field(strict=False, max_length=len(Dimension))] = []
    text: Comment = ""

    @property
    def opinion(self) -> Opinion:
        return Opinion(score=self.score, tags=tuple(self.tags), text=self.text)


class EditText(Body):
    text: Comment  # empty takes the text out; the score stays


class Complain(Body):
    resident: Uid
    institution: Uid
    kind: Annotated[ComplaintKind, Field(strict=False)]
    text: Annotated[str, text(1000), Clean]


class Unsettled(Body):
    reason: Told


@routes.get(
    "/rating-tokens", needs=Permission.RATING_GIVE, summary="Services I may rate, for myself or as a proxy"
)
async def open_tokens(ask: Ask, query: PageQuery) -> Page[TokenCard]:
    wish = query.wish
    return await queries.open_tokens(
        actor=ask.actor, permission=Permission.RATING_GIVE, wish=wish, now=ask.now
    )


@routes.get(
    "/rating-tokens/to-assist",
    needs=Permission.RATING_ASSIST,
    summary="Services of residents without a phone, to write down",
)
async def tokens_to_assist(ask: Ask, query: PageQuery) -> Page[TokenCard]:
    wish = query.wish
    return await queries.open_tokens(
        actor=ask.actor, permission=Permission.RATING_ASSIST, wish=wish, now=ask.now
    )


@routes.post(
    "/rating-tokens/<token_uid>/rating", needs=Permission.RATING_GIVE, status=201, summary="Rate a service"
)
async def rate(ask: Ask, token_uid: str, body: Rate) -> RatingCard:
    return await actions.rate(actor=ask.actor, token_uid=token_uid, opinion=body.opinion, now=ask.now)


@routes.post(
    "/rating-tokens/<token_uid>/assisted-rating", needs=Permission.RATING_ASSIST, status=201,
    summary="Write down the rating of a resident without a phone",
)  # fmt: skip
async def assist_rating(ask: Ask, token_uid: str, body: Rate) -> RatingCard:
    return await actions.assist_rating(
        actor=ask.actor, token_uid=token_uid, opinion=body.opinion, now=ask.now
    )


@routes.get(
    "/ratings", needs=Permission.RATING_READ, summary="My ratings, and those given for residents I rate for"
)
async def my_ratings(ask: Ask, query: PageQuery) -> Page[RatingCard]:
    return await queries.my_ratings(actor=ask.actor, wish=query.wish, now=ask.now)


@routes.delete(
    "/ratings/<rating_uid>",
    needs=Permission.RATING_GIVE,
    status=204,
    summary="Take a rating back before it counts",
)
async def take_back(ask: Ask, rating_uid: str) -> None:
    await actions.take_back(actor=ask.actor, uid=rating_uid, now=ask.now)


@routes.put(
    "/ratings/<rating_uid>/text",
    needs=Permission.RATING_GIVE,
    summary="Rewrite a text that was returned or withheld",
)
async def edit_text(ask: Ask, rating_uid: str, body: EditText) -> RatingCard:
    return await actions.edit_text(actor=ask.actor, uid=rating_uid, text=body.text, now=ask.now)


@routes.get(
    "/institutions/<institution_uid>/ratings",
    needs=Permission.INSTITUTION_READ,
    summary="Published ratings of an institution",
)
async def published_ratings(ask: Ask, institution_uid: str, query: PageQuery) -> Page[PublicRating]:
    wish = query.wish
    return await queries.published_for(
        actor=ask.actor, institution_uid=institution_uid, wish=wish, now=ask.now
    )


@routes.get(
    "/institutions/<institution_uid>/scores", needs=Permission.INSTITUTION_READ,
    summary="Mean and count; hidden where there are too few",
)  # fmt: skip
async def scores(ask: Ask, institution_uid: str) -> ScoreCard:
    return await queries.scores_of(actor=ask.actor, institution_uid=institution_uid, now=ask.now)


@routes.post(
    "/complaints", needs=Permission.RATING_GIVE, status=201, summary="Say what went wrong; opens a case"
)
async def complain(ask: Ask, body: Complain) -> CaseCard:
    return await actions.complain(
        actor=ask.actor,
        resident_uid=body.resident,
        institution_uid=body.institution,
        kind=body.kind,
        text=body.text,
        now=ask.now,
    )


@routes.get("/cases", needs=Permission.CASE_READ, summary="My cases")
async def my_cases(ask: Ask, query: PageQuery) -> Page[CaseCard]:
    return await queries.my_cases(actor=ask.actor, wish=query.wish, now=ask.now)


@routes.get("/cases/<case_uid>", needs=Permission.CASE_READ, summary="One of my cases, step by step")
async def my_case(ask: Ask, case_uid: str) -> CaseFile:
    return await queries.my_case_file(actor=ask.actor, uid=case_uid, now=ask.now)


@routes.post(
    "/cases/<case_uid>/settled", needs=Permission.RATING_GIVE, status=204, summary="Say that it was put right"
)
async def confirm_callback(ask: Ask, case_uid: str) -> None:
    await actions.answer_callback(actor=ask.actor, uid=case_uid, settled=True, reason="", now=ask.now)


@routes.post(
    "/cases/<case_uid>/unsettled", needs=Permission.RATING_GIVE, status=204, summary="Send the case back"
)
async def reopen(ask: Ask, case_uid: str, body: Unsettled) -> None:
    await actions.answer_callback(
        actor=ask.actor, uid=case_uid, settled=False, reason=body.reason, now=ask.now
    )
