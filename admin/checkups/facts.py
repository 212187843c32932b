"""What a home states that decides who is due: insurance and extreme poverty."""

from typing import Annotated

from admin.checkups.shared import FACTS, STANDING_TONES, routes
from admin.visits import Day
from server.checkups import actions, queries
from server.checkups.actions import Facts
from server.checkups.rules import INSURANCE_WORDS, Insurance
from server.web import Ask, Clean, Form, Go, PageQuery, Show, text


class FactsQuery(PageQuery):
    name: Annotated[str, text(20, least=0), Clean] = ""


class FactsForm(Form):
    insurance: Insurance
    extreme_poverty: bool = False
    employer_exam_on: Day | None = None
    employer_exam_where: Annotated[str, text(60, least=0), Clean] = ""
    source: Annotated[str, text(100), Clean]


@routes.get("/checkups/facts", needs=FACTS, summary="Insurance and extreme poverty")
async def facts(ask: Ask, query: FactsQuery) -> Show:
    page = await queries.facts_lines(actor=ask.actor, name=query.name, wish=query.counted, now=ask.now)
    return Show(
        "checkups/facts.html", page=page, query=query, insurances=INSURANCE_WORDS, tones=STANDING_TONES
    )


@routes.post("/checkups/facts/<resident_uid>", needs=FACTS, summary="State what decides who is due")
async def state_facts(ask: Ask, resident_uid: str, body: FactsForm) -> Go:
    said = Facts(
        body.insurance, body.extreme_poverty, body.source, body.employer_exam_on, body.employer_exam_where
    )
    await actions.state_facts(actor=ask.actor, resident_uid=resident_uid, facts=said, now=ask.now)
    return Go("/admin/checkups/facts", said="已登记，该不该查已经按新的情况算过。")
