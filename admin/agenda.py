"""What the day brings to a home and to a hospital: visits, and residents on their way."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.queries.agenda import expected_today, going_today
from server.checkups.queries.agenda import checkups_today
from server.kit.clock import local_date
from server.referrals.queries import expected_on
from server.visits.queries.agenda import visits_today
from server.visits.queries.cards import STATUS_WORDS


@dataclass(frozen=True)
class Planned:
    """One thing that happens today, whether or not anybody has to press a button for it."""

    at: datetime
    title: str
    detail: str
    href: str


async def _visits(actor: Actor, now: datetime) -> list[Planned]:
    if not actor.may(Permission.VISIT_READ):
        return []
    return [
        Planned(
            each.starts_at,
            f"{each.provider_name}到{each.home_name}巡诊",
            f"看 {each.residents} 位长者，{STATUS_WORDS[each.status]}",
            f"/admin/visits/{each.uid}",
        )
        for each in await visits_today(actor=actor, day=local_date(now))
    ]


async def _going(actor: Actor, now: datetime) -> list[Planned]:
    if not actor.may(Permission.APPOINTMENT_BOOK):
        return []
    return [
        Planned(
            each.starts_at,
            f"{each.resident_name}去{each.institution_name}",
            f"{each.department_name} {each.number} 号",
            f"/admin/bookings/{each.uid}",
        )
        for each in await going_today(actor=actor, day=local_date(now), now=now)
    ]


async def _referred(actor: Actor, now: datetime) -> list[Planned]:
    if not actor.may(Permission.REFERRAL_SEND):
        return []
    return [
        Planned(
            each.come_at,
            f"{each.resident_name}转诊到{each.upper_name}",
            each.come_to or "约好的时间",
            f"/admin/referrals/{each.uid}",
        )
        for each in await expected_on(actor=actor, day=local_date(now))
    ]


async def _expected(actor: Actor, now: datetime) -> list[Planned]:
    if not actor.may(Permission.APPOINTMENT_CONFIRM):
        return []
    return [
        Planned(
            each.first_at,
            f"{each.department_name}：{each.people} 位长者预约",
            "从这个时间开始",
            f"/admin/appointments?department={each.department_uid}",
        )
        for each in await expected_today(actor=actor, day=local_date(now))
    ]


async def _checkups(actor: Actor, now: datetime) -> list[Planned]:
    if not actor.may(Permission.CHECKUP_READ):
        return []
    return [
        Planned(
            each.starts_at,
            f"{each.provider_name}到{each.home_name}体检",
            f"排了 {each.residents} 位长者，从这个时间开始",
            f"/admin/checkups/{each.campaign_uid}",
        )
        for each in await checkups_today(actor=actor, day=local_date(now))
    ]


async def planned_for(actor: Actor, now: datetime) -> list[Planned]:
    """Return what happens today for this actor, the earliest first."""
    found = [
        one
        for source in (_visits, _checkups, _going, _referred, _expected)
        for one in await source(actor, now)
    ]
    return sorted(found, key=lambda one: one.at)
