"""What stands beside a text that is being judged: copies of it, and what else was said there or by the same person.

One text may be fair and thirty of them a campaign. Who wrote them is not told, only that it was the same person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import Q

from server.alliance.queries import parameters
from server.feedback.models import Rating, TextRevision
from server.feedback.rules import RatingStatus, likeness
from server.kit.clock import local_date

MOST_SHOWN = 12


@dataclass(frozen=True)
class NeighbourCard:
    uid: str
    institution: str
    score: int
    text: str
    status: RatingStatus
    rated_at: datetime
    alike: int  # per cent
    is_copy: bool  # alike beyond chance
    same_institution: bool
    same_author: bool


@dataclass(frozen=True)
class Neighbours:
    """The nearest first, and how many of each kind there are altogether."""

    items: tuple[NeighbourCard, ...]
    days: int
    copies: int
    same_institution: int
    same_author: int


async def neighbours_of(rating: Rating, text: str, *, now: datetime) -> Neighbours:
    """Compare with the newest texts of everybody, and with the newest there or by the same author."""
    numbers = await parameters(
        ["feedback.neighbour_days", "feedback.neighbour_texts", "feedback.alike_percent"], on=local_date(now)
    )
    days, most = numbers["feedback.neighbour_days"], numbers["feedback.neighbour_texts"]
    recent = Rating.filter(
        revision__gt=0, taken_back_at__isnull=True, created_at__gte=now - timedelta(days=days)
    ).exclude(id=rating.id)
    near = Q(subject_id=rating.subject_id) | Q(author_id=rating.author_id)
    found = {
        row.id: row
        for rows in (recent, recent.filter(near))
        for row in await rows.order_by("-created_at", "-id").limit(most).select_related("subject")
    }
    texts = await _texts_of(list(found.values()))
    cards = [
        _card(row, texts.get(row.id, ""), beside=rating, text=text, enough=numbers["feedback.alike_percent"])
        for row in found.values()
    ]
    kin = [card for card in cards if card.is_copy or card.same_institution or card.same_author]
    kin.sort(key=lambda card: (card.is_copy, card.same_author, card.alike, card.rated_at), reverse=True)
    return Neighbours(
        items=tuple(kin[:MOST_SHOWN]),
        days=days,
        copies=sum(card.is_copy for card in kin),
        same_institution=sum(card.same_institution for card in kin),
        same_author=sum(card.same_author for card in kin),
    )


async def _texts_of(rows: Sequence[Rating]) -> dict[int, str]:
    """Return the latest text of each."""
    revisions = TextRevision.filter(rating_id__in=[row.id for row in rows]).order_by("number")
    return dict(await revisions.values_list("rating_id", "text"))


def _card(row: Rating, said: str, *, beside: Rating, text: str, enough: int) -> NeighbourCard:
    alike = likeness(said, text)
    return NeighbourCard(
        uid=row.uid,
        institution=row.subject.name,
        score=row.score,
        text=said,
        status=row.status,
        rated_at=row.created_at,
        alike=alike,
        is_copy=alike >= enough,
        same_institution=row.subject_id == beside.subject_id,
        same_author=row.author_id == beside.author_id,
    )
