"""The invariants of follow-up, asked of the tables themselves (F: this feature's own)."""

from datetime import datetime

from tortoise.expressions import F, Q
from tortoise.functions import Count

from server.followups.models import ChronicEpisode, FollowUp
from server.followups.rules import LIVE, Course, EpisodeStatus


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant."""
    live = ChronicEpisode.filter(status__in=sorted(LIVE))
    unkeyed = await live.filter(live_key=None).values_list("uid", flat=True)
    over = ChronicEpisode.filter(status=EpisodeStatus.ENDED)
    kept = await over.filter(Q(live_key__isnull=False) | Q(ended_on=None) | Q(end_reason=None)).values_list(
        "uid", flat=True
    )
    late = await FollowUp.filter(next_on__gt=F("latest_next_on")).values_list("uid", flat=True)
    current = FollowUp.filter(is_current=True)
    refers = current.filter(course__in=[Course.REFER, Course.URGENT], check_back_by=None)
    twice = (
        await current.annotate(times=Count("id"))
        .filter(times__gt=1)
        .group_by("episode_id", "happened_on")
        .values_list("episode_id", flat=True)
    )
    referred = await refers.values_list("uid", flat=True)
    waiting = set(
        await current.filter(check_back_by__isnull=False, checked_back_at=None).values_list(
            "episode_id", flat=True
        )
    )
    told = set(await live.filter(check_back_by__isnull=False).values_list("id", flat=True))
    living = set(await live.values_list("id", flat=True))
    return [
        *(f"F1 live episode without its key: {uid}" for uid in unkeyed),
        *(f"F1 ended episode lacks its day or reason, or holds its key: {uid}" for uid in kept),
        *(f"F2 next follow-up later than the rule allows: {uid}" for uid in late),
        *(f"F3 referral without a day to ask about it: {uid}" for uid in referred),
        *(f"F4 two current follow-ups of one day, episode no. {number}" for number in twice),
        *(f"F5 episode and referrals disagree, no. {number}" for number in (waiting & living) ^ told),
    ]
