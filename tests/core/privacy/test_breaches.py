"""The register of incidents: clocks from when it was known, notices, and no closing before both were told."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor
from server.demo import Town
from server.kit.errors import Forbidden, NotFound
from server.privacy import actions, queries
from server.privacy.actions import Incident
from server.privacy.errors import BreachClosed, ImpossibleTimes, NoticesOwed
from server.privacy.rules import BreachAudience, DataKind

ActorOf = Callable[[str], Awaitable[Actor]]


def incident(clock: Any) -> Incident:
    return Incident(
        what="一台电脑丢了，里面可能有导出的名单",
        known_at=clock(),
        happened_at=clock() - timedelta(days=2),
        kinds=(DataKind.IDENTITY, DataKind.HEALTH),
        people=120,
        harm="可能被骗",
        measures="已改密码，正在找",
    )


async def recorded(actor: Actor, clock: Any) -> str:
    return await actions.record_breach(actor=actor, incident=incident(clock), now=clock())


async def told(actor: Actor, uid: str, audience: BreachAudience, clock: Any, **amount: Any) -> None:
    at = clock() - timedelta(**amount)
    await actions.note_breach_notice(
        actor=actor, uid=uid, audience=audience, told_at=at, how="当面报告", now=clock()
    )


class TestAnIncident:
    @pytest.mark.parametrize("login", ["root", "qian", "tang"])
    async def test_is_recorded_noticed_and_closed(
        self, town: Town, actor: ActorOf, clock: Any, login: str
    ) -> None:
        keeper = await actor(login)
        uid = await recorded(keeper, clock)
        clock.advance(hours=20)
        await told(keeper, uid, BreachAudience.AUTHORITY, clock)
        clock.advance(hours=60)
        await told(keeper, uid, BreachAudience.PEOPLE, clock)

        await actions.close_breach(actor=keeper, uid=uid, conclusion="找到了，没有被打开", now=clock())

        sheet = await queries.breach_sheet(actor=keeper, uid=uid, now=clock())
        assert [each.late for each in sheet.clocks] == [False, True]
        assert (sheet.card.open, sheet.may_close) == (False, False)
        assert [line.what for line in sheet.history] == [
            "privacy.breach_closed",
            "privacy.breach_noticed",
            "privacy.breach_noticed",
            "privacy.breach_recorded",
        ]
        assert "电脑" not in repr(await AuditEntry.filter(subject_uid=uid).values())

    async def test_is_not_closed_before_both_whom_the_law_names_were_told(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        root = await actor("root")
        uid = await recorded(root, clock)
        await told(root, uid, BreachAudience.PEOPLE, clock)

        with pytest.raises(NoticesOwed):
            await actions.close_breach(actor=root, uid=uid, conclusion="好了", now=clock())

    async def test_once_closed_changes_no_more(self, town: Town, actor: ActorOf, clock: Any) -> None:
        root = await actor("root")
        uid = await recorded(root, clock)
        for audience in (BreachAudience.AUTHORITY, BreachAudience.PEOPLE):
            await told(root, uid, audience, clock)
        await actions.close_breach(actor=root, uid=uid, conclusion="好了", now=clock())

        with pytest.raises(BreachClosed):
            await told(root, uid, BreachAudience.POLICE, clock)
        with pytest.raises(BreachClosed):
            await actions.close_breach(actor=root, uid=uid, conclusion="又好了", now=clock())

    async def test_cannot_be_known_before_it_happened_nor_tomorrow(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        root, day = await actor("root"), timedelta(days=1)
        for wrong in (
            replace(incident(clock), happened_at=clock() + timedelta(minutes=1)),
            replace(incident(clock), known_at=clock() + day),
        ):
            with pytest.raises(ImpossibleTimes):
                await actions.record_breach(actor=root, incident=wrong, now=clock())
        uid = await recorded(root, clock)
        with pytest.raises(ImpossibleTimes):
            await told(root, uid, BreachAudience.PEOPLE, clock, days=1)

    @pytest.mark.parametrize("login", ["he", "zhao", "shen", "xu", "zheng"])
    async def test_is_for_those_who_keep_the_register(
        self, town: Town, actor: ActorOf, clock: Any, login: str
    ) -> None:
        uid = await recorded(await actor("root"), clock)

        with pytest.raises(Forbidden):
            await recorded(await actor(login), clock)
        with pytest.raises(NotFound):
            await queries.breach_sheet(actor=await actor(login), uid=uid, now=clock())
