"""Every write of referrals, made ready to be stopped at any of its statements."""

from datetime import timedelta

from server.authority.actor import system_actor
from server.records.rules import EmergencyReason
from server.referrals import actions
from server.referrals.models import ReferralEscalation, ReferralFollowUp
from server.referrals.rules import Direction, FollowUpOutcome
from tests.conftest import Clock
from tests.core.referrals.conftest import (
    ALL_THE_WAY,
    BACK,
    DOWN,
    UP_TO_OFFERED,
    UP_TO_RECEIVED,
    URGENT,
    WISH,
    E,
    Way,
    way_of,
)
from tests.crashes import Flow, flow
from tests.stage import Stage

WORKER = system_actor("worker")


async def set_the_scene(stage: Stage) -> Way:
    clock = Clock()
    clock.set(stage.now)
    return await way_of(stage.town, clock, stage.actor)


def between(way: Way, direction: Direction) -> dict[str, str]:
    home, hospital = way.town.alliance.yihe, way.town.alliance.first_hospital
    up = direction is Direction.UP
    return {"from_uid": home if up else hospital, "to_uid": hospital if up else home}


async def late(way: Way) -> str:
    """Send an urgent one that nobody takes up until it is raised."""
    uid = await way.to(E.SUBMIT, wish=URGENT)
    way.clock.advance(hours=25)
    await actions.sweep_deadlines(actor=WORKER, now=way.now)
    return uid


async def write_up(way: Way) -> Flow:
    up = between(way, Direction.UP)
    return flow(
        way.nurse, actions.write_referral, resident_uid=way.town.people.wang, direction=Direction.UP, **up,
        wish=URGENT, now=way.now,
    )  # fmt: skip


async def write_down(way: Way) -> Flow:
    down = between(way, Direction.DOWN)
    return flow(
        way.zhao, actions.write_referral, resident_uid=way.town.people.wang, direction=Direction.DOWN, **down,
        wish=DOWN, now=way.now,
    )  # fmt: skip


async def amend(way: Way) -> Flow:
    return flow(way.nurse, actions.amend_referral, uid=await way.to(), wish=WISH, now=way.now)


async def submit_an_urgent_one(way: Way) -> Flow:
    return way.about_to(await way.to(wish=URGENT), E.SUBMIT)


async def accept_what_is_late(way: Way) -> Flow:
    return way.about_to(await late(way), E.ACCEPT)


async def decline(way: Way) -> Flow:
    return way.about_to(await way.to(E.SUBMIT), E.DECLINE)


async def schedule(way: Way) -> Flow:
    return way.about_to(await way.to(E.SUBMIT, E.ACCEPT), E.SCHEDULE)


async def book_a_seat(way: Way) -> Flow:
    uid = await way.to(E.SUBMIT, E.ACCEPT)
    return flow(way.zhao, actions.book_seat, uid=uid, slot_uid=way.town.booking.green_slot, now=way.now)


async def receive(way: Way) -> Flow:
    return way.about_to(await way.to(*UP_TO_RECEIVED[:-1]), E.RECEIVE)


async def plan_the_discharge(way: Way) -> Flow:
    return way.about_to(await way.to(*UP_TO_RECEIVED), E.PLAN_DISCHARGE)


async def offer_back(way: Way) -> Flow:
    return way.about_to(await way.to(*UP_TO_OFFERED[:-1]), E.OFFER_BACK, slip=BACK)


async def accept_back(way: Way) -> Flow:
    return way.about_to(await way.to(*UP_TO_OFFERED), E.ACCEPT_BACK)


async def close(way: Way) -> Flow:
    return way.about_to(await way.to(*ALL_THE_WAY), E.CLOSE)


async def cancel(way: Way) -> Flow:
    return way.about_to(await way.to(E.SUBMIT), E.CANCEL)


async def settle_an_escalation(way: Way) -> Flow:
    await late(way)
    (row,) = await ReferralEscalation.all()
    return flow(
        way.tang, actions.settle_escalation, uid=row.uid, remark="已电话", hours=2,
        now=way.now + timedelta(minutes=1),
    )  # fmt: skip


async def do_a_follow_up(way: Way) -> Flow:
    await way.to(E.SUBMIT, wish=URGENT)
    (duty,) = await ReferralFollowUp.all()
    return flow(
        way.nurse,
        actions.do_follow_up,
        uid=duty.uid,
        outcome=FollowUpOutcome.GOOD,
        remark="好转",
        now=way.now,
    )


async def waive_a_follow_up(way: Way) -> Flow:
    await way.to(E.SUBMIT, wish=URGENT)
    (duty,) = await ReferralFollowUp.all()
    return flow(way.nurse, actions.waive_follow_up, uid=duty.uid, reason="仍在住院", now=way.now)


async def open_the_packet_in_an_emergency(way: Way) -> Flow:
    doctor = await way.acting("doctor")
    parties = {"from_uid": way.town.alliance.yihe, "to_uid": way.town.alliance.health_center}
    card = await actions.write_referral(
        actor=way.nurse, resident_uid=way.town.people.wang, direction=Direction.UP, **parties, wish=WISH, now=way.now
    )  # fmt: skip
    await way.step(card.uid, E.SUBMIT)
    return flow(
        doctor, actions.open_packet_in_emergency, uid=card.uid, reason=EmergencyReason.ACUTE,
        explanation="昏迷", now=way.now,
    )  # fmt: skip


WRITES = (
    write_up, write_down, amend, submit_an_urgent_one, accept_what_is_late, decline, schedule, book_a_seat, receive,
    plan_the_discharge, offer_back, accept_back, close, cancel, settle_an_escalation, do_a_follow_up,
    waive_a_follow_up, open_the_packet_in_an_emergency,
)  # fmt: skip
