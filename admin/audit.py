"""The trail: what was done to a subject, and who has looked at a resident's record."""

from server.authority.permissions import Permission
from server.records import queries
from server.web import Ask, MenuEntry, PageQuery, PageWish, Purpose, Routes, Show, Uid

routes = Routes("audit", tag="调阅与审计")
menu = MenuEntry("谁看过档案", "/admin/audit", needs=Permission.TRAIL_READ, order=90)


class AuditQuery(PageQuery):
    resident: Uid | None = None


class SubjectQuery(PageQuery):
    subject: Uid | None = None


@routes.get(
    "/audit", needs=Permission.TRAIL_READ, purpose=Purpose.OVERSIGHT, summary="Who has looked at a resident"
)
async def looks(ask: Ask, query: AuditQuery) -> Show:
    page = None
    if query.resident is not None:
        page = await queries.trail_of_resident(
            actor=ask.actor, resident_uid=query.resident, page=PageWish(query.after, query.limit), now=ask.now
        )
    return Show(
        "audit/looks.html",
        page=page,
        resident=query.resident or "",
        residents=await queries.residents_overseen(actor=ask.actor, now=ask.now),
    )


@routes.get(
    "/audit/subjects",
    needs=Permission.AUDIT_READ,
    purpose=Purpose.OVERSIGHT,
    summary="What was done to a subject",
)
async def deeds(ask: Ask, query: SubjectQuery) -> Show:
    page = None
    if query.subject is not None:
        page = await queries.deeds(
            actor=ask.actor, subject_uid=query.subject, page=PageWish(query.after, query.limit)
        )
    return Show("audit/deeds.html", page=page, subject=query.subject or "")
