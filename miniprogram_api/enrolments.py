"""The family doctor on the phone: who it is, what could be signed, sign it, leave."""

from typing import Annotated

from pydantic import StringConstraints

from server.authority.permissions import Permission
from server.enrolments import actions, queries
from server.enrolments.queries import DoctorOffer, EnrolmentCard, FamilyDoctor
from server.web import Ask, Body, Clean, Query, Routes, Uid, text

routes = Routes("enrolments", tag="家庭医生")

READ, SIGN = Permission.ENROLMENT_READ, Permission.ENROLMENT_SIGN
Code = Annotated[str, text(32), Clean]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class OfferQuery(Query):
    team: Uid
    package: Code


class AskDoctor(Body):
    team: Uid
    package: Code
    text_hash: Digest  # of the words that were shown


class Sign(Body):
    text_hash: Digest


@routes.get(
    "/residents/<resident_uid>/family-doctor", needs=READ, summary="Who the family doctor is, and what waits"
)
async def family_doctor(ask: Ask, resident_uid: str) -> FamilyDoctor:
    return await queries.family_doctor(actor=ask.actor, resident_uid=resident_uid, now=ask.now)


@routes.get(
    "/residents/<resident_uid>/family-doctor/offer", needs=SIGN, summary="The words that would be signed"
)
async def offer(ask: Ask, resident_uid: str, query: OfferQuery) -> DoctorOffer:
    return await queries.offer_text(
        actor=ask.actor, resident_uid=resident_uid, team_uid=query.team, package=query.package, now=ask.now
    )


@routes.post(
    "/residents/<resident_uid>/family-doctor",
    needs=SIGN,
    status=201,
    summary="Ask for a team and a package, and sign",
)
async def ask_for(ask: Ask, resident_uid: str, body: AskDoctor) -> EnrolmentCard:
    return await actions.ask_for_doctor(
        actor=ask.actor,
        resident_uid=resident_uid,
        team_uid=body.team,
        package=body.package,
        text_hash=body.text_hash,
        now=ask.now,
    )


@routes.post("/family-doctor/<enrolment_uid>/signature", needs=SIGN, summary="Sign what was offered")
async def sign(ask: Ask, enrolment_uid: str, body: Sign) -> EnrolmentCard:
    return await actions.sign_enrolment(
        actor=ask.actor, uid=enrolment_uid, text_hash=body.text_hash, now=ask.now
    )


@routes.post(
    "/family-doctor/<enrolment_uid>/leave",
    needs=SIGN,
    summary="Take an application back, or end the contract",
)
async def leave(ask: Ask, enrolment_uid: str) -> EnrolmentCard:
    return await actions.leave_doctor(actor=ask.actor, uid=enrolment_uid, now=ask.now)
