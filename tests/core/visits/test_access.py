"""Whose rounds and plates a deed reaches: its own alone, and nobody's beside it."""

from datetime import timedelta

import pytest

from server.kit.errors import Forbidden, NotFound
from server.visits import actions, codes
from server.visits.errors import PlateEnded
from server.visits.models import Plate, VisitAttendance
from server.visits.rules import PlateKind, VisitStatus
from tests.core.visits import writes
from tests.core.visits.conftest import Ask, Round


class TestAPlate:
    @pytest.mark.parametrize("place", ["bed", "kind", "home_id", "valid_to"])
    async def test_is_replaced_by_one_of_the_same_place_alone(self, morning: Round, place: str) -> None:
        hangs = await Plate.get(bed="201-1")
        elsewhere = {
            "bed": "305-1", "kind": PlateKind.DOOR, "valid_to": morning.now - timedelta(days=1),
            "home_id": (await Plate.filter(id=hangs.id).values_list("home__id", flat=True))[0] + 1,
        }  # fmt: skip
        await Plate.filter(id=hangs.id).update(**{place: elsewhere[place]})
        before = await Plate.filter(id=hangs.id).values()
        wish = actions.PlateWish(kind=PlateKind.BED, bed="201-1", fresh=codes.new_plate(codes.code_keys()))
        await actions.issue_plates(
            actor=morning.he, home_uid=morning.town.alliance.yihe, wishes=[wish], now=morning.now
        )
        assert await Plate.filter(id=hangs.id).values() == before

    async def test_that_has_ended_keeps_its_end(self, morning: Round) -> None:
        """Or a scan without a network, of the time in between, would count again."""
        ready = await writes.retire_plate(morning)
        await ready.run()
        with pytest.raises(PlateEnded):
            await actions.retire_plate(
                actor=ready.actor, plate_uid=ready.said["plate_uid"], now=morning.now + timedelta(hours=1)
            )
        assert (await Plate.get(uid=ready.said["plate_uid"])).valid_to == morning.now


class TestAColleagueWhoIsNotOnTheRound:
    async def test_does_not_end_it(self, morning: Round) -> None:
        ready = await writes.finish(morning)
        await VisitAttendance.filter(account_id=morning.doctor.account_id).update(
            account_id=morning.feng.account_id
        )
        with pytest.raises(Forbidden):
            await ready.run()

    async def test_is_not_at_it_when_it_begins(self, morning: Round, actor: Ask) -> None:
        row, other = await morning.row(), await actor("stranger")
        beside = VisitAttendance(
            visit_id=row.id, account_id=other.account_id, planned=True, open_key=None, created_at=morning.now
        )
        await beside.save()
        await morning.start()
        assert (await morning.row()).status is VisitStatus.STARTED
        await beside.refresh_from_db()
        assert beside.open_key is None

    async def test_of_another_round_stays_at_it_when_this_one_is_abandoned(
        self, morning: Round, actor: Ask
    ) -> None:
        ready = await writes.abandon(morning)
        other = await VisitAttendance.exclude(visit__uid=morning.uid).order_by("id").first()
        assert other is not None
        await VisitAttendance.filter(id=other.id).update(open_key="elsewhere")
        await ready.run()
        assert await VisitAttendance.filter(id=other.id, open_key="elsewhere").exists()


class TestOthers:
    @pytest.mark.parametrize("somebody", ["tang", "daughter", "stranger"])
    async def test_are_given_nothing_to_scan_with(self, morning: Round, actor: Ask, somebody: str) -> None:
        with pytest.raises(Forbidden):
            await actions.prepare_scan(actor=await actor(somebody), now=morning.now)

    @pytest.mark.parametrize("decide", [actions.approve_correction, actions.refuse_correction])
    async def test_do_not_know_of_a_correction(self, morning: Round, actor: Ask, decide) -> None:
        uid = await writes.requested(morning)
        with pytest.raises(NotFound):
            await decide(actor=await actor("sun"), correction_uid=uid, reason="同意", now=morning.now)
