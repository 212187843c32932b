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
    name: str = ""  # a part of it, or of its address
    service: str = ""  # the code of one that it offers, or is offered, under an agreement in force


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
    services: tuple[str, ...]  # under agreements in force, by the names that they give them
    filed: bool  # 备案, of a home
    licence: str  # 执业许可证号, of a medical institution; empty: not registered here


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


@dataclass(frozen=True)
class DirectoryPage:
    institutions: tuple[Institution, ...]  # of the page, for the floors above that know more of them
    page: Page[DirectoryCard]


async def directory(*, asked: DirectoryWish, wish: PageWish, now: datetime) -> Page[DirectoryCard]:
    return (await directory_page(asked=asked, wish=wish, now=now)).page


async def directory_page(*, asked: DirectoryWish, wish: PageWish, now: datetime) -> DirectoryPage:
    rows = Institution.filter(listed_in_public())
    if asked.kind is not None:
        rows = rows.filter(kind=asked.kind)
    if asked.name:
        rows = rows.filter(Q(name__contains=asked.name) | Q(address__contains=asked.name))
    if asked.service:
        rows = rows.filter(id__in=await _with_service(asked.service, now))
    page = await rows_of(rows, wish, by="created_at", newest_first=False)
    partners, services = await _partners_of([row.id for row in page.items], now)
    return DirectoryPage(
        institutions=tuple(page.items),
        page=page.of(tuple(_card(row, len(partners[row.id]), tuple(services[row.id])) for row in page.items)),
    )


async def directory_sheet(*, institution: Institution, now: datetime) -> DirectorySheet:
    """Return what everybody may know of an institution; `access.institution_in_public` has found it."""
    bound = Q(home_id=institution.id) | Q(provider_id=institution.id)
    rows = (
        await ServiceAgreement.filter(in_force(now), bound).select_related("home", "provider").order_by("id")
    )
    partners = tuple(_partner(row, institution) for row in rows)
    departments = Department.filter(institution_id=institution.id, closed=False).order_by("id")
    return DirectorySheet(
        card=_card(
            institution,
            len({partner.uid for partner in partners}),
            tuple(dict.fromkeys(name for partner in partners for name in partner.services)),
        ),
        departments=tuple(row.name for row in await departments),
        partners=partners,
    )


async def _partners_of(
    ids: Sequence[int], now: datetime
) -> tuple[dict[int, set[int]], dict[int, dict[str, None]]]:
    """Return by institution with whom it is signed, and the names of services in their order."""
    found: dict[int, set[int]] = defaultdict(set)
    services: dict[int, dict[str, None]] = defaultdict(dict)
    bound = Q(home_id__in=list(ids)) | Q(provider_id__in=list(ids))
    rows = ServiceAgreement.filter(in_force(now), bound).order_by("id")
    for home, provider, content in await rows.values_list("home_id", "provider_id", "content"):
        found[home].add(provider)
        found[provider].add(home)
        names = {item["name"]: None for item in content["items"]}
        services[home] |= names
        services[provider] |= names
    return found, services


async def _with_service(code: str, now: datetime) -> list[int]:
    """Return who is on either side of an agreement in force with this service in it."""
    rows = ServiceAgreement.filter(in_force(now)).values_list("home_id", "provider_id", "content")
    found = {
        side
        for home, provider, content in await rows
        if any(item["code"] == code for item in content["items"])
        for side in (home, provider)
    }
    return sorted(found)


def _partner(row: ServiceAgreement, institution: Institution) -> PartnerCard:
    other = row.provider if row.home_id == institution.id else row.home
    return PartnerCard(
        other.uid, other.name, other.kind, tuple(item.name for item in content_of(row.content).items)
    )


def _card(row: Institution, partners: int, services: tuple[str, ...]) -> DirectoryCard:
    return DirectoryCard(
        uid=row.uid,
        name=row.name,
        kind=row.kind,
        address=row.address,
        phone=row.phone,
        beds=row.beds,
        nursing_beds=row.nursing_beds,
        partners=partners,
        services=services,
        filed=row.filed,
        licence=row.licence_number or "",
    )
