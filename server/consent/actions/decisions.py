"""Grant, deny, withdraw; and what time does by itself."""

from dataclasses import dataclass
from datetime import datetime

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family, consent_for
from server.consent.actions.deciders import Decider, Witnessing, decider_of, witnesses_of
from server.consent.actions.moves import decide, end, fresh_card, live_key, tell
from server.consent.errors import MoreThanAsked, NothingChosen, NotInForce, SensitiveNeedsOwnLine, TextChanged
from server.consent.models import Consent, ConsentProvision, ConsentSignature, signature_place
from server.consent.queries import ConsentCard
from server.consent.rules import (
    RESTRICTED,
    ConsentEvent,
    ConsentStatus,
    RecordCategory,
    Signature,
    Verdict,
    carried,
    ensure_signature,
)
from server.kit.sealing import seal
from server.kit.transactions import action


@dataclass(frozen=True)
class Choice:
    """What somebody agrees to: the ordinary categories together, each restricted one on a line of its own."""

    categories: frozenset[RecordCategory]
    restricted: frozenset[RecordCategory]
    text_hash: str  # of the text that was shown to them
    signature: Signature | None = None  # written on the screen; a grant is one without it, too


@action
async def grant_consent(*, actor: Actor, uid: str, choice: Choice, now: datetime) -> ConsentCard:
    """Agree, for oneself or as a proxy whose grant covers consent."""
    row = await consent_for(actor=as_family(actor), uid=uid, permission=Permission.CONSENT_DECIDE, now=now)
    return await _grant(actor, row, choice, await decider_of(actor, row, now), now)


@action
async def grant_witnessed(
    *, actor: Actor, uid: str, choice: Choice, witnessing: Witnessing, now: datetime
) -> ConsentCard:
    """Take down the agreement of a resident without a phone, before two members of the home's staff."""
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_WITNESS, now=now)
    return await _grant(actor, row, choice, await witnesses_of(actor, row, witnessing, now), now)


@action
async def deny_consent(*, actor: Actor, uid: str, now: datetime) -> ConsentCard:
    """Say no. Nothing else in the product reads this (I11)."""
    row = await consent_for(actor=as_family(actor), uid=uid, permission=Permission.CONSENT_DECIDE, now=now)
    return await _deny(actor, row, await decider_of(actor, row, now), now)


@action
async def deny_witnessed(*, actor: Actor, uid: str, witnessing: Witnessing, now: datetime) -> ConsentCard:
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_WITNESS, now=now)
    return await _deny(actor, row, await witnesses_of(actor, row, witnessing, now), now)


@action
async def withdraw_consent(*, actor: Actor, uid: str, now: datetime) -> ConsentCard:
    """Take consent back: when this is answered, no read that starts afterwards passes (T7)."""
    row = await consent_for(actor=as_family(actor), uid=uid, permission=Permission.CONSENT_DECIDE, now=now)
    return await _withdraw(actor, row, now)


@action
async def withdraw_witnessed(*, actor: Actor, uid: str, witnessing: Witnessing, now: datetime) -> ConsentCard:
    """Take it back for a resident without a phone; as near as the grant was, with the same two witnesses."""
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_WITNESS, now=now)
    await witnesses_of(actor, row, witnessing, now)
    return await _withdraw(actor, row, now)


@action
async def sweep_consents(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Write down what time has done already: requests that lapsed, grants that ran out. Nothing waits for this."""
    lapsed = (
        await Consent.filter(status=ConsentStatus.REQUESTED, answer_by__lte=now).order_by("id").limit(limit)
    )
    done = 0
    for row in lapsed:
        done += await end(row, ConsentEvent.LAPSE, now, asked_key=None)
    over = await Consent.filter(status=ConsentStatus.GRANTED, until__lte=now).order_by("id").limit(limit)
    for row in over:
        if await end(row, ConsentEvent.EXPIRE, now, granted_key=None):
            done += 1
            await row.fetch_related("resident", "recipient")
            await tell(actor, row, "consent.expired", now)
    return done


async def _grant(actor: Actor, row: Consent, choice: Choice, decider: Decider, now: datetime) -> ConsentCard:
    asked = frozenset(each.category for each in await ConsentProvision.filter(consent_id=row.id))
    permitted = _ensure_choice(row, choice, asked)
    if choice.signature is not None:
        ensure_signature(choice.signature)
    key = live_key(row.resident_id, row.recipient_id, row.purpose)
    older = await Consent.filter(granted_key=key).first()
    if older is not None:
        await end(older, ConsentEvent.SUPERSEDE, now, granted_key=None)
    await decide(actor, row, ConsentEvent.GRANT, decider, now, granted_key=key)
    await ConsentProvision.filter(consent_id=row.id).update(verdict=Verdict.DENY)
    await ConsentProvision.filter(consent_id=row.id, category__in=sorted(permitted)).update(
        verdict=Verdict.PERMIT
    )
    for extra in carried(permitted) - permitted:
        await ConsentProvision(consent=row, category=extra, verdict=Verdict.PERMIT, created_at=now).save()
    signed = await _sign(row, choice.signature, now) if choice.signature is not None else {}
    await trail.rights_changed(row.resident_id, now=now)
    await tell(actor, row, "consent.granted", now, **signed)
    return await fresh_card(row, now)


async def _sign(row: Consent, signature: Signature, now: datetime) -> dict[str, str]:
    """Keep the signature beside the consent; return what the audit line may hold of it: never the strokes."""
    place = signature_place(consent_uid=row.uid, text_hash=row.text_hash)
    await ConsentSignature(
        consent=row,
        text_version=row.text_version,
        text_hash=row.text_hash,
        sealed=seal(signature.canonical, place=place),
        digest=signature.digest,
        created_at=now,
    ).save()
    return {"signature": signature.digest}


async def _deny(actor: Actor, row: Consent, decider: Decider, now: datetime) -> ConsentCard:
    await decide(actor, row, ConsentEvent.DENY, decider, now)
    await ConsentProvision.filter(consent_id=row.id).update(verdict=Verdict.DENY)
    await tell(actor, row, "consent.denied", now)
    return await fresh_card(row, now)


async def _withdraw(actor: Actor, row: Consent, now: datetime) -> ConsentCard:
    ended = {"ended_by_id": actor.account_id, "ended_channel": actor.channel, "granted_key": None}
    if not await end(row, ConsentEvent.WITHDRAW, now, **ended):
        raise NotInForce
    await trail.rights_changed(row.resident_id, now=now)
    await tell(actor, row, "consent.withdrawn", now)
    return await fresh_card(row, now)


def _ensure_choice(
    row: Consent, choice: Choice, asked: frozenset[RecordCategory]
) -> frozenset[RecordCategory]:
    if choice.text_hash != row.text_hash:
        raise TextChanged
    if choice.categories & RESTRICTED or choice.restricted - RESTRICTED:
        raise SensitiveNeedsOwnLine
    chosen = choice.categories | choice.restricted
    if not chosen:
        raise NothingChosen
    if not chosen <= asked:
        raise MoreThanAsked
    return chosen
