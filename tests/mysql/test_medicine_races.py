"""Two people do it at the same instant, on MariaDB: the same renewal, the last place, the same refill, the same pills."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from server.authority.actor import system_actor
from server.enrolments import actions as enrolments
from server.enrolments import queries as enrolment_queries
from server.enrolments.models import Enrolment, FamilyTeam
from server.enrolments.rules import EndReason, EnrolmentStatus
from server.prescriptions import actions as prescriptions
from server.prescriptions import queries as prescription_queries
from server.prescriptions.models import LongPrescription, MedicineDelivery, PrescriptionLine, Refill
from server.prescriptions.rules import DeliveryStatus, StopReason
from tests.core.prescriptions.written import written

pytestmark = pytest.mark.mysql
HANDS = 6


@pytest_asyncio.fixture(autouse=True)
async def _afterwards(town: Any, clock: Any) -> AsyncIterator[None]:
    yield
    assert await enrolment_queries.faults(now=clock()) == []
    assert await prescription_queries.faults(now=clock()) == []


async def at_once(*steps: Awaitable[Any]) -> Counter[str]:
    answers = await asyncio.gather(*steps, return_exceptions=True)
    return Counter(
        getattr(each, "code", repr(each)) if isinstance(each, BaseException) else "done" for each in answers
    )


async def test_one_renewal_is_begun_accepted_and_activated_once(town: Any, actor: Any, clock: Any) -> None:
    await Enrolment.filter(uid=town.enrolments.wang).update(last_on=date(2026, 3, 20))
    wang, feng, he = await actor("wang"), await actor("feng"), await actor("he")
    about = {"resident_uid": town.people.wang, "team_uid": town.enrolments.team, "package": "senior"}
    shown = await enrolment_queries.offer_text(actor=wang, **about, now=clock())
    told = await at_once(
        *(enrolments.ask_for_doctor(actor=wang, **about, text_hash=shown.text_hash, now=clock()) for _ in range(HANDS // 2)),
        *(enrolments.offer_doctor(actor=who, **about, now=clock()) for who in (feng, he, feng)),
    )  # fmt: skip
    assert told == {"done": 1, "enrolments.already_asked": HANDS - 1}
    row = await Enrolment.get(open_key__isnull=False, resident__uid=town.people.wang)
    if row.signed_at is None:
        await enrolments.sign_enrolment(actor=wang, uid=row.uid, text_hash=row.text_hash, now=clock())
    if row.accepted_at is None:
        told = await at_once(
            *(enrolments.accept_enrolment(actor=feng, uid=row.uid, now=clock()) for _ in range(HANDS))
        )
        assert told == {"done": 1, "enrolments.not_this_now": HANDS - 1}
    clock.advance(days=19)
    worker = system_actor("worker")
    assert set(await at_once(*(enrolments.sweep_enrolments(actor=worker, now=clock()) for _ in range(3)))) == {"done"}  # fmt: skip
    live = Enrolment.filter(resident__uid=town.people.wang, status=EnrolmentStatus.ACTIVE)
    assert await live.count() == 1
    assert (await FamilyTeam.get()).taken == await Enrolment.filter(seat=True).count() == 1


async def test_signing_and_leaving_at_once_end_in_one_of_both(town: Any, actor: Any, clock: Any) -> None:
    guardian, row = await actor("guardian"), await Enrolment.get(uid=town.enrolments.li)
    told = await at_once(
        enrolments.sign_enrolment(actor=guardian, uid=row.uid, text_hash=row.text_hash, now=clock()),
        enrolments.leave_doctor(actor=guardian, uid=row.uid, now=clock()),
        enrolments.sign_enrolment(actor=guardian, uid=row.uid, text_hash=row.text_hash, now=clock()),
    )
    assert set(told) <= {"done", "enrolments.not_this_now"}
    assert told["done"] in {1, 2}


async def test_a_team_takes_somebody_on_or_closes_and_never_both(town: Any, actor: Any, clock: Any) -> None:
    feng, led_by = await actor("feng"), town.identity.accounts["feng"]
    declined = {"actor": feng, "reason": EndReason.DECLINED, "text": "再来", "now": clock()}
    await enrolments.end_enrolment(uid=town.enrolments.li, **declined)
    for number in range(HANDS):
        team = await enrolments.form_team(
            actor=feng, name=f"第 {number} 组", leader_uid=led_by, member_uids=[], capacity=9, now=clock()
        )
        told = await at_once(
            enrolments.offer_doctor(
                actor=feng, resident_uid=town.people.li, team_uid=team, package="base", now=clock()
            ),
            enrolments.close_team(actor=feng, uid=team, now=clock()),
        )
        assert told["done"] == told["enrolments.team_closed"] + told["enrolments.team_in_use"] == 1
        for row in await Enrolment.filter(team__uid=team):
            await enrolments.end_enrolment(uid=row.uid, **declined)


async def test_one_refill_is_written_once(town: Any, actor: Any, clock: Any) -> None:
    doctor, feng = await actor("doctor"), await actor("feng")
    card = await prescriptions.prescribe(
        actor=doctor, resident_uid=town.people.wang, written=written(), now=clock()
    )
    task = await Refill.get(prescription__uid=card.uid)
    told = await at_once(
        *(
            prescriptions.refill(actor=who, refill_uid=task.uid, written=written(), now=clock())
            for who in (doctor, feng) * (HANDS // 2)
        )
    )
    assert told == {"done": 1, "prescriptions.refill_taken": HANDS - 1}
    assert await LongPrescription.all().count() == 2


async def test_the_same_drug_is_prescribed_once(town: Any, actor: Any, clock: Any) -> None:
    doctor, feng = await actor("doctor"), await actor("feng")
    told = await at_once(
        *(
            prescriptions.prescribe(actor=who, resident_uid=town.people.wang, written=written(), now=clock())
            for who in (doctor, feng) * (HANDS // 2)
        )
    )
    assert told == {"done": 1, "prescriptions.already_running": HANDS - 1}


async def test_no_more_is_packed_than_was_prescribed(town: Any, actor: Any, clock: Any) -> None:
    feng = await actor("feng")
    card = await prescriptions.prescribe(
        actor=feng, resident_uid=town.people.wang, written=written(), now=clock()
    )
    told = await at_once(
        *(
            prescriptions.assign_delivery(
                actor=feng, prescription_uid=card.uid, due_on=date(2026, 3, 4), carrier="药房",
                quantities={1: 10}, now=clock(),
            )
            for _ in range(HANDS)
        )
    )  # fmt: skip
    assert told == {"done": 2, "prescriptions.too_much": HANDS - 2}
    assert (await PrescriptionLine.get()).sent == 20


async def test_what_is_packed_while_it_is_stopped_is_called_off_or_refused(
    town: Any, actor: Any, clock: Any
) -> None:
    feng = await actor("feng")
    card = await prescriptions.prescribe(
        actor=feng, resident_uid=town.people.wang, written=written(), now=clock()
    )
    packing = (
        prescriptions.assign_delivery(
            actor=feng, prescription_uid=card.uid, due_on=date(2026, 3, 4), carrier="药房", quantities={1: 1},
            now=clock(),
        )
        for _ in range(HANDS)
    )  # fmt: skip
    stopping = prescriptions.stop_prescription(
        actor=feng, uid=card.uid, reason=StopReason.CHANGED, text="换药", now=clock()
    )
    told = await at_once(*packing, stopping)
    assert set(told) <= {"done", "prescriptions.not_this_now"}
    assert not await MedicineDelivery.filter(status=DeliveryStatus.ASSIGNED).exists()
    assert (await PrescriptionLine.get()).sent == 0
