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
# Every item that somebody over 65 needs: only this counts as examined.
WHOLE = {
    **WELL, "symptoms": ["1"], "self_health": "2", "exercise": "1", "diet": ["1"], "smoking": "1", "drinking": "2", "exposure": "1",
    "problems": "高血压", "medicines": "苯磺酸氨氯地平片 5 毫克每天一次", "adherence": "1", "breath": 17, "height": 156,
    "weight": 58.5, "waist": 78, "sight": "左 0.6 右 0.8", "hearing": "听见", "motion": "可顺利完成", "skin": "正常",
    "lymph": "未触及肿大", "mouth": "正常", "edema": "1", "heart_lungs": "双肺呼吸音清，律齐", "self_care": 2, "cognition": "粗筛阴性",
    "mood": "粗筛阴性", "wbc": 5.6, "plt": 210, "urine_protein": "阴性", "alt": 20, "ast": 22, "tbil": 11.2, "creatinine": 66,
    "urea": 5.1, "cholesterol": 4.8, "triglyceride": 1.2, "ldl": 2.7, "hdl": 1.4, "ultrasound": "未见明显异常",
    "chest": "双肺纹理清晰", "hba1c": 5.8,
}  # fmt: skip
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
