"""Who somebody is: login codes, session keys, phone numbers, risk."""

import hashlib
import hmac
from typing import Any

from server.wechat.simulator.calls import OK, Answer, ApiCall, endpoint, text_of
from server.wechat.simulator.people import CLOSED, LEGACY, LEGACY_SECONDS, RISK, Person
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.token_calls import ensure_credentials
from server.wechat.simulator.world import World

ENCRYPT_KEY_SECONDS = 3600


@endpoint("/sns/jscode2session", "GET", "appid secret js_code grant_type", needs_token=False, comma=",")
async def code_to_session(world: World, call: ApiCall) -> Answer:
    ensure_credentials(world, call, "secret")
    if call.fields.get("grant_type") != "authorization_code":
        raise Refusal(40002)
    code = world.people.whose_login(text_of(call, "js_code", 41008))
    world.limits.count("login_minute_each", code.persona)
    person = world.people.log_in(code)
    if person.persona == RISK:
        raise Refusal(40226)
    if person.persona == CLOSED and not person.is_closed:
        world.close_account(person.persona)
    session: dict[str, Any] = {"session_key": person.session_key, "openid": person.openid}
    if person.unionid is not None:
        session["unionid"] = person.unionid
    if person.persona == LEGACY:
        session["expires_in"] = LEGACY_SECONDS
    return session


def _signed_by(world: World, call: ApiCall) -> Person:
    person = world.people.by_openid(call.fields.get("openid"))
    if call.fields.get("sig_method") != "hmac_sha256":
        raise Refusal(40097)
    if person.session_key is None:
        raise Refusal(87009)
    # Keyed with the text of the key, not with what it decodes to.
    expected = hmac.new(person.session_key.encode(), b"", hashlib.sha256).hexdigest()
    if call.fields.get("signature") != expected:
        raise Refusal(87009)
    return person


@endpoint("/wxa/checksession", "GET", "openid signature sig_method")
async def check_session(world: World, call: ApiCall) -> Answer:
    _signed_by(world, call)
    return OK


@endpoint("/wxa/resetusersessionkey", "GET", "openid signature sig_method")
async def reset_session_key(world: World, call: ApiCall) -> Answer:
    if world.people.by_openid(call.fields.get("openid")).session_key is None:
        raise Refusal(87007)
    person = _signed_by(world, call)
    return {**OK, "openid": person.openid, "session_key": world.people.renew_session_key(person)}


@endpoint("/wxa/business/getuserencryptkey", "GET POST", "openid signature sig_method")
async def encrypt_key(world: World, call: ApiCall) -> Answer:
    person = _signed_by(world, call)
    key = hashlib.sha256(f"{world.config.seed}|{person.session_key}".encode()).hexdigest()
    entry = {
        "encrypt_key": key[:24],
        "iv": key[24:40],
        "version": person.logins,
        "expire_in": ENCRYPT_KEY_SECONDS,
        "create_time": int(world.clock.now()),
    }
    return {**OK, "key_info_list": [entry]}


@endpoint("/wxa/business/getuserphonenumber", "POST", "code openid")
async def phone_number(world: World, call: ApiCall) -> Answer:
    openid = call.fields.get("openid")
    number = world.people.spend_phone(text_of(call, "code", 40029), openid)
    world.phone_calls_paid += 1
    info = {
        "phoneNumber": number,
        "purePhoneNumber": number,
        "countryCode": "86",
        "watermark": {"timestamp": int(world.clock.now()), "appid": world.config.appid},
    }
    return {**OK, "phone_info": info}


@endpoint(
    "/wxa/getuserriskrank",
    "POST",
    "appid openid scene client_ip mobile_no email_address extended_info is_test",
)
async def risk_rank(world: World, call: ApiCall) -> Answer:
    if call.fields.get("appid") != world.config.appid:
        raise Refusal(40013)
    person = world.people.by_openid(call.fields.get("openid"))
    if call.fields.get("scene") not in {0, 1, 2} or not call.fields.get("client_ip"):
        raise Refusal(40097)
    world.people.ensure_visited(person)
    return {**OK, "risk_rank": person.risk_rank, "unoin_id": world.next_message_id()}
