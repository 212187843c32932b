"""Agreements between homes and medical institutions: drafted, proposed, signed by both, filed."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from admin.home import waits
from admin.visits import Day
from server.alliance import actions, queries
from server.alliance.actions import Authorisation
from server.alliance.rules import (
    AgreementContent,
    AgreementStatus,
    Contact,
    Cooperation,
    Fee,
    FeeKind,
    InstitutionKind,
    Parties,
    PayCycle,
    ServiceItem,
    SigningScope,
    VisitDay,
)
from server.authority.permissions import Permission
from server.identity import actions as identity
from server.identity.queries import signers as signers_board
from server.kit.clock import local_date
from server.kit.scans import LARGEST_PAPER
from server.web import (
    Ask,
    Clean,
    Download,
    Form,
    Go,
    MenuEntry,
    PageQuery,
    PageWish,
    Routes,
    Show,
    Upload,
    text,
)

routes = Routes("alliance", tag="签约协议")
menu = MenuEntry("签约协议", "/admin/agreements", Permission.AGREEMENT_READ, 30)

READ, DRAFT = Permission.AGREEMENT_READ, Permission.AGREEMENT_DRAFT
MOST_CHOICES = 100
FEN = 100
# "慢病随访 4 免费4 20元": the name, times a year, how many of them free, what one beyond costs.
ITEM = re.compile(
    r"^(?P<name>\S.{0,38}?\S|\S)(?:\s+(?P<times>\d{1,4}))?"
    r"(?:\s+免费\s*(?P<free>\d{1,4}))?(?:\s+(?P<yuan>\d{1,7}(?:\.\d{1,2})?)\s*元)?"
    r"(?:\s+收费[:：](?P<fee>公卫|签约包|医保|机构|自付))?$"
)
ITEM_FEES = {
    "公卫": FeeKind.FREE_PUBLIC_HEALTH,
    "签约包": FeeKind.CONTRACT,
    "医保": FeeKind.INSURANCE,
    "机构": FeeKind.HOME_PAYS,
    "自付": FeeKind.RESIDENT_PAYS,
}
ENVELOPE = 64 * 1024  # what a form adds to its file
MOST_SIGNERS = 100

UidText = Annotated[str, StringConstraints(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Reason = Annotated[str, text(200), Clean]
Story = Annotated[str, text(500, least=0), Clean]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Short = Annotated[str, text(40, least=0), Clean]
People = Annotated[int, Field(ge=0, le=100_000)]
Yuan = Annotated[Decimal, Field(ge=0, le=10**9, decimal_places=2)]


def _is_items(lines: str) -> str:
    if not all(ITEM.match(line.strip()) for line in lines.splitlines() if line.strip()):
        msg = "one item a line"
        raise ValueError(msg)
    return lines


class AgreementQuery(PageQuery):
    status: AgreementStatus | None = None


class Terms(Form):
    first_day: date
    last_day: date
    cooperation: tuple[Cooperation, ...] = ()
    items: Annotated[str, text(2000), Clean, AfterValidator(_is_items)]
    fee_kind: FeeKind = FeeKind.FREE_PUBLIC_HEALTH
    fee_yuan: Yuan = Decimal(0)
    fee_cycle: PayCycle = PayCycle.MONTHLY
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    from_time: TimeOfDay = "09:00"
    to_time: TimeOfDay = "11:00"
    contact_name: Annotated[str, text(20), Clean] | None = None
    contact_phone: Annotated[str, text(20), Clean] | None = None
    home_duties: Story = ""
    provider_duties: Story = ""
    emergency: Story = ""
    sharing: Story = ""
    disputes: Story = ""
    number: Short = ""
    home_filing: Short = ""
    home_beds: People | None = None
    home_residents: People | None = None
    provider_licence: Short = ""
    practice_filing: Short = ""

    def content(self) -> AgreementContent:
        contacts = (
            (Contact(self.contact_name, self.contact_phone, "绿色通道 24 小时"),)
            if self.contact_name and self.contact_phone
            else ()
        )
        return AgreementContent(
            cooperation=self.cooperation,
            items=tuple(_items(self.items)),
            fees=(Fee(self.fee_kind, int(self.fee_yuan * FEN), self.fee_cycle),),
            visit_days=tuple(
                VisitDay(day, _minutes(self.from_time), _minutes(self.to_time)) for day in self.weekdays
            ),
            contacts=contacts,
            home_duties=self.home_duties,
            provider_duties=self.provider_duties,
            emergency=self.emergency,
            sharing=self.sharing,
            disputes=self.disputes,
            parties=Parties(
                number=self.number,
                home_filing=self.home_filing,
                home_beds=self.home_beds,
                home_residents=self.home_residents,
                provider_licence=self.provider_licence,
                practice_filing=self.practice_filing,
            ),
        )


class NewAgreement(Terms):
    home: UidText
    provider: UidText


class Signing(Form):
    content_hash: Annotated[str, StringConstraints(pattern=r"^(sha256|sm3):[0-9a-f]{64}$")]


class PaperSigning(Signing):
    signer: Annotated[str, text(20), Clean]
    file: Upload


class NewAttachment(Form):
    name: Annotated[str, text(40), Clean]
    file: Upload


class NewSigner(Form):
    who: Annotated[
        str, StringConstraints(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}:[0-7][0-9A-HJKMNP-TV-Z]{25}$")
    ]
    document: Annotated[str, text(60), Clean]
    first_day: Day
    last_day: Day
    cooperation: tuple[Cooperation, ...] = ()
    most_yuan: Yuan | None = None

    @property
    def given(self) -> Authorisation:
        most = None if self.most_yuan is None else int(self.most_yuan * FEN)
        return Authorisation(
            self.document, SigningScope(self.first_day, self.last_day, self.cooperation, most)
        )


class Filing(Form):
    filing_number: Annotated[str, text(40), Clean]
    override_reason: Reason | None = None


class WithReason(Form):
    reason: Reason


def _items(lines: str) -> list[ServiceItem]:
    found = [ITEM.match(line.strip()) for line in lines.splitlines() if line.strip()]
    return [
        ServiceItem(
            code=f"item_{place}",
            name=each["name"],
            times_a_year=int(each["times"]) if each["times"] else None,
            free_quota=int(each["free"]) if each["free"] else None,
            price=int(Decimal(each["yuan"]) * FEN) if each["yuan"] else None,
            fee=ITEM_FEES[each["fee"]] if each["fee"] else None,
        )
        for place, each in enumerate(found, start=1)
        if each
    ]


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


waits(
    "份协议等本机构签署",
    "/admin/agreements",
    lambda actor, **_: queries.count_to_sign(actor=actor),
    needs=Permission.AGREEMENT_SIGN,
)
waits(
    "份协议等您备案",
    "/admin/agreements?status=signed",
    lambda actor, **_: queries.count_to_file(actor=actor),
    needs=Permission.AGREEMENT_FILE,
)
waits(
    "份协议快到期，还没有续签",
    "/admin/agreements?status=expiring",
    lambda actor, **_: queries.count_expiring(actor=actor),
    needs=DRAFT,
)


@routes.get("/agreements", needs=READ, summary="Agreements of my institution, or of the city")
async def agreements(ask: Ask, query: AgreementQuery) -> Show:
    wish = query.counted
    statuses = (query.status,) if query.status else ()
    page = await queries.agreements(actor=ask.actor, statuses=statuses, wish=wish, now=ask.now)
    return Show("alliance/list.html", page=page, chosen=query.status)


@routes.get("/agreements/new", needs=DRAFT, summary="The page to draft an agreement")
async def draft_page(ask: Ask) -> Show:
    wish = PageWish(limit=MOST_CHOICES)
    page = await queries.institutions(actor=ask.actor, kind=None, wish=wish, now=ask.now)
    return Show(
        "alliance/new.html",
        homes=[card for card in page.items if card.kind is InstitutionKind.NURSING_HOME],
        providers=[card for card in page.items if card.kind.is_medical],
    )


@routes.get(
    "/agreements/signers", needs=Permission.AGREEMENT_AUTHORISE, summary="Who may sign for my institution"
)
async def signers(ask: Ask, query: PageQuery) -> Show:
    board = await signers_board(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("alliance/signers.html", board=board, today=local_date(ask.now))


@routes.post(
    "/agreements/signers",
    needs=Permission.AGREEMENT_AUTHORISE,
    proof=True,
    summary="Register an authorisation to sign",
)
async def authorise(ask: Ask, body: NewSigner) -> Go:
    account, institution = body.who.split(":")
    await identity.authorise_signer(
        actor=ask.actor, account_uid=account, institution_uid=institution, given=body.given, now=ask.now
    )
    return Go("/admin/agreements/signers", said="签约授权已登记，期限内可以签范围里的协议。")


@routes.post(
    "/agreements/signers/<authority_uid>/revoke",
    needs=Permission.AGREEMENT_AUTHORISE,
    summary="Take an authorisation back",
)
async def revoke(ask: Ask, authority_uid: str, body: WithReason) -> Go:
    await actions.revoke_authority(actor=ask.actor, uid=authority_uid, reason=body.reason, now=ask.now)
    return Go("/admin/agreements/signers", said="签约授权已收回。以前签过的仍然有效。")


@routes.post("/agreements", needs=DRAFT, summary="Draft an agreement")
async def draft(ask: Ask, body: NewAgreement) -> Go:
    card = await actions.draft_agreement(
        actor=ask.actor,
        home_uid=body.home,
        provider_uid=body.provider,
        first_day=body.first_day,
        last_day=body.last_day,
        content=body.content(),
        now=ask.now,
    )
    return Go(f"/admin/agreements/{card.uid}", said="草稿已保存。核对无误后请点“提出”，双方就能签署。")


@routes.get("/agreements/<agreement_uid>", needs=READ, summary="One agreement in full")
async def agreement(ask: Ask, agreement_uid: str) -> Show:
    return Show(
        "alliance/agreement.html",
        sheet=await queries.agreement_sheet(actor=ask.actor, uid=agreement_uid, now=ask.now),
        today=local_date(ask.now),
    )


@routes.get("/agreements/<agreement_uid>/successor", needs=DRAFT, summary="The page to amend or renew")
async def successor_page(ask: Ask, agreement_uid: str) -> Show:
    return Show(
        "alliance/successor.html",
        sheet=await queries.agreement_sheet(actor=ask.actor, uid=agreement_uid, now=ask.now),
    )


@routes.post("/agreements/<agreement_uid>/successor", needs=DRAFT, summary="Draft an amendment or a renewal")
async def draft_successor(ask: Ask, agreement_uid: str, body: Terms) -> Go:
    card = await actions.draft_successor(
        actor=ask.actor,
        uid=agreement_uid,
        first_day=body.first_day,
        last_day=body.last_day,
        content=body.content(),
        now=ask.now,
    )
    return Go(f"/admin/agreements/{card.uid}", said="新版本的草稿已保存。备案生效前，原协议继续有效。")


@routes.post("/agreements/<agreement_uid>/propose", needs=DRAFT, summary="Propose the draft to both sides")
async def propose(ask: Ask, agreement_uid: str) -> Go:
    await actions.propose_agreement(actor=ask.actor, uid=agreement_uid, now=ask.now)
    return Go(f"/admin/agreements/{agreement_uid}", said="协议已提出，内容不能再改。请双方负责人签署。")


@routes.post("/agreements/<agreement_uid>/sign", needs=Permission.AGREEMENT_SIGN, summary="Sign for my side")
async def sign(ask: Ask, agreement_uid: str, body: Signing) -> Go:
    await actions.sign_agreement(
        actor=ask.actor, uid=agreement_uid, content_hash=body.content_hash, now=ask.now
    )
    return Go(f"/admin/agreements/{agreement_uid}", said="已代表本机构签署。双方都签后，由卫健部门备案。")


@routes.post(
    "/agreements/<agreement_uid>/sign-on-paper",
    needs=Permission.AGREEMENT_SIGN,
    largest_body=LARGEST_PAPER + ENVELOPE,
    summary="File the page that my side has signed by hand",
)
async def sign_on_paper(ask: Ask, agreement_uid: str, body: PaperSigning) -> Go:
    await actions.sign_on_paper(
        actor=ask.actor,
        uid=agreement_uid,
        content_hash=body.content_hash,
        signer=body.signer,
        scan=body.file.content,
        now=ask.now,
    )
    return Go(f"/admin/agreements/{agreement_uid}", said="纸质签署已登记，扫描件已存好。")


@routes.post(
    "/agreements/<agreement_uid>/attachments",
    needs=DRAFT,
    largest_body=LARGEST_PAPER + ENVELOPE,
    summary="Add an attachment to a draft",
)
async def attach(ask: Ask, agreement_uid: str, body: NewAttachment) -> Go:
    await actions.attach_paper(
        actor=ask.actor, uid=agreement_uid, name=body.name, scan=body.file.content, now=ask.now
    )
    return Go(f"/admin/agreements/{agreement_uid}", said="附件已存好，它的摘要写进了要签的内容。")


@routes.get("/agreements/<agreement_uid>/papers/<paper_uid>", needs=READ, summary="One scan of an agreement")
async def paper(ask: Ask, agreement_uid: str, paper_uid: str) -> Download:
    found = await queries.agreement_paper(
        actor=ask.actor, uid=agreement_uid, paper_uid=paper_uid, now=ask.now
    )
    return Download(found.name, found.content, found.media_type)


@routes.post(
    "/agreements/<agreement_uid>/file", needs=Permission.AGREEMENT_FILE, summary="File the signed agreement"
)
async def file(ask: Ask, agreement_uid: str, body: Filing) -> Go:
    await actions.file_agreement(
        actor=ask.actor,
        uid=agreement_uid,
        filing_number=body.filing_number,
        override_reason=body.override_reason,
        now=ask.now,
    )
    return Go(f"/admin/agreements/{agreement_uid}", said="已备案。到开始日期起协议生效。")


@routes.post("/agreements/<agreement_uid>/withdraw", needs=DRAFT, summary="Take a proposal back")
async def withdraw(ask: Ask, agreement_uid: str, body: WithReason) -> Go:
    await actions.withdraw_agreement(actor=ask.actor, uid=agreement_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/agreements/{agreement_uid}", said="协议已撤回。")


@routes.post("/agreements/<agreement_uid>/suspend", needs=READ, summary="Pause an agreement in force")
async def suspend(ask: Ask, agreement_uid: str, body: WithReason) -> Go:
    await actions.suspend_agreement(actor=ask.actor, uid=agreement_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/agreements/{agreement_uid}", said="协议已暂停，绿色通道和巡诊同时停用。")


@routes.post("/agreements/<agreement_uid>/resume", needs=READ, summary="Let a paused agreement bind again")
async def resume(ask: Ask, agreement_uid: str, body: WithReason) -> Go:
    await actions.resume_agreement(actor=ask.actor, uid=agreement_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/agreements/{agreement_uid}", said="协议已恢复。")


@routes.post("/agreements/<agreement_uid>/terminate", needs=READ, summary="End an agreement early")
async def terminate(ask: Ask, agreement_uid: str, body: WithReason) -> Go:
    await actions.terminate_agreement(actor=ask.actor, uid=agreement_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/agreements/{agreement_uid}", said="协议已终止。")
