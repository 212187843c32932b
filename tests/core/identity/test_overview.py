"""What an administrator looks through, and what a manager reads of their own people's work."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.demo import Town
from server.identity.models import Account, RoleGrant, Session
from server.identity.queries import AccountsWish, LogWish, accounts_overview, institution_log
from server.identity.rules import SessionKind
from server.kit.clock import local_date
from server.kit.pages import PageWish

Ask = Callable[[str], Awaitable[Actor]]
ALL = PageWish(limit=100, counted=True)


async def signed_in(town: Town, key: str, at: Any) -> None:
    account = await Account.get(uid=town.identity.accounts[key])
    await Session(
        account_id=account.id, kind=SessionKind.CONSOLE, token_hash=f"of-{key}", label="测试", last_seen_at=at,
        expires_at=at + timedelta(hours=8), created_at=at,
    ).save()  # fmt: skip


class TestAccounts:
    async def test_the_administrator_sees_every_role_in_force(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        found = await accounts_overview(
            actor=await actor("root"), asked=AccountsWish(), wish=ALL, now=clock()
        )

        lines = {(card.name, card.role) for card in found.page.items}
        assert {("何静", Role.HOME_MANAGER), ("沈文", Role.MODERATOR), ("林致远", Role.CLINICIAN)} <= lines
        assert Role.PERSON not in {card.role for card in found.page.items}
        assert found.page.total == len(found.page.items)

    async def test_a_manager_sees_the_own_house_only(self, town: Town, actor: Ask, clock: Any) -> None:
        found = await accounts_overview(
            actor=await actor("song"), asked=AccountsWish(), wish=ALL, now=clock()
        )

        assert {card.institution for card in found.page.items} == {"云桥市松鹤养老院"}
        assert [uid for uid, _ in found.institutions] == [town.alliance.songhe]

    async def test_finds_who_has_not_signed_in_for_long(self, town: Town, actor: Ask, clock: Any) -> None:
        root, now = await actor("root"), clock()
        long_ago = now - timedelta(days=91)
        await RoleGrant.all().update(starts_at=long_ago - timedelta(days=100))
        await signed_in(town, "he", now - timedelta(days=89))
        await signed_in(town, "song", long_ago)

        asked = AccountsWish(role=Role.HOME_MANAGER, idle=True)
        found = await accounts_overview(actor=root, asked=asked, wish=ALL, now=now)

        seen = {card.name: card.last_seen_at for card in found.page.items}
        assert "何静" not in seen
        assert seen["宋平"] == long_ago
        assert seen["金萍"] is None
        assert all(card.idle for card in found.page.items)

    async def test_a_role_given_yesterday_is_not_idle(self, town: Town, actor: Ask, clock: Any) -> None:
        await RoleGrant.all().update(starts_at=clock() - timedelta(days=1))

        asked = AccountsWish(idle=True)
        found = await accounts_overview(actor=await actor("root"), asked=asked, wish=ALL, now=clock())

        assert found.page.items == ()

    async def test_narrows_to_an_institution(self, town: Town, actor: Ask, clock: Any) -> None:
        asked = AccountsWish(institution_uid=town.alliance.health_center)

        found = await accounts_overview(actor=await actor("root"), asked=asked, wish=ALL, now=clock())

        assert {card.name for card in found.page.items} == {"冯远", "林致远"}


class TestTheLog:
    async def test_tells_what_the_own_people_did_newest_first(
        self, town: Town, actor: Ask, clock: Any
    ) -> None:
        he = await actor("he")
        await _noted(he, town, "people.bed_changed", clock())

        found = await institution_log(actor=he, asked=LogWish(), wish=ALL, now=clock())

        assert (found.page.items[0].who, found.page.items[0].action) == ("何静", "people.bed_changed")
        assert "何静" in [name for _, name in found.people]

    @pytest.mark.parametrize("who", ["qian", "feng", "daughter"])
    async def test_leaves_out_what_others_did_there(
        self, town: Town, actor: Ask, clock: Any, who: str
    ) -> None:
        """A moderator's decision and a relative's rating carry the institution too; neither is its people's work."""
        await _noted(await actor(who), town, "people.bed_changed", clock())

        found = await institution_log(actor=await actor("he"), asked=LogWish(), wish=ALL, now=clock())

        assert "people.bed_changed" not in [line.action for line in found.page.items]

    async def test_leaves_out_what_staff_did_as_relatives(self, town: Town, actor: Ask, clock: Any) -> None:
        await _noted(await actor("nurse"), town, "feedback.rated", clock())

        found = await institution_log(actor=await actor("he"), asked=LogWish(), wish=ALL, now=clock())

        assert "feedback.rated" not in [line.action for line in found.page.items]

    async def test_is_empty_for_another_house(self, town: Town, actor: Ask, clock: Any) -> None:
        await _noted(await actor("he"), town, "people.bed_changed", clock())

        found = await institution_log(actor=await actor("feng"), asked=LogWish(), wish=ALL, now=clock())

        assert "何静" not in [line.who for line in found.page.items]

    async def test_narrows_by_person_kind_and_day(self, town: Town, actor: Ask, clock: Any) -> None:
        he, nurse, now = await actor("he"), await actor("nurse"), clock.advance(days=30)
        today = local_date(now)
        yesterday = today - timedelta(days=1)
        await _noted(he, town, "people.bed_changed", now - timedelta(days=1))
        await _noted(he, town, "visits.planned", now)
        await _noted(nurse, town, "people.bed_changed", now)

        async def found(**wanted: Any) -> list[tuple[str, str]]:
            asked = LogWish(**{"first_day": today, **wanted})
            log = await institution_log(actor=he, asked=asked, wish=ALL, now=now)
            return [(line.who, line.action) for line in log.page.items]

        assert await found() == [("李秀英", "people.bed_changed"), ("何静", "visits.planned")]
        assert await found(family="visits") == [("何静", "visits.planned")]
        assert await found(account_uid=town.identity.accounts["nurse"]) == [("李秀英", "people.bed_changed")]
        assert await found(account_uid=town.identity.accounts["feng"]) == []
        assert await found(first_day=yesterday, last_day=yesterday) == [("何静", "people.bed_changed")]

    async def test_pages_go_on_where_the_last_one_ended(self, town: Town, actor: Ask, clock: Any) -> None:
        he = await actor("he")
        for number in range(7):
            await _noted(he, town, f"people.step{number}", clock())

        seen, after = [], None
        for _ in range(2):
            page = (
                await institution_log(
                    actor=he,
                    asked=LogWish(family="people"),
                    wish=PageWish(after, 3, counted=True),
                    now=clock(),
                )
            ).page
            seen += [line.action for line in page.items]
            after = page.next

        assert seen == [f"people.step{number}" for number in (6, 5, 4, 3, 2, 1)]
        assert page.total is not None
        assert page.total >= 7


async def _noted(actor: Actor, town: Town, action: str, now: Any) -> None:
    home = await Institution.get(uid=town.alliance.yihe)
    await note(
        actor, action, subject_kind="resident", subject_uid=town.people.wang, institution_id=home.id, now=now
    )
