"""Monthly statements between a home and a medical institution, the books they are posted to, and the catalogue behind them."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from admin.home import waits
from admin.visits import Day
from server.alliance import actions as alliance
from server.alliance import queries as alliance_queries
from server.alliance.rules import FUNDING_WORDS, Funding
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.settlement import actions, queries
from server.settlement.queries import StatementWish
from server.settlement.rules import LINE_WORDS, STATEMENT_WORDS, Flag, LineStatus, StatementStatus
from server.web import Ask, Clean, Form, Go, InMonth, Line, MenuEntry, PageQuery, Routes, Show, text

routes = Routes("settlement", tag="结算")
menu = MenuEntry("结算", "/admin/statements", Permission.STATEMENT_READ, 55)

READ, ISSUE, ACCEPT = Permission.STATEMENT_READ, Permission.STATEMENT_ISSUE, Permission.STATEMENT_ACCEPT
FEN = 100
TONES = {
    StatementStatus.EMPTY: "done",
    StatementStatus.OPEN: "wait",
    StatementStatus.ISSUED: "wait",
    StatementStatus.SETTLED: "ok",
    StatementStatus.PAID: "done",
}
LINE_TONES = {
    LineStatus.CLAIMED: "note",
    LineStatus.DISPUTED: "stop",
    LineStatus.KEPT: "wait",
    LineStatus.ESCALATED: "stop",
    LineStatus.UPHELD: "ok",
    LineStatus.WITHDRAWN: "done",
}
FLAGS = {Flag.TWICE: "重复计费", Flag.LATE: "补以前月份", Flag.REFERRAL_FEE: "推荐费"}


class StatementQuery(PageQuery):
    status: StatementStatus | None = None
    month: InMonth | None = None


class LineQuery(PageQuery):
    status: LineStatus | None = None
    payer: Funding | None = None


class Payment(Form):
    paid_on: Day
    bank_reference: Annotated[str, text(40), Clean]


class Reasoned(Form):
    reason: Line


class Ruling(Form):
    stands: bool
    ruling: Line


class NewPrice(Form):
    yuan: Annotated[Decimal, Field(ge=0, le=10**7, decimal_places=2)]
    clause: Line
    effective_from: Day
    withdrawn: bool = False


waits(
    "份结算单等您出单",
    "/admin/statements?status=open",
    lambda actor, **_: queries.count_to_issue(actor=actor),
    needs=ISSUE,
)
waits(
    "行结算有异议，等您答复",
    "/admin/statements?status=issued",
    lambda actor, **_: queries.count_to_answer(actor=actor),
    needs=ISSUE,
)
waits(
    "份结算单等您确认",
    "/admin/statements?status=issued",
    lambda actor, **_: queries.count_to_accept(actor=actor),
    needs=ACCEPT,
)
waits(
    "行结算等您裁定",
    "/admin/statements?status=issued",
    lambda actor, **_: queries.count_to_rule(actor=actor),
    needs=Permission.STATEMENT_RULE,
)


@routes.get("/statements", needs=READ, summary="Monthly statements of my institution, or of the city")
async def statements(ask: Ask, query: StatementQuery) -> Show:
    wished = StatementWish(query.status, query.month)
    page = await queries.statements(actor=ask.actor, wished=wished, wish=query.counted, now=ask.now)
    return Show(
        "settlement/list.html", page=page, query=query, words=list(STATEMENT_WORDS.items()), tones=TONES
    )


@routes.get("/statements/<statement_uid>", needs=READ, summary="One statement with its lines")
async def statement(ask: Ask, statement_uid: str, query: LineQuery) -> Show:
    sheet = await queries.statement_sheet(actor=ask.actor, uid=statement_uid, now=ask.now)
    page = await queries.statement_lines(
        actor=ask.actor,
        uid=statement_uid,
        wish=query.counted,
        status=query.status,
        payer=query.payer,
        now=ask.now,
    )
    return Show(
        "settlement/statement.html",
        sheet=sheet,
        page=page,
        query=query,
        words=list(LINE_WORDS.items()),
        payers=list(FUNDING_WORDS.items()),
        tones=TONES,
        line_tones=LINE_TONES,
        flags=FLAGS,
        today=local_date(ask.now),
    )


@routes.get("/statements/<statement_uid>/lines/<line_uid>", needs=READ, summary="What stands behind one line")
async def line(ask: Ask, statement_uid: str, line_uid: str) -> Show:
    sheet = await queries.statement_line(
        actor=ask.actor, statement_uid=statement_uid, uid=line_uid, now=ask.now
    )
    return Show("settlement/line.html", sheet=sheet, line_tones=LINE_TONES, flags=FLAGS)


@routes.post("/statements/<statement_uid>/issue", needs=ISSUE, summary="Hand the statement to the home")
async def issue(ask: Ask, statement_uid: str) -> Go:
    await actions.issue_statement(actor=ask.actor, uid=statement_uid, now=ask.now)
    return Go(f"/admin/statements/{statement_uid}", said="已出单，养老机构会收到通知。")


@routes.post(
    "/statements/<statement_uid>/accept", needs=ACCEPT, summary="Accept every line, and post the month"
)
async def accept(ask: Ask, statement_uid: str) -> Go:
    await actions.accept_statement(actor=ask.actor, uid=statement_uid, now=ask.now)
    return Go(f"/admin/statements/{statement_uid}", said="已确认并入账。")


@routes.post("/statements/<statement_uid>/payment", needs=ISSUE, summary="Note that the money has come in")
async def pay(ask: Ask, statement_uid: str, body: Payment) -> Go:
    await actions.record_payment(
        actor=ask.actor,
        uid=statement_uid,
        paid_on=body.paid_on,
        bank_reference=body.bank_reference,
        now=ask.now,
    )
    return Go(f"/admin/statements/{statement_uid}", said="收款已登记，这份结算单结清了。")


@routes.post(
    "/statements/<statement_uid>/payment/back", needs=ISSUE, proof=True, summary="Post a payment back"
)
async def unpay(ask: Ask, statement_uid: str, body: Reasoned) -> Go:
    await actions.take_back_payment(actor=ask.actor, uid=statement_uid, reason=body.reason, now=ask.now)
    return Go(f"/admin/statements/{statement_uid}", said="已冲正，原来的记录仍然留着。")


LINE = "/statements/<statement_uid>/lines/<line_uid>"


def _back(statement_uid: str, said: str) -> Go:
    return Go(f"/admin/statements/{statement_uid}", said=said)


@routes.post(f"{LINE}/dispute", needs=ACCEPT, summary="Say that a line is wrong")
async def dispute(ask: Ask, statement_uid: str, line_uid: str, body: Reasoned) -> Go:
    await actions.dispute_line(
        actor=ask.actor, statement_uid=statement_uid, uid=line_uid, reason=body.reason, now=ask.now
    )
    return _back(statement_uid, "异议已提出，医疗机构会答复。")


@routes.post(f"{LINE}/escalate", needs=ACCEPT, summary="Ask the bureau to decide on a line")
async def escalate(ask: Ask, statement_uid: str, line_uid: str, body: Reasoned) -> Go:
    await actions.escalate_line(
        actor=ask.actor, statement_uid=statement_uid, uid=line_uid, reason=body.reason, now=ask.now
    )
    return _back(statement_uid, "已请主管部门裁定。")


@routes.post(f"{LINE}/keep", needs=ISSUE, summary="Say why a line stands")
async def keep(ask: Ask, statement_uid: str, line_uid: str, body: Reasoned) -> Go:
    await actions.keep_line(
        actor=ask.actor, statement_uid=statement_uid, uid=line_uid, answer=body.reason, now=ask.now
    )
    return _back(statement_uid, "说明已发给养老机构。")


@routes.post(f"{LINE}/withdraw", needs=ISSUE, summary="Take a line out")
async def withdraw(ask: Ask, statement_uid: str, line_uid: str, body: Reasoned) -> Go:
    await actions.withdraw_line(
        actor=ask.actor, statement_uid=statement_uid, uid=line_uid, answer=body.reason, now=ask.now
    )
    return _back(statement_uid, "这一行已撤下，不再计费。")


@routes.post(f"{LINE}/ruling", needs=Permission.STATEMENT_RULE, summary="Decide on an escalated line")
async def rule(ask: Ask, statement_uid: str, line_uid: str, body: Ruling) -> Go:
    await actions.rule_on_line(
        actor=ask.actor,
        statement_uid=statement_uid,
        uid=line_uid,
        stands=body.stands,
        ruling=body.ruling,
        now=ask.now,
    )
    return _back(statement_uid, "裁定已告知双方。")


@routes.get("/ledger", needs=READ, summary="My institution's books of the settlement")
async def ledger(ask: Ask, query: PageQuery) -> Show:
    return Show(
        "settlement/ledger.html",
        balances=await queries.balances(actor=ask.actor),
        page=await queries.ledger(actor=ask.actor, wish=query.counted),
    )


@routes.get("/catalogue", needs=READ, summary="What may be billed, and for how much")
async def catalogue(ask: Ask) -> Show:
    return Show("settlement/catalogue.html", cards=await alliance_queries.catalogue_cards(now=ask.now))


@routes.post(
    "/catalogue/<code>",
    needs=Permission.CATALOGUE_PUBLISH,
    proof=True,
    summary="Publish a new version of a service",
)
async def publish(ask: Ask, code: str, body: NewPrice) -> Go:
    new = alliance.NewVersion(int(body.yuan * FEN), body.clause, body.effective_from, body.withdrawn)
    await alliance.publish_catalogue_version(actor=ask.actor, code=code, new=new, now=ask.now)
    return Go("/admin/catalogue", said="新的一版已发布，到开始日起生效。")
