"""Many answers, few transactions; nobody's line is lost, and nobody is answered before theirs is committed."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from tortoise.transactions import in_transaction

from server.audit import trail
from server.audit.chain import AccessBasis, AccessLine
from server.audit.errors import RightsChanged
from server.audit.trail_models import AccessEntry
from server.audit.verification import verify_trails
from server.demo.cast import TOWN_NOW
from server.kit.engines.counting import counted
from server.kit.errors import Busy
from server.kit.transactions import action

FIRST = 8_000_000


def look(resident: int, what: str = "test", rights: int | None = None) -> AccessLine:
    return AccessLine(
        resident_id=resident, account_id=5, institution_id=0, channel="mini_program", request_id="", purpose="self",
        basis=AccessBasis.OWN, basis_uid="", what=what, categories=(), count=0, rights=rights,
    )  # fmt: skip


async def lines(resident: int) -> list[str]:
    return await AccessEntry.filter(resident_id=resident).order_by("seq").values_list("what", flat=True)


@action
async def seen_and_then(*, resident: int, failing: bool) -> None:
    await trail.record([look(resident)], now=TOWN_NOW)
    if failing:
        raise ZeroDivisionError


class TestManyAtOnce:
    async def test_share_few_transactions_and_all_are_written(self, town: object) -> None:
        residents = [FIRST + number % 10 for number in range(100)]
        await asyncio.gather(*(trail.record([look(resident)], now=TOWN_NOW) for resident in residents[:10]))

        async with counted() as statements:
            await asyncio.gather(
                *(trail.record([look(each, f"{n}")], now=TOWN_NOW) for n, each in enumerate(residents))
            )

        heads_moved = [each for each in statements if each.startswith("UPDATE access_chain_head")]
        assert len(heads_moved) <= 3
        assert await AccessEntry.filter(resident_id__gte=FIRST, resident_id__lt=FIRST + 10).count() == 110
        assert (await verify_trails(None)).sound

    async def test_keep_the_order_of_arrival(self, town: object) -> None:
        await asyncio.gather(*(trail.record([look(FIRST, f"{n:02}")], now=TOWN_NOW) for n in range(20)))

        assert await lines(FIRST) == [f"{n:02}" for n in range(20)]

    async def test_whoever_is_refused_does_not_take_the_others_along(self, town: object) -> None:
        found = await asyncio.gather(
            trail.record([look(FIRST, "fine", rights=0)], now=TOWN_NOW),
            trail.record([look(FIRST, "stale", rights=7)], now=TOWN_NOW),
            trail.record([look(FIRST, "fine too", rights=0)], now=TOWN_NOW),
            return_exceptions=True,
        )

        assert [type(each) for each in found] == [type(None), RightsChanged, type(None)]
        assert await lines(FIRST) == ["fine", "fine too"]

    async def test_one_answers_fault_does_not_take_the_others_along(self, town: object) -> None:
        unwritable: Any = replace(look(FIRST, "broken"), count="\ud800")

        found = await asyncio.gather(
            trail.record([look(FIRST, "before")], now=TOWN_NOW),
            trail.record([unwritable], now=TOWN_NOW),
            trail.record([look(FIRST, "after")], now=TOWN_NOW),
            return_exceptions=True,
        )

        assert [isinstance(each, Exception) for each in found] == [False, True, False]
        assert await lines(FIRST) == ["before", "after"]

    async def test_a_chain_that_others_move_all_the_time_does_not_take_the_others_along(
        self, town: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        append = trail._append

        async def raced(answers: Sequence[trail._Answer]) -> frozenset[int]:
            if any(line.resident_id == FIRST + 1 for answer in answers for line in answer.lines):
                raise trail._Raced
            return await append(answers)

        monkeypatch.setattr(trail, "_append", raced)

        found = await asyncio.gather(
            *(trail.record([look(FIRST + each)], now=TOWN_NOW) for each in range(3)), return_exceptions=True
        )

        assert [type(each) for each in found] == [type(None), Busy, type(None)]
        assert [len(await lines(FIRST + each)) for each in range(3)] == [1, 0, 1]

    async def test_whoever_hangs_up_does_not_take_the_others_along(self, town: object) -> None:
        leaving = asyncio.create_task(trail.record([look(FIRST, "gone")], now=TOWN_NOW))
        staying = asyncio.create_task(trail.record([look(FIRST, "stays")], now=TOWN_NOW))
        await asyncio.sleep(0)
        leaving.cancel()

        await staying

        assert leaving.cancelled() or leaving.cancelling()
        assert "stays" in await lines(FIRST)
        assert (await verify_trails(None)).sound


class TestInsideAnAction:
    async def test_the_line_belongs_to_the_action(self, town: object) -> None:
        await seen_and_then(resident=FIRST, failing=False)

        with pytest.raises(ZeroDivisionError):
            await seen_and_then(resident=FIRST, failing=True)

        assert len(await lines(FIRST)) == 1

    async def test_a_transaction_that_is_no_action_does_not_lend_its_connection(self, town: object) -> None:
        """A task started inside a transaction would inherit it, and vanish with its rollback."""

        async def begin_inside_and_roll_back() -> asyncio.Task[None]:
            async with in_transaction():
                task = asyncio.create_task(trail.record([look(FIRST)], now=TOWN_NOW))
                await asyncio.sleep(0)
                raise LookupError(task)

        with pytest.raises(LookupError) as raised:
            await begin_inside_and_roll_back()
        await raised.value.args[0]

        assert len(await lines(FIRST)) == 1


class TestTheKey:
    def test_a_short_one_is_refused(self) -> None:
        with pytest.raises(ValueError, match="32 bytes"):
            trail.configure(b"short")
