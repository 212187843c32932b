"""Access tokens, quotas and request ids."""

from typing import Any

from server.wechat.simulator.calls import OK, Answer, ApiCall, endpoint, text_of
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.token_pools import Token
from server.wechat.simulator.world import RID_SECONDS, World

QUOTAS = {
    "/cgi-bin/message/subscribe/send": "subscribe_daily",
    "/wxa/msg_sec_check": "text_check_daily",
    "/wxa/media_check_async": "media_check_daily",
    "/wxa/generate_urllink": "link_daily",
    "/wxa/generatescheme": "link_daily",
}


def ensure_credentials(world: World, call: ApiCall, field_name: str) -> None:
    """In the observed order: the appid before the secret."""
    if text_of(call, "appid", 41002) != world.config.appid:
        raise Refusal(40013)
    if text_of(call, field_name, 41004) != world.config.secret:
        raise Refusal(40125)


def _ensure_may_ask(world: World, call: ApiCall) -> None:
    ensure_credentials(world, call, "secret")
    if call.fields.get("grant_type") != "client_credential":
        raise Refusal(40002)
    if world.is_frozen:
        raise Refusal(40243)
    if world.allowed_addresses and call.request.peer not in world.allowed_addresses:
        raise Refusal(40164, f"invalid ip {call.request.peer}, not in whitelist")


def _issued(world: World, token: Token) -> Answer:
    return {"access_token": token.text, "expires_in": round(token.dies_at - world.clock.now())}


@endpoint("/cgi-bin/token", "GET", "grant_type appid secret", needs_token=False, limits=("token_daily",))
async def token(world: World, call: ApiCall) -> Answer:
    _ensure_may_ask(world, call)
    return _issued(world, world.tokens.classic())


@endpoint(
    "/cgi-bin/stable_token",
    "POST",
    "grant_type appid secret force_refresh",
    needs_token=False,
    limits=("stable_token_minute", "stable_token_daily"),
)
async def stable_token(world: World, call: ApiCall) -> Answer:
    _ensure_may_ask(world, call)
    return _issued(world, world.tokens.stable(force=call.fields.get("force_refresh") is True))


@endpoint("/cgi-bin/openapi/quota/get", "POST", "cgi_path")
async def quota(world: World, call: ApiCall) -> Answer:
    used, most = world.limits.used(QUOTAS.get(text_of(call, "cgi_path", 47001), "subscribe_daily"))
    return {**OK, "quota": {"daily_limit": most, "used": used, "remain": most - used}}


@endpoint("/cgi-bin/openapi/rid/get", "POST", "rid")
async def rid(world: World, call: ApiCall) -> Answer:
    known: dict[str, Any] | None = world.journal.rids.get(text_of(call, "rid", 76001))
    if known is None or world.clock.now() - known["invoke_time"] > RID_SECONDS:
        raise Refusal(76001)
    return {**OK, "request": known}


@endpoint("/cgi-bin/clear_quota", "POST", "appid")
async def clear_quota(world: World, call: ApiCall) -> Answer:
    if call.fields.get("appid") != world.config.appid:
        raise Refusal(40013)
    world.limits.count("clear_quota_month")
    world.limits.clear()
    return OK


@endpoint("/cgi-bin/clear_quota/v2", "POST", "appid appsecret", needs_token=False)
async def clear_quota_by_secret(world: World, call: ApiCall) -> Answer:
    ensure_credentials(world, call, "appsecret")
    world.limits.count("clear_quota_month")
    world.limits.clear()
    return OK


@endpoint("/cgi-bin/get_api_domain_ip", "GET", "")
async def addresses(_world: World, _call: ApiCall) -> Answer:
    return {"ip_list": ["127.0.0.1"]}


@endpoint("/cgi-bin/getcallbackip", "GET", "")
async def callback_addresses(_world: World, _call: ApiCall) -> Answer:
    return {"ip_list": ["127.0.0.1"]}
