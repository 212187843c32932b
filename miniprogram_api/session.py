"""Sign in by WeChat, say who one is, see and end where one is signed in."""

from typing import Annotated

from pydantic import StringConstraints

from server.identity import actions, doors, queries
from server.identity.actions import BoundCard
from server.identity.queries import SessionCard, SignedIn, WhoAmI
from server.identity.rules import label_of
from server.web import Ask, Body, Clean, Open, Routes, text

routes = Routes("session", tag="登录")

Code = Annotated[str, StringConstraints(min_length=4, max_length=128, pattern=r"^[!-~]+$")]
DeviceId = Annotated[str, StringConstraints(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9_\-]+$")]
BindCode = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=8, max_length=16, pattern=r"^[ -~]+$")
]


class SignIn(Body):
    code: Code  # from wx.login
    device_id: DeviceId | None = None  # as this server issued it to this installation


class Bind(Body):
    code: BindCode


class RegisterPhone(Body):
    code: Code  # from the button, not from wx.login


class StateName(Body):
    name: Annotated[str, text(20, least=2), Clean]


@routes.post(
    "/session", needs=Open.ANYONE, rate="sign_in", status=201, summary="Sign in with a WeChat login code"
)
async def sign_in(ask: Ask, body: SignIn) -> SignedIn:
    return await doors.sign_in(
        actor=ask.actor,
        code=body.code,
        device_id=body.device_id,
        label=label_of(ask.headers.get("user-agent", "")),
        appid=ask.settings.wechat_appid,
        wechat=ask.wechat,
        shared=ask.shared,
        now=ask.now,
    )


@routes.get("/session", needs=Open.SIGNED_IN, summary="Who am I")
async def who_am_i(ask: Ask) -> WhoAmI:
    return await queries.who_am_i(actor=ask.actor, now=ask.now)


@routes.delete("/session", needs=Open.SIGNED_IN, status=204, summary="Sign out here")
async def sign_out(ask: Ask) -> None:
    await actions.sign_out(actor=ask.actor, now=ask.now)


@routes.post(
    "/session/bind", needs=Open.SIGNED_IN, summary="Bind this WeChat to roles prepared by an institution"
)
async def bind(ask: Ask, body: Bind) -> BoundCard:
    return await doors.bind(actor=ask.actor, code=body.code, now=ask.now)


@routes.post("/session/phone", needs=Open.SIGNED_IN, summary="Register the phone number WeChat vouches for")
async def register_phone(ask: Ask, body: RegisterPhone) -> WhoAmI:
    return await doors.register_phone(
        actor=ask.actor, code=body.code, wechat=ask.wechat, shared=ask.shared, now=ask.now
    )


@routes.put("/session/name", needs=Open.SIGNED_IN, summary="Say what one is called")
async def state_name(ask: Ask, body: StateName) -> WhoAmI:
    return await actions.state_name(actor=ask.actor, name=body.name, now=ask.now)


@routes.get("/sessions", needs=Open.SIGNED_IN, summary="Where am I signed in")
async def my_sessions(ask: Ask) -> tuple[SessionCard, ...]:
    return await queries.my_sessions(actor=ask.actor, now=ask.now)


@routes.delete(
    "/sessions/<session_uid>", needs=Open.SIGNED_IN, status=204, summary="Sign out on another device"
)
async def revoke_session(ask: Ask, session_uid: str) -> None:
    await actions.revoke_session(actor=ask.actor, uid=session_uid, now=ask.now)
