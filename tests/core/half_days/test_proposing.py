"""What a proposal asks of the database does not grow with the home."""

from datetime import date, datetime, timedelta
from typing import Any

from server.half_days.queries import HalfDayProposal, propose_half_day
from server.identity.models import RoleGrant, TrainingRecord
from server.kit.clock import local_date
from server.kit.engines.counting import counted
from server.people.actions import admit
from server.people.rules import Sex
from tests.core.alliance.test_agreements import refused


async def proposal(town: Any, actor: Any, now: datetime) -> HalfDayProposal:
    begins = now + timedelta(days=3)
    return await propose_half_day(
        actor=await actor("feng"),
        agreement_uid=town.alliance.yihe_health_center,
        clinician_uids=[town.identity.accounts["doctor"]],
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        now=now,
    )


async def move_in(town: Any, actor: Any, numbers: range, now: datetime) -> None:
    for number in numbers:
        await admit(
            actor=await actor("he"), home_uid=town.alliance.yihe, name="沈阿毛", sex=Sex.MALE,
            birth_date=date(1940, 1, 1 + number), bed=f"50{number}-1", now=now - timedelta(days=60),
        )  # fmt: skip


async def test_runs_no_more_statements_for_many_than_for_a_few(town: Any, actor: Any, clock: Any) -> None:
    await move_in(town, actor, range(2), clock())
    await proposal(town, actor, clock())
    with counted() as for_a_few:
        few = await proposal(town, actor, clock())
    await move_in(town, actor, range(2, 12), clock())
    with counted() as for_many:
        many = await proposal(town, actor, clock())

    assert len(for_many) == len(for_a_few)
    assert many.done + len(many.left_out) > few.done + len(few.left_out)
    assert all(each.sentence for each in many.left_out)


async def test_sends_nobody_whom_planning_would_refuse(town: Any, actor: Any, clock: Any) -> None:
    doctor = town.identity.accounts["doctor"]
    at_work = RoleGrant.filter(account__uid=doctor, institution__uid=town.alliance.health_center)
    await at_work.update(registration_ends_on=local_date(clock()) + timedelta(days=3))
    await refused("visits.registration_over", proposal(town, actor, clock()))
    await at_work.update(registration_ends_on=None)
    await TrainingRecord.filter(account__uid=doctor).update(struck_out_at=clock())
    await refused("training.untrained", proposal(town, actor, clock()))
