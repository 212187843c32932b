"""Sign in with password and one-time code, sign out, see where one is signed in, change the password."""

from typing import Annotated

from pydantic import StringConstraints
from sanic.cookies.request import parse_cookie

from server.identity import actions, doors, queries
from server.identity.rules import BROWSER_KNOWN_FOR, label_of
from server.web import Ask, Cookie, Form, Go, Open, Query, Routes, Show
from server.web.sessions import KNOWN_BROWSER, SECURE_KNOWN_BROWSER

routes = Routes("session", tag="登录")

NO_COOKIE = Cookie("", 0)
Typed = Annotated[str, StringConstraints(min_length=1, max_length=128)]


# A page of ours and nothing else: what stands behind a sign-in must not lead to another site.
Way = Annotated[
    str, StringConstraints(pattern=r"^/admin(/[A-Za-z0-9_/-]*)?(\?[\x21-\x7e]*)?$", max_length=400)
]


class SignIn(Form):
    login: Typed
    password: Typed
    code: Annotated[str, StringConstraints(min_length=6, max_length=12)]
    next: Way | None = None


class WayQuery(Query):
    next: Way | None = None


class ChangePassword(Form):
    old_password: Typed
    new_password: Typed


@routes.get("/sign-in", needs=Open.ANYONE, summary="The sign-in page")
async def sign_in_page(query: WayQuery) -> Show:
    return Show("session/sign_in.html", next=query.next)


@routes.post("/sign-in", needs=Open.ANYONE, rate="console_sign_in", summary="Sign in")
async def sign_in(ask: Ask, body: SignIn) -> Go:
    session = await doors.sign_in_to_console(
        actor=ask.actor,
        login=body.login,
        password=body.password,
        code=body.code,
        label=label_of(ask.headers.get("user-agent", "")),
        replaces=ask.token,
        browser=_browser(ask),
        memory_kib=ask.settings.argon2_memory_kib,
        now=ask.now,
    )
    return Go(
        body.next or "/admin",
        cookie=Cookie(session.token, session.max_age),
        browser=Cookie(session.browser, int(BROWSER_KNOWN_FOR.total_seconds())),
    )


def _browser(ask: Ask) -> str | None:
    cookies = parse_cookie(ask.headers.get("cookie", ""))
    told = cookies.get(SECURE_KNOWN_BROWSER) or cookies.get(KNOWN_BROWSER)
    return told[0] if told else None


@routes.post("/sign-out", needs=Open.SIGNED_IN, summary="Sign out")
async def sign_out(ask: Ask) -> Go:
    await actions.sign_out(actor=ask.actor, now=ask.now)
    return Go("/admin/sign-in", said="已退出登录。", cookie=NO_COOKIE)


@routes.get("/sessions", needs=Open.SIGNED_IN, summary="Where am I signed in")
async def my_sessions(ask: Ask) -> Show:
    return Show("session/sessions.html", cards=await queries.my_sessions(actor=ask.actor, now=ask.now))


@routes.post("/sessions/<session_uid>/revoke", needs=Open.SIGNED_IN, summary="Sign out elsewhere")
async def revoke_session(ask: Ask, session_uid: str) -> Go:
    await actions.revoke_session(actor=ask.actor, uid=session_uid, now=ask.now)
    return Go("/admin/sessions", said="那里的登录已经结束。")


@routes.post("/sessions/revoke-others", needs=Open.SIGNED_IN, summary="Sign out everywhere else")
async def revoke_others(ask: Ask) -> Go:
    await actions.revoke_other_sessions(actor=ask.actor, now=ask.now)
    return Go("/admin/sessions", said="除了这里，其他登录都已结束。")


@routes.get("/password", needs=Open.SIGNED_IN, summary="The page to change the password")
async def password_page() -> Show:
    return Show("session/password.html")


@routes.post("/password", needs=Open.SIGNED_IN, summary="Change the password")
async def change_password(ask: Ask, body: ChangePassword) -> Go:
    await doors.change_password(
        actor=ask.actor,
        old=body.old_password,
        new=body.new_password,
        memory_kib=ask.settings.argon2_memory_kib,
        now=ask.now,
    )
    return Go("/admin/sign-in", said="密码已修改，请用新密码重新登录。", cookie=NO_COOKIE)
