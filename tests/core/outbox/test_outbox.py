"""Messages are carried out once, however many workers there are and however they end."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from server.demo.cast import TOWN_NOW
from server.kit.transactions import action
from server.outbox.actions import LEASE, MOST_ATTEMPTS, Message, claim, enqueue, mark_done, mark_failed
from server.outbox.models import MessageStatus, OutboxMessage

pytestmark = pytest.mark.usefixtures("town")
LATER = TOWN_NOW + timedelta(days=30)  # whatever the town itself has waiting is older


async def put(count: int, **options: object) -> None:
    for number in range(count):
        await enqueue("test.effect", {"number": number}, now=LATER, **options)  # type: ignore[arg-type]


async def taken(limit: int = 50, *, now: object = LATER) -> list[Message]:
    return await claim(limit=limit, now=now, topics=["test.effect"])  # type: ignore[arg-type]


class TestClaim:
    async def test_gives_every_message_to_one_worker(self) -> None:
        await put(60)

        async def work() -> list[Message]:
            mine: list[Message] = []
            while batch := await taken(10):
                mine += batch
            return mine

        workers = await asyncio.gather(*(work() for _ in range(6)))

        numbers = Counter(message.payload["number"] for mine in workers for message in mine)
        assert numbers == Counter(range(60))
        assert await taken() == []

    async def test_leaves_what_is_not_due(self) -> None:
        await put(1, due_at=LATER + timedelta(minutes=1))

        assert await taken() == []
        assert len(await taken(now=LATER + timedelta(minutes=1))) == 1

    async def test_takes_over_from_a_worker_that_died(self) -> None:
        await put(1)
        [lost] = await taken()

        assert await taken(now=LATER + LEASE - timedelta(seconds=1)) == []
        [found] = await taken(now=LATER + LEASE)
        assert found.attempts == 2
        assert not await mark_done(lost), "the first worker's work no longer counts"
        assert await mark_done(found)


class TestEffect:
    async def test_happens_once_though_two_workers_hold_the_message(self) -> None:
        await put(1)
        [first] = await taken()
        [second] = await taken(now=LATER + LEASE)

        @action
        async def effect(*, message: Message, now: object) -> bool:
            return await mark_done(message)

        done = [await effect(message=each, now=LATER) for each in (first, second, second)]
        assert done == [False, True, False]

    async def test_asked_for_twice_under_one_key_is_kept_once(self) -> None:
        await put(3, once_key="the-same-effect")

        assert await OutboxMessage.filter(once_key="the-same-effect").count() == 1


class TestFailure:
    async def test_gives_the_message_back_more_and_more_slowly_and_then_to_a_person(self) -> None:
        await put(1)
        now, pauses = LATER, []
        for _ in range(MOST_ATTEMPTS):
            [message] = await taken(now=now)
            await mark_failed(message, "kit.busy", now=now)
            row = await OutboxMessage.get(uid=message.uid)
            pauses.append(row.due_at - now)
            now = max(row.due_at, now)

        assert pauses[:3] == [timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=80)]
        assert row.status is MessageStatus.DEAD
        assert row.fault == "kit.busy"
