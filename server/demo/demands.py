"""What the town's homes need, who answered, and their beds over the last weeks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.authority.actor import Actor, Channel, system_actor
from server.demands.actions import Line, answer_demand, choose_answer, publish_list, sweep_demands
from server.demands.models import Demand
from server.demands.rules import Need, Offer
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.people.models import BedCensusEntry
from server.people.rules.census import KEPT, Figures, digest_of

KEPT_DAYS = 90
# Beds and nursing beds at the beginning and today, and how full they were: the share has grown.
STORIES = {
    "yihe": (40, 96),
    "songhe": (10, 62),
    "qinghe": (110, 231),
    "fushou": (104, 208),
    "changqing": (120, 215),
    "hele": (70, 149),
}


@dataclass(frozen=True)
class DemandsTown:
    answered: str  # rounds at Songhe, which the health center could do
    late: str  # a home bed at Qinghe, which nobody answered in time


async def load(town: Any, *, now: datetime) -> DemandsTown:
    async def acting(key: str, at: datetime) -> Actor:
        return await actor_of(account_uid=town.identity.accounts[key], channel=Channel.CONSOLE, now=at)

    await _beds(town, now)
    long_ago, lately = now - timedelta(days=20), now - timedelta(days=4)
    qian = await acting("qian", long_ago)
    await publish_list(
        actor=qian,
        home_uid=town.alliance.qinghe,
        lines=[Line(Need.HOME_BED, 12, "希望上门建床")],
        now=long_ago,
    )
    await publish_list(
        actor=qian,
        home_uid=town.alliance.songhe,
        lines=[
            Line(Need.ROUNDS, 62, "一周一次，最好是上午"),
            Line(Need.CHECKUP, 58),
            Line(Need.ASSESSMENT, 3),
        ],
        now=lately,
    )
    await publish_list(actor=qian, home_uid=town.alliance.hele, lines=[Line(Need.ROUNDS, 149)], now=lately)
    feng, day = await acting("feng", now), local_date(now)
    rows = {(row.home.uid, row.need): row.uid for row in await Demand.all().select_related("home")}
    rounds = rows[town.alliance.songhe, Need.ROUNDS]
    await answer_demand(
        actor=feng, uid=rounds, offer=Offer(80, (2, 5), day + timedelta(days=7), "周二、周五上午"), now=now
    )
    checkup = rows[town.alliance.songhe, Need.CHECKUP]
    answer = await answer_demand(
        actor=feng, uid=checkup, offer=Offer(60, (3,), day + timedelta(days=14)), now=now
    )
    await choose_answer(actor=await acting("song", now), uid=checkup, answer_uid=answer, now=now)
    await sweep_demands(actor=system_actor("demo", Channel.COMMAND), now=now)
    return DemandsTown(answered=rounds, late=rows[town.alliance.qinghe, Need.HOME_BED])


async def _beds(town: Any, now: datetime) -> None:
    """Lay down what the worker would have kept: more nursing beds by and by, and people come and go."""
    today, rows = local_date(now), []
    for key, (nursing, residents) in STORIES.items():
        home = await Institution.get(uid=getattr(town.alliance, key))
        for back in range(KEPT_DAYS, 0, -1):
            day = today - timedelta(days=back)
            rows.append(_kept(home, day, _figures(home, day, nursing, residents, back), now))
    await BedCensusEntry.bulk_create(rows)


def _figures(home: Institution, day: date, nursing: int, residents: int, back: int) -> Figures:
    grown = nursing + (home.nursing_beds - nursing) * (KEPT_DAYS - back) // KEPT_DAYS
    come = residents - back // 15 + (day.toordinal() % 5) - 2
    return Figures(home.beds, grown, min(home.beds, come), come // 25, come // 40)


def _kept(home: Institution, day: date, figures: Figures, now: datetime) -> BedCensusEntry:
    digest = digest_of(home=home.uid, day=day, version=KEPT, figures=figures, reason="", before="")
    return BedCensusEntry(
        home_id=home.id, day=day, version=KEPT, digest=digest, created_at=now, **vars(figures)
    )
