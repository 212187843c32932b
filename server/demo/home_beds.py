"""Home beds of the season's neighbours, at every step that a desk can meet: only the town of `make run` has them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.clinics import actions as clinics
from server.clinics.actions import Paper
from server.clinics.rules import ClinicEvent, ClinicKind, DesignationKind
from server.home_beds import actions
from server.home_beds.actions import Opening, RoundNote
from server.home_beds.rules import CURRENT, BedKind, EndReason, RoundLevel
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import Resident
from server.people.rules import CareState

PREMISES = tuple(each.code for each in CURRENT.premises)
FINDINGS = (
    "脑梗死后遗症期，左侧肢体活动不便，长期卧床，生命体征平稳，需定期换药和康复指导，适合建家庭病床（虚构）。"
)
ROUND = RoundNote(
    "夜间翻身时腰痛", "血压 132/76，骶尾部皮肤完整", "继续翻身拍背，指导床上康复", "已电话告知女儿"
)
SUMMARY = "建床四周，伤口愈合，已能扶行十米，停止换药，转入常规巡诊（虚构）。"


@dataclass(frozen=True)
class HomeBedsTown:
    waiting: str
    open: str
    closed: str


async def load(town: Any, *, now: datetime) -> HomeBedsTown:
    async def acting(key: str, channel: Channel = Channel.CONSOLE) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)

    feng, he, song, tang = [await acting(key) for key in ("feng", "he", "song", "tang")]
    names = ("朱月娥", "高志成", "林玉凤")
    rows = {
        row.name: row.uid
        for row in await Resident.filter(name__in=names, care_state=CareState.RESIDENTIAL).order_by("id")
    }
    waiting = await _applied(town, he, rows["朱月娥"], now - timedelta(hours=5))
    closed = await _opened(town, (he, feng), rows["林玉凤"], "bedridden", now - timedelta(days=40))
    await actions.close_bed(
        actor=feng, uid=closed, why=EndReason.STABLE, summary=SUMMARY, now=now - timedelta(days=12)
    )
    opened = await _opened(town, (he, feng), rows["高志成"], "stroke", now - timedelta(days=9))
    await actions.write_round(
        actor=feng, uid=opened, note=ROUND, level=RoundLevel.SECOND, now=now - timedelta(days=2)
    )
    await _licensed(town, song, tang, now)
    old = OutboxMessage.filter(topic__in=[*_topics("home_beds"), *_topics("clinics")])
    await old.filter(created_at__lt=now - timedelta(days=1)).update(status=MessageStatus.DONE)
    return HomeBedsTown(waiting, opened, closed)


def _topics(feature: str) -> list[str]:
    words = (
        "applied",
        "assessed",
        "opened",
        "round",
        "closed",
        "intended",
        "licensed",
        "insured",
        "operating",
    )
    return [f"{feature}.{word}" for word in (*words, "designated")]


async def _applied(town: Any, he: Actor, resident: str, at: datetime) -> str:
    card = await actions.apply_for_bed(
        actor=he, resident_uid=resident, institution_uid=town.alliance.health_center, now=at
    )
    return card.uid


async def _opened(town: Any, desks: tuple[Actor, Actor], resident: str, condition: str, at: datetime) -> str:
    he, feng = desks
    uid = await _applied(town, he, resident, at - timedelta(days=1))
    await actions.assess_bed(
        actor=feng,
        uid=uid,
        version=CURRENT.version,
        ticked=[*PREMISES, condition],
        kind=BedKind.REHABILITATION,
        doctor_uid=town.identity.accounts["doctor"],
        nurse_uid=town.identity.accounts["feng"],
        findings=FINDINGS,
        now=at - timedelta(hours=4),
    )
    opening = Opening(
        f"JC-{local_date(at):%m%d}", f"云医保家床〔{local_date(at):%Y}〕{local_date(at):%m%d}", 2
    )
    await actions.open_bed(actor=feng, uid=uid, opening=opening, now=at)
    note = RoundNote("能自己喝水", "神志清，四肢肌张力正常", "制定康复计划")
    await actions.write_round(actor=feng, uid=uid, note=note, now=at + timedelta(hours=2))
    return uid


async def _licensed(town: Any, song: Actor, tang: Actor, now: datetime) -> None:
    """Songhe has a nursing station that works, and whose filing ends in two months."""
    at = now - timedelta(days=200)
    card = await clinics.intend_clinic(
        actor=song, home_uid=town.alliance.songhe, kind=ClinicKind.NURSING_STATION, now=at
    )
    paper = Paper("松养申〔2025〕3 号（虚构）", local_date(at))
    await clinics.move_clinic(actor=song, uid=card.uid, event=ClinicEvent.APPLY, paper=paper, now=at)
    licence = Paper("云卫备〔2025〕护 07（虚构）", local_date(at), local_date(now + timedelta(days=60)))
    await clinics.decide_clinic(
        actor=tang, uid=card.uid, event=ClinicEvent.LICENSE, paper=licence, now=at + timedelta(days=12)
    )
    await clinics.record_designation(
        actor=tang,
        institution_uid=town.alliance.songhe,
        kind=DesignationKind.MEDICAL,
        filing_number="云医保定〔2025〕041（虚构）",
        first_day=local_date(at + timedelta(days=30)),
        now=at + timedelta(days=30),
    )
    await clinics.move_clinic(
        actor=song, uid=card.uid, event=ClinicEvent.OPERATE, now=at + timedelta(days=31)
    )
