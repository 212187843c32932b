"""What is asked of me, what it means, and my answer; for a resident without a phone, the nurse's witness."""

from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.consent import actions, queries
from server.consent.actions import Choice, Witnessing
from server.consent.queries import ConsentCard, ConsentSheet
from server.consent.rules import ConsentStatus, RecordCategory, Signature
from server.identity import queries as identity
from server.identity.queries import ColleagueCard
from server.records.queries import Preview, preview
from server.web import Ask, Body, Int, Line, Page, PageQuery, Purpose, Query, Routes, Uid

routes = Routes("consent", tag="知情同意")

Categories = Annotated[frozenset[RecordCategory], Field(max_length=len(RecordCategory))]
TextHash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ConsentQuery(PageQuery):
    resident: Uid | None = None
    status: ConsentStatus | None = None


class PreviewQuery(Query):
    categories: Annotated[str, Field(max_length=300)] = (
        ""  # words separated by commas; none: all that was asked
    )


class Signed(Body):
    """A name written with a finger; points are [x, y] within the box."""

    width: Annotated[Int, Field(ge=1, le=4096)]
    height: Annotated[Int, Field(ge=1, le=4096)]
    strokes: Annotated[
        tuple[Annotated[tuple[tuple[Int, Int], ...], Field(max_length=4000)], ...], Field(max_length=400)
    ]

    def signature(self) -> Signature:
        return Signature(self.width, self.height, self.strokes)


class Grant(Body):
    """`restricted` holds the sensitive categories, each confirmed on its own; they may not stand in `categories`."""

    text_hash: TextHash
    categories: Categories = frozenset()
    restricted: Categories = frozenset()
    signature: Signed | None = None  # taking consent back never asks for one

    def choice(self) -> Choice:
        return Choice(
            categories=self.categories,
            restricted=self.restricted,
            text_hash=self.text_hash,
            signature=self.signature.signature() if self.signature else None,
        )


class Witness(Body):
    evidence: Line
    second: Uid

    def witnessing(self) -> Witnessing:
        return Witnessing(evidence=self.evidence, second_uid=self.second)


class WitnessedGrant(Grant):
    evidence: Line
    second: Uid

    def witnessing(self) -> Witnessing:
        return Witnessing(evidence=self.evidence, second_uid=self.second)


@routes.get(
    "/consents", needs=Permission.CONSENT_READ, purpose=Purpose.SELF, summary="Consents, newest first"
)
async def consents(ask: Ask, query: ConsentQuery) -> Page[ConsentCard]:
    return await queries.consents(
        actor=ask.actor,
        resident_uid=query.resident,
        status=query.status,
        wish=query.wish,
        now=ask.now,
    )


@routes.get(
    "/consent-requests",
    needs=Permission.CONSENT_DECIDE,
    purpose=Purpose.SELF,
    summary="What waits for my decision",
)
async def waiting(ask: Ask) -> tuple[ConsentCard, ...]:
    return await queries.waiting_for_me(actor=ask.actor, now=ask.now)


@routes.get(
    "/consent-requests/to-witness",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Residents without a phone who were asked",
)
async def to_witness(ask: Ask) -> tuple[ConsentCard, ...]:
    return await queries.waiting_for_witness(actor=ask.actor, now=ask.now)


@routes.get(
    "/institutions/<institution_uid>/colleagues",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Who of my institution may be the second witness",
)
async def colleagues(ask: Ask, institution_uid: str) -> tuple[ColleagueCard, ...]:
    return await identity.colleagues(
        actor=ask.actor,
        institution_uid=institution_uid,
        permission=Permission.CONSENT_WITNESS,
        now=ask.now,
    )


@routes.get(
    "/consents/<consent_uid>",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.SELF,
    summary="One consent and its text",
)
async def sheet(ask: Ask, consent_uid: str) -> ConsentSheet:
    return await queries.consent_sheet(actor=ask.actor, uid=consent_uid, now=ask.now)


@routes.get(
    "/consents/<consent_uid>/preview",
    needs=Permission.CONSENT_DECIDE,
    purpose=Purpose.SELF,
    summary="Exactly what the recipient would see",
)
async def previewed(ask: Ask, consent_uid: str, query: PreviewQuery) -> Preview:
    chosen = tuple(word for word in query.categories.split(",") if word)
    return await preview(actor=ask.actor, consent_uid=consent_uid, chosen=chosen, now=ask.now)


@routes.post(
    "/consents/<consent_uid>/grant", needs=Permission.CONSENT_DECIDE, purpose=Purpose.SELF, summary="Agree"
)
async def grant(ask: Ask, consent_uid: str, body: Grant) -> ConsentCard:
    return await actions.grant_consent(actor=ask.actor, uid=consent_uid, choice=body.choice(), now=ask.now)


@routes.post(
    "/consents/<consent_uid>/denial",
    needs=Permission.CONSENT_DECIDE,
    purpose=Purpose.SELF,
    summary="Do not agree",
)
async def deny(ask: Ask, consent_uid: str) -> ConsentCard:
    return await actions.deny_consent(actor=ask.actor, uid=consent_uid, now=ask.now)


@routes.post(
    "/consents/<consent_uid>/withdrawal",
    needs=Permission.CONSENT_DECIDE,
    purpose=Purpose.SELF,
    summary="Take consent back",
)
async def withdraw(ask: Ask, consent_uid: str) -> ConsentCard:
    return await actions.withdraw_consent(actor=ask.actor, uid=consent_uid, now=ask.now)


@routes.post(
    "/consents/<consent_uid>/witnessed-grant",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Witness an agreement",
)
async def grant_witnessed(ask: Ask, consent_uid: str, body: WitnessedGrant) -> ConsentCard:
    return await actions.grant_witnessed(
        actor=ask.actor, uid=consent_uid, choice=body.choice(), witnessing=body.witnessing(), now=ask.now
    )


@routes.post(
    "/consents/<consent_uid>/witnessed-denial",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Witness a refusal",
)
async def deny_witnessed(ask: Ask, consent_uid: str, body: Witness) -> ConsentCard:
    return await actions.deny_witnessed(
        actor=ask.actor, uid=consent_uid, witnessing=body.witnessing(), now=ask.now
    )


@routes.post(
    "/consents/<consent_uid>/witnessed-withdrawal",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Witness a withdrawal",
)
async def withdraw_witnessed(ask: Ask, consent_uid: str, body: Witness) -> ConsentCard:
    return await actions.withdraw_witnessed(
        actor=ask.actor, uid=consent_uid, witnessing=body.witnessing(), now=ask.now
    )
