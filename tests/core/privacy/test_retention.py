"""What is over is removed, what is not yet over stays, and what the law keeps nobody touches."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.alliance.actions import load_parameters
from server.alliance.rules import Parameter
from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.authority.actor import system_actor
from server.demo import Town
from server.documents.models import ExportJob
from server.documents.rules import ExportStatus, SheetKind
from server.identity.models import Account
from server.invariants import faults
from server.kit.idempotency import AnsweredRequest
from server.notifications.models import CallListEntry, Delivery, InboxMessage
from server.notifications.rules import CallReason, CallStatus
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import ProxyInvitation
from server.privacy import actions, queries
from server.privacy.models import Rectification, RetentionRun
from server.privacy.rules import ACTIVITIES, CLOCKS, PARAMETERS, SWEPT, Fate
from server.records.models import RecordEntry

AGES = {
    each.parameter: number.value for each in SWEPT for number in PARAMETERS if number.code == each.parameter
}


async def one_row(clock: str, account: Account, at: datetime) -> Any:
    """Leave a row of the kind that a clock removes, as old as that."""
    resident = await RecordEntry.all().order_by("id").first().values("resident_id", "source_id")
    base, mark = {"created_at": at}, at.isoformat()
    made: dict[str, Callable[[], Any]] = {
        "messages": lambda: InboxMessage(
            account_id=account.id, message_uid=mark, topic="t", title="旧", text="旧", target="x", **base
        ),
        "calls": lambda: CallListEntry(
            once_key=mark, account_id=account.id, topic="t", text="请告诉她", note="说了", reason=CallReason.REFUSED,
            status=CallStatus.DONE, done_at=at, **base
        ),
        "answers": lambda: AnsweredRequest(account_id=account.id, key=mark, fingerprint="f", answer="{}", **base),
        "news": lambda: OutboxMessage(topic="t", status=MessageStatus.DONE, due_at=at, **base),
        "invitations": lambda: ProxyInvitation(
            resident_id=resident["resident_id"], issued_by_id=account.id, relation="child", digest=mark, expires_at=at, **base
        ),
        "exports": lambda: ExportJob(
            account_id=account.id, kind=SheetKind.VISITS, reason="季度", status=ExportStatus.EXPIRED, **base
        ),
        "rectifications": lambda: Rectification(
            resident_id=resident["resident_id"], asked_by_id=account.id, institution_id=resident["source_id"],
            subject="profile", text="名字错了", status="declined", due_at=at, decided_at=at, answer="没有错", **base
        ),
    }  # fmt: skip
    row = made[clock]()
    await row.save()
    return row


async def gone(row: Any) -> bool:
    again = await type(row).get_or_none(id=row.id)
    return again is None or getattr(again, "text", None) == ""


async def sweep(clock: Any) -> int:
    """Let every clock run once."""
    return sum(
        [await actions.sweep_retention(actor=system_actor("worker"), now=clock()) for _ in range(len(SWEPT))]
    )


class TestAClock:
    @pytest.mark.parametrize("code", [each.code for each in SWEPT])
    async def test_removes_what_is_over_and_nothing_that_is_not(
        self, town: Town, clock: Any, code: str
    ) -> None:
        account = await Account.get(uid=town.identity.accounts["daughter"])
        age = timedelta(days=next(AGES[each.parameter] for each in SWEPT if each.code == code))
        old = await one_row(code, account, clock() - age - timedelta(minutes=1))
        young = await one_row(code, account, clock() - age + timedelta(minutes=1))

        assert await sweep(clock) >= 1

        assert await gone(old)
        assert not await gone(young)

    async def test_of_a_call_runs_from_when_it_was_made(self, town: Town, clock: Any) -> None:
        account = await Account.get(uid=town.identity.accounts["daughter"])
        age = timedelta(days=AGES["privacy.keep_call_words_days"])
        asked_long_ago = await one_row("calls", account, clock() - age - timedelta(days=1))
        await CallListEntry.filter(id=asked_long_ago.id).update(done_at=clock() - timedelta(days=1))

        await sweep(clock)

        assert not await gone(asked_long_ago)

    async def test_of_another_release_stops_no_other(self, town: Town, clock: Any) -> None:
        account = await Account.get(uid=town.identity.accounts["daughter"])
        old = await one_row("answers", account, clock() - timedelta(days=30))
        await RetentionRun(clock="dropped", due_at=clock() - timedelta(days=99), created_at=clock()).save()

        await sweep(clock)

        assert await gone(old)

    async def test_leaves_a_line_with_the_count_and_nobodys_name(self, town: Town, clock: Any) -> None:
        account = await Account.get(uid=town.identity.accounts["daughter"])
        await one_row("answers", account, clock() - timedelta(days=8))

        await sweep(clock)

        run = await RetentionRun.get(clock="answers")
        (line,) = await AuditEntry.filter(action="privacy.removed", subject_uid=run.uid)
        assert (line.detail["clock"], line.detail["rows"], line.account_id) == ("answers", run.removed, None)
        assert (run.removed_ever, run.removed_at) == (run.removed, clock())

    async def test_goes_on_at_once_after_a_full_batch_and_rests_a_day_after_the_last(
        self, town: Town, clock: Any
    ) -> None:
        account = await Account.get(uid=town.identity.accounts["daughter"])
        await sweep(clock)
        clock.advance(days=1)
        await AnsweredRequest.bulk_create(
            [
                AnsweredRequest(
                    account_id=account.id,
                    key=f"k{each}",
                    fingerprint="f",
                    created_at=clock() - timedelta(days=9),
                )
                for each in range(5)
            ]
        )

        runs = [
            await actions.sweep_retention(actor=system_actor("worker"), now=clock(), limit=2)
            for _ in range(12)
        ]

        assert sum(runs) == 5
        assert max(runs) == 2
        assert await actions.sweep_retention(actor=system_actor("worker"), now=clock()) == 0
        assert (await RetentionRun.get(clock="answers")).due_at == clock() + timedelta(days=1)

    async def test_never_touches_what_the_law_keeps(self, town: Town, clock: Any) -> None:
        kept = {table: await table.all().count() for table in (RecordEntry, AccessEntry)}
        lines = await AuditEntry.all().count()
        clock.advance(days=40 * 365)

        for _ in range(3):
            await RetentionRun.all().update(due_at=clock())
            await sweep(clock)

        assert {table: await table.all().count() for table in kept} == kept
        assert await AuditEntry.all().count() >= lines
        assert not await Delivery.filter(inbox_message__created_at__lt=clock() - timedelta(days=365)).exists()
        assert [each for each in await faults(now=clock()) if "credit" in each] == []


class TestThePages:
    async def test_tell_of_every_clock_its_law_and_its_last_run(self, town: Town, clock: Any) -> None:
        await sweep(clock)

        cards = {card.code: card for card in await queries.retention_clocks(now=clock())}

        assert cards.keys() == {each.code for each in CLOCKS}
        assert (cards["inpatient"].kept, cards["inpatient"].ran_at) == ("30 年", None)
        assert cards["answers"].ran_at == clock()
        assert all(card.law for card in cards.values())

    async def test_tell_the_number_in_force_and_where_it_comes_from(self, town: Town, clock: Any) -> None:
        new = Parameter(
            "privacy.keep_messages_days",
            90,
            "days",
            "新规定第一条",
            "high",
            2,
            clock().date() - timedelta(days=1),
        )
        await load_parameters(actor=system_actor("test"), parameters=[new], now=clock())

        (card,) = [each for each in await queries.retention_clocks(now=clock()) if each.code == "messages"]

        assert (card.kept, card.law, card.assumed) == ("90 天", "新规定第一条", False)

    async def test_tell_of_every_activity_how_long_it_is_kept(self, town: Town, clock: Any) -> None:
        cards = await queries.processing_record(now=clock())

        assert len(cards) == len(ACTIVITIES)
        assert all(card.kept for card in cards)

    def test_name_a_number_for_each_clock_that_runs(self) -> None:
        assert AGES.keys() == {each.parameter for each in SWEPT}
        assert all(each.parameter or each.fate is Fate.GONE_AT_ONCE for each in CLOCKS)
