"""My certificates, what my work asks for, and signing in to a course by the code on its screen."""

from typing import Annotated

from server.authority.permissions import Permission
from server.training import actions, queries
from server.training.queries import CourseSessionCard, MyTraining
from server.web import Ask, Body, Clean, Routes, text

routes = Routes("training", tag="培训")

ATTEND = Permission.TRAINING_ATTEND


class SignIn(Body):
    code: Annotated[str, text(64), Clean]  # what the camera read


@routes.get("/training", needs=ATTEND, summary="My certificates, what I still need, and the courses to come")
async def my_training(ask: Ask) -> MyTraining:
    return await queries.my_training(actor=ask.actor, now=ask.now)


@routes.post("/training/attendances", needs=ATTEND, rate="scan", status=201, summary="Sign in to a course")
async def attend(ask: Ask, body: SignIn) -> CourseSessionCard:
    return await actions.attend(actor=ask.actor, code=body.code, now=ask.now)
