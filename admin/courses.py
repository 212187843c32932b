"""Sessions of courses: planned, their code on the screen, who was there, finished; and the rates that come of them."""

from datetime import timedelta
from typing import Annotated

import segno
from pydantic import Field

from admin.home import waits
from admin.people import Reason, UidText
from admin.visits import CityTime
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.training import actions, queries
from server.training.actions import Planned
from server.training.rules import MOST_SEATS, OPEN_WORDS, STATUS_WORDS, OpenTo, SessionStatus
from server.web import Ask, Clean, Form, Go, PageQuery, Routes, Show, text

routes = Routes("courses", tag="人员")

HOLD, COUNT = Permission.TRAINING_HOLD, Permission.TRAINING_COUNT
TONES = {SessionStatus.PLANNED: "wait", SessionStatus.FINISHED: "ok", SessionStatus.CANCELLED: "done"}
REFRESH = 10  # seconds: the code lives 30, and one step of drift


class SessionQuery(PageQuery):
    status: SessionStatus | None = None


class PlanSession(Form):
    institution: UidText
    course: Annotated[str, text(32), Clean]
    place: Annotated[str, text(60), Clean]
    trainer: Annotated[str, text(40), Clean]
    starts_at: CityTime
    minutes: Annotated[int, Field(ge=15, le=720)]
    seats: Annotated[int, Field(ge=1, le=MOST_SEATS)]
    open_to: OpenTo = OpenTo.OWN

    def planned(self) -> Planned:
        ends_at = self.starts_at + timedelta(minutes=self.minutes)
        return Planned(
            self.course, self.place, self.trainer, self.starts_at, ends_at, self.seats, self.open_to
        )


class Called(Form):
    reason: Reason


class Entered(Form):
    person: UidText
    reason: Reason


waits("场培训开完了，等您结束发证", "/admin/courses?status=planned", queries.count_to_finish, needs=HOLD)


@routes.get("/courses", needs=HOLD, summary="Sessions of courses, my institution's and those open to us")
async def sessions(ask: Ask, query: SessionQuery) -> Show:
    page = await queries.sessions(actor=ask.actor, status=query.status, wish=query.counted, now=ask.now)
    return Show(
        "courses/list.html",
        page=page,
        query=query,
        words=list(STATUS_WORDS.items()),
        tones=TONES,
        courses=queries.course_choices(local_date(ask.now)),
        hosts=await queries.hosts(actor=ask.actor),
        open_to=list(OPEN_WORDS.items()),
    )


@routes.post("/courses", needs=HOLD, summary="Announce a session of a course")
async def plan(ask: Ask, body: PlanSession) -> Go:
    uid = await actions.plan_session(
        actor=ask.actor, institution_uid=body.institution, planned=body.planned(), now=ask.now
    )
    return Go(f"/admin/courses/{uid}", said="培训已安排。开场时打开签到码，请大家扫码。")


@routes.get("/courses/<training_session_uid>", needs=HOLD, summary="One session and who was there")
async def one_session(ask: Ask, training_session_uid: str) -> Show:
    sheet = await queries.session_sheet(actor=ask.actor, uid=training_session_uid, now=ask.now)
    return Show("courses/session.html", sheet=sheet, tones=TONES)


@routes.get("/courses/<training_session_uid>/code", needs=HOLD, summary="The code that those who came scan")
async def code(ask: Ask, training_session_uid: str) -> Show:
    shown = await queries.code_to_show(actor=ask.actor, uid=training_session_uid, now=ask.now)
    return Show("courses/code.html", shown=shown, qr=_qr(shown.text), every=REFRESH)


@routes.post(
    "/courses/<training_session_uid>/attendances", needs=HOLD, summary="Write down from paper who was there"
)
async def enter(ask: Ask, training_session_uid: str, body: Entered) -> Go:
    await actions.enter_attendance(
        actor=ask.actor,
        session_uid=training_session_uid,
        account_uid=body.person,
        reason=body.reason,
        now=ask.now,
    )
    return Go(f"/admin/courses/{training_session_uid}", said="已按纸面签到补登。")


@routes.post("/courses/<training_session_uid>/finish", needs=HOLD, summary="Write everybody's certificate")
async def finish(ask: Ask, training_session_uid: str) -> Go:
    count = await actions.finish_session(actor=ask.actor, uid=training_session_uid, now=ask.now)
    return Go(f"/admin/courses/{training_session_uid}", said=f"培训已结束，登记了 {count} 张证书。")


@routes.post("/courses/<training_session_uid>/cancel", needs=HOLD, summary="Call a session off")
async def cancel(ask: Ask, training_session_uid: str, body: Called) -> Go:
    await actions.cancel_session(actor=ask.actor, uid=training_session_uid, reason=body.reason, now=ask.now)
    return Go("/admin/courses", said="培训已取消，没有发证。")


@routes.get("/training-rates", needs=COUNT, summary="Pre-service and certificate rates by institution")
async def rates(ask: Ask, query: PageQuery) -> Show:
    board = await queries.rates(actor=ask.actor, wish=query.counted, now=ask.now)
    return Show("courses/rates.html", board=board)


@routes.get("/training-rates/<institution_uid>", needs=COUNT, summary="The people behind a rate")
async def rate_people(ask: Ask, institution_uid: str) -> Show:
    people = await queries.rate_people(actor=ask.actor, institution_uid=institution_uid, now=ask.now)
    return Show("courses/people.html", people=people)


def _qr(code: str) -> str:
    return segno.make(code, error="q", micro=False).svg_data_uri(scale=13, light="white") if code else ""
