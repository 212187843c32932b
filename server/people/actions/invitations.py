"""A resident invites a relative: the yes comes first, then the relative, then the home compares papers with faces."""

import hashlib
import secrets
from base64 import b32encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.alliance.queries import parameter, parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import Invalid, NotFound
from server.kit.idempotency import Answered, answer_given
from server.kit.sealing import index_candidates
from server.kit.shared import Shared
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import open_invitations, own_row_for
from server.people.actions.grants import staff_of
from server.people.actions.proxy_requests import ensure_may_ask
from server.people.actions.rows import lock
from server.people.errors import (
    AlreadyApplied,
    CodeToldBefore,
    HomeStaffCannotBeProxy,
    InvitationNotValid,
    OwnInvitation,
    ScopeNeeded,
    TooManyCodes,
    TooManyInvitations,
)
from server.people.models import ProxyGrant, ProxyGrantScope, ProxyInvitation, Resident
from server.people.queries import InvitationCard, ProxyCard, invitation_card, proxy_card
from server.people.rules import Basis, ConfirmedHow, ProxyScope, Relation

CODE_BYTES = 15  # 120 bits: 24 letters and figures, carried by a card or a QR code and never typed
HOUR = 3600.0
TRIES_AN_HOUR = 5


@dataclass(frozen=True)
class Offered:
    """What the invited will be, once the home has compared their papers."""

    relation: Relation
    scopes: tuple[ProxyScope, ...]
    categories: tuple[str, ...] = ()
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Invited:
    """An invitation with its code, which is told here and kept nowhere."""

    uid: str
    code: str = field(repr=False)
    expires_at: datetime


async def invite(*, actor: Actor, resident_uid: str, offered: Offered, now: datetime) -> Invited:
    """Invite, and tell the code: around the action, whose answer is kept, so that the code is not.

    The code is made of the request's key by a secret of ours: a request that is sent again hears the same one.
    """
    codes = _codes_for(actor)
    try:
        card = await issue_invitation(
            actor=actor, resident_uid=resident_uid, offered=offered, digest=_digest(codes[0]), now=now
        )
    except Answered as before:
        kept = await ProxyInvitation.get(uid=before.answer["uid"])
        code = next((code for code in codes if _digest(code) == kept.digest), None)
        if code is None:
            raise CodeToldBefore from None  # the key it was made by is no longer kept
        return Invited(kept.uid, code, kept.expires_at)
    return Invited(card.uid, codes[0], card.expires_at)


async def redeem(*, actor: Actor, code: str, shared: Shared, now: datetime) -> ProxyCard:
    """Count the try, then redeem: guesses sent side by side cannot outrun the count."""
    if actor.request_key is not None:
        await answer_given(actor.request_key)
    if await shared.hit(f"invitation:{actor.account_uid}", window=HOUR) > TRIES_AN_HOUR:
        raise TooManyCodes
    return await redeem_invitation(actor=actor, code=code, now=now)


@action
async def issue_invitation(
    *, actor: Actor, resident_uid: str, offered: Offered, digest: str, now: datetime
) -> InvitationCard:
    """Say yes beforehand to whoever brings the code. Only the resident can: no proxy makes another proxy."""
    resident = await own_row_for(actor=actor, uid=resident_uid, permission=Permission.PROXY_CONFIRM, now=now)
    if not offered.scopes:
        raise ScopeNeeded
    if offered.ends_at is not None and offered.ends_at <= now:
        raise Invalid(fields={"last_day": "最后一天不能早于今天。"})
    await lock(resident)
    limits = await parameters(("people.invitation_days", "people.open_invitations"), on=now)
    waiting = ProxyInvitation.filter(open_invitations(now), resident_id=resident.id)
    if await waiting.count() >= limits["people.open_invitations"]:
        raise TooManyInvitations
    row = ProxyInvitation(
        resident_id=resident.id,
        issued_by_id=actor.account_id,
        relation=offered.relation,
        scopes=sorted(set(offered.scopes)),
        categories=sorted(set(offered.categories)),
        ends_at=offered.ends_at,
        digest=digest,
        expires_at=now + timedelta(days=limits["people.invitation_days"]),
        created_at=now,
    )
    await row.save()
    await _noted(actor, "people.invited", row, now=now, scopes=list(row.scopes))
    return invitation_card(row)


@action
async def revoke_invitation(*, actor: Actor, resident_uid: str, invitation_uid: str, now: datetime) -> None:
    resident = await own_row_for(actor=actor, uid=resident_uid, permission=Permission.PROXY_CONFIRM, now=now)
    row = await ProxyInvitation.filter(
        open_invitations(now), uid=invitation_uid, resident_id=resident.id
    ).first()
    if row is None or not await ProxyInvitation.filter(open_invitations(now), id=row.id).update(
        revoked_at=now
    ):
        raise NotFound
    await _noted(actor, "people.invitation_revoked", row, now=now)


@action
async def redeem_invitation(*, actor: Actor, code: str, now: datetime) -> ProxyCard:
    """Apply with the resident's yes in hand; the home still compares papers with the face."""
    row = await _still_good(code, now)
    resident = row.resident
    await _ensure_may_be_invited(actor, resident, now)
    await lock(resident)
    if not await ProxyInvitation.filter(open_invitations(now), id=row.id).update(
        redeemed_at=now, redeemed_by_id=actor.account_id
    ):
        raise InvitationNotValid
    grant = await _applied(actor, row, now)
    await _noted(actor, "people.invitation_redeemed", row, now=now, grant=grant.uid)
    payload = {"grant": grant.uid, "resident": resident.uid, "proxy": actor.account_uid}
    await enqueue("people.invitation_redeemed", payload, now=now, once_key=f"invitation:{row.uid}")
    return await proxy_card(grant.uid, show_resident=False)


async def _still_good(code: str, now: datetime) -> ProxyInvitation:
    found = ProxyInvitation.filter(open_invitations(now), digest=_digest(code)).select_related("resident")
    row = await found.first()
    if row is None or row.resident.merged_into_id is not None or row.resident.died_at is not None:
        raise InvitationNotValid
    if row.resident.account_id != row.issued_by_id:
        raise InvitationNotValid  # whoever gave this word no longer is the resident's account
    return row


async def _ensure_may_be_invited(actor: Actor, resident: Resident, now: datetime) -> None:
    if resident.account_id == actor.account_id:
        raise OwnInvitation
    if (
        resident.home_id
        and await staff_of(resident.home_id, now).filter(account_id=actor.account_id).exists()
    ):
        raise HomeStaffCannotBeProxy
    await ensure_may_ask(actor, [_live_key(actor, resident)], now)


async def _applied(actor: Actor, row: ProxyInvitation, now: datetime) -> ProxyGrant:
    scopes: Sequence[str] = row.scopes
    grant = ProxyGrant(
        resident_id=row.resident_id,
        proxy_id=actor.account_id,
        basis=Basis.OWN_CONSENT,
        relation=row.relation,
        categories=row.categories,
        starts_at=now,
        ends_at=row.ends_at,
        review_at=now + timedelta(days=await parameter("people.review_days", on=now)),
        confirmed_how=ConfirmedHow.IN_APP,
        confirmed_by_id=row.issued_by_id,
        live_key=_live_key(actor, row.resident),
        created_at=now,
    )
    async with refusing_duplicates(AlreadyApplied):
        await grant.save()
    for scope in scopes:
        await ProxyGrantScope(grant_id=grant.id, scope=ProxyScope(scope), created_at=now).save()
    await note(
        actor,
        "people.proxy_applied",
        subject_kind="proxy_grant",
        subject_uid=grant.uid,
        resident_id=row.resident_id,
        detail={"basis": Basis.OWN_CONSENT, "scopes": list(scopes), "invitation": row.uid},
        now=now,
    )
    return grant


async def _noted(actor: Actor, what: str, row: ProxyInvitation, *, now: datetime, **detail: object) -> None:
    await note(
        actor,
        what,
        subject_kind="proxy_invitation",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        detail=detail,
        now=now,
    )


def _live_key(actor: Actor, resident: Resident) -> str:
    return f"{actor.account_id}.{resident.id}"


def _codes_for(actor: Actor) -> list[str]:
    """Return the code to issue, and the ones that this very request was told under keys that are being replaced."""
    key = actor.request_key
    if key is None:
        return [b32encode(secrets.token_bytes(CODE_BYTES)).decode()]
    marks = index_candidates(f"{key.account_id}|{key.key}|{key.fingerprint}", column="proxy_invitation.code")
    return [b32encode(bytes.fromhex(mark)[-CODE_BYTES:]).decode() for mark in marks]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
