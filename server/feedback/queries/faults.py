"""What must never be true of these tables, for `python -m server check`."""

from datetime import datetime, timedelta

from tortoise.functions import Count

from server.feedback.models import FeedbackCase, ModerationDecision, Rating, RatingToken, RatingVoid
from server.feedback.rules import LIVE_CASES, QUEUE, RatingStatus, TokenStatus, VoidStatus

LATE = timedelta(hours=1)


async def faults(*, now: datetime) -> list[str]:
    """Return one line per broken invariant; each names rows by uid only."""
    return [
        *await _tokens(),
        *await _unsettled(now),
        *await _decisions(),
        *await _cases(),
        *await _voids(),
    ]


async def _tokens() -> list[str]:
    live = Rating.filter(taken_back_at__isnull=True)
    twice = (
        await live.annotate(n=Count("id"))
        .group_by("token_id")
        .filter(n__gt=1)
        .values_list("token_id", flat=True)
    )
    keyless = await live.filter(token_key__isnull=True).values_list("uid", flat=True)
    open_but_rated = await RatingToken.filter(
        id__in=await live.values_list("token_id", flat=True), status=TokenStatus.OPEN
    ).values_list("uid", flat=True)
    return [
        *(f"I40: token {token_id} carries more than one rating" for token_id in twice),
        *(f"I40: rating {uid} holds no token" for uid in keyless),
        *(f"I40: token {uid} is open though it was used" for uid in open_but_rated),
    ]


async def _unsettled(now: datetime) -> list[str]:
    late = await Rating.filter(
        settled_at__isnull=True, taken_back_at__isnull=True, counts_from__lte=now - LATE
    ).values_list("uid", flat=True)
    outside = await Rating.filter(score__not_in=[1, 2, 3, 4, 5]).values_list("uid", flat=True)
    return [
        *(f"feedback: rating {uid} counts, but its consequences were not drawn" for uid in late),
        *(f"I41: rating {uid} has a score outside of 1–5" for uid in outside),
    ]


async def _decisions() -> list[str]:
    unexplained = await Rating.filter(
        status__in=[RatingStatus.RETURNED_FOR_EDIT, RatingStatus.WITHHELD], reason_code__isnull=True
    ).values_list("uid", flat=True)
    textless = await Rating.filter(status__in=list(QUEUE), revision=0).values_list("uid", flat=True)
    undecided = (
        await Rating.filter(status=RatingStatus.WITHHELD)
        .exclude(id__in=await ModerationDecision.all().distinct().values_list("rating_id", flat=True))
        .values_list("uid", flat=True)
    )
    return [
        *(f"I43: rating {uid} is not shown and its author is not told why" for uid in unexplained),
        *(f"feedback: rating {uid} waits for a moderator without a text" for uid in textless),
        *(f"feedback: rating {uid} was withheld by no decision" for uid in undecided),
    ]


async def _cases() -> list[str]:
    clockless = await FeedbackCase.filter(
        status__in=sorted(LIVE_CASES), next_deadline__isnull=True
    ).values_list("uid", flat=True)
    ticking = (
        await FeedbackCase.exclude(status__in=sorted(LIVE_CASES))
        .filter(next_deadline__isnull=False)
        .values_list("uid", flat=True)
    )
    return [
        *(f"feedback: open case {uid} has no deadline" for uid in clockless),
        *(f"feedback: ended case {uid} still has a deadline" for uid in ticking),
    ]


async def _voids() -> list[str]:
    approved = await RatingVoid.filter(status=VoidStatus.APPROVED).values_list(
        "uid", "proposed_by_id", "decided_by_id", "rating_id"
    )
    alone = [uid for uid, first, second, _ in approved if second in (None, first)]
    out_of_the_count = await Rating.filter(voided_at__isnull=False).values_list("id", "uid")
    decided = {rating_id for *_, rating_id in approved}
    return [
        *(f"feedback: void {uid} was not approved by a second person" for uid in alone),
        *(
            f"I42: rating {uid} does not count, and no two persons said so"
            for row_id, uid in out_of_the_count
            if row_id not in decided
        ),
    ]
