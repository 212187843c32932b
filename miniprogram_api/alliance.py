"""The alliance's directory: who belongs to it, what they offer, who works with whom."""

from server.alliance import queries
from server.alliance.queries import DepartmentCard, InstitutionCard
from server.alliance.rules import InstitutionKind
from server.authority.permissions import Permission
from server.web import Ask, Page, PageQuery, Routes

routes = Routes("alliance", tag="机构")


class InstitutionQuery(PageQuery):
    kind: InstitutionKind | None = None


@routes.get("/institutions", needs=Permission.INSTITUTION_READ, summary="Institutions of the alliance")
async def institutions(ask: Ask, query: InstitutionQuery) -> Page[InstitutionCard]:
    wish = query.wish
    return await queries.institutions(actor=ask.actor, kind=query.kind, wish=wish, now=ask.now)


@routes.get(
    "/institutions/<institution_uid>/departments",
    needs=Permission.INSTITUTION_READ,
    summary="Departments to book at",
)
async def departments(ask: Ask, institution_uid: str) -> tuple[DepartmentCard, ...]:
    return await queries.departments_of(actor=ask.actor, institution_uid=institution_uid, now=ask.now)


@routes.get(
    "/institutions/<institution_uid>/partners",
    needs=Permission.INSTITUTION_READ,
    summary="Institutions with which it has an agreement in force",
)
async def partners(ask: Ask, institution_uid: str) -> tuple[InstitutionCard, ...]:
    return await queries.partners_of(actor=ask.actor, institution_uid=institution_uid, now=ask.now)
