"""A resident invites a relative: the yes comes first, the home still compares papers."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.alliance.models import PolicyParameter
from server.audit.models import AuditEntry
from server.demo import Town
from server.identity.models import Account
from server.kit.errors import DomainError
from server.kit.ids import new_uid
from server.notifications.models import InboxMessage
from server.outbox.models import OutboxMessage
from server.people.actions import (
    decline_proxy,
    issue_invitation,
    record_death,
    redeem_invitation,
    reject_proxy,
    verify_proxy,
)
from server.people.actions.invitations import Offered
from server.people.errors import InvitationNotValid, ScopeNeeded, TooManyProxies
from server.people.models import ProxyGrant, ProxyInvitation, Resident
from server.people.rules import ConfirmedHow, EndReason, ProxyScope, ProxyStatus, Relation

Api = Callable[[str], Awaitable[httpx.AsyncClient]]
WISH = {"relation": "friend", "scopes": ["profile", "booking"]}


def path(town: Town) -> str:
    return f"/residents/{town.people.wang}/invitations"


async def invited(town: Town, api: Api, **more: Any) -> dict[str, Any]:
    answer = await (await api("wang")).post(path(town), json={**WISH, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def redeemed(client: httpx.AsyncClient, code: str, **options: Any) -> httpx.Response:
    return await client.post("/invitations/redeem", json={"code": code}, **options)


class TestInvite:
    async def test_tells_a_code_once_and_keeps_its_digest(self, town: Town, api: Api, clock: Any) -> None:
        said = await invited(town, api, last_day="2026-12-31", categories=["basic"])

        assert set(said) == {"uid", "code", "expires_at"}
        assert said["expires_at"] == (clock() + timedelta(days=7)).astimezone(town_zone()).isoformat()
        (shown,) = (await (await api("wang")).get(path(town))).json()
        assert (shown["uid"], shown["scopes"], shown["categories"]) == (
            said["uid"],
            ["booking", "profile"],
            ["basic"],
        )
        kept = repr(await ProxyInvitation.all().values()) + repr(await AuditEntry.all().values())
        assert said["code"] not in kept

    async def test_sent_twice_is_one_invitation_with_the_same_code(self, town: Town, api: Api) -> None:
        wang, headers = await api("wang"), {"Idempotency-Key": new_uid()}

        answers = [await wang.post(path(town), json=WISH, headers=headers) for _ in range(2)]
        another = await wang.post(path(town), json={**WISH, "relation": "child"}, headers=headers)

        assert answers[0].status_code == answers[1].status_code == 201
        assert answers[0].json() == answers[1].json()
        assert await ProxyInvitation.all().count() == 1
        assert (another.status_code, another.json()["code"]) == (422, "kit.key_reused")

    @pytest.mark.parametrize("persona", ["daughter", "nurse", "stranger", "guardian"])
    async def test_is_the_residents_own_word(self, town: Town, api: Api, persona: str) -> None:
        client = await api(persona)

        answers = [
            await client.post(path(town), json=WISH),
            await client.get(path(town)),
            await client.delete(f"{path(town)}/{new_uid()}"),
        ]

        assert {each.status_code for each in answers} == {404}

    async def test_has_an_end_that_is_yet_to_come(self, town: Town, api: Api) -> None:
        answer = await (await api("wang")).post(path(town), json={**WISH, "last_day": "2026-03-01"})

        assert (answer.status_code, list(answer.json()["fields"])) == (422, ["last_day"])

    async def test_says_for_what(self, town: Town, actor: Any, clock: Any) -> None:
        with pytest.raises(ScopeNeeded):
            await issue_invitation(
                actor=await actor("wang"), resident_uid=town.people.wang, offered=Offered(Relation.CHILD, ()),
                digest="0" * 64, now=clock(),
            )  # fmt: skip

    async def test_is_bounded_in_number(self, town: Town, api: Api) -> None:
        wang = await api("wang")

        answers = [await wang.post(path(town), json=WISH) for _ in range(6)]

        assert [each.status_code for each in answers] == [201] * 5 + [429]
        assert answers[5].json()["code"] == "people.too_many_invitations"


class TestRevoke:
    async def test_makes_the_code_worthless(self, town: Town, api: Api) -> None:
        said, wang = await invited(town, api), await api("wang")

        taken = await wang.delete(f"{path(town)}/{said['uid']}")
        again = await wang.delete(f"{path(town)}/{said['uid']}")

        assert (taken.status_code, again.status_code) == (204, 404)
        assert (await wang.get(path(town))).json() == []
        assert (await redeemed(await api("stranger"), said["code"])).json()[
            "code"
        ] == "people.invitation_not_valid"


class TestRedeem:
    async def test_is_an_application_that_the_resident_has_agreed_to(
        self, town: Town, api: Api, actor: Any, clock: Any
    ) -> None:
        said = await invited(town, api)

        answer = await redeemed(await api("stranger"), said["code"])

        card = answer.json()
        assert answer.status_code == 201, answer.text
        assert (card["status"], card["confirmed_how"], card["resident_uid"]) == (
            "applied",
            "in_app",
            town.people.wang,
        )
        assert card["resident"] == "王**"
        wang = await Account.get(uid=town.identity.accounts["wang"])
        assert (await ProxyGrant.get(uid=card["uid"])).confirmed_by_id == wang.id
        assert (await (await api("stranger")).get("/residents")).json() == []

        verified = await verify_proxy(actor=await actor("he"), uid=card["uid"], now=clock())

        assert verified.status is ProxyStatus.ACTIVE
        row = await ProxyGrant.get(uid=card["uid"])
        assert (row.confirmed_how, row.confirmed_by_id) == (ConfirmedHow.IN_APP, wang.id)
        (mine,) = (await (await api("stranger")).get("/residents")).json()
        assert (mine["uid"], mine["scopes"]) == (town.people.wang, ["booking", "profile"])

    async def test_tells_the_resident_and_the_home(
        self, town: Town, api: Api, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        card = (await redeemed(await api("stranger"), (await invited(town, api))["code"])).json()

        await worker_pass()

        told = await InboxMessage.filter(topic="people.invitation_redeemed").select_related("account")
        assert {each.account.uid for each in told} == {
            town.identity.accounts[who] for who in ("wang", "he", "jin")
        }
        targets = {each.target for each in told}
        assert targets == {f"pages/family/proxy?uid={card['uid']}", "/admin/proxies"}
        line = await OutboxMessage.get(topic="people.invitation_redeemed")
        assert "陈" not in str(line.payload)

    async def test_works_once(self, town: Town, api: Api) -> None:
        said, stranger, headers = (
            await invited(town, api),
            await api("stranger"),
            {"Idempotency-Key": new_uid()},
        )

        answers = [await redeemed(stranger, said["code"], headers=headers) for _ in range(2)]
        other = await redeemed(await api("guardian"), said["code"])

        assert answers[0].json() == answers[1].json()
        assert (other.status_code, other.json()["code"]) == (422, "people.invitation_not_valid")
        assert await ProxyGrant.filter(proxy__uid=town.identity.accounts["stranger"]).count() == 1

    async def test_works_for_seven_days(self, town: Town, api: Api, actor: Any, clock: Any) -> None:
        said = await invited(town, api)
        stranger = await actor("stranger")

        with pytest.raises(InvitationNotValid):
            await redeem_invitation(actor=stranger, code=said["code"], now=clock() + timedelta(days=7))
        card = await redeem_invitation(
            actor=stranger, code=said["code"], now=clock() + timedelta(days=7, seconds=-1)
        )

        assert card.status is ProxyStatus.APPLIED

    @pytest.mark.parametrize(
        ("persona", "code"),
        [
            ("wang", "people.own_invitation"),
            ("nurse", "people.home_staff_cannot_be_proxy"),
            ("daughter", "people.already_applied"),
            ("nephew", "people.already_applied"),
        ],
    )
    async def test_is_not_for(self, town: Town, api: Api, persona: str, code: str) -> None:
        said = await invited(town, api)

        answer = await redeemed(await api(persona), said["code"])

        assert (answer.status_code, answer.json()["code"]) == (409, code)
        assert (await ProxyInvitation.get(uid=said["uid"])).redeemed_at is None

    async def test_needs_a_code_that_is_one(self, town: Town, api: Api) -> None:
        await invited(town, api)
        stranger = await api("stranger")

        wrong = await redeemed(stranger, "A" * 24)

        assert (wrong.status_code, wrong.json()["code"]) == (422, "people.invitation_not_valid")
        assert (await redeemed(stranger, "short")).status_code == 422

    async def test_stops_a_guesser_at_the_fifth_try(self, town: Town, api: Api) -> None:
        said, stranger = await invited(town, api), await api("stranger")

        codes = [(await redeemed(stranger, "A" * 24)).json()["code"] for _ in range(5)]
        right = await redeemed(stranger, said["code"])

        assert set(codes) == {"people.invitation_not_valid"}
        assert (right.status_code, right.json()["code"]) == (429, "people.too_many_codes")
        assert (await redeemed(await api("guardian"), said["code"])).status_code == 201

    async def test_ends_with_the_one_who_gave_it(self, town: Town, api: Api, actor: Any, clock: Any) -> None:
        said = await invited(town, api)
        await Resident.filter(uid=town.people.wang).update(account_id=None)

        answer = await redeemed(await api("stranger"), said["code"])

        assert answer.json()["code"] == "people.invitation_not_valid"

    async def test_ends_with_a_life(self, town: Town, api: Api, actor: Any, clock: Any) -> None:
        said = await invited(town, api)
        await record_death(
            actor=await actor("he"), resident_uid=town.people.wang, died_at=clock(), now=clock()
        )

        answer = await redeemed(await api("stranger"), said["code"])

        assert answer.json()["code"] == "people.invitation_not_valid"


class TestAfterwards:
    async def test_the_resident_may_still_say_no(self, town: Town, api: Api, actor: Any, clock: Any) -> None:
        card = (await redeemed(await api("stranger"), (await invited(town, api))["code"])).json()

        answer = await decline_proxy(actor=await actor("wang"), uid=card["uid"], now=clock())

        assert answer.status is ProxyStatus.REJECTED
        with pytest.raises(DomainError):
            await verify_proxy(actor=await actor("he"), uid=card["uid"], now=clock())

    async def test_the_home_may_find_the_papers_wrong(
        self, town: Town, api: Api, actor: Any, clock: Any
    ) -> None:
        card = (await redeemed(await api("stranger"), (await invited(town, api))["code"])).json()

        answer = await reject_proxy(
            actor=await actor("he"), uid=card["uid"], reason=EndReason.NOT_VERIFIED, now=clock()
        )

        assert answer.status is ProxyStatus.REJECTED

    async def test_the_papers_are_not_taken_as_checked_when_there_are_too_many(
        self, town: Town, api: Api, actor: Any, clock: Any
    ) -> None:
        card = (await redeemed(await api("stranger"), (await invited(town, api))["code"])).json()
        await PolicyParameter.filter(code="people.proxies_per_resident").update(value=1)

        with pytest.raises(TooManyProxies):
            await verify_proxy(actor=await actor("he"), uid=card["uid"], now=clock())

        row = await ProxyGrant.get(uid=card["uid"])
        assert (row.status, row.verified_by_id) == (ProxyStatus.APPLIED, None)

    async def test_the_list_no_longer_shows_it(self, town: Town, api: Api) -> None:
        said = await invited(town, api, scopes=[ProxyScope.RATING])
        await redeemed(await api("stranger"), said["code"])

        assert (await (await api("wang")).get(path(town))).json() == []


def town_zone() -> Any:
    from server.kit.clock import SHANGHAI

    return SHANGHAI
