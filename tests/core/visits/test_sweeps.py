"""Visits that nobody ended are put before both sides; nonces that nobody used do not pile up."""

import asyncio
from datetime import datetime, timedelta

import pytest

from server.authority.actor import system_actor
from server.outbox.models import OutboxMessage
from server.visits import actions
from server.visits.models import Scan, VisitNonce
from server.visits.rules import VisitStatus
from tests.core.visits.conftest import Round
from tests.core.visits.held import Phone

WORKER = system_actor("worker")
TICK = timedelta(microseconds=1)


async def unfinished(now: datetime) -> int:
    return await actions.sweep_unfinished(actor=WORKER, now=now)


async def purged(now: datetime, limit: int = 200) -> int:
    return await actions.sweep_nonces(actor=WORKER, now=now, limit=limit)


class TestAVisitThatNobodyEnded:
    async def test_is_told_of_once_and_stays_started(self, morning: Round) -> None:
        await morning.start()
        late = morning.now + timedelta(hours=12)

        assert await unfinished(late - TICK) == 0
        assert sum(await asyncio.gather(*(unfinished(late) for _ in range(3)))) == 1
        assert await unfinished(late + timedelta(days=1)) == 0

        assert (await morning.row()).status is VisitStatus.STARTED
        (message,) = [
            each
            for each in await OutboxMessage.filter(topic="visits.unfinished")
            if each.payload["visit"] == morning.uid
        ]
        assert message.once_key == f"visits.unfinished:{morning.uid}:unfinished"

    async def test_can_still_be_ended(self, morning: Round) -> None:
        await morning.start()
        await morning.see_everybody()
        morning.clock.advance(hours=12)
        await unfinished(morning.now)

        card = await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)

        assert card.status is VisitStatus.FINISHED

    async def test_is_not_one_that_was_ended(self, morning: Round) -> None:
        await morning.finish()

        assert await unfinished(morning.now + timedelta(days=1)) == 0


class TestNonces:
    async def _given_out(self, morning: Round, *, offline: int = 0) -> VisitNonce:
        await VisitNonce.filter(used_at=None).delete()
        await actions.prepare_scan(actor=morning.doctor, offline=offline, now=morning.now)
        return await VisitNonce.get(used_at=None)

    @pytest.mark.parametrize(("offline", "days"), [(0, 1), (1, 31)])
    async def test_unused_are_deleted_some_time_after_they_ran_out(
        self, morning: Round, offline: int, days: int
    ) -> None:
        nonce = await self._given_out(morning, offline=offline)
        end = nonce.expires_at + timedelta(days=days)

        assert await purged(end - TICK) == 0
        assert await purged(end) == 1
        assert not await VisitNonce.filter(id=nonce.id).exists()

    async def test_used_stand_beside_their_scan(self, morning: Round) -> None:
        await morning.start()
        scan = await Scan.filter(visit__uid=morning.uid).get()

        await purged(morning.now + timedelta(days=400))

        assert await VisitNonce.filter(id=scan.nonce_id).exists()

    async def test_a_phone_that_was_long_without_a_network_is_still_heard(self, morning: Round) -> None:
        phone = Phone(morning)
        await phone.whole_visit()
        morning.clock.advance(days=3)
        await purged(morning.now)

        batch = await phone.hand_in()

        assert (batch.refused, batch.accepted + batch.accepted_late) == (0, len(phone.held))
