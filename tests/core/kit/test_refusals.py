"""A key is spent on the first word that is said under it, also on a no."""

import asyncio
from datetime import datetime

import pytest

from server.authority.actor import Actor, Channel
from server.booking.errors import SlotFull
from server.demo.cast import TOWN_NOW
from server.kit.engines.counting import counted
from server.kit.errors import Busy, DomainError, Invalid, Kind, RefusedBefore, SignInNeeded, TooMany
from server.kit.idempotency import Answered, AnsweredRequest, RequestKey, answer_given
from server.kit.refusals import keep_refusal
from server.kit.transactions import action

pytestmark = pytest.mark.usefixtures("town")


def request(key: str) -> RequestKey:
    return RequestKey(account_id=1, key=key, fingerprint="f" * 64)


@action
async def do(*, actor: Actor, now: datetime) -> str:
    return f"done at {now:%H:%M}"


async def carry_out(key: str) -> str:
    return await do(actor=Actor(1, "", "", (), Channel.MINI_PROGRAM, request_key=request(key)), now=TOWN_NOW)


async def refuse(*keys: str, refusal: DomainError | None = None) -> list[BaseException | None]:
    return await asyncio.gather(
        *(keep_refusal(request(key), refusal or SlotFull(), now=TOWN_NOW) for key in keys),
        return_exceptions=True,
    )


class TestARefusal:
    async def test_is_what_every_other_copy_is_told(self) -> None:
        await refuse("told-no", refusal=Invalid("请先选医院。", fields={"hospital": "没有选"}))

        with pytest.raises(RefusedBefore) as late:
            await carry_out("told-no")

        said = late.value
        assert (said.code, said.kind, said.sentence) == ("kit.invalid", Kind.INVALID, "请先选医院。")
        assert said.fields == {"hospital": "没有选"}

    async def test_gives_way_to_a_copy_that_was_carried_out(self) -> None:
        await carry_out("told-yes")

        (told,) = await refuse("told-yes")

        assert isinstance(told, Answered)
        assert told.answer == "done at 09:00"

    async def test_of_a_crowd_is_kept_in_one_statement(self) -> None:
        await refuse("warm")
        with counted() as statements:
            told = await refuse(*(f"crowd-{number}" for number in range(40)))

        assert told == [None] * 40
        assert len([sql for sql in statements if "answered_request" in sql]) <= 2
        assert await AnsweredRequest.filter(refusal__not_isnull=True).count() == 41

    async def test_of_a_crowd_is_each_one_s_own_when_one_was_carried_out(self) -> None:
        await carry_out("crowd-of-three-1")

        told = await refuse(*(f"crowd-of-three-{number}" for number in range(3)))

        assert [type(each) for each in told] == [type(None), Answered, type(None)]
        for number in (0, 2):
            with pytest.raises(RefusedBefore):
                await answer_given(request(f"crowd-of-three-{number}"))

    @pytest.mark.parametrize("passing", [Busy, SignInNeeded, TooMany], ids=lambda each: each.code)
    async def test_that_will_be_over_in_a_moment_spends_nothing(self, passing: type[DomainError]) -> None:
        await refuse("come-again", refusal=passing())

        assert await carry_out("come-again") == "done at 09:00"

    async def test_said_twice_is_said_once(self) -> None:
        told = [*await refuse("twice"), *await refuse("twice", refusal=Invalid())]

        assert [getattr(each, "code", None) for each in told] == [None, "booking.slot_full"]
