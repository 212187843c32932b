"""Two choose, two answer, one signs while another takes the authorisation back, two workers keep a day: on MariaDB."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance import actions as alliance
from server.alliance.errors import AuthorisationOver, NotAuthorised
from server.alliance.models import AgreementSignature, SigningAuthority
from server.authority.actor import Actor, system_actor
from server.demands import actions
from server.demands.actions import Line
from server.demands.errors import DemandMoved
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import AnswerStatus, Need, Offer
from server.demo import Town
from server.invariants import faults
from server.kit.clock import local_date
from server.kit.errors import DomainError, IllegalMove
from server.people.actions import sweep_census
from server.people.models import BedCensusEntry
from server.people.rules import Figures
from tests.core.alliance.test_agreements import drafted

pytestmark = pytest.mark.mysql
Actors = Callable[[str], Awaitable[Actor]]
WORKER = system_actor("worker")
ROUNDS = 4


async def at_once(*steps: Awaitable[Any]) -> list[Any]:
    found = await asyncio.gather(*steps, return_exceptions=True)
    assert not [
        each for each in found if isinstance(each, Exception) and not isinstance(each, DomainError)
    ], found
    return found


async def published(town: Town, actor: Actors, now: Any) -> str:
    await actions.publish_list(
        actor=await actor("qian"), home_uid=town.alliance.songhe, lines=[Line(Need.ROUNDS, 30)], now=now
    )
    return (await Demand.get(live_key__isnull=False)).uid


async def test_one_answer_is_chosen_however_many_choose(town: Town, actor: Actors, clock: Any) -> None:
    now, qian, song = clock(), await actor("qian"), await actor("song")
    for _ in range(ROUNDS):
        uid = await published(town, actor, now)
        offer = Offer(40, (2,), local_date(now))
        answers = [
            await actions.answer_demand(actor=await actor(by), uid=uid, offer=offer, now=now)
            for by in ("feng", "zhao")
        ]
        steps = [
            actions.choose_answer(actor=who, uid=uid, answer_uid=answer, now=now)
            for who, answer in zip((qian, song), answers, strict=True)
        ]
        withdrawing = actions.withdraw_answer(
            actor=await actor("feng"), uid=uid, answer_uid=answers[0], reason="人手不够", now=now
        )
        found = await at_once(*steps, withdrawing)
        assert all(isinstance(each, None | DemandMoved | IllegalMove) for each in found)
        chosen = await DemandAnswer.filter(demand__uid=uid, status=AnswerStatus.CHOSEN).count()
        assert chosen == ((await Demand.get(uid=uid)).status == "matched")
        assert await faults(now=now) == []
        await actions.withdraw_demand(actor=qian, uid=uid, reason="下一轮", now=now)


async def test_the_same_need_is_published_and_answered_once(town: Town, actor: Actors, clock: Any) -> None:
    now, qian, feng = clock(), await actor("qian"), await actor("feng")
    lines = [Line(Need.ROUNDS, 30)]
    twice = await at_once(
        *(
            actions.publish_list(actor=qian, home_uid=town.alliance.songhe, lines=lines, now=now)
            for _ in range(3)
        )
    )
    row = await Demand.get()
    offer = Offer(40, (2,), local_date(now))
    answered = await at_once(
        *(actions.answer_demand(actor=feng, uid=row.uid, offer=offer, now=now) for _ in range(3))
    )

    assert [sum(isinstance(each, str) for each in found) for found in (twice, answered)] == [1, 1]


async def test_nobody_signs_beside_the_end_of_their_authorisation(
    town: Town, actor: Actors, clock: Any
) -> None:
    now, he, jin = clock(), await actor("he"), await actor("jin")
    for _ in range(ROUNDS):
        await SigningAuthority.filter(uid=town.signing.he).update(revoked_at=None)
        card = await drafted(actor, town, now)
        await alliance.propose_agreement(actor=he, uid=card.uid, now=now)
        sign, revoke = await at_once(
            alliance.sign_agreement(actor=he, uid=card.uid, content_hash=card.content_hash, now=now),
            alliance.revoke_authority(actor=jin, uid=town.signing.he, reason="换人了", now=now),
        )
        assert not isinstance(revoke, AuthorisationOver)
        signed = await AgreementSignature.filter(agreement__uid=card.uid).count()
        assert signed == (0 if isinstance(sign, NotAuthorised) else 1)


async def test_a_day_is_kept_once_and_corrected_one_after_the_other(
    town: Town, actor: Actors, clock: Any
) -> None:
    tomorrow, he = clock() + timedelta(days=1), await actor("he")
    await at_once(*(sweep_census(actor=WORKER, now=tomorrow) for _ in range(4)))
    assert await BedCensusEntry.all().count() == 6

    from server.people.actions import correct_census

    words = {"actor": he, "home_uid": town.alliance.yihe, "day": local_date(clock()), "now": tomorrow}
    await at_once(
        *(
            correct_census(figures=Figures(120, 60, residents), reason="漏登", **words)
            for residents in (5, 6, 7)
        )
    )
    assert await faults(now=tomorrow) == []
