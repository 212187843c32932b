"""What may be told of agreements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.access import agreement_for, agreements_visible_to, in_force
from server.alliance.models import AgreementSignature, ServiceAgreement
from server.alliance.queries.papers import AgreementPaperCard, papers_of
from server.alliance.rules import (
    AgreementContent,
    AgreementSide,
    AgreementStatus,
    InstitutionKind,
    SigningWay,
    content_of,
)
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.pages import Page, PageWish, page_of


@dataclass(frozen=True)
class AgreementCard:
    uid: str
    status: AgreementStatus
    version: int
    home_uid: str
    home: str
    provider_uid: str
    provider: str
    provider_kind: InstitutionKind
    first_day: date
    last_day: date
    filing_number: str | None
    content_hash: str
    reason: str | None


@dataclass(frozen=True)
class SignatureCard:
    side: AgreementSide
    signed_at: datetime
    content_hash: str
    way: SigningWay
    signer: str  # whose hand, on paper


@dataclass(frozen=True)
class PartyCard:
    side: AgreementSide
    name: str
    uscc: str
    address: str


@dataclass(frozen=True)
class AgreementSheet:
    """One agreement in full, as a signer must read it."""

    card: AgreementCard
    content: AgreementContent
    signatures: tuple[SignatureCard, ...]
    has_referral_fee: bool
    override_reason: str | None
    supersedes_uid: str | None
    parties: tuple[PartyCard, ...]
    papers: tuple[AgreementPaperCard, ...]


async def agreement_in_force(*, home_id: int, provider_id: int, now: datetime) -> AgreementCard | None:
    row = (
        await ServiceAgreement.filter(in_force(now), home_id=home_id, provider_id=provider_id)
        .select_related("home", "provider")
        .first()
    )
    return None if row is None else agreement_card(row)


async def agreements(
    *, actor: Actor, statuses: Sequence[AgreementStatus] = (), wish: PageWish, now: datetime
) -> Page[AgreementCard]:
    rows = ServiceAgreement.filter(
        agreements_visible_to(actor=actor, permission=Permission.AGREEMENT_READ, now=now)
    )
    if statuses:
        rows = rows.filter(status__in=sorted(statuses))
    return await page_of(rows.select_related("home", "provider"), wish, agreement_card, by="created_at")


async def agreement_sheet(*, actor: Actor, uid: str, now: datetime) -> AgreementSheet:
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_READ, now=now)
    signatures = await AgreementSignature.filter(agreement_id=row.id).order_by("id")
    older = await ServiceAgreement.get_or_none(id=row.supersedes_id) if row.supersedes_id else None
    content = content_of(row.content)
    return AgreementSheet(
        card=agreement_card(row),
        content=content,
        signatures=tuple(
            SignatureCard(
                each.side, each.created_at, each.content_hash, each.way or SigningWay.ELECTRONIC, each.signer
            )
            for each in signatures
        ),
        has_referral_fee=content.has_referral_fee,
        override_reason=row.override_reason,
        supersedes_uid=older.uid if older else None,
        parties=(
            PartyCard(AgreementSide.HOME, row.home.name, row.home.uscc, row.home.address),
            PartyCard(AgreementSide.PROVIDER, row.provider.name, row.provider.uscc, row.provider.address),
        ),
        papers=await papers_of(row),
    )


def agreement_card(row: ServiceAgreement) -> AgreementCard:
    return AgreementCard(
        uid=row.uid,
        status=row.status,
        version=row.version,
        home_uid=row.home.uid,
        home=row.home.name,
        provider_uid=row.provider.uid,
        provider=row.provider.name,
        provider_kind=row.provider.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        filing_number=row.filing_number,
        content_hash=row.content_hash,
        reason=row.reason,
    )
