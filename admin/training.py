"""Courses and certificates of my staff: what is there, what runs out, and who has nothing yet."""

from datetime import date, timedelta
from typing import Annotated

from pydantic import Field, model_validator

from admin.home import waits
from admin.people import Reason, UidText
from server.authority.permissions import Permission
from server.identity import actions, queries
from server.training import actions as training_actions
from server.web import Ask, Clean, Form, Go, PageQuery, Routes, Show, text

routes = Routes("training", tag="人员")

MANAGE = Permission.STAFF_MANAGE
EARLIEST, LATEST = date(1960, 1, 1), date(2200, 1, 1)
SHORTEST = 2
Day = Annotated[date, Field(ge=EARLIEST, lt=LATEST)]


class Training(Form):
    place: UidText
    course: Annotated[str, text(32, least=0), Clean] = ""  # of the list; else a title of one's own
    title: Annotated[str, text(60, least=0), Clean] = ""
    certificate_number: Annotated[str, text(40), Clean] = ""
    completed_on: Day
    last_day: Day | None = None  # as certificates say it: still valid on that day

    @model_validator(mode="after")
    def is_named(self) -> "Training":
        if not self.course and len(self.title) < SHORTEST:
            message = "请选择课程，或写明证书名称。"
            raise ValueError(message)
        return self

    @property
    def expires_on(self) -> date | None:
        return self.last_day + timedelta(days=1) if self.last_day else None


class StrikeOut(Form):
    reason: Reason


waits("项培训证书快到期或已过期", "/admin/staff/training", queries.count_training_due, needs=MANAGE)


@routes.get("/staff/training", needs=MANAGE, summary="Training of my staff, and what runs out soon")
async def training(ask: Ask, query: PageQuery) -> Show:
    board = await queries.training_board(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("staff/training.html", board=board)


@routes.post("/staff/<account_uid>/training", needs=MANAGE, summary="Write down a course or a certificate")
async def record_training(ask: Ask, account_uid: str, body: Training) -> Go:
    await training_actions.record_certificate(
        actor=ask.actor,
        account_uid=account_uid,
        institution_uid=body.place,
        course=body.course or None,
        title=body.title,
        certificate_number=body.certificate_number,
        completed_on=body.completed_on,
        expires_on=body.expires_on,
        now=ask.now,
    )
    return Go(f"/admin/staff/{account_uid}", said="培训记录已登记。")


@routes.post(
    "/staff/training/<training_uid>/strike-out", needs=MANAGE, summary="Strike out a line entered in error"
)
async def strike_out_training(ask: Ask, training_uid: str, body: StrikeOut) -> Go:
    account_uid = await actions.strike_out_training(
        actor=ask.actor, uid=training_uid, reason=body.reason, now=ask.now
    )
    return Go(f"/admin/staff/{account_uid}", said="已划去，这条记录不再计入。")
