"""Agreements between homes and medical institutions: drafted, proposed, signed by both, filed."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from server.alliance import actions, queries
from server.alliance.rules import (
    AgreementContent,
    AgreementStatus,
    Contact,
    Cooperation,
    Fee,
    FeeKind,
    InstitutionKind,
    PayCycle,
    ServiceItem,
    VisitDay,
)
from server.authority.permissions import Permission
from server.web import Ask, Clean, Form, Go, MenuEntry, PageQuery, PageWish, Routes, Show, text

routes = Routes("alliance", tag="签约协议")
menu = MenuEntry("签约协议", "/admin/agreements", Permission.AGREEMENT_READ, 30)

READ, DRAFT = Permission.AGREEMENT_READ, Permission.AGREEMENT_DRAFT
MOST_CHOICES = 100
FEN = 100
# "慢病随访 4 免费4 20元": the name, times a year, how many of them free, what one beyond costs.
ITEM = re.compile(
    r"^(?P<name>\S.{0,38}?\S|\S)(?:\s+(?P<times>\d{1,4}))?"
    r"(?:\s+免费\s*(?P<free>\d{1,4}))?(?:\s+(?P<yuan>\d{1,7}(?:\.\d{1,2})?)\s*元)?$"
)

UidText = Annotated[str, StringConstraints(pattern=r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
Reason = Annotated[str, text(200), Clean]
Story = Annotated[str, text(500, least=0), Clean]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
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
        )


class NewAgreement(Terms):
    home: UidText
    provider: UidText


class Signing(Form):
    content_hash: Annotated[str, StringConstraints(pattern=r"^(sha256|sm3):[0-9a-f]{64}$")]


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
        )
        for place, each in enumerate(found, start=1)
        if each
    ]


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


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
