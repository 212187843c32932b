"""What was found abnormal: who owes what, and what was done."""

from typing import Annotated

from admin.checkups.shared import DUTY_TONES, READ, RECORD, routes
from admin.home import waits
from server.checkups import actions, queries
from server.checkups.rules import DUTY_WORDS, SETTLED_WORDS, DutyStatus, Settled
from server.web import Ask, Clean, Form, Go, PageQuery, Purpose, Show, text


class DutyQuery(PageQuery):
    status: DutyStatus | None = None


class Settle(Form):
    settled: Settled
    note: Annotated[str, text(300), Clean]


waits("项体检异常等您办", "/admin/checkups/duties?status=open", queries.count_open_duties, needs=RECORD)


@routes.get(
    "/checkups/duties",
    needs=READ,
    purpose=Purpose.VISIT,
    summary="What was found abnormal, and who owes what",
)
async def duties(ask: Ask, query: DutyQuery) -> Show:
    page = await queries.duties(actor=ask.actor, status=query.status, wish=query.counted, now=ask.now)
    return Show(
        "checkups/duties.html",
        page=page,
        query=query,
        words=DUTY_WORDS,
        tones=DUTY_TONES,
        settled=SETTLED_WORDS,
    )


@routes.post(
    "/checkups/duties/<duty_uid>", needs=RECORD, purpose=Purpose.VISIT, summary="Write down what was done"
)
async def settle(ask: Ask, duty_uid: str, body: Settle) -> Go:
    await actions.settle_duty(
        actor=ask.actor, duty_uid=duty_uid, settled=body.settled, note=body.note, now=ask.now
    )
    return Go("/admin/checkups/duties?status=open", said="已记下怎样办的。")
