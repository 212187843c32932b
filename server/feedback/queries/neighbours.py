"""What stands beside a text that is being judged: copies of it, and what else was said there or by the same person.

One text may be fair and thirty of them a campaign. Who wrote them is not told, only that it was the same person.
"""

from collections.abc import Iterable, Mapping, Sequence
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
        row[0]: row
        for rows in (recent, recent.filter(near))
        for row in await rows.order_by("-created_at", "-id").limit(most).values_list(*_COLUMNS)
    }
    texts = await _texts_of(found)
    enough = numbers["feedback.alike_percent"]
    seen = [
        _seen(row, texts.get(row[0], ""), beside=rating, text=text, enough=enough) for row in found.values()
    ]
    kin = [each for each in seen if each.is_copy or each.same_institution or each.same_author]
    kin.sort(key=lambda each: (each.is_copy, each.same_author, each.alike, each.rated_at), reverse=True)
    return Neighbours(
        items=await _cards(kin[:MOST_SHOWN], texts),
        days=days,
        copies=sum(each.is_copy for each in kin),
        same_institution=sum(each.same_institution for each in kin),
        same_author=sum(each.same_author for each in kin),
    )


_COLUMNS = ("id", "subject_id", "author_id", "created_at")  # of hundreds; the rest only of those shown


@dataclass(frozen=True)
class _Seen:
    """What decides whether a text is shown beside the other."""

    id: int
    rated_at: datetime
    alike: int
    is_copy: bool
    same_institution: bool
    same_author: bool


async def _texts_of(ids: Iterable[int]) -> dict[int, str]:
    """Return the latest text of each."""
    revisions = TextRevision.filter(rating_id__in=list(ids)).order_by("number")
    return dict(await revisions.values_list("rating_id", "text"))


def _seen(row: tuple[int, int, int, datetime], said: str, *, beside: Rating, text: str, enough: int) -> _Seen:
    rating_id, subject_id, author_id, rated_at = row
    alike = likeness(said, text)
    return _Seen(
        rating_id,
        rated_at,
        alike,
        is_copy=alike >= enough,
        same_institution=subject_id == beside.subject_id,
        same_author=author_id == beside.author_id,
    )


async def _cards(shown: Sequence[_Seen], texts: Mapping[int, str]) -> tuple[NeighbourCard, ...]:
    rows = await Rating.filter(id__in=[each.id for each in shown]).select_related("subject")
    by_id = {row.id: row for row in rows}
    return tuple(_card(by_id[each.id], each, texts.get(each.id, "")) for each in shown if each.id in by_id)


def _card(row: Rating, seen: _Seen, said: str) -> NeighbourCard:
    return NeighbourCard(
        uid=row.uid,
        institution=row.subject.name,
        score=row.score,
        text=said,
        status=row.status,
        rated_at=row.created_at,
        alike=seen.alike,
        is_copy=seen.is_copy,
        same_institution=seen.same_institution,
        same_author=seen.same_author,
    )
