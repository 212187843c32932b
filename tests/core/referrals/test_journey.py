"""Up and down, from the home to the hospital and back: what each step does, and what it leaves behind."""

from datetime import timedelta

import pytest

from server import invariants
from server.alliance.models import ServiceAgreement
from server.audit.trail_models import AccessEntry
from server.consent.rules import Purpose
from server.kit.clock import local_date
from server.kit.pages import PageWish
from server.people.models import CareStateChange, Resident
from server.people.rules import CareCause, CareEvent, CareState
from server.records.queries import EntryWish, timeline
from server.referrals import queries
from server.referrals.errors import NoLongerBound
from server.referrals.models import ReferralFollowUp, ReferralPacket
from server.referrals.rules import FollowUpStatus, ReferralStatus
from tests.core.referrals.conftest import ALL_THE_WAY, UP_TO_RECEIVED, URGENT, E, Way


class TestUp:
    async def test_goes_all_the_way_and_comes_back(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY, E.CLOSE)

        row = await way.row(uid)
        assert row.status is ReferralStatus.CLOSED
        assert (row.owner_id, row.next_deadline, row.open_key) == (None, None, None)
        assert row.readable_until is not None
        assert row.readable_until > way.now
        assert await invariants.faults(now=way.now) == []

    async def test_received_is_in_hospital_from_that_very_moment(self, way: Way) -> None:
        """I33, A10."""
        uid = await way.to(*UP_TO_RECEIVED)

        row = await way.row(uid)
        wang = await Resident.get(uid=way.town.people.wang)
        state = await CareStateChange.get(resident_id=wang.id, ended_at__isnull=True)
        assert wang.care_state is CareState.INPATIENT
        assert (state.state, state.cause, state.cause_uid) == (
            CareState.INPATIENT,
            CareCause.REFERRAL,
            uid,
        )
        assert state.started_at == row.received_at

    async def test_taken_back_rests_on_a_nursing_bed(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY)

        wang = await Resident.get(uid=way.town.people.wang)
        state = await CareStateChange.get(resident_id=wang.id, ended_at__isnull=True)
        assert (state.state, state.cause_uid) == (CareState.CONVALESCENT, uid)
        assert state.nursing_key == f"{wang.home_id}/1"

    async def test_taken_back_to_the_old_life(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY[:-2])
        await way.step(uid, E.ACCEPT_BACK, care=CareEvent.RETURN)

        assert (await Resident.get(uid=way.town.people.wang)).care_state is CareState.RESIDENTIAL

    async def test_urgent_owes_a_follow_up_within_two_weeks(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)

        duty = await ReferralFollowUp.get(referral__uid=uid)
        assert duty.status is FollowUpStatus.DUE
        assert (duty.due_at - way.now).days in (13, 14)

    async def test_slip_lies_in_the_record_as_the_homes_own_entry(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)

        row = await way.row(uid)
        wish = EntryWish(way.nurse, way.town.people.wang, Purpose.CARE, way.now)
        entries = {each.uid: each for each in (await timeline(wish=wish, page=PageWish(limit=100))).items}
        assert "初步印象：胸闷待查" in entries[row.out_slip or ""].words
        packet = await ReferralPacket.get(referral_id=row.id)
        assert packet.entries == [row.out_slip]
        assert len(packet.digest) == 64
        assert await AccessEntry.filter(what="records.packet").count() == 1


class TestTheDay:
    async def test_brings_who_is_expected(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, E.ACCEPT, E.SCHEDULE)
        for desk in (way.zhao, way.he):
            (card,) = await queries.expected_on(actor=desk, day=local_date(way.now))
            assert (card.uid, card.resident_name) == (uid, "王桂兰")
        assert await queries.expected_on(actor=way.doctor, day=local_date(way.now)) == []

    async def test_says_so_when_the_agreement_has_ended_on_the_way(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY[:-3])
        await ServiceAgreement.filter(uid=way.town.alliance.yihe_first_hospital).update(
            last_day=local_date(way.now) - timedelta(days=1)
        )
        with pytest.raises(NoLongerBound):
            await way.step(uid, E.OFFER_BACK)
        assert (await way.row(uid)).back_slip is None
