"""One institution as everybody may read of it: what it offers, how many were satisfied, what was said and answered."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.access import institution_in_public
from server.alliance.queries import (
    DirectoryCard,
    DirectorySheet,
    DirectoryWish,
    directory_page,
    directory_sheet,
)
from server.feedback.queries.ratings import PublicRating, published_about
from server.feedback.queries.satisfaction import SatisfactionCard, satisfaction_of
from server.kit.pages import Page, PageWish
from server.visits.queries import KeptPromise, kept_promises


@dataclass(frozen=True)
class PublicCard:
    card: DirectoryCard
    kept: KeptPromise


@dataclass(frozen=True)
class PublicSheet:
    sheet: DirectorySheet
    kept: KeptPromise
    satisfaction: SatisfactionCard
    ratings: Page[PublicRating]


async def public_directory(*, asked: DirectoryWish, wish: PageWish, now: datetime) -> Page[PublicCard]:
    """Return the directory with what each has kept of its promises, for whoever asks."""
    found = await directory_page(asked=asked, wish=wish, now=now)
    kept = await kept_promises(institution_ids=[row.id for row in found.institutions], now=now)
    return found.page.of(
        PublicCard(card, kept[row.id]) for row, card in zip(found.institutions, found.page.items, strict=True)
    )


async def public_sheet(*, institution_uid: str, wish: PageWish, now: datetime) -> PublicSheet:
    """Return what stands in the directory, for whoever asks; raise `NotFound` for what is not listed."""
    institution = await institution_in_public(uid=institution_uid)
    (satisfaction,) = await satisfaction_of([institution], now=now)
    kept = await kept_promises(institution_ids=[institution.id], now=now)
    return PublicSheet(
        sheet=await directory_sheet(institution=institution, now=now),
        kept=kept[institution.id],
        satisfaction=satisfaction,
        ratings=await published_about(institution.id, wish=wish, now=now),
    )
