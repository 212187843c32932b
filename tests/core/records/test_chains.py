"""The check of the access trail at a screen: one resident's chain, or those that grew last."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from server.audit import trail
from server.audit.chain import AccessBasis, AccessLine
from server.audit.checkpoint import checkpoint
from server.audit.trail_models import AccessEntry
from server.audit.verification import Fault
from server.authority.actor import Actor
from server.demo import Town
from server.kit.errors import Forbidden, NotFound
from server.kit.ids import new_uid
from server.people.models import Resident
from server.records.queries import check_chains

Ask = Callable[[str], Awaitable[Actor]]


async def looked(town: Town, key: str, times: int, now: Any) -> int:
    resident = await Resident.get(uid=getattr(town.people, key))
    line = AccessLine(
        resident_id=resident.id, account_id=5, institution_id=3, channel="console", request_id="r", purpose="care",
        basis=AccessBasis.AUTHOR, basis_uid="", what="records.timeline", categories=("meds",), count=2, rights=None,
    )  # fmt: skip
    for _ in range(times):
        await trail.record([line], now=now)
    return resident.id


async def check(actor: Actor, now: Any, **wanted: Any) -> Any:
    asked = {"resident_uid": None, "checkpoints": None, **wanted}
    return await check_chains(actor=actor, **asked, now=now)


class TestCheckingChains:
    async def test_finds_an_untouched_trail_sound(self, town: Town, actor: Ask, clock: Any) -> None:
        zheng = await actor("zheng")
        await looked(town, "wang", 3, clock())
        await looked(town, "li", 2, clock())

        hers = await check(zheng, clock(), resident_uid=town.people.wang)
        all_of_them = await check(zheng, clock())

        assert (hers.chains, hers.faults) == (1, ())
        assert hers.lines >= 3
        assert all_of_them.faults == ()
        assert all_of_them.lines >= hers.lines + 2

    async def test_names_the_resident_and_the_line_that_was_changed(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        zheng = await actor("zheng")
        wang = await looked(town, "wang", 3, clock())
        await looked(town, "li", 2, clock())
        last = await AccessEntry.filter(resident_id=wang).order_by("-seq").first()
        assert last is not None
        await AccessEntry.filter(id=last.id).update(what="nothing")

        found = await check(zheng, clock())
        his = await check(zheng, clock(), resident_uid=town.people.li)

        assert (found.faults[0].fault, found.faults[0].resident_uid) == (Fault.EDITED, town.people.wang)
        assert found.faults[0].place == last.seq
        assert his.faults == ()

    async def test_a_tail_that_was_cut_off_is_seen_by_the_checkpoint(
        self, town: Town, actor: Ask, clock: Any, tmp_path: Path
    ) -> None:
        path = tmp_path / "checkpoints.jsonl"
        wang = await looked(town, "wang", 3, clock())
        await checkpoint(path, now=clock())
        await AccessEntry.filter(resident_id=wang).delete()

        found = await check(await actor("zheng"), clock(), resident_uid=town.people.wang, checkpoints=path)

        assert Fault.CUT in {each.fault for each in found.faults}

    async def test_a_resident_who_does_not_exist_is_not_found(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        with pytest.raises(NotFound):
            await check(await actor("zheng"), clock(), resident_uid=new_uid())

    @pytest.mark.parametrize("who", ["he", "qian", "root", "shen"])
    async def test_is_the_auditors_alone(self, town: Town, actor: Ask, clock: Any, who: str) -> None:
        with pytest.raises(Forbidden):
            await check(await actor(who), clock())
