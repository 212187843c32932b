"""What check-ups bring today: for the home and for who examines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Subquery

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaigns_visible_to
from server.checkups.models import CheckupCampaign, CheckupPlace
from server.checkups.rules import PlaceStatus
from server.kit.clock import start_of_day


@dataclass(frozen=True)
class ExaminedToday:
    campaign_uid: str
    home_name: str
    provider_name: str
    starts_at: datetime
    residents: int


async def checkups_today(*, actor: Actor, day: date) -> tuple[ExaminedToday, ...]:
    """Return the campaigns with somebody's turn on this day; no name in it."""
    visible = campaigns_visible_to(actor=actor, permission=Permission.CHECKUP_READ)
    campaigns = CheckupCampaign.filter(visible, starts_on__lte=day, ends_on__gte=day)
    turns = CheckupPlace.filter(
        campaign_id__in=Subquery(campaigns.values("id")),
        day=day,
        status__in=[PlaceStatus.LISTED, PlaceStatus.EXAMINED],
    )
    minutes: dict[int, list[int]] = {}
    for campaign, minute in await turns.values_list("campaign_id", "minute"):
        minutes.setdefault(campaign, []).append(minute or 0)
    if not minutes:
        return ()
    rows = (
        await CheckupCampaign.filter(id__in=list(minutes)).order_by("id").select_related("home", "provider")
    )
    return tuple(
        ExaminedToday(
            row.uid,
            row.home.name,
            row.provider.name,
            start_of_day(day) + timedelta(minutes=min(minutes[row.id])),
            len(minutes[row.id]),
        )
        for row in rows
    )
