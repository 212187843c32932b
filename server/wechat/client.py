"""The real platform, or whatever answers at the one base URL that is configured."""

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Self

from server.wechat import answers
from server.wechat.gateway import (
    EnvVersion,
    Errcode,
    MediaType,
    MiniProgramState,
    PhoneNumber,
    RiskScene,
    TextScene,
    TextVerdict,
    WeChatIdentity,
    WeChatRefused,
)
from server.wechat.platform import PlatformClient
from server.wechat.tokens import TokenStore
from server.wechat.transport import PLATFORM, Timeouts, Transport, ensure_platform_host

LOGIN = "/sns/jscode2session"
PHONE = "/wxa/business/getuserphonenumber"
MINI_CODE = "/wxa/getwxacodeunlimit"
SUBSCRIBE_SEND = "/cgi-bin/message/subscribe/send"
EMPLOYEE_SEND = "/cgi-bin/message/wxopen/employeerelationmsg/send"
TEXT_CHECK = "/wxa/msg_sec_check"
MEDIA_CHECK = "/wxa/media_check_async"
URL_LINK = "/wxa/generate_urllink"
CHECK_SESSION = "/wxa/checksession"
RISK_RANK = "/wxa/getuserriskrank"


class WeChatClientGateway:
    """Implements `WeChatGateway`. Close it when the server stops."""

    def __init__(
        self,
        appid: str,
        secret: str,
        *,
        base_url: str,
        tokens: TokenStore,
        production: bool,
        timeouts: Timeouts | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        timeouts = timeouts or Timeouts()
        self._appid = appid
        self._transport = Transport(ensure_platform_host(base_url, production=production), timeouts)
        self._platform = PlatformClient(
            appid, secret, self._transport, tokens, timeouts, clock=clock, monotonic=monotonic
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._transport.close()

    async def greet(self) -> None:
        """Get a token: fails as every other call would when the platform does not know us, or does not answer."""
        await self._platform.greet()

    async def identity_by_code(self, code: str) -> WeChatIdentity:
        return answers.identity(await self._platform.wxa.code_to_session(code), LOGIN)

    async def phone_number(self, code: str, openid: str) -> PhoneNumber:
        answer = await self._post(PHONE, {"code": code, "openid": openid})
        return answers.phone_number(answer, PHONE, appid=self._appid)

    async def mini_code(
        self, scene: str, page: str, *, env_version: EnvVersion = "release", check_path: bool = True
    ) -> bytes:
        data = {"scene": scene, "page": page, "env_version": env_version, "check_path": check_path}
        image: bytes = await self._post(MINI_CODE, data, wants_image=True, idempotent=True)
        return image

    async def send_subscribe_message(
        self,
        openid: str,
        template_id: str,
        data: Mapping[str, str],
        *,
        page: str | None = None,
        state: MiniProgramState = "formal",
    ) -> str | None:
        message: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": _values(data),
            "miniprogram_state": state,
            "lang": "zh_CN",
        }
        if page is not None:
            message["page"] = page
        return answers.message_id(await self._post(SUBSCRIBE_SEND, message), SUBSCRIBE_SEND)

    async def send_employee_message(
        self, openid: str, template_id: str, data: Mapping[str, str], *, page: str | None = None
    ) -> None:
        values = json.dumps(_values(data), ensure_ascii=False)  # this call wants its data as text
        message = {"touser": openid, "template_id": template_id, "data": values}
        if page is not None:
            message["page"] = page
        await self._post(EMPLOYEE_SEND, message)

    async def check_text(self, openid: str, content: str, scene: TextScene) -> TextVerdict:
        data = {"version": 2, "openid": openid, "scene": int(scene), "content": content}
        return answers.text_verdict(await self._post(TEXT_CHECK, data, idempotent=True), TEXT_CHECK)

    async def check_media(self, openid: str, url: str, media_type: MediaType, scene: TextScene) -> str:
        data = {
            "version": 2,
            "openid": openid,
            "scene": int(scene),
            "media_type": int(media_type),
            "media_url": url,
        }
        return answers.trace_id(await self._post(MEDIA_CHECK, data), MEDIA_CHECK)

    async def url_link(self, path: str, query: str, *, days: int) -> str:
        data = {"path": path, "query": query, "expire_type": 1, "expire_interval": days}
        return answers.link(await self._post(URL_LINK, data, idempotent=True), URL_LINK)

    async def session_is_alive(self, openid: str, session_key: str) -> bool:
        # The key is the text as received, not what it decodes to (official signature example).
        signature = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
        params = {"openid": openid, "signature": signature, "sig_method": "hmac_sha256"}
        try:
            await self._platform.get(PLATFORM + CHECK_SESSION, params=params, idempotent=True)
        except WeChatRefused as refused:
            if refused.code != Errcode.SESSION_KEY_DEAD:
                raise
            return False
        return True

    async def risk_rank(self, openid: str, ip: str, scene: RiskScene) -> int:
        data = {"appid": self._appid, "openid": openid, "scene": int(scene), "client_ip": ip}
        return answers.rank(await self._post(RISK_RANK, data, idempotent=True), RISK_RANK)

    async def _post(
        self, path: str, data: Mapping[str, Any], *, wants_image: bool = False, idempotent: bool = False
    ) -> Any:
        return await self._platform.post(
            PLATFORM + path, data=data, wants_image=wants_image, idempotent=idempotent
        )


def _values(data: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {key: {"value": value} for key, value in data.items()}
