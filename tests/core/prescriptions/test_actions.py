"""A prescription from its writing to its refill and its end; medicines brought with proof."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio

from server.alliance.models import Institution
from server.audit.models import AuditEntry
from server.authority.actor import system_actor
from server.consent.rules import Purpose, RecordCategory
from server.identity.models import RoleGrant
from server.kit.errors import DomainError, NotFound
from server.kit.pages import PageWish
from server.outbox.models import OutboxMessage
from server.people.models import Resident
from server.prescriptions import actions, queries
from server.prescriptions.errors import (
    AlreadyRunning,
    IdentitiesUnchecked,
    NoPrescribingRight,
    NoSuchDispenser,
    NotFit,
    NothingPacked,
    NotThisNow,
    RefillAsked,
    RefillTaken,
    TooMuch,
)
from server.prescriptions.models import (
    LongPrescription,
    MedicineDelivery,
    PrescribingRight,
    PrescriptionLine,
    Refill,
)
from server.prescriptions.queries import Brought, Work
from server.prescriptions.rules import (
    DeliveryStatus,
    PrescriptionStatus,
    Receiver,
    RefillStatus,
    StopReason,
)
from server.records.models import RecordEntry
from tests.core.prescriptions.written import SIGNED, drug, written

WISH = PageWish()


@pytest_asyncio.fixture(autouse=True)
async def _sound(town: Any, clock: Any) -> AsyncIterator[None]:
    yield
    assert await queries.faults(now=clock()) == []


async def prescribed(town: Any, actor: Any, clock: Any, *lines: Any, **more: Any) -> str:
    card = await actions.prescribe(
        actor=await actor("doctor"),
        resident_uid=town.people.wang,
        written=written(*lines, **more),
        now=clock(),
    )
    return card.uid


async def packed(town: Any, actor: Any, clock: Any, uid: str, **more: int) -> str:
    card = await actions.assign_delivery(
        actor=await actor("feng"), prescription_uid=uid, due_on=date(2026, 3, 4), carrier="中心药房",
        quantities={int(name[1:]): many for name, many in more.items()} or None, now=clock(),
    )  # fmt: skip
    return card.uid


class TestPrescribing:
    async def test_stands_in_the_record_with_a_refill_that_somebody_owns(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await prescribed(town, actor, clock)
        row, task = await LongPrescription.get(uid=uid), await Refill.get(prescription__uid=uid)
        assert (row.first_on, row.last_on) == (date(2026, 3, 2), date(2026, 3, 29))
        assert (task.opens_on, task.due_on) == (date(2026, 3, 22), date(2026, 3, 28))
        entry = await RecordEntry.get(uid=(await PrescriptionLine.get(prescription_id=row.id)).entry_uid)
        assert (entry.category, entry.code, entry.body["status"]) == (
            RecordCategory.MEDS,
            "valsartan",
            "taking",
        )
        assert "2026-03-29" in entry.body["frequency"]
        assert row.limits["prescriptions.longest_days"] == 84

    async def test_is_in_the_name_of_the_institution_that_reaches_them(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """A24: who works at two places, and was registered first where this resident is nobody's."""
        elsewhere = await Institution.get(uid=town.alliance.second_hospital)
        first = await PrescribingRight.get(uid=town.prescriptions.doctor)
        here = first.institution_id
        post = await RoleGrant.filter(account_id=first.account_id, institution_id=here).first()
        assert post
        await RoleGrant(
            account_id=post.account_id, institution_id=elsewhere.id, role=post.role, starts_at=post.starts_at,
            created_at=clock(),
        ).save()  # fmt: skip
        await PrescribingRight.filter(id=first.id).update(institution_id=elsewhere.id, live_key=None)
        await PrescribingRight(
            account_id=first.account_id, institution_id=here, licence=first.licence, last_on=first.last_on,
            recorded_by_id=first.recorded_by_id, created_at=clock(),
        ).save()  # fmt: skip
        uid = await prescribed(town, actor, clock)
        assert (await LongPrescription.get(uid=uid)).institution_id == here

    async def test_of_tuberculosis_is_a_category_of_its_own(self, town: Any, actor: Any, clock: Any) -> None:
        await prescribed(town, actor, clock, drug("异烟肼片"), conditions=SIGNED)
        assert (await RecordEntry.get(code="isoniazid")).category is RecordCategory.RESTRICTED_INFECTIOUS

    @pytest.mark.parametrize("who", ["nurse", "wang", "other_nurse"])
    async def test_is_nobody_elses(self, who: str, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises((NotFound, NoPrescribingRight)):
            await actions.prescribe(
                actor=await actor(who), resident_uid=town.people.wang, written=written(), now=clock()
            )

    async def test_needs_a_right_that_holds_today(self, town: Any, actor: Any, clock: Any) -> None:
        await actions.end_right(actor=await actor("feng"), uid=town.prescriptions.doctor, now=clock())
        with pytest.raises(NoPrescribingRight):
            await prescribed(town, actor, clock)
        await PrescribingRight.filter(uid=town.prescriptions.feng).update(last_on=date(2026, 3, 1))
        with pytest.raises(NoPrescribingRight):
            await actions.prescribe(
                actor=await actor("feng"), resident_uid=town.people.wang, written=written(), now=clock()
            )

    async def test_beyond_the_rule_is_refused_by_field(self, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(NotFit) as refused:
            await prescribed(town, actor, clock, drug(days=85), drug("阿普唑仑片"))
        assert {"lines.0.days", "lines.1.name", "reason", "agreed"} == set(refused.value.fields)
        assert not await LongPrescription.exists()

    async def test_of_the_same_drug_twice_is_refused(self, town: Any, actor: Any, clock: Any) -> None:
        await prescribed(town, actor, clock)
        with pytest.raises(AlreadyRunning):
            await prescribed(town, actor, clock)

    async def test_is_dispensed_only_by_whom_we_agreed_with(self, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(NoSuchDispenser):
            await prescribed(town, actor, clock, dispenser_uid=town.alliance.first_hospital)


class TestRefill:
    async def test_goes_on_where_the_last_ended_in_the_same_entry(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await prescribed(town, actor, clock)
        task, doctor = await Refill.get(prescription__uid=uid), await actor("doctor")
        clock.advance(days=22)
        card = await actions.refill(actor=doctor, refill_uid=task.uid, written=written(), now=clock())
        assert (card.first_on, card.last_on) == (date(2026, 3, 30), date(2026, 4, 26))
        assert (await Refill.get(uid=task.uid)).status is RefillStatus.DONE
        assert await RecordEntry.filter(code="valsartan", is_current=True).count() == 1
        with pytest.raises(RefillTaken):
            await actions.refill(actor=doctor, refill_uid=task.uid, written=written(), now=clock())

    async def test_is_not_written_for_who_lives_where_we_no_longer_come(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await prescribed(town, actor, clock)
        await Resident.filter(uid=town.people.wang).update(home_id=None)
        with pytest.raises(NotFound):
            await actions.refill(
                actor=await actor("doctor"),
                refill_uid=(await Refill.get()).uid,
                written=written(),
                now=clock(),
            )

    async def test_is_asked_for_once_by_who_acts_for_them(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await prescribed(town, actor, clock)
        about = {"resident_uid": town.people.wang, "prescription_uid": uid}
        for who in ("stranger", "guardian", "nurse"):
            with pytest.raises(DomainError):
                await actions.ask_refill(actor=await actor(who), **about, now=clock())
        await actions.ask_refill(actor=await actor("daughter"), **about, now=clock())
        with pytest.raises(RefillAsked):
            await actions.ask_refill(actor=await actor("wang"), **about, now=clock())
        feng = await actor("feng")
        found = await queries.prescription_rows(actor=feng, work=Work.ASKED, wish=WISH, now=clock())
        assert [each.uid for each in found.items] == [uid]

    async def test_is_taken_over_and_given_up_with_a_reason(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await prescribed(town, actor, clock)
        task, feng = await Refill.get(prescription__uid=uid), await actor("feng")
        card = await actions.take_refill(actor=feng, refill_uid=task.uid, now=clock())
        assert card.refill
        assert card.refill.owner_name == "冯远"
        card = await actions.waive_refill(actor=feng, refill_uid=task.uid, text="改门诊调药", now=clock())
        assert card.refill
        assert card.refill.status is RefillStatus.WAIVED
        with pytest.raises(RefillTaken):
            await actions.take_refill(actor=feng, refill_uid=task.uid, now=clock())

    async def test_given_up_early_is_taken_to_its_last_day_and_says_so(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """The sweep that finishes it may not write a record: what is in it must be true afterwards."""
        uid, doctor = await prescribed(town, actor, clock), await actor("doctor")
        task = await Refill.get()
        card = await actions.waive_refill(actor=doctor, refill_uid=task.uid, text="血压稳定", now=clock())
        [entry] = await RecordEntry.filter(code="valsartan", is_current=True)
        assert entry.body["frequency"] == "每天早上一次（长期处方，吃到 2026-03-29 为止，不再续）"
        sheet = await queries.prescription_sheet(actor=doctor, uid=uid, now=clock())
        assert (sheet.waived_note, "血压稳定" in str(card)) == ("血压稳定", False)
        await actions.stop_prescription(
            actor=doctor, uid=uid, reason=StopReason.REACTION, text="干咳", now=clock()
        )
        [entry] = await RecordEntry.filter(code="valsartan", is_current=True)
        assert entry.body["status"] == "stopped"
        said = await AuditEntry.filter(reason__isnull=False).values_list("reason", flat=True)
        assert not [each for each in said if "干咳" in str(each) or "血压稳定" in str(each)]

    async def test_is_said_to_be_due_and_late_once(self, town: Any, actor: Any, clock: Any) -> None:
        await prescribed(town, actor, clock)
        worker = system_actor("worker")
        for days in (20, 8, 1):
            clock.advance(days=days)
            await actions.sweep_prescriptions(actor=worker, now=clock())
        told = await OutboxMessage.filter(topic__startswith="prescriptions.refill").values_list(
            "topic", flat=True
        )
        assert sorted(told) == ["prescriptions.refill_due", "prescriptions.refill_overdue"]
        assert (await LongPrescription.get()).status is PrescriptionStatus.FINISHED
        assert await queries.count_work(actor=await actor("feng"), work=Work.OVERDUE, now=clock()) == 1


class TestStopping:
    async def test_ends_refill_delivery_and_entry(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await prescribed(town, actor, clock)
        await packed(town, actor, clock, uid)
        doctor, why = await actor("doctor"), {"reason": StopReason.REACTION, "text": "干咳"}
        await actions.stop_prescription(actor=doctor, uid=uid, **why, now=clock())
        assert (await Refill.get()).status is RefillStatus.WAIVED
        assert (await MedicineDelivery.get()).status is DeliveryStatus.CANCELLED
        assert (await RecordEntry.get(code="valsartan", is_current=True)).body["status"] == "stopped"
        with pytest.raises(NotThisNow):
            await actions.stop_prescription(actor=doctor, uid=uid, **why, now=clock())


class TestBringing:
    async def test_no_more_than_was_prescribed(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await prescribed(town, actor, clock)
        first = await packed(town, actor, clock, uid, n1=20)
        with pytest.raises(TooMuch):
            await packed(town, actor, clock, uid, n1=9)
        await actions.cancel_delivery(actor=await actor("feng"), uid=first, text="路上坏了", now=clock())
        for nothing in ({}, {1: 0}):
            with pytest.raises(NothingPacked):
                await actions.assign_delivery(
                    actor=await actor("feng"), prescription_uid=uid, due_on=date(2026, 3, 4), carrier="中心药房",
                    quantities=nothing, now=clock(),
                )  # fmt: skip
        await packed(town, actor, clock, uid)
        assert (await PrescriptionLine.get()).sent == 28
        with pytest.raises(TooMuch):
            await packed(town, actor, clock, uid)

    async def test_is_received_by_a_nurse_of_that_home_and_closed(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await packed(town, actor, clock, await prescribed(town, actor, clock))
        with pytest.raises(NotFound):
            await actions.receive_delivery(actor=await actor("other_nurse"), uid=uid, now=clock())
        card = await actions.receive_delivery(actor=await actor("nurse"), uid=uid, now=clock())
        assert (card.said_by, card.status) == ("李秀英", DeliveryStatus.HANDED_OVER)
        feng = await actor("feng")
        await actions.close_delivery(actor=feng, uid=uid, text="", now=clock())
        with pytest.raises(NotThisNow):
            await actions.close_delivery(actor=feng, uid=uid, text="", now=clock())

    async def test_to_a_relative_asks_for_both_identities(self, town: Any, actor: Any, clock: Any) -> None:
        uid = await packed(town, actor, clock, await prescribed(town, actor, clock))
        about = {"actor": await actor("feng"), "uid": uid, "receiver": Receiver.RELATIVE, "slip": "0312"}
        with pytest.raises(IdentitiesUnchecked):
            await actions.hand_over(**about, identities_checked=False, now=clock())
        await actions.hand_over(**about, identities_checked=True, now=clock())

    async def test_late_ones_stand_on_both_sides_lists(self, town: Any, actor: Any, clock: Any) -> None:
        await packed(town, actor, clock, await prescribed(town, actor, clock))
        clock.advance(days=3)
        for who in ("feng", "nurse"):
            count = await queries.count_brought(actor=await actor(who), brought=Brought.TODAY, now=clock())
            assert count == 1
        await actions.sweep_prescriptions(actor=system_actor("worker"), now=clock())
        assert await OutboxMessage.filter(topic="prescriptions.delivery_overdue").count() == 1


class TestReading:
    async def test_family_and_nurse_read_until_when_and_what_comes(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        await packed(town, actor, clock, await prescribed(town, actor, clock))
        for who, asks in (("wang", True), ("daughter", True), ("doctor", False)):
            [card] = await queries.medicines_of(
                actor=await actor(who), resident_uid=town.people.wang, purpose=Purpose.CARE, now=clock()
            )
            assert card.medicines[0].sentence == "缬沙坦胶囊，每次 80 毫克，每天早上一次，吃到3 月 29 日。"
            assert (card.next_delivery_on, card.may_ask) == (date(2026, 3, 4), asks)

    async def test_a_home_without_consent_learns_how_many_and_not_which(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        """Li's guardian shared with the health center alone."""
        doctor = await actor("doctor")
        card = await actions.prescribe(
            actor=doctor, resident_uid=town.people.li, written=written(), now=clock()
        )
        uid = await packed(town, actor, clock, card.uid)
        sheet = await queries.delivery_sheet(actor=await actor("nurse"), uid=uid, now=clock())
        assert (sheet.lines, sheet.hidden) == ((), 1)
        assert (await queries.delivery_sheet(actor=await actor("feng"), uid=uid, now=clock())).hidden == 0

    async def test_what_was_brought_counts_in_the_month_in_which_it_came(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        uid = await packed(town, actor, clock, await prescribed(town, actor, clock))
        await actions.receive_delivery(actor=await actor("nurse"), uid=uid, now=clock())
        await MedicineDelivery.all().update(due_on=date(2026, 2, 27))
        for came, many in ((clock(), "1"), (clock() - timedelta(days=3), "0")):
            await MedicineDelivery.all().update(received_at=came)
            own = await queries.counts(actor=await actor("feng"), now=clock())
            assert own.lines[0].counts["brought"] == many

    async def test_numbers_of_the_city_hide_few(self, town: Any, actor: Any, clock: Any) -> None:
        await prescribed(town, actor, clock)
        own = await queries.counts(actor=await actor("feng"), now=clock())
        assert own.lines[0].counts["running"] == "1"
        city = await queries.counts(actor=await actor("tang"), now=clock())
        assert city.lines[0].counts["running"] == "<5"
        await actions.sweep_prescription_counts(actor=system_actor("worker"), now=clock())
        assert (await queries.counts(actor=await actor("tang"), now=clock())).lines == city.lines


class TestMerging:
    """What hangs on a row that was merged is the survivor's."""

    async def merged(self, town: Any) -> Resident:
        """Let Wang be Li's second row."""
        li = await Resident.get(uid=town.people.li)
        await Resident.filter(uid=town.people.wang).update(merged_into_id=li.id)
        return li

    async def test_the_same_drug_is_asked_of_both_rows(self, town: Any, actor: Any, clock: Any) -> None:
        await prescribed(town, actor, clock)
        li, doctor = await self.merged(town), await actor("doctor")
        with pytest.raises(AlreadyRunning):
            await actions.prescribe(actor=doctor, resident_uid=li.uid, written=written(), now=clock())
        card = await actions.refill(
            actor=doctor, refill_uid=(await Refill.get()).uid, written=written(), now=clock()
        )
        assert (await LongPrescription.get(uid=card.uid)).resident_id == li.id
        [entry] = await RecordEntry.filter(code="valsartan", is_current=True)
        assert "2026-04-26" in entry.body["frequency"]

    async def test_ends_when_the_survivor_dies(self, town: Any, actor: Any, clock: Any) -> None:
        await prescribed(town, actor, clock)
        survivor = await self.merged(town)
        await Resident.filter(id=survivor.id).update(died_at=clock() - timedelta(hours=1))
        worker = system_actor("worker")
        assert await actions.end_of_the_dead(actor=worker, resident_uid=survivor.uid, now=clock()) == 1
        assert (await LongPrescription.get()).stop_reason is StopReason.DIED


async def test_the_dead_take_nothing(town: Any, actor: Any, clock: Any) -> None:
    await prescribed(town, actor, clock)
    await Resident.filter(uid=town.people.wang).update(died_at=clock() - timedelta(hours=1))
    worker = system_actor("worker")
    assert await actions.end_of_the_dead(actor=worker, resident_uid=town.people.wang, now=clock()) == 1
    assert (await LongPrescription.get()).stop_reason is StopReason.DIED
