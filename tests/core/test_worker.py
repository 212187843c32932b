"""The worker: everything once, however many workers run, and one failure stops nothing else."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server import demo, worker
from server.booking.models import Slot
from server.kit.errors import Busy
from server.notifications.models import InboxMessage
from server.outbox.models import MessageStatus, OutboxMessage
from server.web import metrics
from server.web.asking import Services
from tests.servers import until_meanwhile

Worker = Callable[[], Awaitable[int]]


class TestAPass:
    async def test_leaves_nothing_that_is_due(self, town: demo.Town, worker_pass: Worker) -> None:
        assert await worker_pass() > 0
        assert await worker_pass() == 0

        assert not await OutboxMessage.filter(
            status__in=[MessageStatus.WAITING, MessageStatus.CLAIMED], due_at__lte=demo.cast.TOWN_NOW
        ).exists()
        assert not await OutboxMessage.filter(status=MessageStatus.DEAD).exists()

    async def test_by_several_workers_at_once_tells_nobody_twice(
        self, town: demo.Town, worker_pass: Worker
    ) -> None:
        await asyncio.gather(*(worker_pass() for _ in range(4)))

        told = await InboxMessage.all().values_list("message_uid", "account_id")
        assert len(told) == len(set(told)) > 0

    async def test_goes_on_when_one_sweep_fails(
        self, town: demo.Town, worker_pass: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fails(**_: Any) -> int:
            raise Busy

        monkeypatch.setattr(worker, "SWEEPS", (fails, *worker.SWEEPS))

        assert await worker_pass() > 0

    async def test_keeps_a_message_that_could_not_be_delivered(
        self, town: demo.Town, worker_pass: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fails(*_: Any, **__: Any) -> int:
            raise Busy

        monkeypatch.setattr(worker, "_announce", fails)
        await worker_pass()

        assert await OutboxMessage.filter(status=MessageStatus.WAITING, fault="kit.busy").count() > 0


class TestComparing:
    async def test_tells_of_a_slot_whose_counters_disagree(
        self, town: demo.Town, caplog: pytest.LogCaptureFixture
    ) -> None:
        slot = await Slot.all().first()
        assert slot is not None
        await worker.compare(now=demo.cast.TOWN_NOW, pause=0)
        assert metrics.BROKEN._value.get() == 0

        await Slot.filter(id=slot.id).update(booked=slot.booked + 1)
        await worker.compare(now=demo.cast.TOWN_NOW, pause=0)

        assert metrics.BROKEN._value.get() == 1
        assert f"invariant broken: I23 slot {slot.uid}" in caplog.text

    async def test_does_not_tell_of_who_booked_while_it_looked(
        self, town: demo.Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = iter((["I23 slot x: booked 1, appointments 0"], ["I23 slot y: booked 1, appointments 0"]))

        async def faults(**_: Any) -> list[str]:
            return next(looks)

        monkeypatch.setattr(worker.booking_queries, "faults", faults)
        await worker.compare(now=demo.cast.TOWN_NOW, pause=0)

        assert metrics.BROKEN._value.get() == 0


class TestTheLoop:
    async def test_stops_when_asked_and_writes_checkpoints(
        self, town: demo.Town, services: Services, clock: Any
    ) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(services, clock, stop))
        await until_meanwhile(services.settings.checkpoints.exists, "a checkpoint", within=10)
        stop.set()
        await asyncio.wait_for(running, 10)

        assert services.settings.checkpoints.read_text().count("\n") == 1
        services.settings.checkpoints.unlink()

    async def test_signs_checkpoints_whatever_a_delivery_waits_for(
        self, town: demo.Town, services: Services, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def silent_wechat(**_: Any) -> int:
            await stop.wait()
            return 0

        stop = asyncio.Event()
        monkeypatch.setattr(worker, "SWEEPS", (silent_wechat,))
        running = asyncio.create_task(worker.run(services, clock, stop))
        await until_meanwhile(services.settings.checkpoints.exists, "a checkpoint", within=10)
        stop.set()
        await asyncio.wait_for(running, 10)

        services.settings.checkpoints.unlink()
