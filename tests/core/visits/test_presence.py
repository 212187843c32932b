"""Proof of presence: what starts a visit, and that whatever does not is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.alliance.models import ServiceAgreement
from server.alliance.rules import AgreementStatus
from server.kit.errors import Forbidden, NotFound
from server.kit.ids import new_uid
from server.outbox.models import OutboxMessage
from server.visits import actions, codes, queries
from server.visits.models import Plate, Scan, Visit, VisitAttendance
from server.visits.rules import PlateKind, Reason, ScanResult, VisitStatus
from tests.core.visits.conftest import Ask, Round
from tests.core.visits.phone import code_on_the_screen, nonce_for, scanned

KEYS_OF_ANOTHER_TOWN = codes.CodeKeys.read(f"1:{'77' * 32}", appid="wx00000000cafe0001")


async def refused(morning: Round, verdict: queries.ScanCard, *reasons: Reason) -> None:
    """Check that it was refused for these reasons, that it stands in the book, and that nothing started."""
    assert verdict.result is ScanResult.REFUSED
    assert set(verdict.reasons) == {str(reason) for reason in reasons}
    kept = await Scan.filter(visit__uid=morning.uid).order_by("-id").first()
    assert kept is not None
    assert (kept.result, set(kept.reasons)) == (ScanResult.REFUSED, set(verdict.reasons))
    assert (await morning.row()).status is VisitStatus.PLANNED
    assert not await OutboxMessage.filter(
        topic="visits.started", once_key=f"visits.started:{morning.uid}:started"
    ).exists()


class TestStart:
    async def test_by_plate_code_and_nonce_is_proved(self, morning: Round) -> None:
        verdict = await morning.start()

        assert (verdict.result, verdict.reasons) == (ScanResult.ACCEPTED, ())
        assert verdict.visit_status is VisitStatus.STARTED
        visit = await morning.row()
        assert (visit.evidence, visit.evidence_score, visit.exceptions) == (ScanResult.ACCEPTED, 6, [])
        assert visit.started_at == morning.now
        attendance = await VisitAttendance.get(visit_id=visit.id)
        assert attendance.open_key == str(morning.doctor.account_id)
        assert await queries.faults(now=morning.now) == []

    async def test_is_told_once(self, morning: Round) -> None:
        await morning.start()

        messages = await OutboxMessage.filter(topic="visits.started")
        told = [message.payload for message in messages if message.payload["visit"] == morning.uid]
        assert len(told) == 1
        assert told[0]["residents"] == sorted([morning.town.people.wang, morning.town.people.li])

    async def test_the_same_scan_again_has_the_same_verdict_and_is_kept_once(self, morning: Round) -> None:
        scan = await morning.scan()
        first = await actions.start_visit(
            actor=morning.doctor, visit_uid=morning.uid, scanned=scan, now=morning.now
        )
        morning.clock.advance(minutes=20)
        second = await actions.start_visit(
            actor=morning.doctor, visit_uid=morning.uid, scanned=scan, now=morning.now
        )

        assert first == second
        assert await Scan.filter(client_uid=scan.client_uid).count() == 1

    async def test_an_id_that_was_used_for_another_scan_is_refused_and_kept(self, morning: Round) -> None:
        first = await morning.scan(plate="torn")
        await actions.start_visit(actor=morning.doctor, visit_uid=morning.uid, scanned=first, now=morning.now)

        await refused(morning, await morning.start(client_uid=first.client_uid), Reason.ID_REUSED)
        assert await Scan.filter(client_uid=first.client_uid).count() == 1

    @pytest.mark.parametrize(
        "code", ["torn", "https://example.com/x", "P1" + "A" * 28, "R1" + "A" * 27, "床牌"]
    )
    async def test_junk_instead_of_a_plate_is_kept_and_refused(self, morning: Round, code: str) -> None:
        shaped = code.startswith("P1")
        await refused(
            morning,
            await morning.start(plate=code),
            Reason.PLATE_FORGED if shaped else Reason.PLATE_MALFORMED,
        )

    async def test_a_plate_of_another_maker_is_forged(self, morning: Round) -> None:
        await refused(
            morning,
            await morning.start(plate=codes.new_plate(KEYS_OF_ANOTHER_TOWN).text),
            Reason.PLATE_FORGED,
        )

    async def test_a_plate_that_nobody_registered_is_unknown(self, morning: Round) -> None:
        stray = codes.new_plate(codes.code_keys()).text
        await refused(morning, await morning.start(plate=stray), Reason.PLATE_UNKNOWN)

    async def test_a_plate_of_another_home_is_elsewhere(self, morning: Round, actor: Ask) -> None:
        theirs = codes.new_plate(codes.code_keys())
        wish = actions.PlateWish(kind=PlateKind.DOOR, bed="", fresh=theirs)
        await actions.issue_plates(
            actor=await actor("song"), home_uid=morning.town.alliance.songhe, wishes=[wish], now=morning.now
        )
        await refused(morning, await morning.start(plate=theirs.text), Reason.PLATE_ELSEWHERE)

    async def test_a_plate_taken_down_is_expired(self, morning: Round) -> None:
        plate = await Plate.get(bed="201-1")
        await actions.retire_plate(actor=morning.he, plate_uid=plate.uid, now=morning.now)
        await refused(morning, await morning.start(), Reason.PLATE_EXPIRED)

    async def test_a_new_plate_leaves_the_old_one_some_days(self, morning: Round) -> None:
        fresh = codes.new_plate(codes.code_keys())
        wish = actions.PlateWish(kind=PlateKind.BED, bed="201-1", fresh=fresh)
        home = morning.town.alliance.yihe
        await actions.issue_plates(actor=morning.he, home_uid=home, wishes=[wish], now=morning.now)

        old = await Plate.get(bed="201-1", valid_to__isnull=False)
        assert old.valid_to == morning.now + timedelta(days=7)
        assert (await morning.start(plate=fresh.text)).result is ScanResult.ACCEPTED

    async def test_without_the_rotating_code_and_without_a_reason_is_refused(self, morning: Round) -> None:
        await refused(morning, await morning.start(code=None), Reason.CODE_MISSING)

    async def test_without_the_rotating_code_for_a_reason_is_an_exception_and_never_proved(
        self, morning: Round
    ) -> None:
        verdict = await morning.start(code=None, device_unavailable=True)

        assert verdict.result is ScanResult.EXCEPTION
        assert set(verdict.reasons) == {Reason.DEVICE_UNAVAILABLE, Reason.WEAK}
        visit = await morning.row()
        assert (visit.status, visit.evidence) == (VisitStatus.STARTED, ScanResult.EXCEPTION)

    async def test_a_code_from_the_album_is_an_exception(self, morning: Round) -> None:
        verdict = await morning.start(from_camera=False)
        assert (verdict.result, verdict.reasons) == (ScanResult.EXCEPTION, (Reason.NOT_FROM_CAMERA,))

    @pytest.mark.parametrize(
        ("code", "reason"), [("R1xx", Reason.CODE_MALFORMED), ("P1" + "A" * 28, Reason.CODE_MALFORMED)]
    )
    async def test_junk_instead_of_the_rotating_code_is_refused(
        self, morning: Round, code: str, reason: Reason
    ) -> None:
        await refused(morning, await morning.start(code=code), reason)

    async def test_a_forged_rotating_code_is_refused(self, morning: Round) -> None:
        home = (await morning.row()).home_id
        forged = codes.rotating_code(screen=home, now=morning.now, keys=KEYS_OF_ANOTHER_TOWN)
        await refused(morning, await morning.start(code=forged), Reason.CODE_FORGED)

    async def test_the_rotating_code_of_another_home_is_refused(self, morning: Round) -> None:
        provider = (await morning.row()).provider_id
        theirs = codes.rotating_code(screen=provider, now=morning.now, keys=codes.code_keys())
        await refused(morning, await morning.start(code=theirs), Reason.CODE_ELSEWHERE)

    async def test_the_rotating_code_of_a_moment_ago_still_holds(self, morning: Round) -> None:
        photographed = await code_on_the_screen(morning.nurse, morning.uid, now=morning.now)
        morning.clock.advance(seconds=59)
        assert (await morning.start(code=photographed)).result is ScanResult.ACCEPTED

    async def test_an_expired_rotating_code_is_refused(self, morning: Round) -> None:
        photographed = await code_on_the_screen(morning.nurse, morning.uid, now=morning.now)
        morning.clock.advance(seconds=60)
        await refused(morning, await morning.start(code=photographed), Reason.CODE_EXPIRED)

    async def test_a_rotating_code_serves_one_person_once(self, morning: Round) -> None:
        other = await morning.planned_like_today()
        code = await code_on_the_screen(morning.nurse, morning.uid, now=morning.now)
        await morning.start(code=code)
        await morning.see_everybody()
        morning.clock.advance(seconds=20)
        await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)

        again = await scanned(morning.town, morning.doctor, morning.nurse, other, now=morning.now, code=code)
        verdict = await actions.start_visit(
            actor=morning.doctor, visit_uid=other, scanned=again, now=morning.now
        )

        assert (verdict.result, verdict.reasons) == (ScanResult.REFUSED, (Reason.CODE_REPLAYED,))

    async def test_a_nonce_is_spent_by_the_first_scan_whatever_came_of_it(self, morning: Round) -> None:
        nonce = await nonce_for(morning.doctor, now=morning.now)
        await refused(morning, await morning.start(nonce=nonce, plate="torn"), Reason.PLATE_MALFORMED)
        await refused(morning, await morning.start(nonce=nonce), Reason.NONCE_REPLAYED)

    async def test_a_nonce_lasts_ninety_seconds(self, morning: Round) -> None:
        nonce = await nonce_for(morning.doctor, now=morning.now)
        morning.clock.advance(seconds=90)
        await refused(morning, await morning.start(nonce=nonce), Reason.NONCE_EXPIRED)

    async def test_a_nonce_of_another_session_person_or_nobody_is_unknown(self, morning: Round) -> None:
        other_session = replace(morning.doctor, session_uid=new_uid())
        theirs = await nonce_for(morning.nurse, now=morning.now)
        for nonce in (await nonce_for(other_session, now=morning.now), theirs, "made-up"):
            await refused(morning, await morning.start(nonce=nonce), Reason.NONCE_UNKNOWN)

    async def test_every_fault_is_told_at_once(self, morning: Round) -> None:
        verdict = await morning.start(plate="torn", code="torn", nonce="torn")
        await refused(morning, verdict, Reason.PLATE_MALFORMED, Reason.CODE_MALFORMED, Reason.NONCE_UNKNOWN)

    @pytest.mark.parametrize(
        ("minutes", "allowed"), [(-31, False), (-30, True), (0, True), (180, True), (181, False)]
    )
    async def test_the_window_opens_half_an_hour_before_and_closes_an_hour_after(
        self, morning: Round, minutes: int, allowed: bool
    ) -> None:
        """T14: the plan says nine to eleven."""
        morning.clock.advance(minutes=minutes)
        verdict = await morning.start()
        if allowed:
            assert verdict.result is ScanResult.ACCEPTED
        else:
            await refused(morning, verdict, Reason.OUTSIDE_WINDOW)

    async def test_without_an_agreement_in_force_is_refused(self, morning: Round) -> None:
        visit = await morning.row()
        await ServiceAgreement.filter(id=visit.agreement_id).update(status=AgreementStatus.SUSPENDED)
        await refused(morning, await morning.start(), Reason.NO_AGREEMENT)

    async def test_a_started_visit_is_not_started_again(self, morning: Round) -> None:
        code = await code_on_the_screen(morning.nurse, morning.uid, now=morning.now)
        await morning.start(code=code)
        nonce = await nonce_for(morning.feng, now=morning.now)
        verdict = await morning.start(by=morning.feng, nonce=nonce, code=code)
        assert (verdict.result, verdict.reasons) == (ScanResult.REFUSED, (Reason.ALREADY_STARTED,))

    async def test_a_cancelled_visit_cannot_be_started(self, morning: Round) -> None:
        code = await code_on_the_screen(morning.nurse, morning.uid, now=morning.now)
        await actions.cancel_visit(actor=morning.feng, visit_uid=morning.uid, reason="台风", now=morning.now)
        verdict = await morning.start(code=code)
        assert (verdict.result, verdict.reasons) == (ScanResult.REFUSED, (Reason.NOT_STARTABLE,))

    async def test_nobody_is_at_two_visits_at_once(self, morning: Round) -> None:
        """I37."""
        other = await morning.planned_like_today()
        await morning.start()
        morning.clock.advance(seconds=40)
        scan = await scanned(morning.town, morning.doctor, morning.nurse, other, now=morning.now)
        verdict = await actions.start_visit(
            actor=morning.doctor, visit_uid=other, scanned=scan, now=morning.now
        )

        assert (verdict.result, verdict.reasons) == (ScanResult.REFUSED, (Reason.ELSEWHERE,))
        assert (await Visit.get(uid=other)).status is VisitStatus.PLANNED
        assert await queries.faults(now=morning.now) == []

    async def test_a_colleague_may_step_in_and_is_flagged(self, morning: Round) -> None:
        nonce = await nonce_for(morning.feng, now=morning.now)
        verdict = await morning.start(by=morning.feng, nonce=nonce)

        assert (verdict.result, verdict.reasons) == (ScanResult.EXCEPTION, (Reason.STAND_IN,))
        assert (await morning.row()).performer_id == morning.feng.account_id


class TestWhoMayStart:
    @pytest.mark.parametrize("key", ["zhao", "daughter", "stranger", "other_nurse", "qian"])
    async def test_others_do_not_find_the_visit(self, morning: Round, actor: Ask, key: str) -> None:
        scan = await morning.scan()
        with pytest.raises(NotFound):
            await actions.start_visit(
                actor=await actor(key), visit_uid=morning.uid, scanned=scan, now=morning.now
            )
        assert not await Scan.filter(client_uid=scan.client_uid).exists()

    async def test_the_home_sees_it_and_may_not_perform_it(self, morning: Round) -> None:
        scan = await morning.scan()
        with pytest.raises(Forbidden):
            await actions.start_visit(
                actor=morning.nurse, visit_uid=morning.uid, scanned=scan, now=morning.now
            )
