"""Rounds in the console: whom to see next, plan it, and write a whole round's findings on one sheet."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from admin.visits import CityTime
from server.authority.permissions import Permission
from server.visits import actions, queries
from server.visits.actions import ItemResult, PlannedItem
from server.visits.queries.cards import OUTCOME_WORDS
from server.visits.queries.due import MOST_SHOWN
from server.visits.rules import MOST_OF_A_ROUND, Outcome, VisitKind
from server.visits.rules.findings import Findings
from server.web import Ask, Bed, Clean, Form, Go, Purpose, Query, Routes, Show, Uid, text
from server.web.problems import FieldsInvalid
from server.web.sentences import field_sentences
from server.web.shapes import ULID_SHAPE

routes = Routes("rounds", tag="巡诊")

Remark = Annotated[str, text(200, least=0), Clean]
Story = Annotated[str, text(2000, least=0), Clean]
SHEET_BODY = 256 * 1024  # sixty residents, a dozen cells each, with what was said


class PlanQuery(Query):
    agreement: Uid | None = None
    bed: Bed | None = None  # or how it begins


class Plan(Form):
    home: Uid
    provider: Uid
    kind: VisitKind
    starts_at: CityTime
    ends_at: CityTime
    service: Annotated[str, text(40), Clean]
    residents: Annotated[list[Uid], Field(min_length=1, max_length=MOST_OF_A_ROUND)]
    clinicians: list[Uid] = Field(default_factory=list, max_length=10)
    due: Remark = ""


class DueQuery(Query):
    agreement: Uid | None = None
    service: Annotated[str, text(40), Clean] | None = None
    everybody: bool = False
    after: int = Field(default=0, ge=0, le=100_000)  # lines of the pages before


class SheetRow(Form):
    """One resident's row; what was left empty does not come."""

    outcome: Outcome | None = None
    systolic: int | None = None
    diastolic: int | None = None
    pulse: int | None = None
    temperature: float | None = None
    glucose: float | None = None
    spo2: int | None = None
    weight: float | None = None
    text: Story = ""
    note: Remark = ""
    urgent: bool = False

    def result(self, item_uid: str) -> ItemResult:
        measured = self.model_dump(exclude={"outcome", "note", "urgent"})
        # Something was written but no outcome was chosen: then they were seen.
        return ItemResult(
            item_uid, self.outcome or Outcome.SEEN, Findings(**measured), self.note, self.urgent
        )


class Sheet(Form):
    """A whole round. Cells are named by column and line, "pulse-<item uid>": which lines there are, the visit says."""

    model_config = ConfigDict(extra="allow")

    left_at: CityTime | None = None

    def results(self) -> list[ItemResult]:
        """Return the rows on which something stands; refuse with every cell that cannot be read."""
        faults: dict[str, str] = {}
        found: list[ItemResult] = []
        for uid, cells in self._rows().items():
            try:
                found.append(SheetRow.model_validate(cells).result(uid))
            except ValidationError as error:
                faults |= {f"{name}-{uid}": said for name, said in field_sentences(error).items()}
        if faults:
            raise FieldsInvalid(fields=faults)
        return found

    def _rows(self) -> Mapping[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for name, value in (self.model_extra or {}).items():
            column, _, uid = name.partition("-")
            if column not in SheetRow.model_fields or not ULID_SHAPE.match(uid):
                raise FieldsInvalid  # no sheet of ours has such a cell; what it is called comes from outside
            rows.setdefault(uid, {})[column] = value
        return rows


@routes.get("/rounds/due", needs=Permission.VISIT_PLAN, summary="Whom a round should see next")
async def due(ask: Ask, query: DueQuery) -> Show:
    board = await queries.rounds_due(
        actor=ask.actor,
        agreement_uid=query.agreement,
        service=query.service,
        everybody=query.everybody,
        skip=query.after,
        now=ask.now,
    )
    return Show("visits/due.html", choices=board.choices, sheet=board.sheet, query=query, most=MOST_SHOWN)


@routes.get("/visits/plan", needs=Permission.VISIT_PLAN, summary="Plan a visit")
async def plan_form(ask: Ask, query: PlanQuery) -> Show:
    if query.agreement is None:
        return Show("visits/pairs.html", pairs=await queries.plannable(actor=ask.actor, now=ask.now))
    sheet = await queries.planning_sheet(
        actor=ask.actor, agreement_uid=query.agreement, bed=query.bed, now=ask.now
    )
    return Show("visits/plan.html", sheet=sheet, query=query)


@routes.post("/visits", needs=Permission.VISIT_PLAN, summary="Plan a visit")
async def plan(ask: Ask, body: Plan) -> Go:
    card = await actions.plan_visit(
        actor=ask.actor,
        home_uid=body.home,
        provider_uid=body.provider,
        kind=body.kind,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        clinician_uids=body.clinicians,
        items=[PlannedItem(resident, body.service, body.due) for resident in body.residents],
        now=ask.now,
    )
    return Go(f"/admin/visits/{card.uid}", said="已列入计划，双方都能看到。")


@routes.get(
    "/visits/<visit_uid>/sheet",
    needs=Permission.VISIT_ATTEND,
    purpose=Purpose.VISIT,
    summary="The findings sheet of a round",
)
async def sheet(ask: Ask, visit_uid: str) -> Show:
    found = await queries.open_sheet(actor=ask.actor, visit_uid=visit_uid, now=ask.now)
    return Show("visits/sheet.html", sheet=found, card=found.card, blank=False, outcomes=OUTCOME_WORDS)


@routes.get(
    "/visits/<visit_uid>/sheet/blank",
    needs=Permission.VISIT_ATTEND,
    summary="The same sheet on paper, to take along",
)
async def blank_sheet(ask: Ask, visit_uid: str) -> Show:
    found = await queries.blank_sheet(actor=ask.actor, visit_uid=visit_uid, now=ask.now)
    return Show("visits/sheet.html", sheet=found, card=found.card, blank=True, outcomes=OUTCOME_WORDS)


@routes.post(
    "/visits/<visit_uid>/sheet",
    needs=Permission.VISIT_ATTEND,
    purpose=Purpose.VISIT,
    largest_body=SHEET_BODY,
    summary="Write a whole round's findings",
)
async def write_sheet(ask: Ask, visit_uid: str, body: Sheet) -> Go:
    card = await actions.write_sheet(
        actor=ask.actor, visit_uid=visit_uid, results=body.results(), left_at=body.left_at, now=ask.now
    )
    return Go(f"/admin/visits/{visit_uid}", said=f"已写入健康档案。{card.status_text}。")
