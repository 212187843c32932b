"""Somebody asks to act for a resident, and staff compare papers with faces."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit import sealing
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import grant_for
from server.people.actions.grants import move, tell
from server.people.actions.proxy_confirmations import activate
from server.people.actions.rows import lock
from server.people.errors import (
    AlreadyApplied,
    GuardianDocumentNeeded,
    OwnApplication,
    RatingNotForHome,
    ScopeNeeded,
    TooManyApplications,
)
from server.people.models import NATIONAL_ID, ProxyGrant, ProxyGrantScope, Resident
from server.people.queries import ProxyCard, proxy_card
from server.people.rules import (
    Basis,
    EndReason,
    ProxyEvent,
    ProxyScope,
    ProxyStatus,
    Relation,
    parse_national_id,
)


@action
async def apply_for_proxy(
    *,
    actor: Actor,
    name: str,
    national_id: str,
    basis: Basis,
    relation: Relation,
    scopes: Sequence[ProxyScope],
    categories: Sequence[str] = (),
    ends_at: datetime | None = None,
    document_ref: str | None = None,
    now: datetime,
) -> ProxyCard:
    """Ask to act for the resident with this name and number.

    The answer is the same whether or not there is such a resident: knowing both opens nothing and tells nothing
    (T8). An application that names nobody waits, unseen by anyone, until it lapses.
    """
    _ensure_sound(basis, scopes, document_ref)
    number = parse_national_id(national_id, today=local_date(now)).number
    resident = await _named(name, number)
    # Under every index key: while one is being changed, too, asking again must tell nothing.
    subjects = [str(resident.id)] if resident else sealing.index_candidates(number, column=NATIONAL_ID)
    live_keys = [f"{actor.account_id}.{subject}" for subject in subjects]
    await ensure_may_ask(actor, live_keys, now)
    row = ProxyGrant(
        resident_id=resident.id if resident else None,
        proxy_id=actor.account_id,
        basis=basis,
        relation=relation,
        categories=sorted(set(categories)),
        starts_at=now,
        ends_at=ends_at,
        review_at=now + timedelta(days=await parameter("people.review_days", on=now)),
        document_ref=document_ref,
        live_key=live_keys[0],
        created_at=now,
    )
    async with refusing_duplicates(AlreadyApplied):
        await row.save()
    for scope in sorted(set(scopes)):
        await ProxyGrantScope(grant_id=row.id, scope=scope, created_at=now).save()
    await note(
        actor,
        "people.proxy_applied",
        subject_kind="proxy_grant",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        detail={"basis": basis, "scopes": sorted(set(scopes))},
        now=now,
    )
    if resident is not None:
        await tell(row, "people.proxy_applied", now=now)
    return await proxy_card(row.uid, show_resident=False)


@action
async def verify_proxy(*, actor: Actor, uid: str, now: datetime) -> ProxyCard:
    """Record that the applicant's papers were compared with the person; the resident has the last word.

    A resident who invited the applicant has spoken already: then the authority begins at once.
    """
    row = await _to_review(actor, uid, now)
    invited = row.resident if row.confirmed_how is not None else None
    if invited is not None:
        await lock(invited)
        await row.refresh_from_db()
    await move(actor, row, ProxyEvent.VERIFY, now=now, verified_by_id=actor.account_id)
    if invited is not None:
        await activate(actor, row, invited, now=now)
    return await proxy_card(uid, show_resident=True)


@action
async def reject_proxy(*, actor: Actor, uid: str, reason: EndReason, now: datetime) -> ProxyCard:
    row = await _to_review(actor, uid, now)
    await move(actor, row, ProxyEvent.REJECT, now=now, reason=reason)
    return await proxy_card(uid, show_resident=True)


async def _to_review(actor: Actor, uid: str, now: datetime) -> ProxyGrant:
    row = await grant_for(actor=actor, uid=uid, permission=Permission.PROXY_REVIEW, now=now)
    if row.resident is None:
        raise NotFound
    if row.proxy_id == actor.account_id:
        raise OwnApplication
    return row


async def _named(name: str, number: str) -> Resident | None:
    row = await Resident.get_or_none(
        national_id_index__in=sealing.index_candidates(number, column=NATIONAL_ID)
    )
    if row is None or row.name != name.strip() or row.died_at is not None:
        return None
    return await Resident.get(id=row.merged_into_id) if row.merged_into_id else row


async def ensure_may_ask(actor: Actor, live_keys: Sequence[str], now: datetime) -> None:
    if await ProxyGrant.filter(live_key__in=live_keys).exists():
        raise AlreadyApplied
    waiting = await ProxyGrant.filter(
        proxy_id=actor.account_id, status__in=[ProxyStatus.APPLIED, ProxyStatus.ID_VERIFIED]
    ).count()
    if waiting >= await parameter("people.open_applications", on=now):
        raise TooManyApplications


def _ensure_sound(basis: Basis, scopes: Sequence[ProxyScope], document_ref: str | None) -> None:
    if not scopes:
        raise ScopeNeeded
    if basis is Basis.INSTITUTION and ProxyScope.RATING in scopes:
        raise RatingNotForHome
    if basis.needs_document and not document_ref:
        raise GuardianDocumentNeeded
