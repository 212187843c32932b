"""A phone of the town, as far as visits need one."""

from datetime import datetime
from typing import Any

from server.authority.actor import Actor
from server.demo import Town
from server.kit.ids import new_uid
from server.visits import actions, queries
from server.visits.actions import Scanned


async def nonce_for(actor: Actor, *, now: datetime, offline: bool = False) -> str:
    card = await actions.prepare_scan(actor=actor, offline=int(offline), now=now)
    return card.nonces[0]


async def code_on_the_screen(nurse: Actor, visit_uid: str, *, now: datetime) -> str:
    return (await queries.rotating_code_for(actor=nurse, visit_uid=visit_uid, now=now)).text


async def scanned(
    town: Town, doctor: Actor, nurse: Actor, visit_uid: str, *, now: datetime, **otherwise: Any
) -> Scanned:
    """Scan plate and screen as it should be done; `otherwise` replaces what the test wants to be wrong."""
    right: dict[str, Any] = {
        "client_uid": new_uid(),
        "plate": town.visits.plate_code("201-1"),
        "device_time": now,
    }
    if "nonce" not in otherwise:
        right["nonce"] = await nonce_for(doctor, now=now)
    if "code" not in otherwise:
        right["code"] = await code_on_the_screen(nurse, visit_uid, now=now)
    return Scanned(**{**right, **otherwise})
