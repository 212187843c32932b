"""The trail: who has looked at a resident's record, what was done to a subject, and what my own people did."""

from datetime import date
from enum import StrEnum

from server.authority.permissions import Permission
from server.identity.queries import LogWish, institution_log
from server.records import queries
from server.web import Ask, Bed, MenuEntry, PageQuery, Purpose, Routes, Show, Uid

routes = Routes("audit", tag="调阅与审计")
menu = MenuEntry("谁看过档案", "/admin/audit", needs=Permission.TRAIL_READ, order=90)


class AuditQuery(PageQuery):
    resident: Uid | None = None


class LooksQuery(AuditQuery):
    bed: Bed | None = None


class SubjectQuery(PageQuery):
    subject: Uid | None = None


@routes.get(
    "/audit", needs=Permission.TRAIL_READ, purpose=Purpose.OVERSIGHT, summary="Who has looked at a resident"
)
async def looks(ask: Ask, query: LooksQuery) -> Show:
    page = None
    if query.resident is not None:
        page = await queries.trail_of_resident(
            actor=ask.actor, resident_uid=query.resident, page=query.counted, now=ask.now
        )
    return Show(
        "audit/looks.html",
        page=page,
        asked=query,
        overseen=await queries.residents_overseen(
            actor=ask.actor, bed=query.bed, resident_uid=query.resident, now=ask.now
        ),
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
        page = await queries.deeds(actor=ask.actor, subject_uid=query.subject, page=query.counted)
    return Show("audit/deeds.html", page=page, subject=query.subject or "")


@routes.get(
    "/audit/chains",
    needs=Permission.AUDIT_READ,
    purpose=Purpose.OVERSIGHT,
    rate="export",  # it reads whole chains
    summary="Verify that the access trail is what was written",
)
async def chains(ask: Ask, query: AuditQuery) -> Show:
    check = await queries.check_chains(
        actor=ask.actor, resident_uid=query.resident, checkpoints=ask.settings.checkpoints, now=ask.now
    )
    return Show("audit/chains.html", check=check, resident=query.resident or "")


class Family(StrEnum):
    """The first word of an action, for a choice."""

    PEOPLE = "people"
    CONSENT = "consent"
    RECORDS = "records"
    BOOKING = "booking"
    VISITS = "visits"
    FEEDBACK = "feedback"
    ALLIANCE = "alliance"
    IDENTITY = "identity"
    DOCUMENTS = "documents"
    PRIVACY = "privacy"


class LogQuery(PageQuery):
    person: Uid | None = None
    family: Family | None = None
    first_day: date | None = None
    last_day: date | None = None

    @property
    def asked(self) -> LogWish:
        return LogWish(self.person, self.family or "", self.first_day, self.last_day)


@routes.get("/log", needs=Permission.LOG_READ, summary="What the people of my institution did")
async def log(ask: Ask, query: LogQuery) -> Show:
    found = await institution_log(actor=ask.actor, asked=query.asked, wish=query.counted, now=ask.now)
    return Show("audit/log.html", found=found, asked=query, families=list(Family))
