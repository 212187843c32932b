"""Long prescriptions in the console: refills due, one prescription, what is brought, who may prescribe, and the numbers."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import Field, model_validator

from admin.find import FINDERS, Found
from admin.home import waits
from admin.visits import Day
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.prescriptions import actions, queries
from server.prescriptions.actions import Written
from server.prescriptions.queries import BROUGHT_WORDS, WORK_WORDS, Brought, Work
from server.prescriptions.rules import (
    AGREED_WORDS,
    BY_DOCTOR,
    CLASS_WORDS,
    FORMULARY,
    MOST_LINES,
    RECEIVER_WORDS,
    RULES_CITATION,
    STOP_WORDS,
    Agreed,
    Conditions,
    DeliveryStatus,
    DrugClass,
    PrescriptionStatus,
    Receiver,
    StopReason,
    Wanted,
)
from server.web import (
    Ask,
    Bed,
    Clean,
    Form,
    Go,
    Line,
    MenuEntry,
    PageQuery,
    Purpose,
    Query,
    Routes,
    Show,
    Uid,
    text,
)

routes = Routes("prescriptions", tag="长期处方")
menu = MenuEntry("长期处方", "/admin/prescriptions", Permission.PRESCRIPTION_READ, 46)

READ, WRITE, RIGHT = (
    Permission.PRESCRIPTION_READ,
    Permission.PRESCRIPTION_WRITE,
    Permission.PRESCRIPTION_RIGHT,
)
SEND, CARRIED = Permission.DELIVERY_SEND, Permission.DELIVERY_READ
TONES = {
    PrescriptionStatus.ACTIVE: "ok",
    PrescriptionStatus.FINISHED: "done",
    PrescriptionStatus.STOPPED: "stop",
}
DELIVERY_TONES = {
    DeliveryStatus.ASSIGNED: "wait", DeliveryStatus.HANDED_OVER: "note", DeliveryStatus.CLOSED: "ok",
    DeliveryStatus.CANCELLED: "done",
}  # fmt: skip
NUMBERS = range(1, MOST_LINES + 1)  # as many drugs as a prescription may have, or a refill would drop some
PARTS = ("name", "kind", "dose", "frequency", "unit", "per_day", "days")
Name = Annotated[str, text(80), Clean]
Short = Annotated[str, text(40), Clean]
Unit = Annotated[str, text(8), Clean]
Remark = Annotated[str, text(200, least=0), Clean]
Reason = Annotated[str, text(300, least=0), Clean]
Slip = Annotated[str, text(100, least=0), Clean]
Diagnosis = Annotated[str, text(100), Clean]
Carrier = Annotated[str, text(60), Clean]


class WorkQuery(PageQuery):
    work: Work = Work.DUE


class BroughtQuery(PageQuery):
    brought: Brought = Brought.TODAY


class BlankQuery(Query):
    bed: Bed | None = None


class DrugRow(Form):
    name: Name
    kind: DrugClass = DrugClass.ORDINARY
    dose: Short
    frequency: Short
    unit: Unit
    per_day: Decimal = Field(gt=0, le=100, max_digits=5, decimal_places=1)
    days: int = Field(ge=1, le=366)

    def wanted(self) -> Wanted:
        tenths = int((self.per_day * 10).to_integral_value(ROUND_HALF_UP))
        return Wanted(self.name, self.kind, self.dose, self.frequency, self.unit, tenths, self.days)


class Write(Form):
    """A prescription: `name_1`, `dose_1` … for the first drug, and so on; rows without a name are left out."""

    lines: list[DrugRow] = Field(max_length=MOST_LINES)
    diagnosis: Diagnosis
    diagnosed: bool = False
    stable: bool = False
    adherent: bool = False
    agreed: Agreed = Agreed.ORAL
    slip: Slip = ""
    reason: Reason = ""
    dispenser: Uid | None = None
    first_on: Day | None = None

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "lines" in data:
            return data
        rows = [
            {part: data[f"{part}_{number}"] for part in PARTS if f"{part}_{number}" in data}
            for number in NUMBERS
        ]
        cells = {f"{part}_{number}" for part in PARTS for number in NUMBERS}
        rest = {name: value for name, value in data.items() if name not in cells}
        return {**rest, "lines": [row for row in rows if row.get("name")]}

    def written(self) -> Written:
        conditions = Conditions(
            diagnosed=self.diagnosed,
            stable=self.stable,
            adherent=self.adherent,
            agreed=self.agreed,
            slip=self.slip,
            reason=self.reason,
        )
        return Written(
            tuple(line.wanted() for line in self.lines),
            conditions,
            self.diagnosis,
            self.dispenser,
            self.first_on,
        )


class WriteNew(Write):
    resident: Uid


class Why(Form):
    text: Line


class Stop(Form):
    why: StopReason
    text: Line


class Send(Form):
    """How much of each drug is packed: `line_1`, `line_2` …; none of a line that is left empty or 0."""

    due_on: Day
    carrier: Carrier
    lines: dict[int, Annotated[int, Field(ge=0, le=10_000)]]

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "lines" in data:
            return data
        cells = {f"line_{number}": number for number in NUMBERS}
        rest = {name: value for name, value in data.items() if name not in cells}
        return {**rest, "lines": {cells[name]: value for name, value in data.items() if name in cells}}


class HandOver(Form):
    receiver: Receiver
    slip: Slip
    identities_checked: bool = False


class Closing(Form):
    text: Remark = ""


class NewRight(Form):
    account: Uid
    licence: Short
    last_on: Day


class NewPharmacy(Form):
    pharmacy: Uid
    number: Short
    last_on: Day


async def find_prescriptions(actor: Actor, words: str, now: datetime) -> list[Found]:
    if not actor.may(READ):
        return []
    return [
        Found(
            f"{card.resident_name}　长期处方",
            f"{card.kinds} 种药，到 {card.last_on.month} 月 {card.last_on.day} 日",
            f"/admin/prescriptions/{card.uid}",
        )
        for card in await queries.find_prescriptions(actor=actor, text=words, now=now)
    ]


waits(
    "张长期处方该续了",
    "/admin/prescriptions?work=due",
    partial(queries.count_work, work=Work.DUE),
    needs=WRITE,
    urgent=True,
)
waits(
    "份药今天该送到",
    "/admin/deliveries?brought=today",
    partial(queries.count_brought, brought=Brought.TODAY),
    needs=CARRIED,
)
FINDERS.append(find_prescriptions)


@routes.get("/prescriptions", needs=READ, summary="Refills due, and all that runs")
async def work(ask: Ask, query: WorkQuery) -> Show:
    page = await queries.prescription_rows(actor=ask.actor, work=query.work, wish=query.counted, now=ask.now)
    return Show("prescriptions/list.html", page=page, query=query, words=WORK_WORDS, tones=TONES)


@routes.get("/prescriptions/new", needs=WRITE, summary="A blank prescription")
async def blank(ask: Ask, query: BlankQuery) -> Show:
    sheet = await queries.blank_sheet(actor=ask.actor, bed=query.bed, now=ask.now)
    return Show("prescriptions/form.html", sheet=sheet, before=None, query=query, **_choices())


@routes.post("/prescriptions", needs=WRITE, purpose=Purpose.TREATMENT, summary="Prescribe")
async def prescribe(ask: Ask, body: WriteNew) -> Go:
    card = await actions.prescribe(
        actor=ask.actor, resident_uid=body.resident, written=body.written(), now=ask.now
    )
    return Go(f"/admin/prescriptions/{card.uid}", said="处方开好了，已写入健康档案。请安排送药。")


@routes.get("/prescriptions/counts", needs=Permission.PRESCRIPTION_COUNT, summary="Numbers by institution")
async def counts(ask: Ask) -> Show:
    return Show("prescriptions/counts.html", card=await queries.counts(actor=ask.actor, now=ask.now))


@routes.get(
    "/prescriptions/rights", needs=RIGHT, summary="Who may prescribe here, and which pharmacy dispenses"
)
async def rights(ask: Ask) -> Show:
    return Show("prescriptions/rights.html", board=await queries.grant_board(actor=ask.actor, now=ask.now))


@routes.post("/prescriptions/rights", needs=RIGHT, summary="Register a prescribing right")
async def record_right(ask: Ask, body: NewRight) -> Go:
    await actions.record_right(
        actor=ask.actor, account_uid=body.account, licence=body.licence, last_on=body.last_on, now=ask.now
    )
    return Go("/admin/prescriptions/rights", said="处方权登记好了。")


@routes.post("/prescriptions/rights/<right_uid>/end", needs=RIGHT, summary="End a prescribing right")
async def end_right(ask: Ask, right_uid: str) -> Go:
    await actions.end_right(actor=ask.actor, uid=right_uid, now=ask.now)
    return Go("/admin/prescriptions/rights", said="处方权已结束，开过的处方不变。")


@routes.post("/prescriptions/pharmacies", needs=RIGHT, summary="Register an agreement with a pharmacy")
async def agree_with_pharmacy(ask: Ask, body: NewPharmacy) -> Go:
    await actions.agree_with_pharmacy(
        actor=ask.actor, pharmacy_uid=body.pharmacy, number=body.number, last_on=body.last_on, now=ask.now
    )
    return Go("/admin/prescriptions/rights", said="配药协议登记好了。")


@routes.post(
    "/prescriptions/pharmacies/<pharmacy_agreement_uid>/end",
    needs=RIGHT,
    summary="End an agreement with a pharmacy",
)
async def end_pharmacy(ask: Ask, pharmacy_agreement_uid: str) -> Go:
    await actions.end_pharmacy(actor=ask.actor, uid=pharmacy_agreement_uid, now=ask.now)
    return Go("/admin/prescriptions/rights", said="配药协议已结束。")


@routes.get(
    "/prescriptions/<prescription_uid>", needs=READ, purpose=Purpose.TREATMENT, summary="One prescription"
)
async def prescription(ask: Ask, prescription_uid: str) -> Show:
    sheet = await queries.prescription_sheet(actor=ask.actor, uid=prescription_uid, now=ask.now)
    return Show(
        "prescriptions/prescription.html",
        sheet=sheet,
        card=sheet.card,
        tones=TONES,
        delivery_tones=DELIVERY_TONES,
        reasons=[(str(each), STOP_WORDS[each]) for each in BY_DOCTOR],
        citation=RULES_CITATION,
    )


@routes.get(
    "/prescriptions/<prescription_uid>/refill",
    needs=WRITE,
    purpose=Purpose.TREATMENT,
    summary="The next prescription, filled in from the last",
)
async def refill_form(ask: Ask, prescription_uid: str) -> Show:
    before = await queries.prescription_sheet(actor=ask.actor, uid=prescription_uid, now=ask.now)
    sheet = await queries.blank_sheet(actor=ask.actor, bed=None, now=ask.now)
    return Show("prescriptions/form.html", sheet=sheet, before=before, query=None, **_choices())


@routes.post("/prescriptions/refills/<refill_uid>", needs=WRITE, purpose=Purpose.TREATMENT, summary="Refill")
async def refill(ask: Ask, refill_uid: str, body: Write) -> Go:
    card = await actions.refill(actor=ask.actor, refill_uid=refill_uid, written=body.written(), now=ask.now)
    return Go(f"/admin/prescriptions/{card.uid}", said="续方办好了，已写入健康档案。请安排送药。")


@routes.post("/prescriptions/refills/<refill_uid>/take", needs=WRITE, summary="Take a refill over")
async def take(ask: Ask, refill_uid: str) -> Go:
    card = await actions.take_refill(actor=ask.actor, refill_uid=refill_uid, now=ask.now)
    return Go(f"/admin/prescriptions/{card.uid}", said="这次续方由您负责了。")


@routes.post(
    "/prescriptions/refills/<refill_uid>/waive",
    needs=WRITE,
    purpose=Purpose.TREATMENT,
    summary="Decide that there is no other",
)
async def waive(ask: Ask, refill_uid: str, body: Why) -> Go:
    card = await actions.waive_refill(actor=ask.actor, refill_uid=refill_uid, text=body.text, now=ask.now)
    return Go(f"/admin/prescriptions/{card.uid}", said="已记下不再续方。")


@routes.post(
    "/prescriptions/<prescription_uid>/stop",
    needs=WRITE,
    purpose=Purpose.TREATMENT,
    summary="Stop a prescription",
)
async def stop(ask: Ask, prescription_uid: str, body: Stop) -> Go:
    await actions.stop_prescription(
        actor=ask.actor, uid=prescription_uid, reason=body.why, text=body.text, now=ask.now
    )
    return Go(f"/admin/prescriptions/{prescription_uid}", said="处方已停，养老院和家属会收到通知。")


@routes.post(
    "/prescriptions/<prescription_uid>/deliveries", needs=SEND, summary="Pack, and say who brings it by when"
)
async def send(ask: Ask, prescription_uid: str, body: Send) -> Go:
    card = await actions.assign_delivery(
        actor=ask.actor,
        prescription_uid=prescription_uid,
        due_on=body.due_on,
        carrier=body.carrier,
        quantities=body.lines,
        now=ask.now,
    )
    return Go(f"/admin/deliveries/{card.uid}", said="送药安排好了，养老院会收到通知。")


@routes.get("/deliveries", needs=CARRIED, summary="What is brought to us, or by us")
async def deliveries(ask: Ask, query: BroughtQuery) -> Show:
    page = await queries.delivery_rows(
        actor=ask.actor, brought=query.brought, wish=query.counted, now=ask.now
    )
    return Show(
        "prescriptions/deliveries.html", page=page, query=query, words=BROUGHT_WORDS, tones=DELIVERY_TONES
    )


@routes.get("/deliveries/<delivery_uid>", needs=CARRIED, purpose=Purpose.CARE, summary="One delivery")
async def delivery(ask: Ask, delivery_uid: str) -> Show:
    sheet = await queries.delivery_sheet(actor=ask.actor, uid=delivery_uid, now=ask.now)
    return Show(
        "prescriptions/delivery.html",
        sheet=sheet,
        card=sheet.card,
        tones=DELIVERY_TONES,
        receivers=RECEIVER_WORDS,
    )


@routes.post(
    "/deliveries/<delivery_uid>/receive", needs=Permission.DELIVERY_RECEIVE, summary="Say that it has come"
)
async def receive(ask: Ask, delivery_uid: str) -> Go:
    await actions.receive_delivery(actor=ask.actor, uid=delivery_uid, now=ask.now)
    return Go(f"/admin/deliveries/{delivery_uid}", said="已确认收到。")


@routes.post("/deliveries/<delivery_uid>/hand-over", needs=SEND, summary="Write down who signed for it")
async def hand_over(ask: Ask, delivery_uid: str, body: HandOver) -> Go:
    await actions.hand_over(
        actor=ask.actor,
        uid=delivery_uid,
        receiver=body.receiver,
        slip=body.slip,
        identities_checked=body.identities_checked,
        now=ask.now,
    )
    return Go(f"/admin/deliveries/{delivery_uid}", said="交付已登记。")


@routes.post("/deliveries/<delivery_uid>/close", needs=SEND, summary="Look at the proof and close")
async def close(ask: Ask, delivery_uid: str, body: Closing) -> Go:
    await actions.close_delivery(actor=ask.actor, uid=delivery_uid, text=body.text, now=ask.now)
    return Go(f"/admin/deliveries/{delivery_uid}", said="已核对完成。")


@routes.post("/deliveries/<delivery_uid>/cancel", needs=SEND, summary="Call a delivery off")
async def cancel(ask: Ask, delivery_uid: str, body: Why) -> Go:
    await actions.cancel_delivery(actor=ask.actor, uid=delivery_uid, text=body.text, now=ask.now)
    return Go(f"/admin/deliveries/{delivery_uid}", said="已取消，药可以重新安排。")


def _choices() -> dict[str, Any]:
    return {
        "rows": NUMBERS,
        "classes": [(str(kind), words) for kind, words in CLASS_WORDS.items()],
        "agreed": [(str(how), words) for how, words in AGREED_WORDS.items()],
        "drugs": [drug.name for drug in FORMULARY if drug.kind is DrugClass.ORDINARY],
        "citation": RULES_CITATION,
    }
