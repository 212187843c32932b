"""Whose referrals, packets and late ones somebody reaches, and that a step asks first whose turn it is."""

from datetime import timedelta

import pytest

from server.alliance.models import ServiceAgreement
from server.authority.actor import system_actor
from server.kit.clock import local_date
from server.kit.errors import Forbidden
from server.kit.pages import PageWish
from server.people.models import Resident
from server.referrals import actions, queries
from server.referrals.errors import NoPartner, NotYourTurn, UnknownSlip
from server.referrals.models import Referral, ReferralEscalation, ReferralPacket
from tests.core.referrals.conftest import ALL_THE_WAY, UP_TO_OFFERED, URGENT, E, Way
from tests.overtaken import meanwhile

WORKER = system_actor("worker")


async def of_two(way: Way) -> tuple[str, str]:
    """Send Wang and Li to the same hospital."""
    wang, li = await way.to(E.SUBMIT, wish=URGENT), (await way.written(URGENT, "li")).uid
    await way.step(li, E.SUBMIT)
    return wang, li


class TestAFamily:
    async def test_is_told_of_its_own_and_of_nobody_elses(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        for who, told in (("daughter", [uid]), ("wang", [uid]), ("guardian", []), ("stranger", [])):
            shown = await queries.open_stories(
                actor=await way.acting(who), resident_uid=way.town.people.wang, most=9, now=way.now
            )
            assert [each.uid for each in shown] == told, who


class TestASlip:
    async def test_leads_to_its_own_referral(self, way: Way) -> None:
        for uid in await of_two(way):
            code = (await way.row(uid)).code
            assert (await queries.referral_by_code(actor=way.zhao, code=code, now=way.now)).uid == uid

    @pytest.mark.parametrize("who", ["sun", "song", "doctor", "tang"])
    async def test_is_an_unknown_one_to_every_other_house(self, way: Way, who: str) -> None:
        code = (await way.row(await way.to(E.SUBMIT))).code
        with pytest.raises(UnknownSlip):
            await queries.referral_by_code(actor=await way.acting(who), code=code, now=way.now)


async def test_a_packet_is_that_of_its_referral(way: Way) -> None:
    for uid in await of_two(way):
        sheet = await queries.packet_sheet(actor=way.zhao, uid=uid, now=way.now)
        assert sheet.digest == (await ReferralPacket.get(referral__uid=uid)).digest


async def test_only_whose_agreement_is_in_force_takes_part(way: Way) -> None:
    rows = ServiceAgreement.filter(uid=way.town.alliance.yihe_first_hospital)
    await rows.update(last_day=local_date(way.now) - timedelta(days=1))
    with pytest.raises(NoPartner):
        await way.written()
    assert not await Referral.exists()


class TestWhatIsLate:
    async def test_is_not_raised_when_somebody_moves_it_in_the_same_moment(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, wish=URGENT)
        way.clock.advance(hours=25)
        with meanwhile("referral", lambda: way.step(uid, E.ACCEPT)):
            assert await actions.sweep_deadlines(actor=WORKER, now=way.now) == 0
        assert not await ReferralEscalation.exists()

    async def test_is_settled_by_a_step_of_its_own_referral_only(self, way: Way) -> None:
        wang, li = await of_two(way)
        way.clock.advance(hours=25)
        assert await actions.sweep_deadlines(actor=WORKER, now=way.now) == 2
        await way.step(wang, E.ACCEPT)
        (still,) = await ReferralEscalation.filter(settled_at=None).select_related("referral")
        assert (still.referral.uid, still.open_key) == (li, str(still.referral_id))

    async def test_is_shown_to_the_bureau_and_to_no_institution(self, way: Way) -> None:
        await of_two(way)
        way.clock.advance(hours=25)
        await actions.sweep_deadlines(actor=WORKER, now=way.now)
        asked = {"open_only": True, "wish": PageWish(), "now": way.now}
        assert len((await queries.escalations(actor=way.tang, **asked)).page.items) == 2
        for who in (way.zhao, way.he):
            with pytest.raises(Forbidden):
                await queries.escalations(actor=who, **asked)


class TestAStep:
    """Whoever is not in turn is told so before anything else is asked or done."""

    async def test_of_the_other_side_says_nothing_of_a_follow_up_that_is_owed(self, way: Way) -> None:
        uid = await way.to(*ALL_THE_WAY, wish=URGENT)
        with pytest.raises(NotYourTurn):
            await way.step(uid, E.CLOSE, by=way.zhao)

    async def test_of_the_other_side_says_nothing_of_where_the_resident_is(self, way: Way) -> None:
        uid = await way.to(*UP_TO_OFFERED)
        await Resident.filter(uid=way.town.people.wang).update(died_at=way.now)
        with pytest.raises(NotYourTurn):
            await way.step(uid, E.ACCEPT_BACK, by=way.zhao)

    async def test_books_no_seat_out_of_turn(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        accepted = await way.step(uid, E.ACCEPT)
        with pytest.raises(NotYourTurn):
            await actions.book_seat(
                actor=way.nurse, uid=accepted.uid, slot_uid=way.town.booking.green_slot, now=way.now
            )
        assert (await way.row(uid)).appointment_id is None
