"""The weeks before: enough neighbours, rounds, appointments and ratings for boards and charts to have something to show.

Only the town of `make run` has a past; the town of the tests is the small one that everybody knows by heart. What
lies behind is written as rows, not lived through again; `python -m server check` holds for it all the same.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from server.alliance.models import Department, Institution
from server.authority.actor import Actor, Channel
from server.booking.models import Appointment, Slot
from server.booking.rules import AppointmentStatus, Pool, Source
from server.demo.visits import PATROL, carried_out, crew_of
from server.feedback.models import Rating, RatingToken
from server.feedback.rules import Capacity, Dimension, RatingStatus, SourceKind, TokenStatus
from server.identity.models import Account
from server.identity.queries import actor_of
from server.kit.clock import local_date, start_of_day
from server.kit.ids import new_uid
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.actions import admit
from server.people.models import Resident
from server.people.rules import Sex
from server.visits import actions as visits
from server.visits.actions import ItemResult, PlannedItem
from server.visits.rules import Outcome, VisitKind

WEEKS = 8  # as long as the town's agreements have been in force
NEIGHBOURS = {
    "yihe": (
        "周阿英", "吴国庆", "郑桂芳", "孙德明", "马秀珍", "胡长福", "朱月娥", "高志成", "林玉凤", "何根生", "郭水英", "罗永年",
        "梁爱珠", "宋金水", "唐美华", "许福林", "韩彩云", "冯有才", "邓秋月", "曹文彬",
    ),
    "songhe": ("彭阿大", "曾玉兰", "肖建华", "田素珍", "董国梁", "潘菊英", "袁宝山", "蔡春香"),
}  # fmt: skip
FAMILIES = ("周敏", "吴刚", "郑丽", "孙磊", "马兰", "胡军", "朱婷", "高翔", "林洁", "何伟", "郭芳", "罗斌")
SCORES = {  # how often each score was given, of 1 to 5
    "health_center": (0, 1, 3, 14, 22),
    "first_hospital": (1, 3, 6, 12, 9),
    "second_hospital": (0, 1, 1, 2, 4),
}
DAYS_AHEAD = {Pool.GREEN: (1, 4), Pool.PUBLIC: (5, 12)}  # booked so many days before
ROUND_MINUTES, RATED_AFTER = 90, timedelta(days=2)
NOT_KEPT, WITHOUT_WORD = {4, 7}, 2  # weeks ago
MISSED_ONE_IN, CONTENT = 16, 4


@dataclass(frozen=True)
class SeasonTown:
    residents: int
    appointments: int
    visits: int
    ratings: int


async def load(town: Any, *, now: datetime) -> SeasonTown:
    random = Random(20260302)  # noqa: S311  the same past every time
    residents = {home: await _neighbours(town, home, names, now) for home, names in NEIGHBOURS.items()}
    appointments = await _appointments(town, residents["yihe"] + residents["songhe"], random, now)
    appointments += await _today(town, residents["yihe"], now)
    rounds = await _rounds(town, residents["yihe"], random, now)
    ratings = await _ratings(town, residents["yihe"], random, now)
    # All this is old news: nobody is told of it again when the worker starts.
    old = OutboxMessage.filter(
        topic__in=["people.admitted", "visits.planned", "visits.confirmed", "visits.finished"]
    )
    await old.filter(created_at__lt=now - timedelta(days=1)).update(status=MessageStatus.DONE)
    return SeasonTown(sum(map(len, residents.values())), appointments, rounds, ratings)


async def _acting(town: Any, key: str, now: datetime, channel: Channel = Channel.CONSOLE) -> Actor:
    return await actor_of(account_uid=town.identity.accounts[key], channel=channel, now=now)


async def _neighbours(town: Any, home: str, names: tuple[str, ...], now: datetime) -> list[Resident]:
    manager = await _acting(town, {"yihe": "he", "songhe": "song"}[home], now)
    moved_in = now - timedelta(weeks=WEEKS + 4)
    for number, name in enumerate(names):
        await admit(
            actor=manager,
            home_uid=getattr(town.alliance, home),
            name=name,
            sex=Sex.FEMALE if number % 2 == 0 else Sex.MALE,
            birth_date=date(1934 + number % 18, 1 + number % 12, 3 + number),
            bed=f"{301 + number // 2}-{1 + number % 2}",
            now=moved_in,
        )
    return await Resident.filter(home__uid=getattr(town.alliance, home), name__in=list(names)).order_by("id")


async def _appointments(town: Any, residents: list[Resident], random: Random, now: datetime) -> int:
    """Fill two afternoons of every past week at the first hospital."""
    nurse = await Account.get(uid=town.identity.accounts["nurse"])
    hospital = await Institution.get(uid=town.alliance.first_hospital)
    departments = [
        await Department.get(uid=uid) for uid in (town.alliance.geriatrics, town.alliance.cardiology)
    ]
    monday = local_date(now) - timedelta(days=local_date(now).weekday())
    count = 0
    for week in range(1, WEEKS + 1):
        for department, pool in ((each, pool) for each in departments for pool in Pool):
            day = monday - timedelta(weeks=week) + timedelta(days=departments.index(department) * 2 + 1)
            slot = _slot(hospital, department, pool, start_of_day(day) + timedelta(hours=15))
            going = random.sample(residents, random.randint(4, 6))
            slot.capacity, slot.booked, slot.issued = len(going) + 1, len(going), len(going)
            await slot.save()
            await Appointment.bulk_create(
                [
                    _appointment(slot, each, number, nurse=nurse, **_gone_by(slot, random, week))
                    for number, each in enumerate(going, 1)
                ]
            )
            count += len(going)
    return count


async def _today(town: Any, residents: list[Resident], now: datetime) -> int:
    """Let six be expected in the next half-hour, three of whom sit in the waiting room already."""
    nurse = await Account.get(uid=town.identity.accounts["nurse"])
    hospital = await Institution.get(uid=town.alliance.first_hospital)
    department = await Department.get(uid=town.alliance.geriatrics)
    slot = _slot(
        hospital, department, Pool.PUBLIC, now.replace(second=0, microsecond=0) + timedelta(minutes=20)
    )
    going = residents[:6]
    slot.capacity, slot.booked, slot.issued = len(going), len(going), len(going)
    await slot.save()
    for number, each in enumerate(going, 1):
        here = number <= len(going) // 2
        became = {"status": AppointmentStatus.ARRIVED, "arrived_at": now - timedelta(minutes=12 - number)}
        await _appointment(slot, each, number, nurse=nurse, days_ahead=4, **(became if here else {})).save()
    return len(going)


def _slot(hospital: Institution, department: Department, pool: Pool, starts_at: datetime) -> Slot:
    made = starts_at - timedelta(days=28)
    return Slot(
        institution_id=hospital.id,
        department_id=department.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        closes_at=starts_at,
        pool=pool,
        release_at=starts_at - timedelta(days=1) if pool is Pool.GREEN else None,
        slot_key=f"{department.id}.{int(starts_at.timestamp()) // 60}.{pool}",
        created_at=made,
    )


def _appointment(
    slot: Slot, resident: Resident, number: int, *, nurse: Account, days_ahead: float, **became: Any
) -> Appointment:
    return Appointment(
        slot_id=slot.id, resident_id=resident.id, number=number, reason="复查", source=Source.COUNTER,
        arrival_code=new_uid(), booked_by_id=nurse.id, on_behalf_basis="home_staff",
        place_key=f"{slot.id}.{resident.id}", reminded_at=slot.starts_at - timedelta(days=1),
        created_at=slot.starts_at - timedelta(days=days_ahead),
        **{"status": AppointmentStatus.BOOKED, **became},
    )  # fmt: skip


def _gone_by(slot: Slot, random: Random, week: int) -> dict[str, Any]:
    """Tell how long ahead somebody booked a seat of that week, and whether they came."""
    soonest, latest = DAYS_AHEAD[slot.pool]
    days_ahead = random.uniform(soonest, latest) + (week if slot.pool is Pool.PUBLIC else 0) / 4
    if random.randrange(MISSED_ONE_IN):
        seen = {"arrived_at": slot.starts_at, "fulfilled_at": slot.ends_at}
        return {"days_ahead": days_ahead, "status": AppointmentStatus.FULFILLED, **seen}
    return {"days_ahead": days_ahead, "status": AppointmentStatus.NOSHOW, "ended_at": slot.ends_at}


async def _rounds(town: Any, residents: list[Resident], random: Random, now: datetime) -> int:
    """Let the health center have come nearly every week; twice nobody came, and one round still waits for a word."""
    crew = await crew_of(town, now)
    for week in range(WEEKS, 1, -1):
        starts_at = now - timedelta(weeks=week, hours=1)
        card = await visits.plan_visit(
            actor=crew.feng,
            home_uid=town.alliance.yihe,
            provider_uid=town.alliance.health_center,
            kind=VisitKind.ROUND,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=ROUND_MINUTES),
            clinician_uids=[town.identity.accounts["doctor"]],
            items=[PlannedItem(each.uid, PATROL, "例行巡诊") for each in random.sample(residents, 6)],
            now=starts_at - timedelta(days=3),
        )
        if week in NOT_KEPT:
            await visits.sweep_missed(actor=crew.feng, now=starts_at + timedelta(days=2))
            continue
        results = [ItemResult(item.uid, Outcome.SEEN) for item in card.items]
        await carried_out(crew, card, town.visits.plate_code("door"), results, starts_at)
        for side in (crew.doctor, crew.nurse)[: 1 if week == WITHOUT_WORD else 2]:
            await visits.attest(actor=side, visit_uid=card.uid, now=starts_at + timedelta(hours=2))
    return WEEKS - 1


async def _ratings(town: Any, residents: list[Resident], random: Random, now: datetime) -> int:
    opened = now - timedelta(weeks=WEEKS + 4)
    families = [Account(name=name, created_at=opened) for name in FAMILIES]
    for each in families:
        await each.save()
    count = 0
    for subject, times in SCORES.items():
        institution = await Institution.get(uid=getattr(town.alliance, subject))
        for score in (score for score, often in enumerate(times, 1) for _ in range(often)):
            served = now - timedelta(days=random.uniform(3, 7 * WEEKS))
            pair = random.randrange(len(families))
            await _rating(institution, residents[pair], families[pair], score, served)
            count += 1
    return count


async def _rating(
    institution: Institution, resident: Resident, author: Account, score: int, served: datetime
) -> None:
    said = served + RATED_AFTER
    token = RatingToken(
        source=SourceKind.APPOINTMENT, source_uid=new_uid(), resident_id=resident.id, subject_id=institution.id,
        served_at=served, status=TokenStatus.USED, expires_at=served + timedelta(days=30), created_at=served,
    )  # fmt: skip
    await token.save()
    await Rating(
        token_id=token.id, token_key=token.uid, resident_id=resident.id, subject_id=institution.id,
        author_id=author.id, capacity=Capacity.FAMILY, score=score,
        tags=[Dimension.ATTITUDE if score >= CONTENT else Dimension.WAITING],
        status=RatingStatus.SUBMITTED, counts_from=said, settled_at=said, created_at=said,
    ).save()  # fmt: skip
