"""The first screen in one request: mine, what waits, whom to call, and for staff what is to be done today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from miniprogram_api.next import DutyCard, DutyKind, NextCard, Telling, due_now, duties_of, in_order
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.queries import next_appointments, offers
from server.consent.access import as_family
from server.consent.queries import count_waiting_for_witness, waiting_for_me
from server.consent.rules import Purpose
from server.enrolments.queries import offers_to_sign
from server.feedback.queries import count_open_tokens, open_tokens
from server.identity.queries import needs_device_approval
from server.notifications.queries import unread
from server.people.queries import (
    EmergencyLine,
    MyResidentCard,
    emergency_of,
    my_residents,
    proxies_waiting_for_me,
)
from server.people.rules import ProxyScope
from server.prescriptions.queries import Brought, count_brought
from server.records.queries import DueCard, EntryWish, missing
from server.referrals.queries import open_stories
from server.visits.queries import coming_visits, count_todays_visits, count_waiting_for_confirmation
from server.web import Ask, Open, PageWish, Query, Routes, Uid

routes = Routes("home", tag="首页")

MOST_NEXT = 8
MOST_APPOINTMENTS = 3
MOST_VISITS = 2
MOST_REFERRALS = 2
NOWHERE = EmergencyLine(home=None, home_phone=None, family=None, family_phone=None)


class HomeQuery(Query):
    resident: Uid | None = None  # whose screen it is; one who is not mine (any more) gives way to the first


@dataclass(frozen=True)
class HomeCard:
    residents: tuple[MyResidentCard, ...]  # myself first
    resident_uid: str | None  # the chosen one; None: nobody is mine yet
    unread: int
    emergency: EmergencyLine  # of the chosen resident
    next: tuple[NextCard, ...]  # the most urgent first
    more: int  # how many wait besides
    duties: tuple[DutyCard, ...]  # of today, for staff


@routes.get(
    "/home",
    needs=Open.SIGNED_IN,
    purpose=Purpose.SELF,
    summary="Everything a phone shows on its first screen",
)
async def home(ask: Ask, query: HomeQuery) -> HomeCard:
    return await first_screen(actor=ask.actor, resident_uid=query.resident, now=ask.now)


async def first_screen(*, actor: Actor, resident_uid: str | None, now: datetime) -> HomeCard:
    """Ask each feature once; how many statements that takes does not depend on how much waits."""
    person = as_family(actor)  # a nurse's own family is hers, the residents of her home are her work
    mine = await my_residents(actor=person, now=now)
    chosen = next((each for each in mine if each.uid == resident_uid), mine[0] if mine else None)
    waiting = in_order(
        [*await _for_anybody(person, mine, now), *(await _about(person, mine, chosen, now) if chosen else ())]
    )
    return HomeCard(
        residents=mine,
        resident_uid=chosen.uid if chosen else None,
        unread=(await unread(actor=actor)).count,
        emergency=await _emergency(person, chosen, now),
        next=tuple(waiting[:MOST_NEXT]),
        more=max(0, len(waiting) - MOST_NEXT),
        duties=await _duties(actor, now),
    )


async def _emergency(person: Actor, chosen: MyResidentCard | None, now: datetime) -> EmergencyLine:
    if chosen is None or ProxyScope.PROFILE not in chosen.scopes:
        return NOWHERE
    return await emergency_of(actor=person, resident_uid=chosen.uid, now=now)


async def _for_anybody(person: Actor, mine: Sequence[MyResidentCard], now: datetime) -> list[NextCard]:
    """Return what waits for the account, whichever of its residents it is about."""
    if not mine:
        return []
    tell = Telling(mine, now)
    services = await open_tokens(
        actor=person, permission=Permission.RATING_GIVE, wish=PageWish(None, MOST_NEXT), now=now
    )
    return [
        *map(tell.offer, await offers(actor=person, now=now)),
        *map(tell.consent, await waiting_for_me(actor=person, now=now)),
        *map(tell.proxy, await proxies_waiting_for_me(actor=person, now=now)),
        *map(tell.doctor, await offers_to_sign(actor=person, now=now)),
        *map(tell.rating, services.items),
    ]


async def _about(
    person: Actor, mine: Sequence[MyResidentCard], chosen: MyResidentCard, now: datetime
) -> list[NextCard]:
    tell, uid = Telling(mine, now), chosen.uid
    to_come = await next_appointments(actor=person, resident_uid=uid, most=MOST_APPOINTMENTS, now=now)
    coming = await coming_visits(actor=person, resident_uid=uid, most=MOST_VISITS, now=now)
    under_way = await open_stories(actor=person, resident_uid=uid, most=MOST_REFERRALS, now=now)
    return [
        *map(tell.appointment, to_come),
        *map(tell.referral, under_way),
        *(tell.visit(card, chosen) for card in coming),
        *[tell.due(card, chosen) for card in await _due(person, chosen, now)],
    ]


async def _due(person: Actor, chosen: MyResidentCard, now: datetime) -> Sequence[DueCard]:
    """Return what the record says is due. It is a look at the record, and leaves its line in the trail."""
    if ProxyScope.RECORD not in chosen.scopes:
        return ()
    return due_now(await missing(wish=EntryWish(person, chosen.uid, Purpose.SELF, now)), now)


async def _duties(actor: Actor, now: datetime) -> tuple[DutyCard, ...]:
    counts: list[tuple[DutyKind, int]] = [
        (DutyKind.DEVICE, int(await needs_device_approval(actor=actor, now=now)))
    ]
    if actor.may(Permission.VISIT_ATTEND):
        counts.append((DutyKind.ROUND, await count_todays_visits(actor=actor, now=now)))
        counts.append((DutyKind.ATTEST, await count_waiting_for_confirmation(actor=actor)))
    if actor.may(Permission.CONSENT_WITNESS):
        assist = Permission.RATING_ASSIST
        counts.append((DutyKind.WITNESS_CONSENT, await count_waiting_for_witness(actor=actor, now=now)))
        counts.append(
            (DutyKind.WITNESS_RATING, await count_open_tokens(actor=actor, permission=assist, now=now))
        )
    if actor.may(Permission.DELIVERY_RECEIVE):
        counts.append((DutyKind.DELIVERY, await count_brought(actor=actor, brought=Brought.TODAY, now=now)))
    return duties_of(counts)
