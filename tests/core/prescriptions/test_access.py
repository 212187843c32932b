"""Whose prescriptions, refills and parcels somebody reaches, and that a step touches no other than its own."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.authority.actor import system_actor
from server.authority.permissions import Permission
from server.consent.rules import RecordCategory
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.outbox.models import OutboxMessage
from server.people.models import ProxyGrant
from server.prescriptions import access, actions, queries
from server.prescriptions.actions.moving import move_refill
from server.prescriptions.errors import NotThisNow, RefillTaken, WrongPeriod
from server.prescriptions.models import (
    DispensingAgreement,
    LongPrescription,
    MedicineDelivery,
    PrescribingRight,
    Refill,
)
from server.prescriptions.rules import RefillEvent, RefillStatus, StopReason
from server.records.models import RecordEntry
from tests.core.prescriptions.test_actions import packed, prescribed
from tests.core.prescriptions.written import SIGNED, drug, written
from tests.overtaken import EACH, overtaken

READ = Permission.PRESCRIPTION_READ
ELSEWHERE = ("song", "zhao")  # the manager of another home, and of a hospital that prescribed nothing


async def test_stopping_one_leaves_the_refills_of_others(town: Any, actor: Any, clock: Any) -> None:
    uid = await prescribed(town, actor, clock)
    feng, li = await actor("feng"), town.people.li
    other = await actions.prescribe(actor=feng, resident_uid=li, written=written(), now=clock())
    await actions.stop_prescription(
        actor=await actor("doctor"), uid=uid, reason=StopReason.CHANGED, text="换药", now=clock()
    )
    assert (await Refill.get(prescription__uid=other.uid)).status is RefillStatus.OPEN
    assert (await Refill.get(prescription__uid=uid)).status is not RefillStatus.OPEN


@pytest.mark.parametrize("key", ELSEWHERE)
async def test_who_is_elsewhere_reaches_none_of_it(town: Any, actor: Any, clock: Any, key: str) -> None:
    uid = await prescribed(town, actor, clock)
    delivery = await packed(town, actor, clock, uid)
    refill = (await Refill.get(prescription__uid=uid)).uid
    stranger = await actor(key)
    with pytest.raises(NotFound):
        await access.prescription_for(actor=stranger, uid=uid, permission=READ)
    with pytest.raises(NotFound):
        await access.refill_for(actor=stranger, uid=refill)
    with pytest.raises(NotFound):
        await access.delivery_for(actor=stranger, uid=delivery)
    with pytest.raises(NotFound):
        await access.delivery_to_send(actor=stranger, uid=delivery)
    assert not await LongPrescription.filter(
        access.prescriptions_visible_to(actor=stranger, permission=READ)
    ).exists()
    assert not await MedicineDelivery.filter(access.deliveries_visible_to(actor=stranger)).exists()


async def test_a_parcel_is_seen_where_it_is_packed_and_where_it_is_brought(
    town: Any, actor: Any, clock: Any
) -> None:
    delivery = await packed(town, actor, clock, await prescribed(town, actor, clock))
    for key in ("feng", "he"):
        assert (await access.delivery_for(actor=await actor(key), uid=delivery)).uid == delivery


async def test_a_right_begins_ahead_of_its_end_and_ends_once(town: Any, actor: Any, clock: Any) -> None:
    feng, now = await actor("feng"), clock()
    await actions.end_right(actor=feng, uid=town.prescriptions.doctor, now=now)
    with pytest.raises(NotThisNow):
        await actions.end_right(actor=feng, uid=town.prescriptions.doctor, now=now)
    with pytest.raises(WrongPeriod):
        await actions.record_right(
            actor=feng, account_uid=town.identity.accounts["doctor"], licence="虚构执业证 9",
            last_on=local_date(now) - timedelta(days=1), now=now,
        )  # fmt: skip


async def test_stopping_one_leaves_its_refill_that_was_written(town: Any, actor: Any, clock: Any) -> None:
    uid, doctor = await prescribed(town, actor, clock), await actor("doctor")
    task = await Refill.get(prescription__uid=uid)
    await actions.refill(actor=doctor, refill_uid=task.uid, written=written(), now=clock())
    await actions.stop_prescription(
        actor=doctor, uid=uid, reason=StopReason.CHANGED, text="换药", now=clock()
    )
    assert (await Refill.get(uid=task.uid)).status is RefillStatus.DONE


async def test_a_refill_is_not_taken_over_that_was_given_up_in_between(
    town: Any, actor: Any, clock: Any
) -> None:
    uid, feng = await prescribed(town, actor, clock), await actor("feng")
    as_read = await Refill.get(prescription__uid=uid)
    await actions.waive_refill(actor=feng, refill_uid=as_read.uid, text="血压稳定", now=clock())
    with pytest.raises(RefillTaken):
        await move_refill(as_read, RefillEvent.TAKE, owner_id=feng.account_id)
    assert (await Refill.get(uid=as_read.uid)).status is RefillStatus.WAIVED


async def test_a_right_where_one_no_longer_works_is_none(town: Any, actor: Any, clock: Any) -> None:
    doctor = await actor("doctor")
    assert await access.right_of(actor=doctor, institution_id=None, now=clock())
    elsewhere = await Institution.get(uid=town.alliance.second_hospital)
    await PrescribingRight.filter(account_id=doctor.account_id).update(institution_id=elsewhere.id)
    assert await access.right_of(actor=doctor, institution_id=None, now=clock()) is None


class TestPharmacies:
    async def agreed(self, actor: Any, clock: Any, key: str, until: date) -> str:
        pharmacy, _ = await Institution.get_or_create(
            uscc="91330281MA2800001X",
            defaults={"name": "云桥市大众药店", "kind": "pharmacy", "created_at": clock()},
        )
        return await actions.agree_with_pharmacy(
            actor=await actor(key), pharmacy_uid=pharmacy.uid, number="配 1", last_on=until, now=clock()
        )

    async def dispensing_at(self, town: Any, clock: Any) -> list[str]:
        center = await Institution.get(uid=town.alliance.health_center)
        return [each.name for each in await access.dispensers_of(institution=center, now=clock())]

    async def test_dispense_for_whom_they_agreed_with_and_as_long(
        self, town: Any, actor: Any, clock: Any
    ) -> None:
        until, center = date(2026, 3, 9), "云桥市河东社区卫生服务中心"
        await self.agreed(actor, clock, "zhao", until)
        assert await self.dispensing_at(town, clock) == [center]
        await self.agreed(actor, clock, "feng", until)
        assert await self.dispensing_at(town, clock) == [center, "云桥市大众药店"]
        clock.advance(days=8)
        assert await self.dispensing_at(town, clock) == [center]

    async def test_end_once_and_for_nobody_else(self, town: Any, actor: Any, clock: Any) -> None:
        uid, feng = await self.agreed(actor, clock, "feng", date(2026, 3, 9)), await actor("feng")
        with pytest.raises(NotFound):
            await actions.end_pharmacy(actor=await actor("zhao"), uid=uid, now=clock())
        await actions.end_pharmacy(actor=feng, uid=uid, now=clock())
        clock.advance(days=1)
        with pytest.raises(NotThisNow):
            await actions.end_pharmacy(actor=feng, uid=uid, now=clock())
        assert (await DispensingAgreement.get(uid=uid)).ended_on == date(2026, 3, 2)
        assert await self.dispensing_at(town, clock) == ["云桥市河东社区卫生服务中心"]

    async def test_begin_ahead_of_their_end(self, town: Any, actor: Any, clock: Any) -> None:
        with pytest.raises(WrongPeriod):
            await self.agreed(actor, clock, "feng", date(2026, 3, 2))
        assert not await DispensingAgreement.exists()


async def test_what_one_may_not_see_one_may_not_ask_to_be_refilled(town: Any, actor: Any, clock: Any) -> None:
    """Her grant is narrowed to examinations; and nobody asks for what there is not."""
    uid = await prescribed(town, actor, clock)
    narrowed = [RecordCategory.EXAM]
    await ProxyGrant.filter(uid=town.people.daughter_grant).update(categories=narrowed)
    daughter, wang = await actor("daughter"), town.people.wang
    for prescription in (uid, town.people.wang):
        with pytest.raises(NotFound):
            await actions.ask_refill(
                actor=daughter, resident_uid=wang, prescription_uid=prescription, now=clock()
            )
    assert (await Refill.get()).asked_at is None


async def test_a_sheet_without_a_line_that_one_may_see_is_not_there(
    town: Any, actor: Any, clock: Any
) -> None:
    uid = await prescribed(town, actor, clock, drug("异烟肼片"), conditions=SIGNED)
    feng, elsewhere = await actor("feng"), await Institution.get(uid=town.alliance.second_hospital)
    assert await queries.prescription_sheet(actor=feng, uid=uid, now=clock())
    await RecordEntry.filter(code="isoniazid").update(source_id=elsewhere.id)
    with pytest.raises(NotFound):
        await queries.prescription_sheet(actor=feng, uid=uid, now=clock())


async def test_a_worker_that_comes_second_counts_and_tells_nothing(town: Any, actor: Any, clock: Any) -> None:
    await packed(town, actor, clock, await prescribed(town, actor, clock))
    clock.advance(days=40)
    told = await OutboxMessage.all().count()
    with overtaken(EACH):
        assert await actions.sweep_prescriptions(actor=system_actor("worker"), now=clock()) == 0
    assert await OutboxMessage.all().count() == told
