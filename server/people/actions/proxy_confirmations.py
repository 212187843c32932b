"""The word that makes a proxy: the resident's own, witnessed by two, or a guardian's document."""

from datetime import datetime
from typing import Any

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import Way, active_grants, grant_for, standing_of
from server.people.actions.grants import move, staff_of
from server.people.actions.rows import lock
from server.people.errors import (
    AskTheResident,
    GuardianDocumentNeeded,
    HomeStaffCannotBeProxy,
    OwnApplication,
    RatingNotForHome,
    ResidentDeceased,
    SecondPersonNeeded,
    TooManyProxies,
)
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.queries import ProxyCard, proxy_card
from server.people.rules import PROXY_MOVES, Basis, ConfirmedHow, EndReason, ProxyEvent, ProxyScope


@action
async def confirm_proxy(*, actor: Actor, uid: str, now: datetime) -> ProxyCard:
    """The resident's own yes, in the app."""
    row, resident = await _to_confirm(actor, uid, Permission.PROXY_CONFIRM, now)
    standing = await standing_of(actor=actor, resident=resident, permission=Permission.PROXY_CONFIRM, now=now)
    if standing.way is not Way.SELF:
        raise NotFound
    if row.basis is not Basis.OWN_CONSENT:
        raise GuardianDocumentNeeded
    return await _activated(actor, row, resident, ConfirmedHow.IN_APP, now=now)


@action
async def decline_proxy(*, actor: Actor, uid: str, now: datetime) -> ProxyCard:
    """The resident's own no; what was applied for is turned down at once."""
    row, resident = await _to_confirm(actor, uid, Permission.PROXY_CONFIRM, now)
    standing = await standing_of(actor=actor, resident=resident, permission=Permission.PROXY_CONFIRM, now=now)
    if standing.way is not Way.SELF:
        raise NotFound
    await move(actor, row, ProxyEvent.REJECT, now=now, reason=EndReason.RESIDENT_WISH)
    return await proxy_card(uid, show_resident=True)


@action
async def witness_proxy(*, actor: Actor, uid: str, document_ref: str, now: datetime) -> ProxyCard:
    """Witness the yes of a resident without a phone: two members of the home's staff, each with their own account.

    The first one files the number of the signed sheet; the second, who must name the same sheet, completes it
    (facts/wechat.md §1.12, level L2).
    """
    row, resident = await _to_confirm(actor, uid, Permission.PROXY_CONFIRM, now)
    standing = await standing_of(actor=actor, resident=resident, permission=Permission.PROXY_CONFIRM, now=now)
    if standing.way is not Way.HOME_STAFF:
        raise NotFound
    if row.basis is not Basis.OWN_CONSENT:
        raise GuardianDocumentNeeded
    if resident.account_id is not None:
        raise AskTheResident
    PROXY_MOVES.after(row.status, ProxyEvent.CONFIRM)
    if row.witness_id is None or row.document_ref != document_ref:
        await _first_witness(actor, row, document_ref, now)
        return await proxy_card(uid, show_resident=True)
    if row.witness_id == actor.account_id:
        raise SecondPersonNeeded
    return await _activated(actor, row, resident, ConfirmedHow.WITNESSED, now=now)


@action
async def confirm_by_document(*, actor: Actor, uid: str, document_ref: str, now: datetime) -> ProxyCard:
    """Accept a guardian's document, seen in the original by somebody other than the applicant.

    For a home that is itself entrusted the reviewer is civil affairs, never the home.
    """
    row, resident = await _to_confirm(actor, uid, Permission.PROXY_REVIEW, now)
    if not row.basis.needs_document:
        raise AskTheResident
    if row.document_ref != document_ref:
        raise GuardianDocumentNeeded  # not the document that was handed in
    if row.basis is Basis.INSTITUTION and not actor.holds(Permission.PROXY_REVIEW, (Role.CIVIL_AFFAIRS,)):
        raise SecondPersonNeeded
    return await _activated(actor, row, resident, ConfirmedHow.DOCUMENT, now=now)


async def _to_confirm(
    actor: Actor, uid: str, permission: Permission, now: datetime
) -> tuple[ProxyGrant, Resident]:
    row = await grant_for(actor=actor, uid=uid, permission=permission, now=now)
    if row.resident is None:
        raise NotFound
    if row.proxy_id == actor.account_id:
        raise OwnApplication
    resident = row.resident
    await lock(resident)
    await row.refresh_from_db()  # as it stands now that we are alone with the resident
    return row, resident


async def _first_witness(actor: Actor, row: ProxyGrant, document_ref: str, now: datetime) -> None:
    witnessed: dict[str, Any] = {"witness_id": actor.account_id, "document_ref": document_ref}
    await ProxyGrant.filter(id=row.id).update(**witnessed)
    await note(
        actor,
        "people.proxy_witnessed",
        subject_kind="proxy_grant",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        now=now,
    )


async def _activated(
    actor: Actor, row: ProxyGrant, resident: Resident, how: ConfirmedHow, *, now: datetime
) -> ProxyCard:
    await activate(actor, row, resident, now=now, confirmed_how=how, confirmed_by_id=actor.account_id)
    return await proxy_card(row.uid, show_resident=True)


async def activate(actor: Actor, row: ProxyGrant, resident: Resident, *, now: datetime, **word: Any) -> None:
    """Let a verified grant begin; `word` is who said yes and how, unless the resident had said it by inviting."""
    await ensure_may_act(row, resident, now)
    await move(actor, row, ProxyEvent.CONFIRM, now=now, **word)
    await move(actor, row, ProxyEvent.ACTIVATE, now=now)


async def ensure_may_act(row: ProxyGrant, resident: Resident, now: datetime) -> None:
    """Refuse what I3, I4 and I5 forbid; the resident is locked, so no second grant passes beside this one."""
    if resident.died_at is not None:
        raise ResidentDeceased
    if row.basis is Basis.INSTITUTION:
        if await ProxyGrantScope.filter(grant_id=row.id, scope=ProxyScope.RATING).exists():
            raise RatingNotForHome
    elif resident.home_id and await staff_of(resident.home_id, now).filter(account_id=row.proxy_id).exists():
        raise HomeStaffCannotBeProxy
    most = await parameter("people.proxies_per_resident", on=now)
    if await ProxyGrant.filter(active_grants(now), resident_id=resident.id).count() >= most:
        raise TooManyProxies
