"""Whose prescriptions, refills and parcels somebody reaches, and that a step touches no other than its own."""

from datetime import timedelta
from typing import Any

import pytest

from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.prescriptions import access, actions
from server.prescriptions.errors import NotThisNow, WrongPeriod
from server.prescriptions.models import LongPrescription, MedicineDelivery, Refill
from server.prescriptions.rules import RefillStatus, StopReason
from tests.core.prescriptions.test_actions import packed, prescribed
from tests.core.prescriptions.written import written

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
