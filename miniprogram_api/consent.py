"""What is asked of me, what it means, and my answer; for a resident without a phone, the nurse's witness."""

from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.consent import actions, queries
from server.consent.actions import Choice, Witnessing
from server.consent.queries import ConsentCard, ConsentSheet
from server.consent.rules import ConsentStatus, RecordCategory
from server.records.queries import Preview, preview
from server.web import Ask, Body, Line, Page, PageQuery, PageWish, Purpose, Query, Routes, Uid

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


class Grant(Body):
    """`restricted` holds the sensitive categories, each confirmed on its own; they may not stand in `categories`."""

    text_hash: TextHash
    categories: Categories = frozenset()
    restricted: Categories = frozenset()

    def choice(self) -> Choice:
        return Choice(categories=self.categories, restricted=self.restricted, text_hash=self.text_hash)


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
        wish=PageWish(query.after, query.limit),
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
