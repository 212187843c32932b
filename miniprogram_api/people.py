"""My residents, those who may act for me, and the residents of the home where I work."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from server.authority.permissions import Permission
from server.kit.clock import start_of_day
from server.people import actions, queries
from server.people.actions.invitations import Invited, Offered, invite, redeem
from server.people.queries import InvitationCard, MyResidentCard, ProxyCard, ResidentCard
from server.people.rules import Basis, EndReason, ProxyScope, Relation
from server.web import Ask, Bed, Body, Clean, Page, PageQuery, Routes, Word, text

routes = Routes("people", tag="长者与家人")

Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]
DocumentRef = Annotated[str, text(80), Clean]
NationalIdText = Annotated[str, text(24), Clean]


class ApplyForProxy(Body):
    """Name and number say whom it is about; the answer never tells whether there is such a resident."""

    name: Annotated[str, text(60), Clean]
    national_id: NationalIdText
    basis: Basis
    relation: Relation
    scopes: Annotated[tuple[ProxyScope, ...], Field(min_length=1, max_length=len(ProxyScope))]
    categories: Annotated[tuple[Word, ...], Field(max_length=30)] = ()
    last_day: Day | None = None
    document_ref: DocumentRef | None = None


class InviteProxy(Body):
    relation: Relation
    scopes: Annotated[tuple[ProxyScope, ...], Field(min_length=1, max_length=len(ProxyScope))]
    categories: Annotated[tuple[Word, ...], Field(max_length=30)] = ()
    last_day: Day | None = None

    def offered(self) -> Offered:
        ends_at = start_of_day(self.last_day + timedelta(days=1)) if self.last_day else None
        return Offered(self.relation, self.scopes, self.categories, ends_at)


class Redeem(Body):
    code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Z2-7]{24}$")]


class WithReason(Body):
    reason: EndReason


class Witness(Body):
    document_ref: DocumentRef  # the number of the sheet that the resident has signed


class HomeQuery(PageQuery):
    bed: Bed | None = None


@routes.get("/residents", needs=Permission.RESIDENT_READ, summary="Myself and those for whom I may act")
async def my_residents(ask: Ask) -> tuple[MyResidentCard, ...]:
    return await queries.my_residents(actor=ask.actor, now=ask.now)


@routes.get(
    "/institutions/<institution_uid>/residents",
    needs=Permission.RESIDENT_READ,
    summary="Residents of a home, by bed",
)
async def residents_of_home(ask: Ask, institution_uid: str, query: HomeQuery) -> Page[ResidentCard]:
    wish = query.wish
    return await queries.residents(
        actor=ask.actor, home_uid=institution_uid, bed=query.bed, wish=wish, now=ask.now
    )


@routes.get(
    "/residents/<resident_uid>/proxies", needs=Permission.PROXY_READ, summary="Who may act for a resident"
)
async def proxies(ask: Ask, resident_uid: str) -> tuple[ProxyCard, ...]:
    return await queries.proxies_of(actor=ask.actor, resident_uid=resident_uid, now=ask.now)


@routes.get(
    "/residents/<resident_uid>/invitations",
    needs=Permission.PROXY_CONFIRM,
    summary="Invitations that nobody has used yet",
)
async def invitations(ask: Ask, resident_uid: str) -> tuple[InvitationCard, ...]:
    return await queries.invitations(actor=ask.actor, resident_uid=resident_uid, now=ask.now)


@routes.post(
    "/residents/<resident_uid>/invitations",
    needs=Permission.PROXY_CONFIRM,
    status=201,
    summary="Invite a relative, as the resident; the code is told once",
)
async def invite_proxy(ask: Ask, resident_uid: str, body: InviteProxy) -> Invited:
    return await invite(actor=ask.actor, resident_uid=resident_uid, offered=body.offered(), now=ask.now)


@routes.delete(
    "/residents/<resident_uid>/invitations/<invitation_uid>",
    needs=Permission.PROXY_CONFIRM,
    status=204,
    summary="Take an invitation back",
)
async def revoke_invitation(ask: Ask, resident_uid: str, invitation_uid: str) -> None:
    await actions.revoke_invitation(
        actor=ask.actor, resident_uid=resident_uid, invitation_uid=invitation_uid, now=ask.now
    )


@routes.post(
    "/invitations/redeem",
    needs=Permission.PROXY_APPLY,
    status=201,
    summary="Accept an invitation, as the relative",
)
async def redeem_invitation(ask: Ask, body: Redeem) -> ProxyCard:
    return await redeem(actor=ask.actor, code=body.code, shared=ask.shared, now=ask.now)


@routes.get("/proxies", needs=Permission.PROXY_APPLY, summary="What I have applied for")
async def my_grants(ask: Ask) -> tuple[ProxyCard, ...]:
    return await queries.my_grants(actor=ask.actor, now=ask.now)


@routes.post("/proxies", needs=Permission.PROXY_APPLY, status=201, summary="Apply to act for a resident")
async def apply_for_proxy(ask: Ask, body: ApplyForProxy) -> ProxyCard:
    return await actions.apply_for_proxy(
        actor=ask.actor,
        name=body.name,
        national_id=body.national_id,
        basis=body.basis,
        relation=body.relation,
        scopes=body.scopes,
        categories=body.categories,
        ends_at=start_of_day(body.last_day + timedelta(days=1)) if body.last_day else None,
        document_ref=body.document_ref,
        now=ask.now,
    )


@routes.post(
    "/proxies/<grant_uid>/withdraw", needs=Permission.PROXY_APPLY, summary="Take my application back"
)
async def withdraw_proxy(ask: Ask, grant_uid: str) -> ProxyCard:
    return await actions.withdraw_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)


@routes.post(
    "/proxies/<grant_uid>/confirm", needs=Permission.PROXY_CONFIRM, summary="Say yes, as the resident"
)
async def confirm_proxy(ask: Ask, grant_uid: str) -> ProxyCard:
    return await actions.confirm_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)


@routes.post(
    "/proxies/<grant_uid>/decline", needs=Permission.PROXY_CONFIRM, summary="Say no, as the resident"
)
async def decline_proxy(ask: Ask, grant_uid: str) -> ProxyCard:
    return await actions.decline_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)


@routes.post(
    "/proxies/<grant_uid>/witness",
    needs=Permission.PROXY_CONFIRM,
    summary="Witness the yes of a resident without a phone",
)
async def witness_proxy(ask: Ask, grant_uid: str, body: Witness) -> ProxyCard:
    return await actions.witness_proxy(
        actor=ask.actor, uid=grant_uid, document_ref=body.document_ref, now=ask.now
    )


@routes.post(
    "/proxies/<grant_uid>/suspend", needs=Permission.PROXY_SUSPEND, summary="Pause an authority at once"
)
async def suspend_proxy(ask: Ask, grant_uid: str, body: WithReason) -> ProxyCard:
    return await actions.suspend_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)


@routes.post(
    "/proxies/<grant_uid>/resume", needs=Permission.PROXY_SUSPEND, summary="Give a paused authority back"
)
async def resume_proxy(ask: Ask, grant_uid: str) -> ProxyCard:
    return await actions.resume_proxy(actor=ask.actor, uid=grant_uid, now=ask.now)


@routes.post("/proxies/<grant_uid>/end", needs=Permission.PROXY_SUSPEND, summary="End an authority")
async def end_proxy(ask: Ask, grant_uid: str, body: WithReason) -> ProxyCard:
    return await actions.end_proxy(actor=ask.actor, uid=grant_uid, reason=body.reason, now=ask.now)
