"""The weeks behind the health center's chronic follow-up and Yihe's check-ups: only the town of `make run` has them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from server.assessments.actions import agree_to_assessment, begin_assessment, sign_assessment
from server.assessments.rules import AssessmentReason
from server.authority.actor import Actor, Channel
from server.checkups import actions as checkups
from server.checkups.actions import Facts, Found
from server.checkups.rules import CampaignEvent, Insurance
from server.demo.assessments import ability_answers
from server.followups import actions as followups
from server.followups.actions import Filled
from server.followups.rules import Disease
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import Resident

FOLLOWED, EXAMINED, INSURED = 12, 7, 3  # residents
DAYS_AGO = (50, 34, 12)  # of follow-ups
SINCE = timedelta(days=52)
HIGH, MISSED = 4, 5  # one in so many


@dataclass(frozen=True)
class YearlyTown:
    episodes: int
    campaign: str


async def load(town: Any, *, now: datetime) -> YearlyTown:
    random = Random(20260309)  # noqa: S311  the same past every time

    async def acting(key: str, channel: Channel) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)

    doctor = await acting("doctor", Channel.MINI_PROGRAM)
    feng, he = await acting("feng", Channel.CONSOLE), await acting("he", Channel.CONSOLE)
    known = [town.people.wang, town.people.li]
    rows = (
        await Resident.filter(home__uid=town.alliance.yihe, died_at=None)
        .exclude(uid__in=known)
        .order_by("id")
    )
    neighbours = [str(row.uid) for row in rows]
    for number, uid in enumerate(neighbours[:FOLLOWED]):
        disease = Disease.DIABETES if number % 3 == 2 else Disease.HYPERTENSION
        await _followed(doctor, uid, disease, random, number=number, now=now)
    await _cared_for(town, doctor, he, now=now)
    campaign = await _examined(town, feng, he, neighbours, random, now=now)
    # All this is old news: nobody is told of it again when the worker starts.
    for topic in ("followups.", "checkups.", "assessments."):
        await OutboxMessage.filter(topic__startswith=topic).update(status=MessageStatus.DONE)
    return YearlyTown(episodes=min(FOLLOWED, len(neighbours)), campaign=campaign)


async def _cared_for(town: Any, doctor: Actor, he: Actor, *, now: datetime) -> None:
    """Give Wang, whose phone people try first, a care level and a pressure a little above her line."""
    then = now - timedelta(days=20)
    nurse = await actor_of(
        account_uid=town.identity.accounts["nurse"], channel=Channel.MINI_PROGRAM, now=then
    )
    sheet = await begin_assessment(
        actor=nurse,
        resident_uid=town.people.wang,
        questionnaire="gbt42195",
        reason=AssessmentReason.FIRST,
        now=then,
    )
    answers = ability_answers(lost=14, A_4_1=["hypertension"])
    await sign_assessment(actor=nurse, uid=sheet.uid, answers=answers, now=then)
    await agree_to_assessment(actor=he, uid=sheet.uid, edits=1, now=then)
    high = _answers(Disease.HYPERTENSION, Random(1), high=True)  # noqa: S311  the same past every time
    await followups.record_follow_up(
        actor=doctor, episode_uid=town.followups.wang, filled=Filled(high), now=now
    )


async def _followed(
    doctor: Actor, uid: str, disease: Disease, random: Random, *, number: int, now: datetime
) -> None:
    card = await followups.enroll(
        actor=doctor,
        resident_uid=uid,
        disease=disease,
        evidence="市第一人民医院出院小结（虚构）",
        now=now - SINCE,
    )
    for ago in DAYS_AGO[: 1 + number % len(DAYS_AGO)]:
        if number % MISSED == MISSED - 1:
            break  # nobody has come yet: overdue
        day = local_date(now) - timedelta(days=ago)
        answers = _answers(disease, random, high=number % HIGH == 0)
        await followups.record_follow_up(
            actor=doctor, episode_uid=card.uid, filled=Filled(answers, happened_on=day), now=now
        )


def _answers(disease: Disease, random: Random, *, high: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "way": "2", "symptoms": ["1"], "systolic": random.randint(152, 168) if high else random.randint(122, 144),
        "diastolic": random.randint(70, 86), "pulse": random.randint(62, 84), "weight": random.randint(48, 72),
        "height": random.randint(150, 172), "adherence": "1", "reaction": "1", "complication": "1",
    }  # fmt: skip
    if disease is Disease.DIABETES:
        glucose = round(random.uniform(7.4, 9.8) if high else random.uniform(5.4, 6.8), 1)
        return {
            **found,
            "glucose": glucose,
            "low_sugar": "1",
            "medicine_1": "盐酸二甲双胍片",
            "medicine_1_times": 2,
        }
    return {**found, "salt": "2", "medicine_1": "苯磺酸氨氯地平片", "medicine_1_times": 1}


async def _examined(
    town: Any, feng: Actor, he: Actor, neighbours: list[str], random: Random, *, now: datetime
) -> str:
    today = local_date(now)
    first = max(today - timedelta(days=5), date(today.year, 1, 1))
    last = min(today + timedelta(days=18), date(today.year, 12, 31))
    uid = await checkups.plan_campaign(
        actor=feng,
        home_uid=town.alliance.yihe,
        provider_uid=town.alliance.health_center,
        starts_on=first,
        ends_on=last,
        now=now,
    )
    for resident in neighbours[-INSURED:]:
        facts = Facts(Insurance.EMPLOYEE, extreme_poverty=False, source="医保卡和体检报告（虚构）",
                      employer_exam_on=max(today - timedelta(days=20), date(today.year, 1, 1)),
                      employer_exam_where="市第二人民医院")  # fmt: skip
        await checkups.state_facts(actor=he, resident_uid=resident, facts=facts, now=now)
    await checkups.plan_days(
        actor=feng,
        campaign_uid=uid,
        days=[day for day in (today + timedelta(days=ahead) for ahead in range(1, 12)) if day <= last],
        per_day=8,
        first_minute=8 * 60,
        now=now,
    )
    await checkups.move_campaign(actor=feng, campaign_uid=uid, event=CampaignEvent.OPEN, now=now)
    for number, resident in enumerate(neighbours[:EXAMINED]):
        found = Found(max(today - timedelta(days=2), first), _values(random, ill=number in {1, 4}))
        await checkups.enter_report(actor=feng, campaign_uid=uid, resident_uid=resident, found=found, now=now)
    return uid


def _values(random: Random, *, ill: bool) -> dict[str, Any]:
    return {
        "symptoms": ["1"], "self_health": "2", "exercise": random.choice("12"), "exercise_minutes": 30, "diet": ["1"],
        "smoking": "1", "drinking": "1", "exposure": "1", "problems": "无", "medicines": "无", "skin": "正常",
        "lymph": "未触及肿大", "mouth": "正常", "edema": "1", "sight": "左 0.6 右 0.8", "hearing": "听见", "motion": "可顺利完成",
        "heart_lungs": "双肺呼吸音清，心律齐，腹软，无压痛", "breath": random.randint(15, 19), "waist": random.randint(72, 90),
        "temperature": 36.5, "pulse": random.randint(62, 88), "systolic": 164 if ill else random.randint(118, 144),
        "diastolic": random.randint(66, 84), "height": random.randint(150, 172), "weight": random.randint(48, 72),
        "hgb": 92 if ill else random.randint(131, 149), "wbc": round(random.uniform(4.2, 8.8), 1),
        "plt": random.randint(150, 280), "urine_protein": "阴性", "alt": random.randint(12, 32), "ast": random.randint(14, 30),
        "tbil": round(random.uniform(6, 18), 1), "urea": round(random.uniform(3.5, 7.5), 1),
        "triglyceride": round(random.uniform(0.8, 1.9), 2), "ldl": round(random.uniform(1.9, 3.4), 2),
        "hdl": round(random.uniform(1.1, 1.7), 2),
        "glucose": round(random.uniform(4.8, 6.4), 1), "creatinine": random.randint(52, 78),
        "cholesterol": round(random.uniform(3.8, 5.6), 2), "ecg": "窦性心律不齐" if ill else "窦性心律",
        "ultrasound": "未见明显异常", "chest": "右肺小结节" if ill else "双肺纹理清晰，未见异常",
        "hba1c": round(random.uniform(5.2, 6.2), 1), "self_care": random.choice((0, 2, 3)), "cognition": "粗筛阴性",
        "mood": "粗筛阴性",
    }  # fmt: skip
