"""A campaign of Yihe as it would go."""

from datetime import date
from typing import Any

from server.checkups import actions
from server.checkups.actions import Found
from server.checkups.rules import CampaignEvent

FIRST, LAST = date(2026, 3, 9), date(2026, 3, 20)
WELL = {
    "temperature": 36.5,
    "pulse": 70,
    "systolic": 138,
    "diastolic": 80,
    "hgb": 122,
    "glucose": 5.6,
    "ecg": "正常",
}
ILL = {**WELL, "hgb": 98, "systolic": 182, "chest": "右肺小结节"}


async def planned(town: Any, actor: Any, clock: Any, *, opened: bool = True) -> str:
    feng = await actor("feng")
    uid = await actions.plan_campaign(
        actor=feng, home_uid=town.alliance.yihe, provider_uid=town.alliance.health_center, starts_on=FIRST,
        ends_on=LAST, now=clock(),
    )  # fmt: skip
    if opened:
        await actions.move_campaign(actor=feng, campaign_uid=uid, event=CampaignEvent.OPEN, now=clock())
    return uid


async def reported(
    town: Any,
    actor: Any,
    clock: Any,
    campaign: str,
    values: dict[str, Any] | None = None,
    *,
    reason: str = "",
) -> str:
    found = Found(clock.instant.date(), values or ILL)
    return await actions.enter_report(
        actor=await actor("feng"), campaign_uid=campaign, resident_uid=town.people.wang, found=found, reason=reason,
        now=clock(),
    )  # fmt: skip
