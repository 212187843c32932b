"""Two at once: what SQLite's single writer cannot show."""

import asyncio
from dataclasses import replace

import pyotp
import pytest

from server.authority.actor import Actor, Channel
from server.authority.permissions import Role
from server.demo import cast
from server.identity import actions, doors
from server.identity.errors import LoginTaken, SignInLocked, WrongSignIn
from server.identity.models import Account, RoleGrant, Session, SignInAttempts, WechatIdentity
from server.identity.queries import standing_of_token
from server.identity.rules import SEPARATED
from server.kit.errors import DomainError
from server.wechat.gateway import WeChatIdentity
from tests.core.identity import writes

pytestmark = pytest.mark.mysql
NOBODY = Actor(account_id=None, account_uid="", name="", grants=(), channel=Channel.CONSOLE)


async def outcomes(*tries):
    """Return what became of each try: its result, or the refusal."""
    return await asyncio.gather(*tries, return_exceptions=True)  # every try has a transaction of its own


def knock(clock, *, code=None, password=cast.CONSOLE_PASSWORD):
    return doors.sign_in_to_console(
        actor=NOBODY,
        login="he",
        password=password,
        code=code or pyotp.TOTP(cast.TOTP_SECRET).at(clock()),
        label="x",
        replaces=None,
        memory_kib=64,
        now=clock(),
    )


class TestConsole:
    async def test_guesses_sent_side_by_side_do_not_outrun_the_lock(self, town, clock):
        found = await outcomes(*(knock(clock, password="guess-" + str(number)) for number in range(30)))

        kinds = [type(each) for each in found]
        assert kinds.count(WrongSignIn) == 5
        assert kinds.count(SignInLocked) == 25
        assert (await SignInAttempts.get()).tries == 5

    async def test_one_code_sent_twice_at_once_opens_one_session(self, town, clock):
        found = await outcomes(*(knock(clock) for _ in range(4)))

        assert [type(each) for each in found].count(WrongSignIn) == 3
        assert await Session.filter(account__uid=town.identity.accounts["he"]).count() == 1

    async def test_a_login_given_four_times_at_once_is_given_once(self, stage):
        write = await writes.give_login(stage)

        found = await outcomes(*(write.run() for _ in range(4)))

        assert [type(each) for each in found].count(LoginTaken) == 3
        assert None in found


class TestFirstVisit:
    async def test_ten_first_visits_at_once_make_one_account(self, town, clock):
        before = await Account.all().count()
        identity = WeChatIdentity("oFirstVisitsAtTheSameMoment0", None, "k")

        found = await outcomes(
            *(
                actions.sign_in_with_wechat(
                    actor=replace(NOBODY, channel=Channel.MINI_PROGRAM), appid="wx", identity=identity, device_id=None,
                    label="x", now=clock(),
                )
                for _ in range(10)
            )
        )  # fmt: skip

        assert not [each for each in found if isinstance(each, BaseException)]
        assert len({each.account.uid for each in found}) == 1
        assert await Account.all().count() == before + 1
        assert await WechatIdentity.filter(openid=identity.openid).count() == 1

    async def test_a_token_is_found_by_its_exact_letters(self, town, clock):
        """The usual collations of MariaDB would take a token for its lower-case twin."""
        signed_in = await actions.sign_in_with_wechat(
            actor=NOBODY,
            appid="wx",
            identity=WeChatIdentity("oAb", None, "k"),
            device_id=None,
            label="x",
            now=clock(),
        )
        channel = Channel.MINI_PROGRAM

        assert await standing_of_token(token=signed_in.token, channel=channel, now=clock()) is not None
        assert await standing_of_token(token=signed_in.token.swapcase(), channel=channel, now=clock()) is None


class TestDuties:
    async def test_two_administrators_at_once_cannot_put_two_separated_duties_into_one_hand(
        self, town, clock, actor
    ):
        root = await actor("root")
        account = await Account.create(name="某人", created_at=clock())
        await RoleGrant.create(
            account=account, institution_id=None, role=Role.HOTLINE, starts_at=clock(), created_at=clock()
        )

        found = await outcomes(
            *(
                actions.grant_role(
                    actor=root, account_uid=account.uid, role=role, institution_uid=town.alliance.civil_affairs,
                    starts_at=clock(), ends_at=None, now=clock(),
                )
                for role in (Role.AUDITOR, Role.MODERATOR)
            )
        )  # fmt: skip

        assert [isinstance(each, DomainError) for each in found].count(True) == 1
        held = {row.role for row in await RoleGrant.filter(account_id=account.id)}
        assert len(held & SEPARATED) == 1


class TestBindCode:
    async def test_two_phones_with_one_code_get_it_once(self, town, clock, actor):
        he = await actor("he")
        card = await actions.create_staff(
            actor=he, name="钱小红", role=Role.NURSE, institution_uid=town.alliance.yihe, starts_at=clock(), ends_at=None,
            now=clock(),
        )  # fmt: skip
        bind = await doors.issue_bind_code(actor=he, account_uid=card.account_uid, now=clock())
        people = [await actor(key) for key in ("stranger", "nephew", "daughter")]

        found = await outcomes(*(doors.bind(actor=each, code=bind.code, now=clock()) for each in people))

        assert [isinstance(each, DomainError) for each in found].count(True) == 2
        assert (
            await RoleGrant.filter(
                role=Role.NURSE, account__uid__in=[each.account_uid for each in people]
            ).count()
            == 1
        )
