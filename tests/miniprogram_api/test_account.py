"""What is held about me as an account, and how it is forgotten."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.audit.models import AuditEntry
from server.demo import Town
from server.feedback.models import Rating
from server.identity.models import Account, ConsoleCredential, Device, RoleGrant, Session, WechatIdentity
from server.identity.rules import AccountStatus
from server.invariants import faults as all_faults
from server.kit.ids import new_uid
from server.notifications.models import CreditEntry, InboxMessage, QuietPreference, SubscriptionCredit
from server.people.models import ProxyGrant, ProxyInvitation, Resident
from server.people.rules import EndReason, ProxyStatus
from server.records.models import RecordEntry
from tests.miniprogram_api.signing_in import login_code

Api = Callable[[str], Awaitable[httpx.AsyncClient]]


async def closed(client: httpx.AsyncClient, persona: str, **options: Any) -> httpx.Response:
    return await client.post("/account/closure", json={"code": login_code(persona)}, **options)


class TestExport:
    async def test_tells_what_is_held(self, town: Town, api: Api) -> None:
        copy = (await (await api("daughter")).get("/account/export")).json()

        assert set(copy) == {"account", "sessions", "grants", "consents", "ratings", "appointments"}
        assert (copy["account"]["name"], copy["account"]["has_wechat"]) == ("陈晓敏", True)
        assert "****" in copy["account"]["phone"]
        assert [each["status"] for each in copy["grants"]["items"]] == ["active"]
        assert all(part["more"] is False for name, part in copy.items() if name != "account")

    async def test_tells_nobody_elses(self, town: Town, api: Api) -> None:
        stranger = (await (await api("stranger")).get("/account/export")).json()

        assert [name for name, part in stranger.items() if name != "account" and part["items"]] == [
            "sessions"
        ]

    async def test_holds_what_was_said_and_booked_but_not_what_ails_another(
        self, town: Town, api: Api, actor: Any
    ) -> None:
        rating = await Rating.all().select_related("author").first()
        persona = next(key for key, uid in town.identity.accounts.items() if uid == rating.author.uid)
        guardian = (await (await api("guardian")).get("/account/export")).json()

        said = (await (await api(persona)).get("/account/export")).json()["ratings"]["items"]

        assert rating.uid in {each["uid"] for each in said}
        assert all(
            "reason" not in each and "arrival_code" not in each for each in guardian["appointments"]["items"]
        )
        assert "福生" not in str(guardian["appointments"])

    async def test_is_for_those_who_signed_in(self, anonymous: httpx.AsyncClient) -> None:
        assert (await anonymous.get("/account/export")).status_code == 401


class TestClose:
    async def test_forgets_the_account_and_keeps_the_record(self, town: Town, api: Api, clock: Any) -> None:
        wang = await api("wang")
        account = await Account.get(uid=town.identity.accounts["wang"])
        entries = await RecordEntry.filter(resident__uid=town.people.wang).count()
        await wang.post(
            f"/residents/{town.people.wang}/invitations", json={"relation": "child", "scopes": ["profile"]}
        )
        await wang.put("/quiet-hours", json={"starts": "20:00", "ends": "08:00"})

        answer = await closed(wang, "wang")

        assert answer.status_code == 204, answer.text
        await account.refresh_from_db()
        assert (account.status, account.name, account.phone_sealed) == (AccountStatus.CLOSED, "已注销", None)
        for table in (WechatIdentity, InboxMessage, SubscriptionCredit, QuietPreference, ConsoleCredential):
            assert not await table.filter(account_id=account.id).exists(), table
        assert not await Session.filter(account_id=account.id, revoked_at=None).exists()
        assert set(await Device.filter(account_id=account.id).values_list("label", flat=True)) <= {"已注销"}
        resident = await Resident.get(uid=town.people.wang)
        assert (resident.account_id, resident.name) == (None, "王桂兰")
        assert await RecordEntry.filter(resident__uid=town.people.wang).count() == entries
        assert (await ProxyInvitation.get(resident_id=resident.id)).revoked_at is not None
        assert (await wang.get("/session")).status_code == 401
        assert await all_faults(now=clock()) == []

    async def test_tells_the_home_that_it_must_ask_in_person_from_now_on(
        self, town: Town, api: Api, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        await closed(await api("wang"), "wang")
        await worker_pass()

        told = await InboxMessage.filter(topic="people.account_unbound").select_related("account")
        assert {each.account.uid for each in told} == {town.identity.accounts[who] for who in ("he", "jin")}

    async def test_leaves_the_residents_proxies_as_they_are(self, town: Town, api: Api) -> None:
        await closed(await api("wang"), "wang")

        assert (await ProxyGrant.get(uid=town.people.daughter_grant)).status is ProxyStatus.ACTIVE

    @pytest.mark.parametrize(
        ("persona", "grant", "status"),
        [
            ("daughter", "daughter_grant", ProxyStatus.ENDED),
            ("nephew", "nephew_grant", ProxyStatus.WITHDRAWN),
        ],
    )
    async def test_ends_what_one_held_for_others(
        self, town: Town, api: Api, persona: str, grant: str, status: ProxyStatus
    ) -> None:
        answer = await closed(await api(persona), persona)

        row = await ProxyGrant.get(uid=getattr(town.people, grant))
        assert answer.status_code == 204, answer.text
        assert (row.status, row.reason, row.live_key) == (status, EndReason.PROXY_WISH, None)

    async def test_forgets_messages_and_credits(
        self, town: Town, api: Api, clock: Any, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        daughter = await Account.get(uid=town.identity.accounts["daughter"])
        assert await SubscriptionCredit.filter(account_id=daughter.id).exists()

        await closed(await api("daughter"), "daughter")
        await worker_pass()

        assert not await InboxMessage.filter(account_id=daughter.id).exists()
        assert not await CreditEntry.filter(credit__account_id=daughter.id).exists()
        assert await all_faults(now=clock()) == []

    async def test_the_same_wechat_opens_a_new_and_empty_account(self, town: Town, api: Api) -> None:
        await closed(await api("daughter"), "daughter")

        again = await api("daughter")

        who = (await again.get("/session")).json()
        assert who["account"]["uid"] != town.identity.accounts["daughter"]
        assert set(who["needs"]) == {"name", "phone"}
        assert (await again.get("/residents")).json() == []

    async def test_leaves_only_a_number_in_the_trail(self, town: Town, api: Api) -> None:
        await closed(await api("daughter"), "daughter")

        (line,) = await AuditEntry.filter(action="identity.account_closed")
        assert (line.subject_uid, line.reason) == (town.identity.accounts["daughter"], "own_wish")
        assert "陈晓敏" not in repr(await AuditEntry.all().values())

    async def test_needs_the_very_same_wechat(self, town: Town, api: Api) -> None:
        answer = await closed(await api("daughter"), "stranger")

        assert (answer.status_code, answer.json()["code"]) == (403, "identity.not_the_same_person")
        assert (await Account.get(uid=town.identity.accounts["daughter"])).status is AccountStatus.ACTIVE

    async def test_needs_a_fresh_code(self, town: Town, api: Api) -> None:
        daughter, code = await api("daughter"), login_code("stranger")
        await daughter.post("/account/closure", json={"code": code})

        answer = await daughter.post("/account/closure", json={"code": code})

        assert answer.json()["code"] == "identity.login_code_seen"

    @pytest.mark.parametrize("persona", ["nurse", "doctor"])
    async def test_is_not_for_those_who_work_with_it(self, town: Town, api: Api, persona: str) -> None:
        client = await api(persona)

        answer = await closed(client, persona)

        assert (answer.status_code, answer.json()["code"]) == (409, "identity.still_staff")
        assert (await client.get("/session")).status_code == 200
        assert await WechatIdentity.filter(account__uid=town.identity.accounts[persona]).exists()

    async def test_is_for_those_whose_post_has_ended(self, town: Town, api: Api, clock: Any) -> None:
        await RoleGrant.filter(account__uid=town.identity.accounts["nurse"]).update(ends_at=clock())

        assert (await closed(await api("nurse"), "nurse")).status_code == 204

    async def test_sent_twice_finds_nobody_signed_in(self, town: Town, api: Api) -> None:
        daughter, headers = await api("daughter"), {"Idempotency-Key": new_uid()}

        answers = [await closed(daughter, "daughter", headers=headers) for _ in range(2)]

        assert [each.status_code for each in answers] == [204, 401]
