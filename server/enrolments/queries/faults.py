"""The invariants of family-doctor contracts, asked of the tables themselves."""

from datetime import datetime

from tortoise.expressions import F, Q
from tortoise.functions import Count

from server.enrolments.models import Enrolment, FamilyTeam
from server.enrolments.rules import OPEN, OVER, EnrolmentStatus


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant."""
    active = Enrolment.filter(status=EnrolmentStatus.ACTIVE)
    twice = (
        await active.annotate(many=Count("id"))
        .filter(many__gt=1)
        .group_by("resident_id")
        .values_list("resident_id", flat=True)
    )
    lacking = Q(live_key=None) | Q(signed_at=None) | Q(accepted_at=None) | Q(last_on=None) | Q(seat=False)
    unkeyed = await active.filter(lacking).values_list("uid", flat=True)
    waiting = Enrolment.filter(Q(open_key=None) | Q(live_key__isnull=False), status__in=sorted(OPEN))
    over = Enrolment.filter(
        Q(open_key__isnull=False) | Q(live_key__isnull=False) | Q(seat=True) | Q(ended_on=None),
        status__in=sorted(OVER),
    )
    held = dict(
        await Enrolment.filter(seat=True)
        .annotate(many=Count("id"))
        .group_by("team_id")
        .values_list("team_id", "many")
    )
    teams = await FamilyTeam.all().values_list("id", "taken")
    full = await FamilyTeam.filter(taken__gt=F("capacity")).values_list("uid", flat=True)
    return [
        *(f"N1 two live contracts of one person, resident no. {number}" for number in twice),
        *(f"N1 live contract lacks its key, a signature, its year or its place: {uid}" for uid in unkeyed),
        *(f"N2 contract on its way lacks its key: {uid}" for uid in await waiting.values_list("uid", flat=True)),
        *(f"N3 contract that is over holds something: {uid}" for uid in await over.values_list("uid", flat=True)),
        *(f"N4 places taken and contracts disagree, team no. {team}" for team, taken in teams if held.get(team, 0) != taken),
        *(f"N5 more contracts than the team may have: {uid}" for uid in full),
    ]  # fmt: skip
