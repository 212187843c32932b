"""What goes along: only to whom it was sent, only through consent or an emergency, only while it is needed (I32, I12)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from server.audit.trail_models import AccessEntry
from server.authority.actor import Actor
from server.consent.actions import withdraw_consent
from server.consent.models import Consent
from server.consent.rules import ConsentStatus, Purpose, RecordCategory
from server.kit.errors import NotFound
from server.records.models import EmergencyRead
from server.records.rules import EmergencyReason
from server.referrals import actions, queries
from server.referrals.errors import NotYoursToSend, PacketClosed
from server.referrals.models import ReferralPacket
from server.referrals.rules import Direction
from tests.core.referrals.conftest import ALL_THE_WAY, BACK, UP_TO_OFFERED, WISH, E, Way

C = RecordCategory


async def words(way: Way, uid: str, by: Actor | None = None) -> list[str]:
    sheet = await queries.packet_sheet(actor=by or way.zhao, uid=uid, now=way.now)
    return [each.words for each in sheet.entries]


class TestReadByTheReceiver:
    async def test_what_consent_holds_for_and_nothing_else(self, way: Way) -> None:
        chosen = (way.town.records.wang_hypertension, way.town.records.wang_penicillin)
        await way.agrees(C.ENCOUNTER, C.CHRONIC)
        uid = await way.to(E.SUBMIT, wish=replace(WISH, entries=chosen))

        shown = await words(way, uid)

        assert any("胸闷待查" in each for each in shown)
        assert any("高血压" in each for each in shown)
        assert not any("青霉素" in each for each in shown)  # MEDS is not agreed to
        assert len(shown) == 2

    async def test_nothing_that_was_not_sent_though_consent_would_hold(self, way: Way) -> None:
        await way.agrees(C.ENCOUNTER, C.CHRONIC)
        uid = await way.to(E.SUBMIT)
        assert len(await words(way, uid)) == 1

    async def test_nothing_without_consent_and_no_hint_of_it(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        sheet = await queries.packet_sheet(actor=way.zhao, uid=uid, now=way.now)
        assert (sheet.entries, sheet.may_read) == ((), False)

    async def test_consent_for_another_purpose_is_none(self, way: Way) -> None:
        await way.agrees(C.ENCOUNTER, purpose=Purpose.TREATMENT)
        uid = await way.to(E.SUBMIT)
        assert await words(way, uid) == []

    async def test_withdrawn_is_closed_at_once(self, way: Way) -> None:
        """T7."""
        consent = await way.agrees(C.ENCOUNTER)
        uid = await way.to(E.SUBMIT)
        assert await words(way, uid)
        await withdraw_consent(actor=await way.acting("wang"), uid=consent, now=way.now)
        assert await words(way, uid) == []

    async def test_each_reading_leaves_one_line_under_the_consent(self, way: Way) -> None:
        consent = await way.agrees(C.ENCOUNTER)
        uid = await way.to(E.SUBMIT)
        before = await AccessEntry.filter(what="records.packet").count()
        await words(way, uid)
        await words(way, uid)
        lines = await AccessEntry.filter(what="records.packet").order_by("-id")
        assert len(lines) == before + 2
        assert (lines[0].basis, lines[0].basis_uid, lines[0].purpose) == ("consent", consent, "continuity")

    async def test_restricted_stays_closed_unless_agreed_to_by_itself(self, way: Way) -> None:
        chosen = (way.town.records.wang_restricted,)
        await way.agrees(C.ENCOUNTER)
        doctor = await way.acting("doctor")
        uid = (
            await actions.write_referral(
                actor=doctor, resident_uid=way.town.people.wang, direction=Direction.UP,
                from_uid=way.town.alliance.health_center, to_uid=way.town.alliance.first_hospital,
                wish=replace(WISH, entries=chosen), now=way.now,
            )
        ).uid  # fmt: skip
        await actions.move_referral(actor=doctor, uid=uid, event=E.SUBMIT, now=way.now)
        assert len(await words(way, uid)) == 1


class TestNobodyElse:
    @pytest.mark.parametrize("who", ["feng", "sun", "song", "qian", "tang", "daughter", "stranger"])
    async def test_reads_it(self, who: str, way: Way) -> None:
        await way.agrees(C.ENCOUNTER)
        uid = await way.to(E.SUBMIT)
        with pytest.raises(NotFound):
            await words(way, uid, by=await way.acting(who))

    async def test_not_the_receiver_before_it_was_sent(self, way: Way) -> None:
        await way.agrees(C.ENCOUNTER)
        uid = (await way.written()).uid
        with pytest.raises(NotFound):
            await words(way, uid)

    async def test_the_sender_sees_what_it_sent_as_its_own(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        sheet = await queries.packet_sheet(actor=way.he, uid=uid, now=way.now)
        assert (sheet.received, len(sheet.entries)) == (False, 1)


class TestOnlyWhileItIsNeeded:
    async def test_until_some_days_after_the_end(self, way: Way) -> None:
        await way.agrees(C.ENCOUNTER)
        uid = await way.to(*ALL_THE_WAY, E.CLOSE)
        ended = (await way.row(uid)).readable_until
        assert ended is not None
        way.clock.set(ended - timedelta(seconds=1))
        assert await words(way, uid)
        way.clock.set(ended)
        with pytest.raises(PacketClosed):
            await words(way, uid)

    @pytest.mark.parametrize("ending", [E.DECLINE, E.CANCEL])
    async def test_not_when_nothing_came_of_it(self, way: Way, ending: E) -> None:
        await way.agrees(C.ENCOUNTER)
        uid = await way.to(E.SUBMIT, ending)
        with pytest.raises(PacketClosed):
            await words(way, uid)

    async def test_still_while_more_is_asked_for(self, way: Way) -> None:
        await way.agrees(C.ENCOUNTER)
        uid = await way.to(E.SUBMIT, E.RETURN)
        assert await words(way, uid)


class TestOnTheWayBack:
    async def test_the_home_reads_the_return_slip_through_its_own_consent(self, way: Way) -> None:
        uid = await way.to(*UP_TO_OFFERED)
        sheet = await queries.packet_sheet(actor=way.he, uid=uid, now=way.now)
        assert (sheet.received, sheet.may_read) == (True, False)
        assert not any("冠心病" in each.words for each in sheet.entries)

        pending = Consent.filter(
            uid=way.town.consent.wang_pending
        )  # Yihe has asked for something else before
        await pending.update(status=ConsentStatus.LAPSED, asked_key=None)
        await way.agrees(C.ENCOUNTER, asker="he", house="yihe")
        shown = await words(way, uid, by=way.he)
        assert any("冠心病" in each and "两周后复查" in each for each in shown)


class TestSending:
    async def test_only_what_the_sender_may_see_itself(self, way: Way) -> None:
        """Li's own entry, and one of the health center's that Yihe may not see."""
        for foreign in (way.town.records.li_diabetes, way.town.records.wang_restricted):
            uid = (await way.written(replace(WISH, entries=(foreign,)))).uid
            with pytest.raises(NotYoursToSend):
                await way.step(uid, E.SUBMIT)
            assert not await ReferralPacket.filter(referral__uid=uid).exists()
            assert (await way.row(uid)).sent_at is None
            await way.step(uid, E.CANCEL)

    async def test_sent_again_with_what_was_added(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT, E.RETURN)
        slip = {"impression": "胸闷待查", "present": "血压 150/90"}
        await actions.amend_referral(actor=way.nurse, uid=uid, wish=replace(WISH, slip=slip), now=way.now)
        await way.step(uid, E.SUBMIT)
        first, second = await ReferralPacket.filter(referral__uid=uid).order_by("number")
        assert first.digest != second.digest
        assert first.entries != second.entries
        await way.agrees(C.ENCOUNTER)
        assert any("150/90" in each for each in await words(way, uid))


class TestInAnEmergency:
    async def test_the_receivers_clinician_opens_it_and_it_is_reviewed(
        self, way: Way, actor: Callable[[str], Awaitable[Actor]]
    ) -> None:
        """I13: told, reviewed, and a line that names it."""
        doctor = await actor("doctor")
        card = await actions.write_referral(
            actor=way.nurse, resident_uid=way.town.people.wang, direction=Direction.UP,
            from_uid=way.town.alliance.yihe, to_uid=way.town.alliance.health_center, wish=WISH, now=way.now,
        )  # fmt: skip
        await way.step(card.uid, E.SUBMIT)
        page = await actions.open_packet_in_emergency(
            actor=doctor, uid=card.uid, reason=EmergencyReason.ACUTE, explanation="昏迷", now=way.now
        )
        assert any("胸闷待查" in each.words for each in page.entries)
        read = await EmergencyRead.get(uid=page.uid)
        assert read.review_due == way.now + timedelta(hours=72)
        line = await AccessEntry.filter(basis_uid=read.uid).first()
        assert line is not None
        assert line.basis == "emergency"

    async def test_nobody_in_a_role_that_may_not(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        with pytest.raises(NotFound):
            await actions.open_packet_in_emergency(
                actor=way.zhao, uid=uid, reason=EmergencyReason.ACUTE, explanation="昏迷", now=way.now
            )

    async def test_not_the_sender_nor_after_the_end(self, way: Way) -> None:
        uid = await way.to(E.SUBMIT)
        why = {"reason": EmergencyReason.ACUTE, "explanation": "昏迷"}
        with pytest.raises(PacketClosed):
            await actions.open_packet_in_emergency(actor=way.nurse, uid=uid, **why, now=way.now)
        back = await way.step(uid, E.CANCEL)
        assert back.status == "cancelled"
        with pytest.raises(PacketClosed):
            await actions.open_packet_in_emergency(actor=way.zhao, uid=uid, **why, now=way.now)

    async def test_what_is_most_sensitive_stays_closed_even_then(self, way: Way) -> None:
        doctor = await way.acting("doctor")
        card = await actions.write_referral(
            actor=doctor, resident_uid=way.town.people.wang, direction=Direction.DOWN,
            from_uid=way.town.alliance.health_center, to_uid=way.town.alliance.yihe,
            wish=replace(WISH, criteria=("rehabilitation",), slip={}, entries=(way.town.records.wang_restricted,)),
            now=way.now,
        )  # fmt: skip
        await actions.offer_back(actor=doctor, uid=card.uid, slip=BACK, now=way.now)
        page = await actions.open_packet_in_emergency(
            actor=way.nurse, uid=card.uid, reason=EmergencyReason.ACUTE, explanation="昏迷", now=way.now
        )
        assert [each.title for each in page.entries] == ["出院回转单"]
