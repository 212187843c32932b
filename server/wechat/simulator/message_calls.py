"""Messages to people: subscription, employees, customer service."""

import json
from typing import Any

from server.wechat.simulator.calls import OK, Answer, ApiCall, endpoint, text_of
from server.wechat.simulator.keywords import ensure_fits
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.templates import Template
from server.wechat.simulator.world import World

CONTACT_SECONDS = 48 * 3600
ANSWERS = 5
SENSITIVE = "敏感词样本"
STATES = {None, "developer", "trial", "formal"}
LANGUAGES = {None, "zh_CN", "en_US", "zh_HK", "zh_TW"}


@endpoint(
    "/cgi-bin/message/subscribe/send",
    "POST",
    "touser template_id page data miniprogram_state lang",
    limits=("subscribe_daily",),
    paces_itself=True,
)
async def send_subscribed(world: World, call: ApiCall) -> Answer:
    person = world.people.by_openid(call.fields.get("touser"))
    template = world.template(call.fields.get("template_id"))
    _ensure_well_formed(world, call, template)
    if person.openid in world.sending:
        raise Refusal(43108)
    world.sending.add(person.openid)
    try:
        await call.dawdle()
        message_id = _send(world, call, template)
    finally:
        world.sending.discard(person.openid)
    return {**OK, "msgid": message_id}


def _ensure_well_formed(world: World, call: ApiCall, template: Template) -> None:
    page = call.fields.get("page")
    if page is not None and not _is_page(world, page):
        raise Refusal(41030)
    if call.fields.get("miniprogram_state") not in STATES or call.fields.get("lang") not in LANGUAGES:
        raise Refusal(47003)
    ensure_fits(template, call.fields.get("data"))
    if template.banned:
        raise Refusal(43107)
    if SENSITIVE in json.dumps(call.fields["data"], ensure_ascii=False):
        raise Refusal(45168)


def _is_page(world: World, page: object) -> bool:
    return isinstance(page, str) and not page.startswith("/") and world.page_exists(page.partition("?")[0])


def _send(world: World, call: ApiCall, template: Template) -> int:
    openid = call.fields["touser"]
    if world.people.by_openid(openid).is_closed or not world.may_receive(openid, template):
        raise Refusal(43101)
    message_id = world.next_message_id()
    _record(world, call, "subscribe", message_id, call.fields["data"])
    entry = {
        "TemplateId": template.template_id,
        "MsgID": str(message_id),
        "ErrorCode": 0,
        "ErrorStatus": "success",
    }
    world.pushes.emit(world.pushes.event(openid, "subscribe_msg_sent_event", List=[entry]))
    return message_id


def _record(world: World, call: ApiCall, kind: str, message_id: int, data: Any) -> None:
    openid = call.fields["touser"]
    world.journal.outbox.append(
        {
            "kind": kind,
            "msgid": str(message_id),
            "openid": openid,
            "persona": world.people.by_openid(openid).persona,
            "template_id": call.fields.get("template_id"),
            "page": call.fields.get("page"),
            "state": call.fields.get("miniprogram_state", "formal"),
            "data": data,
            "at": world.clock.now(),
        }
    )


@endpoint("/cgi-bin/message/wxopen/employeerelationmsg/send", "POST", "touser template_id page data")
async def send_to_employee(world: World, call: ApiCall) -> Answer:
    person = world.people.by_openid(call.fields.get("touser"))
    template = world.template(call.fields.get("template_id"))
    try:
        data = json.loads(text_of(call, "data", 40256))
    except ValueError:
        raise Refusal(40256) from None
    ensure_fits(template, data)
    if not person.is_employee:
        raise Refusal(43104)
    _record(world, call, "employee", world.next_message_id(), data)
    return OK


@endpoint("/wxa/business/unbinduserb2cauthinfo", "POST", "openid_list")
async def unbind_employees(world: World, call: ApiCall) -> Answer:
    listed = call.fields.get("openid_list")
    if not isinstance(listed, list):
        raise Refusal(47001)
    for openid in listed:
        world.people.by_openid(openid).is_employee = False
    return OK


@endpoint("/cgi-bin/message/custom/send", "POST", "touser msgtype text image link miniprogrampage")
async def send_answer(world: World, call: ApiCall) -> Answer:
    person = world.people.by_openid(call.fields.get("touser"))
    if world.clock.now() - person.last_contact > CONTACT_SECONDS:
        raise Refusal(45015)
    if person.answers_left <= 0:
        raise Refusal(45047)
    kind = text_of(call, "msgtype", 47001)
    person.answers_left -= 1
    _record(world, call, f"custom:{kind}", world.next_message_id(), call.fields.get(kind))
    return OK
