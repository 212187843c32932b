"""Half a day at a home: what is due for everybody, packed, changed by whoever plans, and planned as one visit (B05)."""

from typing import Annotated

from pydantic import Field, StringConstraints

from admin.visits import CityTime
from server.authority.permissions import Permission
from server.half_days import queries
from server.visits import actions
from server.visits.actions import PlannedItem
from server.visits.rules import MOST_OF_A_ROUND, VisitKind
from server.web import Ask, Clean, Form, Go, Query, Routes, Show, Uid

routes = Routes("half_days", tag="巡诊")

MOST_GOING = 10
# "<resident>:<service>:<who, and when>"; who says nothing for it is left out
Errand = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Z]{26}:[a-z_]{1,40}:[^:]{0,80}( \d{1,2}:\d\d)?$"), Clean
]


class FormQuery(Query):
    agreement: Uid | None = None


class Find(Form):
    agreement: Uid
    starts_at: CityTime
    ends_at: CityTime
    clinicians: list[Uid] = Field(default_factory=list, max_length=MOST_GOING)


class HalfDay(Form):
    home: Uid
    provider: Uid
    starts_at: CityTime
    ends_at: CityTime
    clinicians: Annotated[list[Uid], Field(min_length=1, max_length=MOST_GOING)]
    errand: Annotated[list[Errand], Field(min_length=1, max_length=MOST_OF_A_ROUND)]

    @property
    def items(self) -> list[PlannedItem]:
        return [PlannedItem(*each.split(":", 2)) for each in self.errand]


@routes.get("/rounds/half-day", needs=Permission.VISIT_PLAN, summary="Say where, when and who goes")
async def half_day_form(ask: Ask, query: FormQuery) -> Show:
    return Show(
        "half_days/form.html",
        form=await queries.half_day_form(actor=ask.actor, agreement_uid=query.agreement, now=ask.now),
    )


@routes.post(
    "/rounds/half-day/find", needs=Permission.VISIT_PLAN, summary="Pack all that is due into half a day"
)
async def propose_half_day(ask: Ask, body: Find) -> Show:
    proposal = await queries.propose_half_day(
        actor=ask.actor,
        agreement_uid=body.agreement,
        clinician_uids=body.clinicians,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        now=ask.now,
    )
    return Show("half_days/proposal.html", proposal=proposal)


@routes.post("/rounds/half-day", needs=Permission.VISIT_PLAN, summary="Plan the half-day as it was changed")
async def plan_half_day(ask: Ask, body: HalfDay) -> Go:
    card = await actions.plan_visit(
        actor=ask.actor,
        home_uid=body.home,
        provider_uid=body.provider,
        kind=VisitKind.ROUND,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        clinician_uids=body.clinicians,
        items=body.items,
        now=ask.now,
    )
    return Go(f"/admin/visits/{card.uid}", said=f"已列入计划，共 {len(card.items)} 项，双方都能看到。")
