"""Every write of check-ups, made ready to be stopped at any of its statements."""

from server.checkups import actions, queries
from server.checkups.actions import Facts, Found
from server.checkups.intake import read_reports
from server.checkups.models import CheckupDuty, CheckupPlace
from server.checkups.rules import EDITIONS, CampaignEvent, Insurance, Settled
from tests.core.checkups.flows import FIRST, ILL, LAST, WELL, planned
from tests.crashes import Flow, flow
from tests.stage import Stage

CARD = Facts(Insurance.RESIDENT, extreme_poverty=False, source="医保卡")
FILE = "姓名,床位号,体检日期,收缩压(mmHg),舒张压,血红蛋白（g/L）\n王桂兰,201-1,2026-03-02,182,80,98\n"


async def campaign(stage: Stage, *, opened: bool = True) -> str:
    return await planned(stage.town, stage.actor, lambda: stage.now, opened=opened)


async def state_facts_anew(stage: Stage) -> Flow:
    he, wang = await stage.actor("he"), stage.town.people.wang
    await actions.state_facts(actor=he, resident_uid=wang, facts=CARD, now=stage.now)
    return flow(he, actions.state_facts, resident_uid=wang, facts=CARD, now=stage.now)


async def plan(stage: Stage) -> Flow:
    pair = {"home_uid": stage.town.alliance.yihe, "provider_uid": stage.town.alliance.health_center}
    return flow(
        await stage.actor("feng"), actions.plan_campaign, **pair, starts_on=FIRST, ends_on=LAST, now=stage.now
    )


async def open_the_campaign(stage: Stage) -> Flow:
    return await moving(stage, await campaign(stage, opened=False), CampaignEvent.OPEN)


async def close_the_campaign(stage: Stage) -> Flow:
    return await moving(stage, await campaign(stage), CampaignEvent.CLOSE)


async def moving(stage: Stage, uid: str, event: CampaignEvent) -> Flow:
    return flow(await stage.actor("he"), actions.move_campaign, campaign_uid=uid, event=event, now=stage.now)


async def plan_days(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.plan_days, campaign_uid=await campaign(stage), days=[FIRST], per_day=10,
        first_minute=480, now=stage.now,
    )  # fmt: skip


async def decline(stage: Stage) -> Flow:
    await campaign(stage)
    place = await CheckupPlace.get(resident__uid=stage.town.people.wang)
    return flow(
        await stage.actor("he"),
        actions.answer,
        place_uid=place.uid,
        wants=False,
        note="怕抽血",
        now=stage.now,
    )


async def report(stage: Stage) -> Flow:
    return await reporting(stage, await campaign(stage), Found(stage.now.date(), ILL))


async def put_a_report_right(stage: Stage) -> Flow:
    uid = await campaign(stage)
    await (await reporting(stage, uid, Found(stage.now.date(), ILL))).run()
    return await reporting(stage, uid, Found(stage.now.date(), {**WELL, "hgb": 101}), reason="抄错了")


async def reporting(stage: Stage, uid: str, found: Found, *, reason: str = "") -> Flow:
    return flow(
        await stage.actor("feng"), actions.enter_report, campaign_uid=uid, resident_uid=stage.town.people.wang,
        found=found, reason=reason, now=stage.now,
    )  # fmt: skip


async def import_a_file(stage: Stage) -> Flow:
    uid, feng = await campaign(stage), await stage.actor("feng")
    file = read_reports("结果.csv", FILE.encode(), edition=EDITIONS["2026.1"], most_rows=500)
    preview = await queries.intake_preview(
        actor=feng, campaign_uid=uid, rows=file.rows, mapped=file.mapped, unknown=file.unknown,
        digest=file.digest, now=stage.now,
    )  # fmt: skip
    return flow(feng, actions.import_reports, campaign_uid=uid, ticket=preview.ticket, now=stage.now)


async def settle_a_duty(stage: Stage) -> Flow:
    await (await report(stage)).run()
    duty = await CheckupDuty.get(item="hgb")
    return flow(
        await stage.actor("feng"), actions.settle_duty, duty_uid=duty.uid, settled=Settled.RECHECKED,
        note="复查 118", now=stage.now,
    )  # fmt: skip


WRITES = (
    state_facts_anew, plan, open_the_campaign, close_the_campaign, plan_days, decline, report, put_a_report_right,
    import_a_file, settle_a_duty,
)  # fmt: skip
