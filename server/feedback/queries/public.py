"""One institution as everybody may read of it: what it offers, how many were satisfied, what was said and answered."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.access import institution_in_public
from server.alliance.queries import DirectorySheet, directory_sheet
from server.feedback.queries.ratings import PublicRating, published_about
from server.feedback.queries.satisfaction import SatisfactionCard, satisfaction_of
from server.kit.pages import Page, PageWish


@dataclass(frozen=True)
class PublicSheet:
    sheet: DirectorySheet
    satisfaction: SatisfactionCard
    ratings: Page[PublicRating]


async def public_sheet(*, institution_uid: str, wish: PageWish, now: datetime) -> PublicSheet:
    """Return what stands in the directory, for whoever asks; raise `NotFound` for what is not listed."""
    institution = await institution_in_public(uid=institution_uid)
    (satisfaction,) = await satisfaction_of([institution], now=now)
    return PublicSheet(
        sheet=await directory_sheet(institution=institution, now=now),
        satisfaction=satisfaction,
        ratings=await published_about(institution.id, wish=wish, now=now),
    )
