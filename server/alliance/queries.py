"""What may be told of institutions, agreements and policy numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q, Subquery

from server.alliance.access import (
    agreement_for,
    agreements_visible_to,
    in_force,
    institution_for,
    institutions_visible_to,
)
from server.alliance.errors import UnknownParameter
from server.alliance.models import (
    AgreementSignature,
    Department,
    Institution,
    PolicyParameter,
    ServiceAgreement,
)
from server.alliance.rules import (
    AgreementContent,
    AgreementSide,
    AgreementStatus,
    InstitutionKind,
    content_of,
)
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, page_of


@dataclass(frozen=True)
class InstitutionCard:
    uid: str
    name: str
    kind: InstitutionKind
    address: str
    phone: str


@dataclass(frozen=True)
class DepartmentCard:
    uid: str
    name: str
    institution_uid: str
    institution: str


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


@dataclass(frozen=True)
class AgreementSheet:
    """One agreement in full, as a signer must read it."""

    card: AgreementCard
    content: AgreementContent
    signatures: tuple[SignatureCard, ...]
    has_referral_fee: bool
    override_reason: str | None
    supersedes_uid: str | None


@dataclass(frozen=True)
class CoverageCard:
    """A home and what it is signed with: the smallest truth of the coverage board (A01, I19)."""

    home_uid: str
    home: str
    providers: int
    primary_care: int

    @property
    def covered(self) -> bool:
        return self.primary_care > 0


async def parameter(code: str, *, on: date) -> int:
    """Return the policy number in force on a day, or on the city's day of an instant.

    Raise `UnknownParameter` when none was loaded: a missing number must never pass for zero.
    """
    day = local_date(on) if isinstance(on, datetime) else on
    rows = PolicyParameter.filter(code=code, effective_from__lte=day).order_by("-effective_from", "-version")
    row = await rows.only("id", "value").first()
    if row is None:
        raise UnknownParameter(code)
    return int(row.value)


async def parameters(codes: Iterable[str], *, on: date) -> dict[str, int]:
    """Return several policy numbers by their codes, with one query; otherwise as `parameter`."""
    wanted = sorted(set(codes))
    day = local_date(on) if isinstance(on, datetime) else on
    rows = PolicyParameter.filter(code__in=wanted, effective_from__lte=day).order_by(
        "effective_from", "version"
    )
    numbers = {
        code: int(value) for code, value in await rows.values_list("code", "value")
    }  # the newest comes last
    if missing := [code for code in wanted if code not in numbers]:
        raise UnknownParameter(*missing)
    return numbers


async def agreement_in_force(*, home_id: int, provider_id: int, now: datetime) -> AgreementCard | None:
    row = (
        await ServiceAgreement.filter(in_force(now), home_id=home_id, provider_id=provider_id)
        .select_related("home", "provider")
        .first()
    )
    return None if row is None else agreement_card(row)


async def partner_ids(*, institution_id: int, now: datetime) -> frozenset[int]:
    """Return the institutions on the other side of every agreement in force, whichever side this one is on."""
    pairs = await ServiceAgreement.filter(
        in_force(now), Q(home_id=institution_id) | Q(provider_id=institution_id)
    ).values_list("home_id", "provider_id")
    return frozenset(number for pair in pairs for number in pair) - {institution_id}


async def institutions(
    *, actor: Actor, kind: InstitutionKind | None, wish: PageWish, now: datetime
) -> Page[InstitutionCard]:
    rows = Institution.filter(
        institutions_visible_to(actor=actor, permission=Permission.INSTITUTION_READ, now=now)
    )
    return await page_of(
        rows.filter(kind=kind) if kind else rows, wish, institution_card, by="created_at", newest_first=False
    )


async def own_institutions(*, actor: Actor, permission: Permission) -> tuple[InstitutionCard, ...]:
    """Return where the actor holds the permission, for a choice in a form."""
    rows = await Institution.filter(id__in=sorted(actor.institutions_with(permission))).order_by("id")
    return tuple(institution_card(row) for row in rows)


async def partners_of(*, actor: Actor, institution_uid: str, now: datetime) -> tuple[InstitutionCard, ...]:
    """Return the institutions with which this one has an agreement in force."""
    own = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    bound = in_force(now)
    rows = await Institution.filter(
        Q(id__in=Subquery(ServiceAgreement.filter(bound, home_id=own.id).values("provider_id")))
        | Q(id__in=Subquery(ServiceAgreement.filter(bound, provider_id=own.id).values("home_id")))
    ).order_by("id")
    return tuple(institution_card(row) for row in rows)


async def departments_of(*, actor: Actor, institution_uid: str, now: datetime) -> tuple[DepartmentCard, ...]:
    own = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
    )
    rows = await Department.filter(institution_id=own.id, closed=False).order_by("id")
    return tuple(DepartmentCard(row.uid, row.name, own.uid, own.name) for row in rows)


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
        signatures=tuple(SignatureCard(each.side, each.created_at, each.content_hash) for each in signatures),
        has_referral_fee=content.has_referral_fee,
        override_reason=row.override_reason,
        supersedes_uid=older.uid if older else None,
    )


async def coverage(*, now: datetime) -> tuple[CoverageCard, ...]:
    """Return every filed home with the number of its medical partners; only agreements in force count (I19)."""
    homes = await Institution.filter(kind=InstitutionKind.NURSING_HOME, filed=True).order_by("id")
    bound = await ServiceAgreement.filter(in_force(now)).values_list(
        "home_id", "provider_id", "provider__kind"
    )
    return tuple(
        CoverageCard(
            home_uid=home.uid,
            home=home.name,
            providers=len({provider for home_id, provider, _ in bound if home_id == home.id}),
            primary_care=len(
                {
                    provider
                    for home_id, provider, kind in bound
                    if home_id == home.id and InstitutionKind(kind).is_primary_care
                }
            ),
        )
        for home in homes
    )


def institution_card(row: Institution) -> InstitutionCard:
    return InstitutionCard(uid=row.uid, name=row.name, kind=row.kind, address=row.address, phone=row.phone)


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
