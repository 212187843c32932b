"""The town's rounds: one for this morning, one of last week that counts, one that waits for the home's word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from server.authority.actor import Actor, Channel
from server.identity.queries import actor_of
from server.kit.clock import SHANGHAI, local_date
from server.kit.ids import new_uid
from server.visits import actions, queries
from server.visits.actions import ItemResult, PlannedItem, PlateWish, Scanned
from server.visits.codes import FreshPlate, code_keys, new_plate
from server.visits.queries import VisitCard
from server.visits.rules import Outcome, PlateKind, VisitKind
from server.visits.rules.findings import Findings

SPOTS = {"201-1": PlateKind.BED, "202-1": PlateKind.BED, "door": PlateKind.DOOR}
PATROL = "patrol"
NINE, ELEVEN = 9, 11


@dataclass(frozen=True)
class VisitsTown:
    today: str  # planned, for Wang and Li
    today_wang: str  # its items
    today_li: str
    confirmed: str  # last week, for Wang
    confirmed_wang: str
    waiting: str  # of three days ago, for Li: the health center has confirmed, Yihe has not
    waiting_li: str
    plates: Mapping[str, str] = field(repr=False)  # key -> what stands on the plate; kept nowhere else

    def plate_code(self, key: str) -> str:
        """Return what a camera reads at this spot: "201-1", "202-1" or "door"."""
        return self.plates[key]


@dataclass(frozen=True)
class Crew:
    """Who goes, who receives them, and who plans and confirms at the two desks."""

    doctor: Actor
    nurse: Actor
    feng: Actor
    he: Actor


async def load(town: Any, *, now: datetime) -> VisitsTown:
    crew = await crew_of(town, now)
    plates = await _plates(town, crew, now - timedelta(days=60))
    week_ago, days_ago = now - timedelta(days=7), now - timedelta(days=3)
    confirmed = await _done(town, crew, week_ago, "wang", plates["201-1"])
    await actions.attest(actor=crew.doctor, visit_uid=confirmed.uid, now=week_ago + timedelta(hours=1))
    await actions.attest(actor=crew.nurse, visit_uid=confirmed.uid, now=week_ago + timedelta(hours=2))
    waiting = await _done(town, crew, days_ago, "li", plates["202-1"])
    await actions.attest(actor=crew.doctor, visit_uid=waiting.uid, now=days_ago + timedelta(hours=1))
    today = await _planned(
        town, crew, _this_morning(now), {"wang": "量血压、血糖，问睡眠", "li": "量血压，看伤口"}, now
    )
    items = {item.resident_uid: item.uid for item in today.items}
    return VisitsTown(
        today=today.uid,
        today_wang=items[town.people.wang],
        today_li=items[town.people.li],
        confirmed=confirmed.uid,
        confirmed_wang=confirmed.items[0].uid,
        waiting=waiting.uid,
        waiting_li=waiting.items[0].uid,
        plates=plates,
    )


async def crew_of(town: Any, now: datetime) -> Crew:
    async def acting(key: str, channel: Channel) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)

    return Crew(
        doctor=await acting("doctor", Channel.MINI_PROGRAM),
        nurse=await acting("nurse", Channel.MINI_PROGRAM),
        feng=await acting("feng", Channel.CONSOLE),
        he=await acting("he", Channel.CONSOLE),
    )


def _this_morning(now: datetime) -> datetime:
    """Return nine o'clock, or, for a town that is built later in the day, a window that is still open."""
    nine = datetime.combine(local_date(now), datetime.min.time(), SHANGHAI) + timedelta(hours=NINE)
    return nine if now < nine + timedelta(hours=ELEVEN - NINE) else now


async def _plates(town: Any, crew: Crew, at: datetime) -> dict[str, str]:
    fresh: dict[str, FreshPlate] = {key: new_plate(code_keys()) for key in SPOTS}
    wishes = [
        PlateWish(kind, "" if kind is PlateKind.DOOR else key, fresh[key]) for key, kind in SPOTS.items()
    ]
    await actions.issue_plates(actor=crew.he, home_uid=town.alliance.yihe, wishes=wishes, now=at)
    return {key: plate.text for key, plate in fresh.items()}


async def _planned(
    town: Any, crew: Crew, starts_at: datetime, due: Mapping[str, str], now: datetime
) -> VisitCard:
    return await actions.plan_visit(
        actor=crew.feng,
        home_uid=town.alliance.yihe,
        provider_uid=town.alliance.health_center,
        kind=VisitKind.ROUND,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        clinician_uids=[town.identity.accounts["doctor"]],
        items=[PlannedItem(getattr(town.people, key), PATROL, words) for key, words in due.items()],
        now=now,
    )


async def _done(town: Any, crew: Crew, at: datetime, key: str, plate: str) -> VisitCard:
    card = await _planned(town, crew, at, {key: "例行巡诊"}, at - timedelta(days=1))
    found = Findings(pulse=72, temperature=36.5, text="精神好，睡眠可，继续原来的用药。")
    return await carried_out(crew, card, plate, [ItemResult(card.items[0].uid, Outcome.SEEN, found)], at)


async def carried_out(
    crew: Crew, card: VisitCard, plate: str, results: Sequence[ItemResult], at: datetime
) -> VisitCard:
    """Carry out a planned visit as it would have happened, scan by scan."""
    nonce = (await actions.prepare_scan(actor=crew.doctor, now=at)).nonces[0]
    shown = await queries.rotating_code_for(actor=crew.nurse, visit_uid=card.uid, now=at)
    scanned = Scanned(client_uid=new_uid(), plate=plate, nonce=nonce, device_time=at, code=shown.text)
    await actions.start_visit(actor=crew.doctor, visit_uid=card.uid, scanned=scanned, now=at)
    await actions.record_results(
        actor=crew.doctor, visit_uid=card.uid, results=results, now=at + timedelta(minutes=10)
    )
    return await actions.finish_visit(actor=crew.doctor, visit_uid=card.uid, now=at + timedelta(minutes=25))
