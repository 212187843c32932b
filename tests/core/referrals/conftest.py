"""A referral and everybody who has a part in it, as the town's people would go about it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest_asyncio

from server.authority.actor import Actor
from server.consent.actions import Choice, grant_consent, request_consent
from server.consent.queries import consent_sheet
from server.consent.rules import RESTRICTED, Purpose, RecordCategory
from server.demo import Town
from server.kit.clock import local_date
from server.people.rules import CareEvent
from server.referrals import actions
from server.referrals.actions import Wish
from server.referrals.models import Referral
from server.referrals.queries import ReferralCard
from server.referrals.rules import Direction, ReferralEvent, Urgency
from tests.crashes import Flow, flow

E = ReferralEvent
SLIP = {"impression": "胸闷待查", "present": "今晨胸闷半小时，院内条件有限。"}
BACK = {"diagnosis": "冠心病", "advice": "按时服药，两周后复查。"}
WISH = Wish(criteria=("examination",), urgency=Urgency.ROUTINE, department="心血管内科", slip=SLIP)
URGENT = replace(WISH, criteria=("chest",), urgency=Urgency.URGENT)
DOWN = Wish(criteria=("rehabilitation",))
WHY = "请再写明最近的血压"


@dataclass
class Way:
    """The way of Wang between Yihe (lower) and the first hospital (upper)."""

    town: Town
    clock: Any
    nurse: Actor
    he: Actor
    zhao: Actor
    doctor: Actor
    tang: Actor

    @property
    def now(self) -> datetime:
        found: datetime = self.clock()
        return found

    async def row(self, uid: str) -> Referral:
        return await Referral.get(uid=uid)

    async def written(self, wish: Wish = WISH, resident: str = "wang") -> ReferralCard:
        return await actions.write_referral(
            actor=self.nurse,
            resident_uid=getattr(self.town.people, resident),
            direction=Direction.UP,
            from_uid=self.town.alliance.yihe,
            to_uid=self.town.alliance.first_hospital,
            wish=wish,
            now=self.now,
        )

    async def down(self, wish: Wish = DOWN, resident: str = "wang") -> ReferralCard:
        return await actions.write_referral(
            actor=self.zhao,
            resident_uid=getattr(self.town.people, resident),
            direction=Direction.DOWN,
            from_uid=self.town.alliance.first_hospital,
            to_uid=self.town.alliance.yihe,
            wish=wish,
            now=self.now,
        )

    async def step(self, uid: str, event: E, by: Actor | None = None, **more: Any) -> ReferralCard:
        """Do one step as whoever's turn it is, unless said otherwise."""
        done: ReferralCard = await self.about_to(uid, event, by, **more).run()
        return done

    def about_to(self, uid: str, event: E, by: Actor | None = None, **more: Any) -> Flow:
        who = by or (self.nurse if event in BELOW else self.zhao)
        if event is E.SCHEDULE:
            more = {"come_at": self.now + timedelta(hours=2), "come_to": "急诊大厅"} | more
            return flow(who, actions.schedule_referral, uid=uid, now=self.now, **more)
        if event is E.OFFER_BACK:
            return flow(who, actions.offer_back, uid=uid, now=self.now, **{"slip": BACK, **more})
        if event is E.ACCEPT_BACK:
            more = {"care": CareEvent.CONVALESCE} | more
            return flow(who, actions.accept_back, uid=uid, now=self.now, **more)
        why = {"reason": WHY} if event in WITH_A_REASON else {}
        return flow(who, actions.move_referral, uid=uid, event=event, now=self.now, **{**why, **more})

    async def to(self, *events: E, wish: Wish = WISH) -> str:
        """Write a referral and take it through these steps, a minute apart."""
        uid = (await self.written(wish)).uid
        for event in events:
            self.clock.advance(minutes=1)
            await self.step(uid, event)
        return uid

    async def agrees(
        self,
        *categories: RecordCategory,
        by: str = "wang",
        asker: str = "zhao",
        house: str = "first_hospital",
        purpose: Purpose = Purpose.CONTINUITY,
    ) -> str:
        """Have Wang agree that a house sees these categories."""
        asking = self.zhao if asker == "zhao" else self.he
        card = await request_consent(
            actor=asking,
            resident_uid=self.town.people.wang,
            institution_uid=getattr(self.town.alliance, house),
            purpose=purpose,
            categories=categories,
            last_day=local_date(self.now) + timedelta(days=100),
            now=self.now,
        )
        person = await self.acting(by)
        sheet = await consent_sheet(actor=person, uid=card.uid, now=self.now)
        wanted = frozenset(categories)
        choice = Choice(
            categories=wanted - RESTRICTED, restricted=wanted & RESTRICTED, text_hash=sheet.text_hash
        )
        await grant_consent(actor=person, uid=card.uid, choice=choice, now=self.now)
        return card.uid

    acting: Callable[[str], Awaitable[Actor]] = None  # type: ignore[assignment]


BELOW = {E.SUBMIT, E.DEPART, E.ASK_MORE, E.ACCEPT_BACK, E.ARRIVE_HOME, E.CLOSE, E.CANCEL}
WITH_A_REASON: Mapping[E, str] = dict.fromkeys((E.RETURN, E.DECLINE, E.CANCEL, E.ASK_MORE, E.STAY), WHY)
UP_TO_RECEIVED = (E.SUBMIT, E.ACCEPT, E.SCHEDULE, E.DEPART, E.RECEIVE)
UP_TO_OFFERED = (*UP_TO_RECEIVED, E.TREAT, E.PLAN_DISCHARGE, E.OFFER_BACK)
ALL_THE_WAY = (*UP_TO_OFFERED, E.ACCEPT_BACK, E.ARRIVE_HOME)


@pytest_asyncio.fixture
async def way(town: Town, clock: Any, actor: Callable[[str], Awaitable[Actor]]) -> Way:
    return await way_of(town, clock, actor)


async def way_of(town: Town, clock: Any, actor: Callable[[str], Awaitable[Actor]]) -> Way:
    names = ("nurse", "he", "zhao", "doctor", "tang")
    return Way(town, clock, *[await actor(name) for name in names], acting=actor)
