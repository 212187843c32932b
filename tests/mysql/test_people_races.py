"""Several at once on MariaDB: one person per bed, one row per person, no ninth proxy, one agreement per pair."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance import actions as alliance
from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor
from server.demo import Town
from server.demo.alliance import GREEN
from server.identity.models import Account
from server.kit.clock import local_date
from server.people import actions, queries
from server.people.actions.invitations import Offered, invite
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import Basis, EndReason, ProxyScope, ProxyStatus, Relation, Sex, check_character
from server.privacy.actions import close_own_account

pytestmark = pytest.mark.mysql
Ask = Callable[[str], Awaitable[Actor]]


async def at_once(*work: Awaitable[Any]) -> tuple[int, set[str]]:
    """Return how many succeeded, and the codes of the refusals."""
    answers = await asyncio.gather(*work, return_exceptions=True)
    refused = [each for each in answers if isinstance(each, BaseException)]
    return len(answers) - len(refused), {getattr(each, "code", repr(each)) for each in refused}


def number(running: int) -> str:
    body = f"33029919450101{running:03d}"
    return body + check_character(body)


async def grants(town: Town, count: int, status: ProxyStatus, now: Any) -> list[str]:
    wang = await Resident.get(uid=town.people.wang)
    uids = []
    for place in range(count):
        account = Account(name=f"亲友{place}", created_at=now)
        await account.save()
        row = ProxyGrant(
            resident_id=wang.id,
            proxy_id=account.id,
            basis=Basis.OWN_CONSENT,
            relation=Relation.FRIEND,
            status=status,
            confirmed_how="in_app" if status is ProxyStatus.ACTIVE else None,
            starts_at=now,
            created_at=now,
        )
        await row.save()
        await ProxyGrantScope(grant_id=row.id, scope=ProxyScope.PROFILE, created_at=now).save()
        uids.append(row.uid)
    return uids


async def test_no_ninth_proxy(town: Town, actor: Ask, clock: Any) -> None:
    """I5: two are left when eight confirmations arrive together."""
    now, wang = clock(), await actor("wang")
    await grants(town, 5, ProxyStatus.ACTIVE, now)  # six with the daughter
    waiting = await grants(town, 8, ProxyStatus.ID_VERIFIED, now)

    done = await at_once(*(actions.confirm_proxy(actor=wang, uid=uid, now=now) for uid in waiting))

    assert done == (2, {"people.too_many_proxies"})
    assert await queries.faults(now=now) == []


async def test_death_and_confirmation_exclude_each_other(town: Town, actor: Ask, clock: Any) -> None:
    """I3: whichever comes first, nobody is left with an authority."""
    now, he, wang = clock(), await actor("he"), await actor("wang")
    waiting = await grants(town, 4, ProxyStatus.ID_VERIFIED, now)

    await at_once(
        *(actions.confirm_proxy(actor=wang, uid=uid, now=now) for uid in waiting),
        actions.record_death(actor=he, resident_uid=town.people.wang, died_at=now, now=now),
    )

    live = ProxyGrant.filter(
        resident__uid=town.people.wang, status__in=["active", "id_verified", "suspended"]
    )
    assert await live.count() == 0


async def test_pause_and_end_exclude_each_other(town: Town, actor: Ask, clock: Any) -> None:
    now, he, uid = clock(), await actor("he"), town.people.daughter_grant

    done, codes = await at_once(
        *(actions.end_proxy(actor=he, uid=uid, reason=EndReason.ABUSE, now=now) for _ in range(4)),
        *(actions.suspend_proxy(actor=he, uid=uid, reason=EndReason.SAFEGUARDING, now=now) for _ in range(4)),
    )

    assert codes == {"kit.illegal_move"}
    assert done in {1, 2}
    assert (await ProxyGrant.get(uid=uid)).status is ProxyStatus.ENDED


async def test_one_person_per_bed(town: Town, actor: Ask, clock: Any) -> None:
    he = await actor("he")

    done = await at_once(
        *(
            actions.admit(
                actor=he,
                home_uid=town.alliance.yihe,
                name=f"长者{place}",
                sex=Sex.FEMALE,
                birth_date=date(1945, 1, 1),
                national_id=number(place * 2),
                bed="401-1",
                now=clock(),
            )
            for place in range(8)
        )
    )

    assert done == (1, {"people.bed_taken"})
    assert await Resident.filter(bed="401-1").count() == 1
    assert await queries.faults(now=clock()) == []


async def test_one_row_per_person(town: Town, actor: Ask, clock: Any) -> None:
    he = await actor("he")

    done, codes = await at_once(
        *(
            actions.admit(
                actor=he,
                home_uid=town.alliance.yihe,
                name="同一人",
                sex=Sex.FEMALE,
                birth_date=date(1945, 1, 1),
                national_id=number(2),
                now=clock(),
            )
            for _ in range(8)
        )
    )

    assert done == 1
    assert codes <= {"people.already_registered", "people.already_in_home"}
    assert await Resident.filter(name="同一人").count() == 1


async def test_one_roster_twice_at_once(town: Town, actor: Ask, clock: Any) -> None:
    he = await actor("he")
    rows = [
        {"name": f"长者{place}", "national_id": number(place), "bed": f"5{place:02d}-1"}
        for place in range(60)
    ]

    done, codes = await at_once(
        *(
            actions.import_roster(
                actor=he, home_uid=town.alliance.yihe, rows=rows, file_digest="sha256:1", now=clock()
            )
            for _ in range(4)
        )
    )

    assert done >= 1
    assert codes <= {"people.roster_overtaken"}
    assert await Resident.filter(name__startswith="长者").count() == 60
    assert await queries.faults(now=clock()) == []


async def test_one_agreement_per_pair(town: Town, actor: Ask, clock: Any) -> None:
    now, he, sun, tang, today = (
        clock(),
        await actor("he"),
        await actor("sun"),
        await actor("tang"),
        local_date(clock()),
    )
    uids = []
    for _ in range(4):
        card = await alliance.draft_agreement(
            actor=he,
            home_uid=town.alliance.yihe,
            provider_uid=town.alliance.second_hospital,
            first_day=today,
            last_day=today + timedelta(days=300),
            content=GREEN,
            now=now,
        )
        await alliance.propose_agreement(actor=he, uid=card.uid, now=now)
        for side in (he, sun):
            await alliance.sign_agreement(actor=side, uid=card.uid, content_hash=card.content_hash, now=now)
        uids.append(card.uid)

    done = await at_once(
        *(
            alliance.file_agreement(actor=tang, uid=uid, filing_number=f"R{place}", now=now)
            for place, uid in enumerate(uids)
        )
    )

    assert done == (1, {"alliance.already_bound"})
    assert await ServiceAgreement.filter(uid__in=uids, status="active").count() == 1


async def test_an_invitation_works_once(town: Town, actor: Ask, clock: Any) -> None:
    """Six people open the same card at the same moment."""
    now = clock()
    offered = Offered(Relation.FRIEND, (ProxyScope.PROFILE,))
    said = await invite(actor=await actor("wang"), resident_uid=town.people.wang, offered=offered, now=now)
    strangers = []
    for place in range(6):
        account = Account(name=f"亲友{place}", created_at=now)
        await account.save()
        strangers.append(replace(await actor("stranger"), account_id=account.id, account_uid=account.uid))

    done = await at_once(
        *(actions.redeem_invitation(actor=each, code=said.code, now=now) for each in strangers)
    )

    assert done == (1, {"people.invitation_not_valid"})


async def test_no_sixth_invitation(town: Town, actor: Ask, clock: Any) -> None:
    wang, offered = await actor("wang"), Offered(Relation.FRIEND, (ProxyScope.PROFILE,))

    done = await at_once(
        *(invite(actor=wang, resident_uid=town.people.wang, offered=offered, now=clock()) for _ in range(8))
    )

    assert done == (5, {"people.too_many_invitations"})


async def test_an_account_closes_while_its_grants_change(town: Town, actor: Ask, clock: Any) -> None:
    """The resident ends the daughter's authority in the moment in which she leaves: either way it has ended."""
    now, wang, daughter = clock(), await actor("wang"), await actor("daughter")
    grant = town.people.daughter_grant

    await asyncio.gather(
        close_own_account(actor=daughter, now=now),
        actions.end_proxy(actor=wang, uid=grant, reason=EndReason.RESIDENT_WISH, now=now),
        return_exceptions=True,
    )
    if (await ProxyGrant.get(uid=grant)).status is not ProxyStatus.ENDED:
        await close_own_account(actor=daughter, now=now)

    assert (await ProxyGrant.get(uid=grant)).status is ProxyStatus.ENDED
