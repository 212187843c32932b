"""Where the WeChat platform calls us: verified, understood, carried out, and answered within its five seconds."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sanic import HTTPResponse, Request, Sanic, text

from server.authority.actor import Channel, system_actor
from server.identity import actions as identity
from server.identity import queries as accounts
from server.kit.ids import new_uid
from server.notifications import actions as notifications
from server.web import requestlog
from server.web.asking import Services
from server.web.faces import to_the_end
from server.web.problems import places
from server.wechat.push import LONGEST_BODY, PushMessage, PushReceiver, PushRefused

LOG = logging.getLogger(__name__)
PATH = "/wechat/push"
SUBSCRIPTION_EVENTS = frozenset(
    {"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"}
)
CLOSED = "user_authorization_cancellation"


def attach(app: Sanic[Any, Any], services: Services, clock: Callable[[], datetime]) -> None:
    door = _Door(services, clock)
    app.add_route(door.check, PATH, methods=["GET"], name="push_check")
    app.add_route(door.take, PATH, methods=["POST"], name="push_take")


class _Door:
    def __init__(self, services: Services, clock: Callable[[], datetime]) -> None:
        self._services = services
        self._clock = clock

    async def check(self, request: Request) -> HTTPResponse:
        """Answer the platform's question whether this address is ours."""
        try:
            return text(self._receiver([]).verify(_said(request), now=self._clock().timestamp()))
        except PushRefused as refusal:
            return _refused(refusal)

    async def take(self, request: Request) -> HTTPResponse:
        return await to_the_end(self._watched(request))

    async def _watched(self, request: Request) -> HTTPResponse:
        doing, began = requestlog.Doing(PATH, new_uid()), time.perf_counter()
        requestlog.begin(doing)
        response = await self._take(request, doing.request_id)
        requestlog.answered(doing, method="POST", status=response.status, seconds=time.perf_counter() - began)
        return response

    async def _take(self, request: Request, request_id: str) -> HTTPResponse:
        now, marks = self._clock(), list[str]()
        body = (request.body or b"")[: LONGEST_BODY + 1]
        try:
            message = await self._receiver(marks).open(_said(request), body, now=now.timestamp())
        except PushRefused as refusal:
            return _refused(refusal)
        try:
            await _carry_out(message, request_id, now=now)
        except Exception as error:  # noqa: BLE001  the platform sends it again; then it must not count as a replay
            for mark in marks:
                await self._services.shared.forget(mark)
            LOG.error("push failed", extra={"fault": type(error).__name__, "places": places(error)})  # noqa: TRY400
            return text("failed", status=503)
        return text("success")

    def _receiver(self, marks: list[str]) -> PushReceiver:
        settings = self._services.settings

        async def first_seen(signature: str, ttl: int) -> bool:
            marks.append(f"push:{signature}")
            return await self._services.shared.first_seen(marks[-1], ttl=ttl)

        return PushReceiver(
            settings.wechat_push_token,
            settings.wechat_push_aes_key,
            settings.wechat_appid,
            first_seen=first_seen,
            production=settings.production,
        )


async def _carry_out(message: PushMessage, request_id: str, *, now: datetime) -> None:
    account_uid = await accounts.account_of_openid(message.openid)
    if account_uid is None:
        return
    actor = replace(system_actor("wechat", Channel.MINI_PROGRAM), request_id=request_id)
    if message.event in SUBSCRIPTION_EVENTS:
        await notifications.note_subscription_event(
            actor=actor, account_uid=account_uid, event=message.event, entries=message.payload.get("List", []),
            dedup_key=message.dedup_key, now=now,
        )  # fmt: skip
    elif message.event == CLOSED:
        await identity.close_account(
            actor=actor, account_uid=account_uid, reason="wechat_account_closed", now=now
        )


def _said(request: Request) -> dict[str, str]:
    return dict(request.get_query_args(keep_blank_values=True))


def _refused(refusal: PushRefused) -> HTTPResponse:
    # Recorded by reason, never by content: forged pushes are somebody's experiments with our door.
    LOG.warning("push refused", extra={"fault": str(refusal.reason)})
    return text("refused", status=403)
