"""What may be billed: every version of every service, and the one that holds on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.models import CatalogueItem
from server.alliance.rules import FUNDING_WORDS, SERVICE_CATEGORY_WORDS, CatalogueEntry, Funding
from server.kit.clock import local_date


@dataclass(frozen=True)
class CatalogueCard:
    entry: CatalogueEntry
    category_words: str
    funding_words: str
    coming: CatalogueEntry | None  # the version that takes over


class Catalogue:
    """All versions, asked by code and day."""

    def __init__(self, entries: Sequence[CatalogueEntry]) -> None:
        self._versions: dict[str, list[CatalogueEntry]] = {}
        for each in sorted(entries, key=lambda entry: (entry.effective_from, entry.version)):
            self._versions.setdefault(each.code, []).append(each)

    def on(self, code: str, day: date) -> CatalogueEntry | None:
        """Return the version in force; None when there is none, or when it was withdrawn."""
        held = [each for each in self._versions.get(code, ()) if each.effective_from <= day]
        return held[-1] if held and not held[-1].withdrawn else None

    def coming(self, code: str, day: date) -> CatalogueEntry | None:
        return next((each for each in self._versions.get(code, ()) if each.effective_from > day), None)

    def codes(self) -> Mapping[str, Sequence[CatalogueEntry]]:
        return self._versions


async def catalogue() -> Catalogue:
    rows = await CatalogueItem.all().order_by("code", "version")
    return Catalogue([_entry(row) for row in rows])


async def catalogue_cards(*, now: datetime) -> tuple[CatalogueCard, ...]:
    """Return what holds today, by category and name, with what is to come."""
    whole, today = await catalogue(), local_date(now)
    cards = []
    for code in whole.codes():
        entry, coming = whole.on(code, today), whole.coming(code, today)
        if shown := entry or coming:
            funding = "、".join(FUNDING_WORDS[each] for each in shown.funding)
            cards.append(
                CatalogueCard(
                    shown, SERVICE_CATEGORY_WORDS[shown.category], funding, coming if entry else None
                )
            )
    order = list(SERVICE_CATEGORY_WORDS)
    return tuple(sorted(cards, key=lambda card: (order.index(card.entry.category), card.entry.code)))


async def codes_by_name(*, now: datetime) -> Mapping[str, str]:
    """Return the code of every service that may be billed today, by its name: how an agreement's lines are known."""
    return {card.entry.name: card.entry.code for card in await catalogue_cards(now=now)}


def _entry(row: CatalogueItem) -> CatalogueEntry:
    return CatalogueEntry(
        code=row.code,
        name=row.name,
        category=row.category,
        price=row.price,
        funding=tuple(Funding(each) for each in row.funding),
        clause=row.clause,
        unit=row.unit,
        confidence=row.confidence,  # type: ignore[arg-type]  # one of the three words, as it was laid down
        version=row.version,
        effective_from=row.effective_from,
        withdrawn=row.withdrawn,
    )
