"""The directory of institutions: what everybody may know, signed in or not (A21)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q

from server.alliance.access import in_force, listed_in_public
from server.alliance.models import Department, Institution, ServiceAgreement
from server.alliance.rules import InstitutionKind, content_of
from server.kit.pages import Page, PageWish, rows_of


@dataclass(frozen=True)
class DirectoryWish:
    kind: InstitutionKind | None = None
    name: str = ""  # a part of it


@dataclass(frozen=True)
class DirectoryCard:
    uid: str
    name: str
    kind: InstitutionKind
    address: str
    phone: str
    beds: int
    nursing_beds: int
    partners: int  # on the other side of agreements in force


@dataclass(frozen=True)
class PartnerCard:
    uid: str
    name: str
    kind: InstitutionKind
    services: tuple[str, ...]  # by the names that the agreement gives them


@dataclass(frozen=True)
class DirectorySheet:
    """One institution as everybody may know it."""

    card: DirectoryCard
    departments: tuple[str, ...]
    partners: tuple[PartnerCard, ...]


async def directory(*, asked: DirectoryWish, wish: PageWish, now: datetime) -> Page[DirectoryCard]:
    rows = Institution.filter(listed_in_public())
    if asked.kind is not None:
        rows = rows.filter(kind=asked.kind)
    if asked.name:
        rows = rows.filter(name__contains=asked.name)
    page = await rows_of(rows, wish, by="created_at", newest_first=False)
    partners = await _partners_of([row.id for row in page.items], now)
    cards = tuple(_card(row, len(partners[row.id])) for row in page.items)
    return page.of(cards)


async def directory_sheet(*, institution: Institution, now: datetime) -> DirectorySheet:
    """Return what everybody may know of an institution; `access.institution_in_public` has found it."""
    bound = Q(home_id=institution.id) | Q(provider_id=institution.id)
    rows = (
        await ServiceAgreement.filter(in_force(now), bound).select_related("home", "provider").order_by("id")
    )
    partners = tuple(_partner(row, institution) for row in rows)
    departments = Department.filter(institution_id=institution.id, closed=False).order_by("id")
    return DirectorySheet(
        card=_card(institution, len({partner.uid for partner in partners})),
        departments=tuple(row.name for row in await departments),
        partners=partners,
    )


async def _partners_of(ids: Sequence[int], now: datetime) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    bound = Q(home_id__in=list(ids)) | Q(provider_id__in=list(ids))
    for home, provider in await ServiceAgreement.filter(in_force(now), bound).values_list(
        "home_id", "provider_id"
    ):
        found[home].add(provider)
        found[provider].add(home)
    return found


def _partner(row: ServiceAgreement, institution: Institution) -> PartnerCard:
    other = row.provider if row.home_id == institution.id else row.home
    return PartnerCard(
        other.uid, other.name, other.kind, tuple(item.name for item in content_of(row.content).items)
    )


def _card(row: Institution, partners: int) -> DirectoryCard:
    return DirectoryCard(
        uid=row.uid,
        name=row.name,
        kind=row.kind,
        address=row.address,
        phone=row.phone,
        beds=row.beds,
        nursing_beds=row.nursing_beds,
        partners=partners,
    )
