"""One action, one transaction, one answer."""

import asyncio
import os
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from server.audit.actions import note
from server.audit.models import AuditEntry
from server.authority.actor import Actor, Channel
from server.demo.cast import TOWN_NOW
from server.kit import transactions
from server.kit.errors import Busy, KeyReused
from server.kit.idempotency import Answered, AnsweredRequest, RequestKey
from server.kit.ids import new_uid
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.outbox.models import OutboxMessage

pytestmark = pytest.mark.usefixtures("town")
KEYS = int(os.environ.get("KEYS", "5"))  # each sent twenty times at once


@dataclass(frozen=True)
class Card:
    word: str
    at: datetime


class Refused(Exception):
    pass


@action
async def do(*, actor: Actor, word: str, refuse: bool = False, now: datetime) -> Card:
    await note(actor, "test.done", subject_kind="test", subject_uid=new_uid(), reason=word, now=now)
    await enqueue("test.done", {"word": word}, now=now)
    if refuse:
        raise Refused
    return Card(word, now)


@action
async def do_twice(*, actor: Actor, word: str, now: datetime) -> None:
    await do(actor=actor, word=word, now=now)
    await do(actor=actor, word=word, refuse=word == "refuse the second", now=now)


def someone(key: str | None = None, fingerprint: str = "f" * 64) -> Actor:
    request = RequestKey(account_id=1, key=key, fingerprint=fingerprint) if key else None
    return Actor(1, "", "", (), Channel.COMMAND, request_key=request)


async def lines(word: str) -> tuple[int, int]:
    noted = await AuditEntry.filter(reason=word).count()
    sent = len([row for row in await OutboxMessage.filter(topic="test.done") if row.payload["word"] == word])
    return noted, sent


class TestAction:
    async def test_commits_audit_line_and_message_with_the_work(self) -> None:
        assert await do(actor=someone(), word="a", now=TOWN_NOW) == Card("a", TOWN_NOW)
        assert await lines("a") == (1, 1)

    async def test_that_refuses_leaves_nothing(self) -> None:
        with pytest.raises(Refused):
            await do(actor=someone("key-of-a-refusal"), word="b", refuse=True, now=TOWN_NOW)

        assert await lines("b") == (0, 0)
        assert not await AnsweredRequest.exists(key="key-of-a-refusal")

    async def test_joins_the_action_that_calls_it(self) -> None:
        with pytest.raises(Refused):
            await do_twice(actor=someone(), word="refuse the second", now=TOWN_NOW)

        assert await lines("refuse the second") == (0, 0)

    async def test_is_repeated_whole_after_a_deadlock_and_gives_up_in_a_sentence(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transactions, "PATIENCE", 0.3)
        attempts = []

        @action
        async def unlucky(*, actor: Actor, times: int, now: datetime) -> int:
            await note(actor, "test.unlucky", subject_kind="test", subject_uid=new_uid(), now=now)
            attempts.append(times)
            if len(attempts) <= times:
                raise deadlock()
            return len(attempts)

        assert await unlucky(actor=someone(), times=2, now=TOWN_NOW) == 3
        assert await AuditEntry.filter(action="test.unlucky").count() == 1
        with pytest.raises(Busy):
            await unlucky(actor=someone(), times=999, now=TOWN_NOW)


def deadlock() -> Exception:
    from pymysql.err import OperationalError

    return OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


class TestRequestKey:
    async def test_answers_a_repetition_from_the_first_time(self) -> None:
        await do(actor=someone("key-one-1"), word="c", now=TOWN_NOW)

        with pytest.raises(Answered) as again:
            await do(actor=someone("key-one-1"), word="c", now=TOWN_NOW)
        assert again.value.answer == {"word": "c", "at": "2026-03-02T09:00:00+08:00"}
        assert await lines("c") == (1, 1)

    async def test_refuses_another_request_under_the_same_key(self) -> None:
        await do(actor=someone("key-two-2"), word="d", now=TOWN_NOW)

        with pytest.raises(KeyReused):
            await do(actor=someone("key-two-2", "0" * 64), word="other", now=TOWN_NOW)

    async def test_belongs_to_one_account(self) -> None:
        await do(actor=someone("key-three"), word="e", now=TOWN_NOW)
        other = replace(someone("key-three"), request_key=RequestKey(2, "key-three", "f" * 64))

        assert (await do(actor=other, word="e", now=TOWN_NOW)).word == "e"

    async def test_twenty_copies_at_once_have_one_effect_and_one_answer(self) -> None:
        for number in range(KEYS):
            word = f"f{number}"
            copies = [do(actor=someone(f"key-{word}"), word=word, now=TOWN_NOW) for _ in range(20)]
            answers = await asyncio.gather(*copies, return_exceptions=True)

            carried_out = [answer for answer in answers if isinstance(answer, Card)]
            repeated = [answer.answer for answer in answers if isinstance(answer, Answered)]
            assert (len(carried_out), len(repeated)) == (1, 19), answers
            assert all(answer == repeated[0] and answer["word"] == word for answer in repeated)
            assert await lines(word) == (1, 1)
