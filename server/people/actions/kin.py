"""Relatives as facts: whom to call. Nothing is granted here."""

from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit import sealing
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.actions.rows import noted
from server.people.models import KIN_PHONE, Kinship
from server.people.rules import Relation


@action
async def record_kinship(
    *,
    actor: Actor,
    resident_uid: str,
    name: str,
    relation: Relation,
    phone: str | None = None,
    emergency: bool = False,
    now: datetime,
) -> str:
    """Write down a relative, as the home was told; return the uid."""
    resident = await resident_for(
        actor=actor, uid=resident_uid, permission=Permission.RESIDENT_ADMIT, now=now
    )
    row = Kinship(
        resident_id=resident.id,
        name=name,
        relation=relation,
        emergency=emergency,
        asserted_by_id=actor.account_id,
        created_at=now,
    )
    if phone:
        row.phone_sealed = sealing.seal(phone, place=f"{KIN_PHONE}|{row.uid}")
        row.phone_index = sealing.blind_index(phone, column=KIN_PHONE)
    await row.save()
    await noted(
        actor, "people.kinship_recorded", resident, now=now, detail={"kinship": row.uid, "relation": relation}
    )
    return str(row.uid)
