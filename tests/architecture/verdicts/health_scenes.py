"""Scenes about health over the year: a follow-up, a referral, a campaign of check-ups, a report, something abnormal."""

from datetime import date

from server.checkups import actions as checkups
from server.checkups import queries as checkup_queries
from server.checkups.actions import Found
from server.checkups.intake import read_reports
from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupPlace, CheckupReport
from server.checkups.rules import EDITIONS, CampaignEvent, CampaignStatus
from server.followups import actions as followups
from server.followups.models import FollowUp
from tests.architecture.subjects import NOW, Stage
from tests.core.checkups.flows import WHOLE
from tests.core.followups.filled import pressure

REPORTS = "姓名,床位,体检日期,血红蛋白\n王桂兰,201-1,2026-03-02,98\n".encode()


class HealthScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def followed_up(self, **otherwise: object) -> str:
        """Follow Wang up, once a day as the rule has it: scenes may be played one after the other in one town."""
        if (made := await FollowUp.filter(is_current=True).first()) is not None:
            return str(made.uid)
        card = await followups.record_follow_up(
            actor=await self.acting("feng"),
            episode_uid=self.town.followups.wang,
            filled=pressure(**otherwise),
            now=NOW,
        )
        return card.uid

    async def advised_to_go(self) -> str:
        return await self.followed_up(systolic=185)

    async def campaign(self) -> str:
        if (made := await CheckupCampaign.first()) is not None:
            return str(made.uid)
        return await checkups.plan_campaign(
            actor=await self.acting("feng"),
            home_uid=self.town.alliance.yihe,
            provider_uid=self.town.alliance.health_center,
            starts_on=date(2026, 3, 9),
            ends_on=date(2026, 3, 20),
            now=NOW,
        )

    async def campaign_open(self) -> str:
        uid = await self.campaign()
        if await CheckupCampaign.filter(uid=uid, status=CampaignStatus.PLANNED).exists():
            await checkups.move_campaign(
                actor=await self.acting("feng"), campaign_uid=uid, event=CampaignEvent.OPEN, now=NOW
            )
        return uid

    async def place(self) -> str:
        campaign = await self.campaign()
        return str((await CheckupPlace.get(campaign__uid=campaign, resident__uid=self.town.people.wang)).uid)

    async def report(self) -> str:
        if (made := await CheckupReport.filter(is_current=True).first()) is not None:
            return str(made.uid)
        return await checkups.enter_report(
            actor=await self.acting("feng"),
            campaign_uid=await self.campaign_open(),
            resident_uid=self.town.people.wang,
            found=Found(NOW.date(), {**WHOLE, "hgb": 98, "chest": "右肺小结节"}),
            now=NOW,
        )

    async def duty(self) -> str:
        await self.report()
        return str((await CheckupDuty.get(item="chest")).uid)

    async def looked_at(self) -> tuple[str, str]:
        """Return a campaign and the ticket of a file that was looked at by Feng."""
        uid = await self.campaign_open()
        file = read_reports("a.csv", REPORTS, edition=EDITIONS["2025.1"], most_rows=500)
        preview = await checkup_queries.intake_preview(
            actor=await self.acting("feng"),
            campaign_uid=uid,
            rows=file.rows,
            mapped=file.mapped,
            unknown=file.unknown,
            digest=file.digest,
            now=NOW,
        )
        return uid, preview.ticket
