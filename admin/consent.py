"""The consent desk: ask a resident, take down an answer given on paper, and see whose records are shared with us."""

from datetime import date
from typing import Annotated

from pydantic import Field

from admin.home import waits
from server.authority.permissions import Permission
from server.consent import actions, queries
from server.consent.actions import Choice, Witnessing
from server.consent.rules import (
    STATUS_WORDS,
    ConsentStatus,
    Purpose,
    RecordCategory,
)
from server.kit.scans import LARGEST_PAPER
from server.web import (
    Ask,
    Bed,
    Clean,
    Download,
    Form,
    Go,
    MenuEntry,
    PageQuery,
    Query,
    Routes,
    Show,
    Uid,
    Upload,
    text,
)

routes = Routes("consent", tag="知情同意")
menu = MenuEntry("知情同意", "/admin/consents", needs=Permission.CONSENT_REQUEST, order=40)
ENVELOPE = 64 * 1024  # what a form adds to its file

Categories = Annotated[list[RecordCategory], Field(max_length=len(RecordCategory))]


class ConsentQuery(PageQuery):
    status: ConsentStatus | None = None
    resident: Uid | None = None
    recipient: Uid | None = None
    bed: Bed | None = None


class RequestQuery(Query):
    resident: Uid | None = None
    bed: Bed | None = None


class RequestConsent(Form):
    resident: Uid
    institution: Uid
    purpose: Purpose
    categories: Annotated[list[RecordCategory], Field(min_length=1, max_length=len(RecordCategory))]
    last_day: date


class AddPaper(Form):
    file: Upload


class Witnessed(Form):
    """The word of a resident without a phone, before the reader and one colleague."""

    witness: Uid
    evidence: Annotated[str, text(200), Clean]

    @property
    def witnessing(self) -> Witnessing:
        return Witnessing(evidence=self.evidence, second_uid=self.witness)


class WitnessedGrant(Witnessed):
    text_hash: Annotated[str, text(64)]
    categories: Categories = []
    restricted: Categories = []


waits(
    "份征求要当面读给长者听",
    "/admin/consents?status=requested",
    queries.count_waiting_for_witness,
    needs=Permission.CONSENT_WITNESS,
)


@routes.get(
    "/consents",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    summary="Requests sent and consents held",
)
async def consents(ask: Ask, query: ConsentQuery) -> Show:
    page = await queries.consents(
        actor=ask.actor,
        resident_uid=query.resident,
        status=query.status,
        recipient_uid=query.recipient,
        bed=query.bed,
        wish=query.counted,
        now=ask.now,
    )
    return Show(
        "consent/list.html",
        page=page,
        query=query.kept(),
        statuses=STATUS_WORDS,
        choices=await queries.consent_choices(actor=ask.actor, resident_uid=query.resident, now=ask.now),
        ours=await queries.own_recipients(actor=ask.actor),
    )


@routes.get(
    "/consents/<consent_uid>",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    summary="One consent with its text, its paper and its history",
)
async def consent(ask: Ask, consent_uid: str) -> Show:
    file = await queries.consent_file(actor=ask.actor, uid=consent_uid, now=ask.now)
    ours = await queries.own_recipients(actor=ask.actor)
    return Show("consent/sheet.html", file=file, sheet=file.sheet, card=file.sheet.card, ours=ours)


@routes.get(
    "/consent-requests/new",
    needs=Permission.CONSENT_REQUEST,
    purpose=Purpose.CARE,
    summary="The form to ask a resident",
)
async def new_request(ask: Ask, query: RequestQuery) -> Show:
    return Show(
        "consent/new.html",
        found=await queries.residents_to_ask(
            actor=ask.actor, bed=query.bed, resident_uid=query.resident, now=ask.now
        ),
        institutions=await queries.recipients_for(actor=ask.actor),
        purposes=queries.purpose_choices(),
        categories=queries.category_choices(),
        chosen=query,
    )


@routes.post(
    "/consent-requests", needs=Permission.CONSENT_REQUEST, purpose=Purpose.CARE, summary="Ask a resident"
)
async def request_consent(ask: Ask, body: RequestConsent) -> Go:
    card = await actions.request_consent(
        actor=ask.actor,
        resident_uid=body.resident,
        institution_uid=body.institution,
        purpose=body.purpose,
        categories=body.categories,
        last_day=body.last_day,
        now=ask.now,
    )
    return Go(
        f"/admin/consents/{card.uid}",
        said=f"已向{card.resident}发出征求。有手机的在手机上答复；没有的，请打印同意书当面读给长者听。",
    )


@routes.post(
    "/consents/<consent_uid>/papers",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    largest_body=LARGEST_PAPER + ENVELOPE,
    summary="File one scanned page",
)
async def add_paper(ask: Ask, consent_uid: str, body: AddPaper) -> Go:
    page = await actions.add_paper(actor=ask.actor, uid=consent_uid, scan=body.file.content, now=ask.now)
    return Go(f"/admin/consents/{consent_uid}", said=f"第 {page.number} 页已存好。")


@routes.get(
    "/consents/<consent_uid>/papers/<paper_uid>",
    needs=Permission.CONSENT_READ,
    purpose=Purpose.CARE,
    summary="One scanned page",
)
async def paper(ask: Ask, consent_uid: str, paper_uid: str) -> Download:
    found = await queries.paper(actor=ask.actor, consent_uid=consent_uid, paper_uid=paper_uid, now=ask.now)
    return Download(found.name, found.content, found.media_type)


@routes.post(
    "/consents/<consent_uid>/grant",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Take down a yes before two witnesses",
)
async def grant(ask: Ask, consent_uid: str, body: WitnessedGrant) -> Go:
    card = await actions.grant_witnessed(
        actor=ask.actor,
        uid=consent_uid,
        choice=Choice(
            categories=frozenset(body.categories),
            restricted=frozenset(body.restricted),
            text_hash=body.text_hash,
        ),
        witnessing=body.witnessing,
        now=ask.now,
    )
    return Go(f"/admin/consents/{card.uid}", said="已记下长者的同意，从现在起生效。")


@routes.post(
    "/consents/<consent_uid>/deny",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Take down a no before two witnesses",
)
async def deny(ask: Ask, consent_uid: str, body: Witnessed) -> Go:
    card = await actions.deny_witnessed(
        actor=ask.actor, uid=consent_uid, witnessing=body.witnessing, now=ask.now
    )
    return Go(f"/admin/consents/{card.uid}", said="已记下长者不同意。不影响长者的任何服务。")


@routes.post(
    "/consents/<consent_uid>/withdraw",
    needs=Permission.CONSENT_WITNESS,
    purpose=Purpose.CARE,
    summary="Take down a withdrawal before two witnesses",
)
async def withdraw(ask: Ask, consent_uid: str, body: Witnessed) -> Go:
    card = await actions.withdraw_witnessed(
        actor=ask.actor, uid=consent_uid, witnessing=body.witnessing, now=ask.now
    )
    return Go(f"/admin/consents/{card.uid}", said="已按长者的意思撤回，对方立刻看不到了。")


@routes.get(
    "/shared",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="Whose records are shared with us",
)
async def shared(ask: Ask, query: PageQuery) -> Show:
    found = await queries.shared_with_us(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("consent/shared.html", page=found.granted, ended=found.ended)
