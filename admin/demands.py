"""What homes need and who can come: published by civil affairs, answered by medical institutions; the gaps in cover."""

from typing import Annotated

from pydantic import Field

from admin.home import waits
from admin.visits import Day
from server.authority.permissions import Permission
from server.demands import actions, queries
from server.demands.queries import DemandWish
from server.demands.rules import DEMAND_WORDS, NEED_WORDS, AnswerStatus, DemandStatus, Need, Offer
from server.kit.clock import local_date
from server.web import Ask, Clean, Form, Go, Line, MenuEntry, PageQuery, Query, Routes, Show, Uid, text

routes = Routes("demands", tag="需求对接")
menu = MenuEntry("需求对接", "/admin/demands", Permission.DEMAND_READ, 32)

READ, PUBLISH = Permission.DEMAND_READ, Permission.DEMAND_PUBLISH
ANSWER, CHOOSE = Permission.DEMAND_ANSWER, Permission.DEMAND_CHOOSE
TONES = {
    DemandStatus.OPEN: "wait",
    DemandStatus.MATCHED: "wait",
    DemandStatus.SETTLED: "ok",
    DemandStatus.WITHDRAWN: "done",
}
ANSWER_TONES = {
    AnswerStatus.OFFERED: "wait",
    AnswerStatus.CHOSEN: "ok",
    AnswerStatus.PASSED: "note",
    AnswerStatus.WITHDRAWN: "done",
}
ONE = "/demands/<demand_uid>"
People = Annotated[int, Field(ge=0, le=100_000)]
Short = Annotated[str, text(200, least=0), Clean]


class DemandQuery(PageQuery):
    status: DemandStatus | None = None
    need: Need | None = None
    home: Uid | None = None
    overdue: bool = False

    @property
    def asked(self) -> DemandWish:
        return DemandWish(self.status, self.need, self.home, self.overdue)


class NewQuery(Query):
    home: Uid | None = None


class NewList(Form):
    home: Uid
    answer_by: Day | None = None
    note: Short = ""
    rounds: People = 0
    checkup: People = 0
    assessment: People = 0
    home_bed: People = 0
    clinic: People = 0
    traditional: People = 0
    mood: People = 0

    @property
    def lines(self) -> list[actions.Line]:
        return [actions.Line(need, getattr(self, need), self.note) for need in Need]


class NewAnswer(Form):
    institution: Uid
    people: People
    weekdays: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    from_day: Day
    note: Short = ""


class Reasoned(Form):
    reason: Line


class HowSettled(Form):
    how: Line


waits(
    "项养老机构的需求等您答复",
    "/admin/demands?status=open",
    lambda actor, **_: queries.count_to_answer(actor=actor),
    needs=ANSWER,
)
waits(
    "项需求有人答复，等您选定",
    "/admin/demands?status=open",
    lambda actor, **_: queries.count_to_choose(actor=actor),
    needs=CHOOSE,
)
waits(
    "项需求超期，轮到您督办",
    "/admin/demands?overdue=true",
    lambda actor, **_: queries.count_to_urge(actor=actor),
    needs=READ,
)


@routes.get("/demands", needs=READ, summary="What homes need, and who answered")
async def demands(ask: Ask, query: DemandQuery) -> Show:
    page = await queries.demands(actor=ask.actor, asked=query.asked, wish=query.counted, now=ask.now)
    return Show(
        "demands/list.html",
        page=page,
        query=query,
        statuses=list(DEMAND_WORDS.items()),
        needs=list(NEED_WORDS.items()),
        tones=TONES,
    )


@routes.get("/demands/gaps", needs=Permission.BOARD_READ, summary="Homes without cover, and who is near")
async def gaps(ask: Ask) -> Show:
    return Show("demands/gaps.html", gaps=await queries.gaps(actor=ask.actor, now=ask.now))


@routes.get("/demands/new", needs=PUBLISH, summary="The form to publish what a home needs")
async def new(ask: Ask, query: NewQuery) -> Show:
    homes = await queries.homes_to_ask_for(actor=ask.actor)
    found = await queries.proposal(actor=ask.actor, home_uid=query.home, now=ask.now) if query.home else None
    return Show("demands/new.html", homes=homes, found=found, query=query, today=local_date(ask.now))


@routes.post("/demands", needs=PUBLISH, summary="Publish what a home needs")
async def publish(ask: Ask, body: NewList) -> Go:
    await actions.publish_list(
        actor=ask.actor, home_uid=body.home, lines=body.lines, answer_by=body.answer_by, now=ask.now
    )
    return Go(f"/admin/demands?home={body.home}", said="需求已公布，医疗机构会收到通知。")


@routes.get(ONE, needs=READ, summary="One demand with its answers")
async def demand(ask: Ask, demand_uid: str) -> Show:
    return Show(
        "demands/demand.html",
        sheet=await queries.demand_sheet(actor=ask.actor, uid=demand_uid, now=ask.now),
        tones=TONES,
        answer_tones=ANSWER_TONES,
        today=local_date(ask.now),
    )


@routes.post(f"{ONE}/answers", needs=ANSWER, summary="Answer for my institution")
async def answer(ask: Ask, demand_uid: str, body: NewAnswer) -> Go:
    await actions.answer_demand(
        actor=ask.actor,
        uid=demand_uid,
        offer=Offer(body.people, body.weekdays, body.from_day, body.note),
        institution_uid=body.institution,
        now=ask.now,
    )
    return Go(f"/admin/demands/{demand_uid}", said="答复已发出，养老机构和民政部门会看到。")


@routes.post(f"{ONE}/answers/<answer_uid>/withdraw", needs=ANSWER, summary="Take my answer back")
async def withdraw_answer(ask: Ask, demand_uid: str, answer_uid: str, body: Reasoned) -> Go:
    await actions.withdraw_answer(
        actor=ask.actor, uid=demand_uid, answer_uid=answer_uid, reason=body.reason, now=ask.now
    )
    return Go("/admin/demands", said="答复已撤回。")


@routes.post(f"{ONE}/answers/<answer_uid>/choose", needs=CHOOSE, summary="Choose this answer")
async def choose(ask: Ask, demand_uid: str, answer_uid: str) -> Go:
    await actions.choose_answer(actor=ask.actor, uid=demand_uid, answer_uid=answer_uid, now=ask.now)
    return Go(f"/admin/demands/{demand_uid}", said="已选定。接下来由双方起草协议，或安排上门。")


@routes.post(
    f"{ONE}/agreement", needs=Permission.AGREEMENT_DRAFT, summary="Draft the agreement that answers it"
)
async def draft(ask: Ask, demand_uid: str) -> Go:
    uid = await actions.draft_from_demand(actor=ask.actor, uid=demand_uid, now=ask.now)
    return Go(f"/admin/agreements/{uid}", said="草稿已按需求和答复写好。请核对、补充后点“提出”。")


@routes.post(f"{ONE}/settle", needs=CHOOSE, summary="Say that it has come about")
async def settle(ask: Ask, demand_uid: str, body: HowSettled) -> Go:
    await actions.settle_demand(actor=ask.actor, uid=demand_uid, how=body.how, now=ask.now)
    return Go(f"/admin/demands/{demand_uid}", said="已记为落实。")


@routes.post(f"{ONE}/withdraw", needs=PUBLISH, summary="Take a demand back")
async def withdraw(ask: Ask, demand_uid: str, body: Reasoned) -> Go:
    await actions.withdraw_demand(actor=ask.actor, uid=demand_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/demands/{demand_uid}", said="需求已撤回，答复过的医疗机构会收到通知。")
