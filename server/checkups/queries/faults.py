"""The invariants of the annual check-up, asked of the tables themselves (G: this feature's own)."""

from datetime import datetime

from tortoise.expressions import F, Q

from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupPlace, CheckupReport
from server.checkups.rules import DutyStatus, PlaceStatus


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant."""
    keys = await CheckupReport.filter(is_current=True, year_key=None).values_list("uid", flat=True)
    examined = await CheckupPlace.filter(status=PlaceStatus.EXAMINED).values_list(
        "uid", "campaign_id", "resident_id"
    )
    current = await CheckupReport.filter(is_current=True).values_list("campaign_id", "resident_id")
    reported = set(current)
    silent = [uid for uid, campaign, resident in examined if (campaign, resident) not in reported]
    undone = await CheckupDuty.filter(
        Q(status=DutyStatus.DONE, done_at=None) | Q(status=DutyStatus.OPEN, open_key=None)
    ).values_list("uid", flat=True)
    backwards = await CheckupCampaign.filter(ends_on__lt=F("starts_on")).values_list("uid", flat=True)
    return [
        *(f"G1 current report without its year's key: {uid}" for uid in keys),
        *(f"G2 examined without a report: {uid}" for uid in silent),
        *(f"G3 duty done by nobody, or open without its key: {uid}" for uid in undone),
        *(f"G4 campaign ends before it begins: {uid}" for uid in backwards),
    ]
