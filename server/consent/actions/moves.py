"""The moves of one consent, each a conditional UPDATE, and the word about it."""

from datetime import datetime
from typing import Any

from server.audit.actions import note
from server.authority.actor import Actor
from server.consent.actions.deciders import Decider
from server.consent.errors import AlreadyDecided
from server.consent.models import Consent
from server.consent.queries import ConsentCard, card_of
from server.consent.rules import MOVES, ConsentEvent, ConsentStatus, Purpose
from server.outbox.actions import enqueue


async def decide(
    actor: Actor, row: Consent, event: ConsentEvent, decider: Decider, now: datetime, **changes: Any
) -> None:
    changed = await Consent.filter(
        id=row.id, status__in=sorted(MOVES.sources(event)), answer_by__gt=now, until__gt=now
    ).update(
        status=MOVES.table[ConsentStatus.REQUESTED, event],
        decided_by_id=actor.account_id,
        decided_at=now,
        channel=actor.channel,
        basis=decider.basis,
        basis_uid=decider.basis_uid,
        evidence=decider.evidence,
        second_witness_id=decider.second_witness_id,
        asked_key=None,
        **changes,
    )
    if changed == 0:
        raise AlreadyDecided


async def end(row: Consent, event: ConsentEvent, now: datetime, **changes: Any) -> bool:
    sources = MOVES.sources(event)
    target = MOVES.after(next(iter(sources)), event)
    changed = await Consent.filter(id=row.id, status__in=sorted(sources)).update(
        status=target, ended_at=now, **changes
    )
    return changed == 1


async def fresh_card(row: Consent, now: datetime) -> ConsentCard:
    return await card_of(await Consent.get(id=row.id).select_related("resident", "recipient"), now=now)


async def tell(actor: Actor, row: Consent, topic: str, now: datetime, **more: str) -> None:
    await note(
        actor,
        topic,
        subject_kind="consent",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.recipient_id,
        detail={"purpose": row.purpose, "text_version": row.text_version, "text_hash": row.text_hash, **more},
        now=now,
    )
    payload = {"consent": row.uid, "resident": row.resident.uid, "recipient": row.recipient.uid}
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{row.uid}")


def live_key(resident_id: int, recipient_id: int, purpose: Purpose) -> str:
    return f"{resident_id}-{recipient_id}-{purpose}"
