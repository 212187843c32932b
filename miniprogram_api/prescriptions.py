"""Long prescriptions on the phone: what I take and until when, the doctor's refills, the nurse's deliveries of today."""

from datetime import date
from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.prescriptions import actions, queries
from server.prescriptions.actions import Written
from server.prescriptions.queries import (
    Brought,
    DeliveryCard,
    DeliverySheet,
    MedicineCard,
    PrescriptionCard,
    Work,
)
from server.prescriptions.rules import Agreed, Conditions, DrugClass, StopReason, Wanted
from server.web import Ask, Body, Clean, Int, Line, Page, PageQuery, Purpose, Query, Routes, Uid, text

routes = Routes("prescriptions", tag="长期处方")

READ, WRITE = Permission.PRESCRIPTION_READ, Permission.PRESCRIPTION_WRITE
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1))]
Name = Annotated[str, text(80), Clean]
Short = Annotated[str, text(40), Clean]
Unit = Annotated[str, text(8), Clean]
Tenths = Annotated[Int, Field(ge=1, le=1000)]
Days = Annotated[Int, Field(ge=1, le=366)]


class WorkQuery(PageQuery):
    work: Work = Work.DUE


class BroughtQuery(PageQuery):
    brought: Brought = Brought.TODAY


class PurposeQuery(Query):
    purpose: Purpose = Purpose.CARE


class DrugLine(Body):
    name: Name
    kind: DrugClass = DrugClass.ORDINARY
    dose: Short
    frequency: Short
    unit: Unit
    per_day_tenths: Tenths  # 15: one and a half a day
    days: Days


class Prescribe(Body):
    lines: Annotated[tuple[DrugLine, ...], Field(max_length=12)]
    diagnosis: Annotated[str, text(100), Clean]
    diagnosed: bool
    stable: bool
    adherent: bool
    agreed: Agreed
    slip: Annotated[str, text(100, least=0), Clean] = ""
    reason: Annotated[str, text(300, least=0), Clean] = ""
    dispenser: Uid | None = None
    first_on: Day | None = None

    def written(self) -> Written:
        lines = tuple(
            Wanted(each.name, each.kind, each.dose, each.frequency, each.unit, each.per_day_tenths, each.days)
            for each in self.lines
        )
        conditions = Conditions(
            diagnosed=self.diagnosed,
            stable=self.stable,
            adherent=self.adherent,
            agreed=self.agreed,
            slip=self.slip,
            reason=self.reason,
        )
        return Written(lines, conditions, self.diagnosis, self.dispenser, self.first_on)


class Stop(Body):
    why: StopReason
    text: Line


@routes.get(
    "/residents/<resident_uid>/medicines",
    needs=Permission.RECORD_READ,
    purpose=Purpose.CARE,
    summary="What I take, until when, and when the next is brought",
)
async def medicines(ask: Ask, resident_uid: str, query: PurposeQuery) -> tuple[MedicineCard, ...]:
    return await queries.medicines_of(
        actor=ask.actor, resident_uid=resident_uid, purpose=query.purpose, now=ask.now
    )


@routes.post(
    "/residents/<resident_uid>/medicines/<prescription_uid>/refill",
    needs=Permission.REFILL_ASK,
    purpose=Purpose.CARE,
    status=204,
    summary="Ask the doctor for a refill",
)
async def ask_refill(ask: Ask, resident_uid: str, prescription_uid: str) -> None:
    await actions.ask_refill(
        actor=ask.actor, resident_uid=resident_uid, prescription_uid=prescription_uid, now=ask.now
    )


@routes.get("/prescriptions", needs=READ, summary="Refills due, and all that runs")
async def work(ask: Ask, query: WorkQuery) -> Page[PrescriptionCard]:
    return await queries.prescription_rows(actor=ask.actor, work=query.work, wish=query.wish, now=ask.now)


@routes.post(
    "/residents/<resident_uid>/prescriptions",
    needs=WRITE,
    purpose=Purpose.TREATMENT,
    status=201,
    summary="Prescribe",
)
async def prescribe(ask: Ask, resident_uid: str, body: Prescribe) -> PrescriptionCard:
    return await actions.prescribe(
        actor=ask.actor, resident_uid=resident_uid, written=body.written(), now=ask.now
    )


@routes.post(
    "/prescriptions/refills/<refill_uid>",
    needs=WRITE,
    purpose=Purpose.TREATMENT,
    status=201,
    summary="Refill",
)
async def refill(ask: Ask, refill_uid: str, body: Prescribe) -> PrescriptionCard:
    return await actions.refill(actor=ask.actor, refill_uid=refill_uid, written=body.written(), now=ask.now)


@routes.post(
    "/prescriptions/<prescription_uid>/stop",
    needs=WRITE,
    purpose=Purpose.TREATMENT,
    summary="Stop a prescription",
)
async def stop(ask: Ask, prescription_uid: str, body: Stop) -> PrescriptionCard:
    return await actions.stop_prescription(
        actor=ask.actor, uid=prescription_uid, reason=body.why, text=body.text, now=ask.now
    )


@routes.get("/deliveries", needs=Permission.DELIVERY_READ, summary="What is to be received today")
async def deliveries(ask: Ask, query: BroughtQuery) -> Page[DeliveryCard]:
    return await queries.delivery_rows(actor=ask.actor, brought=query.brought, wish=query.wish, now=ask.now)


@routes.get(
    "/deliveries/<delivery_uid>",
    needs=Permission.DELIVERY_READ,
    purpose=Purpose.CARE,
    summary="What is in one delivery",
)
async def delivery(ask: Ask, delivery_uid: str) -> DeliverySheet:
    return await queries.delivery_sheet(actor=ask.actor, uid=delivery_uid, now=ask.now)


@routes.post(
    "/deliveries/<delivery_uid>/receipt",
    needs=Permission.DELIVERY_RECEIVE,
    summary="Say under one's own name that it has come",
)
async def receive(ask: Ask, delivery_uid: str) -> DeliveryCard:
    return await actions.receive_delivery(actor=ask.actor, uid=delivery_uid, now=ask.now)
