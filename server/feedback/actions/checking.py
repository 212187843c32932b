"""Asking the platform about a text: two transactions with the call between them, never inside one."""

from datetime import datetime
from typing import Protocol

from server.authority.actor import system_actor
from server.feedback.actions.texts import apply_verdict
from server.feedback.queries import text_to_check
from server.feedback.rules import Verdict
from server.identity.queries import openid_of
from server.outbox.actions import Message, mark_done
from server.wechat.gateway import TextScene, WeChatFailed, WeChatGateway


class Edge(Protocol):
    """What is needed of the process's services."""

    @property
    def wechat(self) -> WeChatGateway: ...


async def check_text(message: Message, services: Edge, now: datetime) -> None:
    """Have one revision checked. Asked twice, the first verdict stays."""
    rating_uid, revision = str(message.payload["rating"]), int(message.payload["revision"])
    asked = await text_to_check(rating_uid=rating_uid, revision=revision)
    if asked is not None:
        verdict = await _verdict(services.wechat, await openid_of(asked.author_id), asked.text)
        await apply_verdict(
            actor=system_actor("text check"),
            rating_uid=rating_uid,
            revision=revision,
            verdict=verdict,
            now=now,
        )
    await mark_done(message)


async def _verdict(wechat: WeChatGateway, openid: str | None, text: str) -> Verdict:
    if openid is None:
        return Verdict.UNAVAILABLE
    try:
        return Verdict((await wechat.check_text(openid, text, TextScene.COMMENT)).suggest)
    except WeChatFailed:  # 61010 among them: the author left the mini-program more than two hours ago
        return Verdict.UNAVAILABLE
