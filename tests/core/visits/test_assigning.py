"""Nobody is sent on a round without valid training on that day, nor where their registration is over (A17, A24)."""

from datetime import timedelta

import pytest

from server.identity.models import RoleGrant, TrainingRecord
from server.kit.clock import local_date
from server.training.errors import Untrained
from server.visits import queries
from server.visits.errors import NotOfThisProvider, RegistrationOver
from server.visits.models import VisitAttendance
from server.visits.rules import Reason, ScanResult
from tests.core.visits.conftest import Round


async def doctors(morning: Round) -> TrainingRecord:
    return await TrainingRecord.get(account_id=morning.doctor.account_id, course="infection_control")


class TestTraining:
    async def test_that_runs_out_before_the_day_of_the_round_is_said_with_what_to_do(
        self, morning: Round
    ) -> None:
        row, today = await doctors(morning), local_date(morning.now)
        row.expires_on = today + timedelta(days=7)
        await row.save(update_fields=["expires_on"])

        await morning.planned_like_today(begin=timedelta(days=6))
        with pytest.raises(Untrained) as refused:
            await morning.planned_like_today(begin=timedelta(days=7))
        assert refused.value.sentence == (
            "林致远缺少有效的“感染防控与手卫生”，3 月 9 日不能安排。请先在“培训与持证”里登记证书或安排培训，或换一位同事。"
        )

    async def test_that_was_never_taken_is_refused_and_nothing_is_planned(self, morning: Round) -> None:
        await TrainingRecord.filter(account_id=morning.doctor.account_id).delete()
        before = await VisitAttendance.all().count()
        with pytest.raises(Untrained):
            await morning.planned_like_today(begin=timedelta(days=1))
        assert await VisitAttendance.all().count() == before

    async def test_that_is_missing_flags_whoever_came_all_the_same(self, morning: Round) -> None:
        row = await doctors(morning)
        await TrainingRecord.filter(id=row.id).update(struck_out_at=morning.now)
        card = await morning.start()
        assert card.result is ScanResult.EXCEPTION
        assert Reason.UNTRAINED in (await morning.row()).exceptions

    async def test_is_told_beside_the_name_where_people_are_chosen(self, morning: Round) -> None:
        row = await doctors(morning)
        await TrainingRecord.filter(id=row.id).update(struck_out_at=morning.now)
        sheet = await queries.planning_sheet(
            actor=morning.feng, agreement_uid=morning.town.alliance.yihe_health_center, now=morning.now
        )
        texts = {each.value: each.text for each in sheet.clinicians}
        assert texts[morning.doctor.account_uid] == "林致远（缺感染防控与手卫生）"


class TestRegistration:
    async def test_over_is_refused_from_that_day_on(self, morning: Round) -> None:
        ends_on = local_date(morning.now) + timedelta(days=3)
        await RoleGrant.filter(account_id=morning.doctor.account_id).update(registration_ends_on=ends_on)
        await morning.planned_like_today(begin=timedelta(days=2))
        with pytest.raises(RegistrationOver) as refused:
            await morning.planned_like_today(begin=timedelta(days=3))
        assert "林致远" in refused.value.sentence

    async def test_of_somebody_whose_role_ends_before_the_day(self, morning: Round) -> None:
        await RoleGrant.filter(account_id=morning.doctor.account_id).update(
            ends_at=morning.now + timedelta(days=2)
        )
        await morning.planned_like_today(begin=timedelta(days=1))
        with pytest.raises(NotOfThisProvider):
            await morning.planned_like_today(begin=timedelta(days=2))
