"""The face that shows pages: forms in, Jinja out, one strict content policy."""

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from pydantic.fields import FieldInfo
from sanic import HTTPResponse, Request, html, raw, redirect

from admin import words
from server.alliance.rules import cited
from server.authority.actor import Actor, Channel
from server.authority.permissions import Permission
from server.identity import doors
from server.identity.rules import is_proved
from server.kit.clock import SHANGHAI, said_time
from server.kit.errors import DomainError, Forbidden, Kind
from server.kit.ids import new_uid
from server.kit.masking import masked_name
from server.web import sessions
from server.web.asking import Ask, Cookie, Download, Go, MenuEntry, Open, Show, Upload
from server.web.assets import Assets
from server.web.faces import Face, utc_now
from server.web.headers import ALWAYS
from server.web.problems import pause_before, status_of
from server.web.routes import Route, Routes

HOME = "/admin"
SIGN_IN = "/admin/sign-in"
SAID = "said"
LIVE = "x-live"  # the header of a region that refreshes itself
LONGEST_WAY = 400
STALE_FORM = "页面停留太久或不是从本系统打开的。请返回上一页，刷新后再提交。"
HERE = Path(__file__).parent
ASSETS = Assets(HERE / "static", f"{HOME}/static")
HEADERS = {
    **ALWAYS,
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
}


def city_time(instant: datetime | None, style: str = "%-m月%-d日 %H:%M") -> str:
    return instant.astimezone(SHANGHAI).strftime(style) if instant else "—"


def city_date(value: datetime | date | None) -> str:
    if value is None:
        return "—"
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return f"{day.year}年{day.month}月{day.day}日"


def said(instant: datetime | None, now: datetime) -> str:
    return said_time(instant, now) if instant else "—"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        city_time=city_time, city_date=city_date, masked_name=masked_name, said=said, cited=cited
    )
    environment.globals.update(asset=ASSETS.url, **words.IN_TEMPLATES)
    return environment


class PageFace(Face):
    name = "console"
    prefix = HOME
    channel = Channel.CONSOLE

    def __init__(self, modules: list[Routes], menu: list[MenuEntry]) -> None:
        super().__init__(modules)
        self._menu = sorted(menu, key=lambda entry: entry.order)
        self._templates = _environment()

    def token(self, request: Request) -> str | None:
        found: str | None = request.cookies.get(_cookie_name(request))
        return found

    async def identify(self, request: Request, token: str | None, *, now: datetime) -> Actor | None:
        # A page that refreshes itself is nobody's hand on the keyboard: it must not keep the session alive.
        return await sessions.actor_by_cookie(token, seen=LIVE not in request.headers, now=now)

    async def ensure_proved(self, request: Request, route: Route, actor: Actor, *, now: datetime) -> None:  # noqa: ARG002  one form for all faces
        if not _proved(actor, now):
            code = (_posted(request, "proof_code") or "").replace(" ", "")
            await doors.prove(actor=actor, code=code, now=now)

    def key(self, request: Request) -> str | None:
        return _posted(request, "key")

    def fingerprint_body(self, request: Request) -> bytes:
        # A browser picks a new multipart boundary for every sending; the fields themselves are what was asked.
        fields = sorted((name, tuple(values)) for name, values in (request.form or {}).items())
        files = sorted(
            (name, tuple(each.body for each in given)) for name, given in (request.files or {}).items()
        )
        return repr((fields, files)).encode()

    def ensure_ours(self, request: Request, route: Route) -> None:
        if route.method == "GET":
            return
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise Forbidden
        token = self.token(request)
        if (
            token
            and route.needs is not Open.ANYONE
            and not sessions.csrf_matches(token, _posted(request, "csrf") or "")
        ):
            raise Forbidden(STALE_FORM)

    def arguments(self, request: Request, route: Route) -> dict[str, Any]:
        wanted: dict[str, Any] = {}
        if route.query is not None:
            given = dict(request.get_query_args(keep_blank_values=False))
            wanted["query"] = route.query.model_validate_strings(given)
        if route.body is not None:
            wanted["body"] = route.body.model_validate(_fields_of(request, route.body.model_fields))
        return wanted

    async def answer(self, request: Request, route: Route, ask: Ask, result: Any) -> HTTPResponse:
        if isinstance(result, Show):
            if request.method == "POST":  # htmx shall not put the address of a form into the history
                result = result.with_header("hx-push-url", "false")
            return self._show(request, ask.actor, ask.token, result)
        if isinstance(result, Go):
            return self._go(request, result)
        if isinstance(result, Download):
            name = result.name.encode("ascii", "ignore").decode() or "download"
            quoted = "".join(f"%{byte:02X}" for byte in result.name.encode())
            headers = {
                **HEADERS,
                "content-disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quoted}",
            }
            return raw(result.content, content_type=result.media_type, headers=headers)
        message = f"{route.name} returned neither a page nor a way on"
        raise TypeError(message)

    async def replay(self, request: Request, route: Route, ask: Ask, stored: Any) -> HTTPResponse:  # noqa: ARG002
        back = urlsplit(request.headers.get("referer", "")).path
        return self._go(
            request, Go(back if back.startswith(HOME) else HOME, said="刚才已经提交过了，没有重复处理。")
        )

    async def refuse(self, request: Request, error: DomainError) -> HTTPResponse:
        if error.kind is Kind.SIGN_IN:
            return self._go(
                request, Go(_sign_in_for(request), said=error.sentence if self.token(request) else "")
            )
        ask: Ask | None = getattr(request.ctx, "ask", None)
        page = Show(
            "error.html",
            status=status_of(error),
            headers=pause_before(error),
            sentence=error.sentence,
            fields=dict(error.fields),
            code=error.code,
            request_id=request.ctx.request_id,
        )
        return self._show(request, ask.actor if ask else None, ask.token if ask else None, page)

    def _show(self, request: Request, actor: Actor | None, token: str | None, page: Show) -> HTTPResponse:
        signed_in = actor is not None and actor.account_id is not None
        now = (
            getattr(request.ctx, "now", None) or utc_now()
        )  # an address that no route knows was given no time
        text = self._templates.get_template(page.template).render(
            {
                "actor": actor if signed_in else None,
                "may": actor.may if actor else _may_nothing,
                "menu": [entry for entry in self._menu if actor and actor.may(entry.needs)],
                "here": request.path,
                "filtered_by": _filters(request),
                "now": now,
                "proved": actor is not None and _proved(actor, now),
                "said": _unpacked(request.cookies.get(SAID)),
                "form_keys": lambda: _form_keys(token),
                "Permission": Permission,
                **page.context,
            }
        )
        response = html(text, status=page.status, headers={**HEADERS, **page.headers})
        if request.cookies.get(SAID):
            response.delete_cookie(SAID, path=HOME)
        return response

    def _go(self, request: Request, way: Go) -> HTTPResponse:
        response = redirect(way.href, status=303, headers=dict(HEADERS))  # it adds to what it is given
        secure = request.scheme == "https"
        if way.said:
            response.add_cookie(
                SAID, _packed(way.said), path=HOME, httponly=True, secure=secure, samesite="Lax", max_age=60
            )
        if way.cookie is not None:
            _set_cookie(response, _cookie_name(request), way.cookie, secure=secure)
        if way.browser is not None:
            known = sessions.SECURE_KNOWN_BROWSER if secure else sessions.KNOWN_BROWSER
            _set_cookie(response, known, way.browser, secure=secure)
        return response


def _proved(actor: Actor, now: datetime) -> bool:
    return is_proved(getattr(actor, "proved_at", None), now=now)


def _filters(request: Request) -> str:
    """Return the filters in the address, without the place in the list."""
    return urlencode([pair for pair in request.query_args if pair[0] not in {"after", "limit"}])


def _sign_in_for(request: Request) -> str:
    """Return the way to the sign-in page and, for somebody who followed a link, from there to where they were going."""
    if request.method != "GET" or request.path == HOME or LIVE in request.headers:
        return SIGN_IN
    wanted = request.path + (f"?{request.query_string}" if request.query_string else "")
    return f"{SIGN_IN}?{urlencode({'next': wanted[:LONGEST_WAY]})}"


def _posted(request: Request, name: str) -> str | None:
    values = (request.form or {}).get(name)  # type: ignore[call-overload]  # Sanic types an absent form as dict[Never, Never]
    return str(values) if values else None


def _cookie_name(request: Request) -> str:
    return sessions.SECURE_COOKIE if request.scheme == "https" else sessions.COOKIE


def _set_cookie(response: HTTPResponse, name: str, cookie: Cookie, *, secure: bool) -> None:
    response.add_cookie(
        name, cookie.value, path="/", httponly=True, secure=secure, samesite="Lax", max_age=cookie.max_age,
        host_prefix=False, secure_prefix=False,
    )  # fmt: skip


def _may_nothing(_: Permission) -> bool:
    return False


def _form_keys(token: str | None) -> Markup:
    """Return the hidden fields every form carries: whose session it is, and one key for however often it is sent."""
    csrf = sessions.csrf_token(token) if token else ""
    return Markup(
        '<input type="hidden" name="csrf" value="{}"><input type="hidden" name="key" value="{}">'
    ).format(csrf, new_uid())


def _fields_of(request: Request, wanted: Mapping[str, FieldInfo]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, values in (request.form or {}).items():
        if name in {"csrf", "key", "proof_code"}:
            continue
        filled = [value for value in values if value != ""]
        if name in wanted and _takes_many(wanted[name]):
            given[name] = filled
        elif filled:
            given[name] = filled[0]
    for name, files in (request.files or {}).items():
        if files and files[0].name:
            given[name] = Upload(name=files[0].name, content=files[0].body)
    return given


def _takes_many(info: FieldInfo) -> bool:
    kinds = {info.annotation, *get_args(info.annotation)}
    return any(get_origin(kind) in {list, tuple, frozenset, set} for kind in kinds)


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _unpacked(text: str | None) -> str:
    try:
        return base64.urlsafe_b64decode(text or "").decode()[:300]
    except (binascii.Error, ValueError):
        return ""
