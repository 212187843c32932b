"""The ledger of work: an institution's months, the people in them, and the visit behind each line."""

from admin.home import waits
from admin.people import UidText
from admin.visits import Day
from server.alliance.queries import own_institutions
from server.authority.permissions import Permission
from server.web import Ask, Form, Go, InMonth, MenuEntry, PageQuery, Routes, Show
from server.workload import actions, queries
from server.workload.rules import LineKind, MonthStatus, said_points

routes = Routes("workload", tag="工作量")
menu = MenuEntry("工作量", "/admin/workload", Permission.WORKLOAD_READ, 57)

READ, CLOSE = Permission.WORKLOAD_READ, Permission.WORKLOAD_CLOSE
TONES = {MonthStatus.OPEN: "wait", MonthStatus.CLOSED: "done"}
LINE_TONES = {LineKind.CREDIT: "ok", LineKind.REVERSAL: "stop"}


class MonthQuery(PageQuery):
    month: InMonth | None = None


class CountMonth(Form):
    institution: UidText
    day: Day


class LineQuery(PageQuery):
    account: UidText | None = None


waits("个月的工作量等您关账", "/admin/workload", queries.count_to_close, needs=CLOSE)


@routes.get(
    "/workload", needs=READ, summary="Months of work of my institution, or of the city's institutions"
)
async def months(ask: Ask, query: MonthQuery) -> Show:
    page = await queries.months(actor=ask.actor, month=query.month, wish=query.counted, now=ask.now)
    closing = await own_institutions(actor=ask.actor, permission=CLOSE)
    return Show("workload/list.html", page=page, query=query, tones=TONES, closing=closing)


@routes.post("/workload", needs=CLOSE, summary="Count a month that is not in the ledger yet")
async def count(ask: Ask, body: CountMonth) -> Go:
    uid = await actions.count_month(
        actor=ask.actor, institution_uid=body.institution, day=body.day, now=ask.now
    )
    return Go(f"/admin/workload/{uid}", said="已按巡诊核对。")


@routes.get("/workload/<workload_month_uid>", needs=READ, summary="One month: its people, or its sums alone")
async def month(ask: Ask, workload_month_uid: str) -> Show:
    sheet = await queries.month_sheet(actor=ask.actor, uid=workload_month_uid, now=ask.now)
    return Show("workload/month.html", sheet=sheet, tones=TONES, said_points=said_points)


@routes.get(
    "/workload/<workload_month_uid>/lines", needs=READ, summary="The lines of a month, each with its visit"
)
async def lines(ask: Ask, workload_month_uid: str, query: LineQuery) -> Show:
    page = await queries.month_lines(
        actor=ask.actor,
        uid=workload_month_uid,
        account_uid=query.account,
        wish=query.counted,
        now=ask.now,
    )
    sheet = await queries.month_sheet(actor=ask.actor, uid=workload_month_uid, now=ask.now)
    return Show("workload/lines.html", page=page, sheet=sheet, query=query, tones=LINE_TONES)


@routes.post(
    "/workload/<workload_month_uid>/recount", needs=CLOSE, summary="Book what is missing from the month"
)
async def recount(ask: Ask, workload_month_uid: str) -> Go:
    added = await actions.recount_month(actor=ask.actor, uid=workload_month_uid, now=ask.now)
    said = f"补记了 {added} 条。" if added else "都记上了，没有缺的。"
    return Go(f"/admin/workload/{workload_month_uid}", said=said)


@routes.post("/workload/<workload_month_uid>/close", needs=CLOSE, summary="Close the month")
async def close(ask: Ask, workload_month_uid: str) -> Go:
    points = await actions.close_month(actor=ask.actor, uid=workload_month_uid, now=ask.now)
    said = f"已关账，服务量 {said_points(points)}。以后的更正会记在当时的月份里。"
    return Go(f"/admin/workload/{workload_month_uid}", said=said)
