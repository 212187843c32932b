"""After closing, nothing finds the person: every text of every table is read, and what is kept is on a list."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor
from server.booking.models import Appointment, Slot
from server.demo import Town
from server.documents.models import ExportJob
from server.identity.models import Account, WechatIdentity
from server.identity.queries import actor_of
from server.invariants import faults
from server.kit.errors import NotFound
from server.kit.idempotency import AnsweredRequest
from server.kit.sealing import index_candidates, open_sealed
from server.people.models import ProxyGrant, Resident
from server.people.rules import ProxyStatus
from server.privacy import actions, queries
from server.privacy.errors import BookingsOpen
from tests.core.privacy.schema import tables

ActorOf = Callable[[str], Awaitable[Actor]]
Worker = Callable[[], Awaitable[int]]
PHONE_COLUMNS = ("account.phone", "resident.phone", "kinship.phone")
# What others wrote about their own resident, or the law keeps: said on the page before closing.
KEPT = {"kinship.name", "kinship.phone_index"}
KEPT_OF_A_RESIDENT = {"resident.name", "resident.phone_index", "resident.national_id_index"}


async def traces_of(account: Account, name: str) -> dict[str, str]:
    """Return every text by which somebody could be found."""
    wechat = await WechatIdentity.get(account_id=account.id)
    phone = open_sealed(account.phone_sealed, place=f"account.phone|{account.uid}")
    indexes = {each: "index" for column in PHONE_COLUMNS for each in index_candidates(phone, column=column)}
    return {name: "name", phone: "phone", wechat.openid: "openid", **indexes}


async def found(traces: dict[str, str]) -> set[str]:
    """Search every column of every table, as a stranger with the whole database would."""
    hits = set()
    for table in tables():
        for row in await table.all().values():
            hits |= {
                f"{table._meta.db_table}.{column}"
                for column, value in row.items()
                if any(trace in _text(value) for trace in traces)
            }
    return hits


def _text(value: Any) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


class TestClosing:
    async def test_leaves_no_hit_of_a_relative_in_any_table(
        self, town: Town, actor: ActorOf, clock: Any, worker_pass: Worker
    ) -> None:
        daughter = await actor("daughter")
        await actions.ask_for_copy(actor=daughter, resident_uid=None, now=clock())
        await worker_pass()
        traces = await traces_of(await Account.get(id=daughter.account_id), "陈晓敏")
        assert {"account.name", "account.phone_index", "wechat_identity.openid"} <= await found(traces)

        await actions.close_own_account(actor=daughter, now=clock())
        await worker_pass()

        assert await found(traces) <= KEPT
        assert await faults(now=clock()) == []

    async def test_leaves_of_a_resident_what_the_law_keeps_and_seals_it_off(
        self, town: Town, actor: ActorOf, clock: Any, worker_pass: Worker
    ) -> None:
        wang = await actor("wang")
        account = await Account.get(id=wang.account_id)
        traces = await traces_of(account, "王桂兰")

        await actions.close_own_account(actor=wang, now=clock())
        hits = await found(traces)

        kept = {
            each for each in hits if not each.startswith("consent.text")
        }  # what was agreed to, word by word
        texts = {"inbox_message.text", "kinship.name", "resident.name", "resident.phone_index"}
        assert kept <= texts | KEPT_OF_A_RESIDENT
        assert not await Resident.filter(account_id=account.id).exists()
        with pytest.raises(NotFound):
            await actor_of(account_uid=account.uid, channel=wang.channel, now=clock())

    async def test_deletes_files_and_kept_answers(
        self, town: Town, actor: ActorOf, clock: Any, worker_pass: Worker
    ) -> None:
        daughter = await actor("daughter")
        await actions.ask_for_copy(actor=daughter, resident_uid=town.people.wang, now=clock())
        await AnsweredRequest(
            account_id=daughter.account_id,
            key="k" * 8,
            fingerprint="f",
            answer='"陈晓敏"',
            created_at=clock(),
        ).save()
        await worker_pass()

        await actions.close_own_account(actor=daughter, now=clock())

        assert not await ExportJob.filter(account_id=daughter.account_id).exists()
        assert not await AnsweredRequest.filter(account_id=daughter.account_id).exists()
        assert await AuditEntry.filter(action="documents.export_written").exists()

    async def test_waits_for_bookings_that_nobody_else_could_change(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await actor("wang")
        await _alone_with_a_booking(wang, clock)

        with pytest.raises(BookingsOpen):
            await actions.close_own_account(actor=wang, now=clock())

        assert (await queries.closure_preview(actor=wang, now=clock())).blocked >= 1
        assert (await Account.get(id=wang.account_id)).name == "王桂兰"

    async def test_waits_for_bookings_of_somebody_for_whom_nobody_else_acts(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang, daughter = await actor("wang"), await actor("daughter")
        await _alone_with_a_booking(wang, clock)
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(status=ProxyStatus.ACTIVE)
        assert (await queries.closure_preview(actor=daughter, now=clock())).blocked == 0
        await Resident.filter(uid=town.people.wang).update(account_id=None)

        with pytest.raises(BookingsOpen):
            await actions.close_own_account(actor=daughter, now=clock())

        assert (await queries.closure_preview(actor=daughter, now=clock())).blocked >= 1
        # Another proxy, or the home, would look after them.
        home = await Resident.filter(home_id__isnull=False).first()
        await Resident.filter(uid=town.people.wang).update(home_id=home.home_id)
        assert (await queries.closure_preview(actor=daughter, now=clock())).blocked == 0

    async def test_does_not_cost_a_resident_of_a_home_their_seat(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await actor("wang")
        row = await _alone_with_a_booking(wang, clock)
        home = await Resident.filter(home_id__isnull=False).first()
        await Resident.filter(account_id=wang.account_id).update(home_id=home.home_id)

        preview = await queries.closure_preview(actor=wang, now=clock())
        await actions.close_own_account(actor=wang, now=clock())

        assert (preview.blocked, preview.bookings >= 1) == (0, True)
        assert (await Appointment.get(id=row.id)).status == row.status

    async def test_says_beforehand_what_is_deleted_and_what_the_law_keeps(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await queries.closure_preview(actor=await actor("wang"), now=clock())
        daughter = await queries.closure_preview(actor=await actor("daughter"), now=clock())

        assert "30 年" in wang.kept[0].until
        assert len(daughter.kept) == len(wang.kept) - 1
        assert (wang.grants, daughter.grants) == (0, 1)


async def _alone_with_a_booking(wang: Actor, clock: Any) -> Appointment:
    """Let Wang live in no home, with no proxy, and be booked."""
    row = await Resident.get(account_id=wang.account_id)
    await ProxyGrant.filter(resident_id=row.id).update(status=ProxyStatus.ENDED)
    await Resident.filter(id=row.id).update(home_id=None)
    slot = await Slot.filter(starts_at__gt=clock()).order_by("id").first()
    booked = Appointment(
        slot_id=slot.id, resident_id=row.id, status="booked", number=1, reason="复查", source="app",
        arrival_code="closing", on_behalf_basis="self", created_at=clock(),
    )  # fmt: skip
    await booked.save()
    return booked
