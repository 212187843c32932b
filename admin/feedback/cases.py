"""Low ratings and complaints on their way to being put right, what falls due first on top."""

from admin.feedback.shared import Reasoned, Told, routes
from admin.feedback.words import EVERY_WORD
from admin.home import waits
from server.authority.permissions import Permission
from server.feedback import actions, queries
from server.feedback.queries import CaseWish
from server.feedback.rules import CASE_MOVES, CaseEvent, CaseStatus
from server.web import Ask, Form, Go, PageQuery, Show, Uid


class CaseQuery(PageQuery):
    ended: bool = False
    status: CaseStatus | None = None
    institution: Uid | None = None
    overdue: bool = False

    @property
    def asked(self) -> CaseWish:
        return CaseWish(self.ended, self.status, self.institution, self.overdue)


class Step(Form):
    event: CaseEvent
    reason: Told = ""


@routes.get(
    "/cases",
    needs=Permission.CASE_READ,
    summary="Cases of my institution with their clocks; all for the bureau",
)
async def cases(ask: Ask, query: CaseQuery) -> Show:
    return Show(
        "feedback/cases.html",
        page=await queries.cases(actor=ask.actor, wish=query.counted, asked=query.asked, now=ask.now),
        institutions=await queries.institutions_with_cases(actor=ask.actor, now=ask.now),
        asked=query,
        **EVERY_WORD,
    )


@routes.get(
    "/cases/<case_uid>", needs=Permission.CASE_READ, summary="One case with names; reading it leaves a line"
)
async def case(ask: Ask, case_uid: str) -> Show:
    file = await queries.case_file(actor=ask.actor, uid=case_uid, now=ask.now)
    return Show("feedback/case.html", file=file, moves=CASE_MOVES, **EVERY_WORD)


@routes.post("/cases/<case_uid>/steps", needs=Permission.CASE_HANDLE, summary="Take the next step of a case")
async def take_step(ask: Ask, case_uid: str, body: Step) -> Go:
    await actions.handle_case(
        actor=ask.actor, uid=case_uid, event=body.event, reason=body.reason, now=ask.now
    )
    return Go(f"/admin/cases/{case_uid}", said="已记录，家属会收到通知。")


@routes.post("/cases/<case_uid>/uphold", needs=Permission.RATING_VOID, summary="Decide that an appeal fails")
async def uphold(ask: Ask, case_uid: str, body: Reasoned) -> Go:
    await actions.uphold_rating(actor=ask.actor, uid=case_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/cases/{case_uid}", said="已定：评价成立，由机构继续办理。")


@routes.post(
    "/cases/<case_uid>/void",
    needs=Permission.RATING_VOID,
    proof=True,
    summary="Propose that a case and its rating are void",
)
async def propose_case_void(ask: Ask, case_uid: str, body: Reasoned) -> Go:
    await actions.propose_case_void(actor=ask.actor, case_uid=case_uid, reason=body.reason, now=ask.now)
    return Go("/admin/voids", said="已提出作废，请另一位同事复核。复核前仍计入得分。")


waits("件投诉或差评等本机构办理", "/admin/cases", queries.count_cases_to_move, needs=Permission.CASE_HANDLE)
