"""颐养, 住院, 休养 follow what happens on the way; beds, meals and rounds follow them (A10, I15–I17, I33)."""

import pytest

from server import invariants
from server.alliance.models import Institution
from server.kit.errors import IllegalMove
from server.people.actions import admit, discharge, transfer, transition
from server.people.errors import CauseNotCited, NoNursingBed
from server.people.models import CareStateChange, Resident
from server.people.queries import beds, resident_sheet
from server.people.rules import EFFECTS, CareCause, CareEvent, CareState, Sex, StayEnd
from server.referrals.errors import ResidentGone
from server.visits.queries import rounds_due
from server.visits.rules.due import DueState
from tests.core.referrals.conftest import ALL_THE_WAY, UP_TO_OFFERED, UP_TO_RECEIVED, E, Way


async def state_of(way: Way, who: str = "wang") -> CareState:
    return (await Resident.get(uid=getattr(way.town.people, who))).care_state


class TestOnTheWay:
    async def test_nothing_before_they_are_received(self, way: Way) -> None:
        await way.to(*UP_TO_RECEIVED[:-1])
        assert await state_of(way) is CareState.RESIDENTIAL

    async def test_who_lies_in_hospital_already_stays_as_they_are(self, way: Way) -> None:
        uid = await way.to(*UP_TO_RECEIVED[:-1])
        await transition(
            actor=way.he, resident_uid=way.town.people.wang, event=CareEvent.HOSPITALIZE,
            cause=CareCause.REPORTED, now=way.now,
        )  # fmt: skip
        way.clock.advance(minutes=1)
        await way.step(uid, E.RECEIVE)
        assert await CareStateChange.filter(state=CareState.INPATIENT).count() == 1
        assert await invariants.faults(now=way.now) == []

    async def test_who_convalesces_is_received_again(self, way: Way) -> None:
        await way.to(*ALL_THE_WAY, E.CLOSE)
        assert await state_of(way) is CareState.CONVALESCENT
        await way.to(*UP_TO_RECEIVED)
        assert await state_of(way) is CareState.INPATIENT
        assert not await CareStateChange.filter(nursing_key__isnull=False).exists()

    async def test_sent_down_by_the_hospital_lies_there(self, way: Way) -> None:
        card = await way.down()
        state = await CareStateChange.get(resident__uid=way.town.people.wang, ended_at__isnull=True)
        assert (state.state, state.cause_uid) == (CareState.INPATIENT, card.uid)

    async def test_who_has_left_is_not_referred_nor_received(self, way: Way) -> None:
        uid = await way.to(*UP_TO_RECEIVED[:-1])
        await discharge(
            actor=way.he, resident_uid=way.town.people.wang, reason=StayEnd.WENT_HOME, now=way.now
        )
        with pytest.raises(ResidentGone):
            await way.step(uid, E.RECEIVE)

    async def test_refused_is_not_half_done(self, way: Way) -> None:
        """The state and the referral change in one transaction, or neither does (I33)."""
        uid = await way.to(*UP_TO_RECEIVED[:-1])
        with pytest.raises(Exception, match="referrals"):
            await way.step(uid, E.RECEIVE, by=way.he)
        assert await state_of(way) is CareState.RESIDENTIAL


class TestByHand:
    async def test_nobody_writes_a_referral_down_that_there_was_not(self, way: Way) -> None:
        with pytest.raises(CauseNotCited):
            await transition(
                actor=way.he, resident_uid=way.town.people.wang, event=CareEvent.HOSPITALIZE,
                cause=CareCause.REFERRAL, now=way.now,
            )  # fmt: skip

    async def test_what_is_not_listed_is_refused(self, way: Way) -> None:
        with pytest.raises(IllegalMove):
            await transition(
                actor=way.he, resident_uid=way.town.people.wang, event=CareEvent.CONVALESCE,
                cause=CareCause.DISCHARGE, now=way.now,
            )  # fmt: skip


class TestNursingBeds:
    """I16."""

    async def convalesce(self, way: Way, who: str) -> None:
        for event in (CareEvent.HOSPITALIZE, CareEvent.CONVALESCE):
            await transition(
                actor=way.he, resident_uid=getattr(way.town.people, who), event=event,
                cause=CareCause.REPORTED, now=way.now,
            )  # fmt: skip

    async def test_no_more_convalesce_than_there_are_beds(self, way: Way) -> None:
        await Institution.filter(uid=way.town.alliance.yihe).update(nursing_beds=1)
        await self.convalesce(way, "li")
        with pytest.raises(NoNursingBed):
            await self.convalesce(way, "wang")
        assert await state_of(way) is CareState.INPATIENT
        census = (await beds(actor=way.he, now=way.now)).homes[0]
        assert (census.convalescent, census.nursing_free) == (1, 0)

    async def test_taken_back_needs_one_or_the_old_life(self, way: Way) -> None:
        await Institution.filter(uid=way.town.alliance.yihe).update(nursing_beds=1)
        await self.convalesce(way, "li")
        uid = await way.to(*UP_TO_OFFERED)
        with pytest.raises(NoNursingBed):
            await way.step(uid, E.ACCEPT_BACK)
        await way.step(uid, E.ACCEPT_BACK, care=CareEvent.RETURN)
        assert await state_of(way) is CareState.RESIDENTIAL

    async def test_given_back_it_is_free_again(self, way: Way) -> None:
        await Institution.filter(uid=way.town.alliance.yihe).update(nursing_beds=1)
        await self.convalesce(way, "li")
        await transition(
            actor=way.he, resident_uid=way.town.people.li, event=CareEvent.RETURN,
            cause=CareCause.ASSESSMENT, now=way.now,
        )  # fmt: skip
        await self.convalesce(way, "wang")
        assert await invariants.faults(now=way.now) == []

    async def test_nobody_is_kept_out_where_none_are_registered(self, way: Way) -> None:
        await Institution.filter(uid=way.town.alliance.yihe).update(nursing_beds=0)
        await self.convalesce(way, "li")
        assert not await CareStateChange.filter(nursing_key__isnull=False).exists()

    async def test_goes_along_to_another_home(self, way: Way) -> None:
        await self.convalesce(way, "li")
        jin = await way.acting("jin")
        await transfer(
            actor=jin, resident_uid=way.town.people.li, home_uid=way.town.alliance.songhe, reason="离家近",
            now=way.now,
        )  # fmt: skip
        songhe = await Institution.get(uid=way.town.alliance.songhe)
        held = await CareStateChange.get(nursing_key__isnull=False)
        assert held.nursing_key == f"{songhe.id}/1"
        assert await invariants.faults(now=way.now) == []

    async def test_left_gives_it_back(self, way: Way) -> None:
        await self.convalesce(way, "li")
        await discharge(actor=way.he, resident_uid=way.town.people.li, reason=StayEnd.WENT_HOME, now=way.now)
        assert not await CareStateChange.filter(nursing_key__isnull=False).exists()
        assert await invariants.faults(now=way.now) == []


class TestWhatFollows:
    async def test_in_hospital_nobody_cooks_and_nobody_comes(self, way: Way) -> None:
        """I17."""
        before = (await beds(actor=way.he, now=way.now)).homes[0]
        await way.to(*UP_TO_RECEIVED)
        census = (await beds(actor=way.he, now=way.now)).homes[0]
        assert (census.meals, census.inpatient) == (before.meals - 1, before.inpatient + 1)
        board = await rounds_due(actor=way.he, everybody=True, now=way.now)
        assert board.sheet is not None
        lines = {line.resident_name: line.due.state for line in board.sheet.lines}
        assert lines["王桂兰"] is DueState.PAUSED

    async def test_stands_on_the_residents_page_with_its_cause(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY)
        sheet = await resident_sheet(actor=way.he, uid=way.town.people.wang, now=way.now)
        assert [(each.state, each.cause_uid) for each in sheet.care_states[:2]] == [
            (CareState.CONVALESCENT, uid),
            (CareState.INPATIENT, uid),
        ]
        assert sheet.care_states[1].effects == EFFECTS[CareState.INPATIENT].words

    def test_every_state_says_what_it_does(self) -> None:
        assert set(EFFECTS) == set(CareState)
        assert [state for state in CareState if EFFECTS[state].nursing_bed] == [CareState.CONVALESCENT]

    async def test_a_new_resident_has_one_open_state(self, way: Way) -> None:
        """I15."""
        from datetime import date

        await admit(
            actor=way.he, home_uid=way.town.alliance.yihe, name="沈阿毛", sex=Sex.MALE,
            birth_date=date(1950, 1, 1), now=way.now,
        )  # fmt: skip
        assert await invariants.faults(now=way.now) == []
