"""Patrol visits: the clinician's round, the home's side, and what the family sees of it."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import AwareDatetime, Field

from server.authority.permissions import Permission
from server.records.queries import EntryCard
from server.visits import actions, queries
from server.visits.actions import HeldEvent, ItemResult, Scanned
from server.visits.queries import BatchCard, MeasureCard, NonceCard, ScanCard, VisitCard
from server.visits.rules import MOST_OF_A_ROUND, Outcome, Side, VisitStatus
from server.visits.rules.findings import Findings
from server.visits.rules.offline import MOST_EVENTS, EventKind
from server.web import Ask, Body, Clean, Int, Line, Page, PageQuery, Purpose, Routes, Uid, text
from server.web.qr import modules

routes = Routes("visits", tag="巡诊")

Code = Annotated[str, text(64), Clean]  # whatever was scanned: what is not ours is recorded and refused
Remark = Annotated[str, text(200, least=0), Clean]
Story = Annotated[str, text(2000, least=0), Clean]
Number = Annotated[float, Field(ge=0, le=1000)]


class Prepare(Body):
    """Ask for one nonce now, or for some to be used without a network."""

    offline: Annotated[Int, Field(ge=0, le=5)] = 0


class Scan(Body):
    """One attempt to start: the plate, the home's rotating code, and the nonce of just before."""

    client_uid: Uid  # made by the phone at the moment of scanning
    plate: Code
    nonce: Code
    device_time: AwareDatetime
    code: Code | None = None
    device_unavailable: bool = False
    from_camera: bool = True

    def scanned(self) -> Scanned:
        return Scanned(**self.model_dump())


class Found(Body):
    """What became of one line of the round."""

    item: Uid
    outcome: Outcome
    systolic: Int | None = None
    diastolic: Int | None = None
    pulse: Int | None = None
    temperature: Number | None = None
    glucose: Number | None = None
    spo2: Int | None = None
    weight: Number | None = None
    text: Story = ""
    note: Remark = ""
    urgent: bool = False

    def result(self) -> ItemResult:
        measured = self.model_dump(exclude={"item", "outcome", "note", "urgent"})
        return ItemResult(
            item_uid=self.item,
            outcome=self.outcome,
            findings=Findings(**measured),
            note=self.note,
            urgent=self.urgent,
        )


class Results(Body):
    results: Annotated[tuple[Found, ...], Field(min_length=1, max_length=MOST_OF_A_ROUND)]


class Attest(Body):
    side: Side | None = None  # only for those who work for both institutions


class Dispute(Body):
    reason: Line
    side: Side | None = None


class Held(Body):
    """One thing that happened without a network."""

    client_uid: Uid
    kind: EventKind
    visit: Uid
    device_time: AwareDatetime
    scan: Scan | None = None
    results: Annotated[tuple[Found, ...], Field(max_length=MOST_OF_A_ROUND)] = ()

    def event(self) -> HeldEvent:
        return HeldEvent(
            client_uid=self.client_uid,
            kind=self.kind,
            visit_uid=self.visit,
            device_time=self.device_time,
            scanned=self.scan.scanned() if self.scan else None,
            results=tuple(found.result() for found in self.results),
        )


class Batch(Body):
    events: Annotated[tuple[Held, ...], Field(min_length=1, max_length=MOST_EVENTS)]


class VisitQuery(PageQuery):
    status: VisitStatus | None = None


@dataclass(frozen=True)
class RotatingScreen:
    """What the home's phone shows: the code, and the same code to be drawn."""

    text: str = field(repr=False)
    seconds_left: int
    modules: tuple[str, ...] = field(repr=False)  # rows of a QR code, "1" is dark


@routes.get("/visits/measures", needs=Permission.VISIT_ATTEND, summary="What is measured at a bedside")
async def measures(ask: Ask) -> tuple[MeasureCard, ...]:
    return await queries.measures(actor=ask.actor, now=ask.now)


@routes.get(
    "/visits/round", needs=Permission.VISIT_ATTEND, summary="My round today: who, in which bed, what is due"
)
async def todays_round(ask: Ask) -> tuple[VisitCard, ...]:
    return await queries.todays_round(actor=ask.actor, now=ask.now)


@routes.get(
    "/visits", needs=Permission.VISIT_READ, summary="Visits of my institution, or of those I answer for"
)
async def visits(ask: Ask, query: VisitQuery) -> Page[VisitCard]:
    wish = query.wish
    return await queries.visits(actor=ask.actor, status=query.status, wish=wish, now=ask.now)


@routes.get("/visits/waiting", needs=Permission.VISIT_ATTEST, summary="Visits that wait for my side's word")
async def waiting(ask: Ask, query: PageQuery) -> Page[VisitCard]:
    wish = query.wish
    return await queries.visits_waiting_for_confirmation(actor=ask.actor, wish=wish, now=ask.now)


@routes.get("/residents/<resident_uid>/visits", needs=Permission.VISIT_READ, summary="Visits to one resident")
async def visits_of_resident(ask: Ask, resident_uid: str, query: PageQuery) -> Page[VisitCard]:
    wish = query.wish
    return await queries.visits_of_resident(
        actor=ask.actor, resident_uid=resident_uid, wish=wish, now=ask.now
    )


@routes.get("/visits/<visit_uid>", needs=Permission.VISIT_READ, summary="One visit")
async def visit(ask: Ask, visit_uid: str) -> VisitCard:
    return await queries.visit(actor=ask.actor, visit_uid=visit_uid, now=ask.now)


@routes.get(
    "/visits/<visit_uid>/residents/<resident_uid>/findings",
    needs=Permission.RECORD_READ,
    purpose=Purpose.VISIT,
    summary="What was found for one resident at this visit",
)
async def findings(ask: Ask, visit_uid: str, resident_uid: str) -> tuple[EntryCard, ...]:
    return await queries.findings_of(
        actor=ask.actor, visit_uid=visit_uid, resident_uid=resident_uid, now=ask.now
    )


@routes.get(
    "/visits/<visit_uid>/rotating-code", needs=Permission.VISIT_ATTEND, summary="What the home's phone shows"
)
async def rotating_code(ask: Ask, visit_uid: str) -> RotatingScreen:
    card = await queries.rotating_code_for(actor=ask.actor, visit_uid=visit_uid, now=ask.now)
    return RotatingScreen(card.text, card.seconds_left, modules(card.text))


@routes.post("/visits/nonces", needs=Permission.VISIT_ATTEND, status=201, summary="Get ready to scan")
async def prepare(ask: Ask, body: Prepare) -> NonceCard:
    return await actions.prepare_scan(actor=ask.actor, offline=body.offline, now=ask.now)


@routes.post(
    "/visits/offline-batch",
    needs=Permission.VISIT_ATTEND,
    purpose=Purpose.VISIT,
    summary="Hand in what was done offline",
)
async def offline_batch(ask: Ask, body: Batch) -> BatchCard:
    return await actions.ingest_batch(
        actor=ask.actor, events=[each.event() for each in body.events], now=ask.now
    )


@routes.post("/visits/<visit_uid>/scans", needs=Permission.VISIT_ATTEND, status=201, summary="Scan and start")
async def start(ask: Ask, visit_uid: str, body: Scan) -> ScanCard:
    return await actions.start_visit(
        actor=ask.actor, visit_uid=visit_uid, scanned=body.scanned(), now=ask.now
    )


@routes.post(
    "/visits/<visit_uid>/results",
    needs=Permission.VISIT_ATTEND,
    purpose=Purpose.VISIT,
    summary="Write what was found",
)
async def record(ask: Ask, visit_uid: str, body: Results) -> VisitCard:
    results = [each.result() for each in body.results]
    return await actions.record_results(actor=ask.actor, visit_uid=visit_uid, results=results, now=ask.now)


@routes.post("/visits/<visit_uid>/finish", needs=Permission.VISIT_ATTEND, summary="End the visit")
async def finish(ask: Ask, visit_uid: str) -> VisitCard:
    return await actions.finish_visit(actor=ask.actor, visit_uid=visit_uid, now=ask.now)


@routes.post(
    "/visits/<visit_uid>/attestation",
    needs=Permission.VISIT_ATTEST,
    status=201,
    summary="Confirm for my side",
)
async def attest(ask: Ask, visit_uid: str, body: Attest) -> VisitCard:
    return await actions.attest(actor=ask.actor, visit_uid=visit_uid, side=body.side, now=ask.now)


@routes.post(
    "/visits/<visit_uid>/dispute", needs=Permission.VISIT_ATTEST, status=201, summary="Say that it was not so"
)
async def dispute(ask: Ask, visit_uid: str, body: Dispute) -> VisitCard:
    return await actions.dispute(
        actor=ask.actor, visit_uid=visit_uid, reason=body.reason, side=body.side, now=ask.now
    )
