"""The control plane: each function is `POST /__sim/<its name>` with a JSON object as its arguments."""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

from server.wechat.simulator.config import Config
from server.wechat.simulator.pushes import Manner
from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.templates import Template
from server.wechat.simulator.world import World

FULL_ANSWERS = 5


class Holder(Protocol):
    """What has a world; `reset` gives it another."""

    world: World

    @property
    def config(self) -> Config:
        """As the simulator was started."""
        ...


Wish = dict[str, Any]
Control = Callable[[Holder, Wish], Awaitable[dict[str, Any]]]
CONTROLS: dict[str, Control] = {}


def control(function: Control) -> Control:
    CONTROLS[function.__name__] = function
    return function


@control
async def reset(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Forget everything but how the simulator was started; another `seed` gives other keys and tokens."""
    holder.world = World(replace(holder.config, seed=str(wish.get("seed", holder.config.seed))))
    return {}


@control
async def configure(holder: Holder, wish: Wish) -> dict[str, Any]:
    """push_url, push_mode, push_format, open_subscriptions, lenient_tokens, media_seconds (None: never),
    frozen, allowed_addresses.
    """
    world = holder.world
    world.media_seconds = wish.pop("media_seconds", world.media_seconds)
    world.is_frozen = bool(wish.pop("frozen", world.is_frozen))
    world.allowed_addresses = set(wish.pop("allowed_addresses", world.allowed_addresses))
    world.config = world.pushes.config = replace(world.config, **wish)
    world.tokens.lenient = world.config.lenient_tokens
    return {}


@control
async def advance(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.clock.advance(float(wish["seconds"]))
    holder.world.send_due()
    return {"now": holder.world.clock.now()}


@control
async def login(holder: Holder, wish: Wish) -> dict[str, Any]:
    """What wx.login gives; also who it will be, so that a test can compare."""
    world = holder.world
    person = world.people.named(wish["persona"])
    return {
        "code": world.people.login_code(person.persona),
        "openid": person.openid,
        "unionid": person.unionid,
    }


@control
async def phone(holder: Holder, wish: Wish) -> dict[str, Any]:
    people = holder.world.people
    people.named(wish["persona"])
    return {"code": people.phone_code(wish["persona"], str(wish["number"]))}


@control
async def visit(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Open the mini-program: text checks and risk ranks work for two hours."""
    holder.world.people.visit(wish["persona"])
    return {"openid": holder.world.people.named(wish["persona"]).openid}


@control
async def contact(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Write to customer service: five answers within 48 hours."""
    person = holder.world.people.named(wish["persona"])
    person.last_contact = holder.world.clock.now()
    person.answers_left = FULL_ANSWERS
    return {}


@control
async def employ(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.people.named(wish["persona"]).is_employee = bool(wish.get("employed", True))
    return {}


@control
async def rank(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.people.named(wish["persona"]).risk_rank = int(wish["rank"])
    return {}


@control
async def subscribe(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Answer the dialog (`answer` accept or reject, `n` times), or switch it off later (`change`: true)."""
    world = holder.world
    template = world.template(wish["template"])
    answer = wish.get("answer", "accept")
    openid = world.people.named(wish["persona"]).openid
    key = (openid, template.template_id)
    if answer == "accept":
        world.credits[key] = world.credits.get(key, 0) + int(wish.get("n", 1))
    elif wish.get("change"):
        world.credits[key] = 0
    entry = {"TemplateId": template.template_id, "SubscribeStatusString": answer}
    name = "subscribe_msg_change_event"
    if not wish.get("change"):
        name, entry["PopupScene"] = "subscribe_msg_popup_event", "0"
    world.pushes.emit(world.pushes.event(openid, name, List=[entry]))
    return {"openid": openid, "credits": world.credits.get(key, 0)}


@control
async def template(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Register or change one: template_id, title, keywords {key: label}, long_term, banned, choices."""
    known = holder.world.templates.get(wish["template_id"])
    made = replace(known, **wish) if known else Template(**wish)
    holder.world.templates[made.template_id] = made
    return {"template_id": made.template_id}


@control
async def page(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Name the pages that exist, released unless `env_version` says otherwise. Before, every page exists."""
    pages = holder.world.pages.setdefault(wish.get("env_version", "release"), set())
    pages.update(wish["pages"])
    return {"pages": sorted(pages)}


@control
async def revoke(holder: Holder, _wish: Wish) -> dict[str, Any]:
    holder.world.tokens.revoke()
    return {}


@control
async def expire_session(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.people.named(wish["persona"]).session_key = None
    return {}


@control
async def fault(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Add one (path, action, value, n, match, every, after), a `preset`, or `clear` them."""
    faults = holder.world.faults
    if wish.pop("clear", False):
        faults.queue.clear()
    elif "preset" in wish:
        faults.preset(wish["preset"])
    elif wish.get("action") == "delay":
        faults.delays[wish["path"]] = float(wish["value"])
    else:
        faults.add(**wish)
    return {"waiting": len(faults.queue)}


@control
async def latency(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.faults.profile = wish["profile"]
    return {}


@control
async def limit(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.limits.change(wish["name"], int(wish["value"]))
    return {}


@control
async def scan(holder: Holder, wish: Wish) -> dict[str, Any]:
    """What opens when somebody scans this image (`png`, base64) of ours."""
    image = base64.b64decode(wish["png"])
    opens = holder.world.codes.get(hashlib.sha256(image).hexdigest())
    if opens is None:
        raise Refusal(40097, "not a code of this simulator")
    return dict(opens)


@control
async def outbox(holder: Holder, wish: Wish) -> dict[str, Any]:
    sent = holder.world.journal.outbox
    return {"messages": [message for message in sent if wish.get("persona") in {None, message["persona"]}]}


@control
async def log(holder: Holder, _wish: Wish) -> dict[str, Any]:
    return {"requests": list(holder.world.journal.requests), "warnings": holder.world.journal.warnings}


@control
async def events(holder: Holder, _wish: Wish) -> dict[str, Any]:
    await holder.world.pushes.drain()
    return {"events": holder.world.pushes.sent}


@control
async def push(holder: Holder, wish: Wish) -> dict[str, Any]:
    """Send an event now: persona, event, more {…}, manner {mode, format, list_as, wrong_signature, …}."""
    world = holder.world
    openid = world.people.named(wish["persona"]).openid
    made = world.pushes.event(openid, wish["event"], **wish.get("more", {}))
    defaults = {"mode": world.config.push_mode, "format": world.config.push_format}
    manner = Manner(**{**defaults, **wish.get("manner", {})})
    return {"statuses": await world.pushes.deliver(made, manner)}


@control
async def close_account(holder: Holder, wish: Wish) -> dict[str, Any]:
    holder.world.close_account(wish["persona"])
    return {}
