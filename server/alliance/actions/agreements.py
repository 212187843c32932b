"""An agreement from its draft to its end (machine ④)."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from server.alliance.access import agreement_for, institution_for
from server.alliance.actions.moves import activate, move, tell
from server.alliance.actions.texts import Terms, agreement_card_of, digest, digest_of, ensure_sound, written
from server.alliance.errors import (
    CommissionMustResume,
    FilingNumberTaken,
    ReasonNeeded,
    ReferralFee,
    SignaturesDiffer,
    WrongParties,
)
from server.alliance.models import AgreementSignature, Institution, ServiceAgreement
from server.alliance.queries import AgreementCard, agreement_card, codes_by_name
from server.alliance.rules import (
    AgreementContent,
    AgreementEvent,
    AgreementSide,
    AgreementStatus,
    InstitutionKind,
    content_of,
    plain_content,
)
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import IllegalMove, NotFound
from server.kit.transactions import action

_MAY_BE_SUCCEEDED = frozenset({AgreementStatus.ACTIVE, AgreementStatus.EXPIRING, AgreementStatus.EXPIRED})


@action
async def draft_agreement(
    *,
    actor: Actor,
    home_uid: str,
    provider_uid: str,
    first_day: date,
    last_day: date,
    content: AgreementContent,
    now: datetime,
) -> AgreementCard:
    """Write down what one of the two sides would like to agree; nobody is bound by it."""
    read = Permission.INSTITUTION_READ
    home = await institution_for(actor=actor, uid=home_uid, permission=read, now=now)
    provider = await institution_for(actor=actor, uid=provider_uid, permission=read, now=now)
    terms = Terms(first_day, last_day, await _coded(content, now))
    return await _drafted(actor, home, provider, terms, older=None, now=now)


@action
async def draft_successor(
    *, actor: Actor, uid: str, first_day: date, last_day: date, content: AgreementContent, now: datetime
) -> AgreementCard:
    """Draft the next version: an amendment or a renewal. The older one binds until this one does (I20)."""
    older = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_DRAFT, now=now)
    if older.status not in _MAY_BE_SUCCEEDED:
        raise IllegalMove
    terms = Terms(first_day, last_day, await _coded(content, now, content_of(older.content)))
    return await _drafted(actor, older.home, older.provider, terms, older=older, now=now)


@action
async def revise_draft(
    *, actor: Actor, uid: str, first_day: date, last_day: date, content: AgreementContent, now: datetime
) -> AgreementCard:
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_DRAFT, now=now)
    older = content_of(row.content)
    # What is attached stays attached: it is handed in beside the form, not with it.
    content = written(await _coded(content, now, older), attachments=older.attachments)
    terms = Terms(first_day, last_day, content)
    ensure_sound(terms)
    text_digest = digest(row.home, row.provider, row.version, terms)
    # Of the text that was read: what somebody attached meanwhile would be lost.
    changed = await ServiceAgreement.filter(
        id=row.id, status=AgreementStatus.DRAFT, content_hash=row.content_hash
    ).update(first_day=first_day, last_day=last_day, content=plain_content(content), content_hash=text_digest)
    if not changed:
        raise IllegalMove
    await _noted(actor, row, "alliance.agreement_revised", now)
    return await agreement_card_of(row.id)


async def _coded(
    content: AgreementContent, now: datetime, older: AgreementContent | None = None
) -> AgreementContent:
    """Give every item the code under which its name is known: that of the version before, else of the catalogue.

    People write names. A visit, a due date and a statement go by the code, and must find the same service again.
    """
    codes = {
        **await codes_by_name(now=now),
        **{item.name: item.code for item in (older.items if older else ())},
    }
    items = tuple(replace(item, code=codes.get(item.name, item.code)) for item in content.items)
    return replace(content, items=items)


@action
async def propose_agreement(*, actor: Actor, uid: str, now: datetime) -> AgreementCard:
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_DRAFT, now=now)
    await move(actor, row, AgreementEvent.PROPOSE, now=now)
    await tell(row, "agreement_proposed", now=now)
    return await agreement_card_of(row.id)


@action
async def file_agreement(
    *, actor: Actor, uid: str, filing_number: str, override_reason: str | None = None, now: datetime
) -> AgreementCard:
    """Record the health commission's filing (A02); an agreement whose first day has come binds at once, unless it is over.

    Refuses with `SignaturesDiffer` (I18) and, without the bureau's reason, with `ReferralFee` (I21).
    """
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_FILE, now=now)
    await _ensure_signed_alike(row)
    if content_of(row.content).has_referral_fee and not (override_reason or "").strip():
        raise ReferralFee
    if await ServiceAgreement.filter(filing_number=filing_number).exclude(id=row.id).exists():
        raise FilingNumberTaken(fields={"filing_number": FilingNumberTaken.message})
    filed = {"filing_number": filing_number, "filed_at": now, "override_reason": override_reason}
    async with refusing_duplicates(FilingNumberTaken):
        await move(actor, row, AgreementEvent.FILE, now=now, reason=override_reason, **filed)
    if row.first_day <= local_date(now) <= row.last_day:
        await activate(actor, row, now=now)
    await tell(row, "agreement_filed", now=now)
    return await agreement_card_of(row.id)


@action
async def withdraw_agreement(*, actor: Actor, uid: str, reason: str, now: datetime) -> AgreementCard:
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_DRAFT, now=now)
    return await _ended(actor, row, AgreementEvent.WITHDRAW, reason, now)


@action
async def suspend_agreement(*, actor: Actor, uid: str, reason: str, now: datetime) -> AgreementCard:
    row = await agreement_for(actor=actor, uid=uid, permission=_authority(actor), now=now)
    by_commission = actor.may(Permission.AGREEMENT_FILE)
    return await _ended(actor, row, AgreementEvent.SUSPEND, reason, now, paused_by_commission=by_commission)


@action
async def resume_agreement(*, actor: Actor, uid: str, reason: str, now: datetime) -> AgreementCard:
    row = await agreement_for(actor=actor, uid=uid, permission=_authority(actor), now=now)
    if row.paused_by_commission and not actor.may(Permission.AGREEMENT_FILE):
        raise CommissionMustResume
    await move(actor, row, AgreementEvent.RESUME, now=now, reason=_given(reason))
    return await agreement_card_of(row.id)


@action
async def terminate_agreement(*, actor: Actor, uid: str, reason: str, now: datetime) -> AgreementCard:
    row = await agreement_for(actor=actor, uid=uid, permission=_authority(actor), now=now)
    return await _ended(actor, row, AgreementEvent.TERMINATE, reason, now)


async def _drafted(
    actor: Actor,
    home: Institution,
    provider: Institution,
    terms: Terms,
    *,
    older: ServiceAgreement | None,
    now: datetime,
) -> AgreementCard:
    own = actor.institutions_with(Permission.AGREEMENT_DRAFT)
    if not {home.id, provider.id} & own:
        raise NotFound
    if home.kind is not InstitutionKind.NURSING_HOME or not provider.kind.is_medical:
        raise WrongParties
    ensure_sound(terms)
    version = older.version + 1 if older else 1
    row = ServiceAgreement(
        home=home,
        provider=provider,
        version=version,
        supersedes_id=older.id if older else None,
        drafted_by=AgreementSide.HOME if home.id in own else AgreementSide.PROVIDER,
        first_day=terms.first_day,
        last_day=terms.last_day,
        content=plain_content(terms.content),
        content_hash=digest(home, provider, version, terms),
        created_at=now,
    )
    await row.save()
    await _noted(actor, row, "alliance.agreement_drafted", now)
    return agreement_card(row)


async def _ended(
    actor: Actor, row: ServiceAgreement, event: AgreementEvent, reason: str, now: datetime, **changes: Any
) -> AgreementCard:
    await move(actor, row, event, now=now, reason=_given(reason), **changes)
    await tell(row, "agreement_ended", now=now, event=event, at=now.isoformat())
    return await agreement_card_of(row.id)


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()


def _authority(actor: Actor) -> Permission:
    # The parties may pause or end what they signed, and the commission what it filed.
    return Permission.AGREEMENT_FILE if actor.may(Permission.AGREEMENT_FILE) else Permission.AGREEMENT_SIGN


async def _ensure_signed_alike(row: ServiceAgreement) -> None:
    signed = await AgreementSignature.filter(agreement_id=row.id)
    if {each.side for each in signed} != set(AgreementSide):
        raise IllegalMove
    if {each.content_hash for each in signed} | {digest_of(row)} != {row.content_hash}:
        raise SignaturesDiffer


async def _noted(actor: Actor, row: ServiceAgreement, what: str, now: datetime) -> None:
    await note(
        actor, what, subject_kind="agreement", subject_uid=row.uid, institution_id=row.home_id, now=now
    )
