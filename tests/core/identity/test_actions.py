"""What the faces cannot reach: the command line, the platform's own word, the sweep."""

from datetime import timedelta

import pytest

from server.authority.actor import Channel, system_actor
from server.authority.permissions import Permission, Role
from server.identity import actions, queries
from server.identity.errors import LoginTaken, WeakPassword
from server.identity.models import Account, RoleGrant, Session, SignInAttempts, StaffBindCode
from server.identity.rules import AccountStatus
from server.kit.errors import NotFound

SYSTEM = system_actor("test", Channel.WORKER)
GOOD = "seven-wet-lanterns"


class TestFirstAdministrator:
    async def test_the_command_line_makes_one_who_manages_accounts_and_reads_no_record(self, town, clock):
        made = await actions.create_first_administrator(
            login="first", name="第一位", password=GOOD, memory_kib=64, now=clock()
        )

        who = await queries.actor_by_login("first", now=clock())
        assert who.account_uid == made.account_uid
        assert who.may(Permission.STAFF_MANAGE)
        assert not who.may(Permission.RECORD_READ)
        assert made.provisioning_uri.startswith("otpauth://totp/")
        assert made.provisioning_uri not in repr(made)

    async def test_with_a_weak_password_or_a_taken_login_it_makes_none(self, town, clock):
        before = await Account.all().count()
        for login, password, refusal in (("first", "short", WeakPassword), ("root", GOOD, LoginTaken)):
            with pytest.raises(refusal):
                await actions.create_first_administrator(
                    login=login, name="第一位", password=password, memory_kib=64, now=clock()
                )

        assert await Account.all().count() == before

    async def test_an_unknown_login_is_nobody(self, town, clock):
        with pytest.raises(NotFound):
            await queries.actor_by_login("nobody", now=clock())


class TestClosedByThePlatform:
    async def test_whoever_closed_their_wechat_is_out_and_out_of_their_roles(
        self, api, town, clock, settings
    ):
        nurse = await api("nurse")
        uid = town.identity.accounts["nurse"]

        await actions.close_account(
            actor=SYSTEM, account_uid=uid, reason="wechat_account_closed", now=clock()
        )

        assert (await nurse.get("/session")).status_code == 401
        assert (await Account.get(uid=uid)).status is AccountStatus.CLOSED
        assert (await RoleGrant.get(account__uid=uid)).ends_at == clock()


class TestWhomToTell:
    async def test_those_who_hold_the_role_there_at_that_instant(self, town, clock):
        uid = town.identity.accounts["nurse"]
        grant = await RoleGrant.get(account__uid=uid).select_related("institution", "account")
        end = clock() + timedelta(hours=1)
        await RoleGrant.filter(id=grant.id).update(ends_at=end)
        wanted = {"role": Role.NURSE, "institution_id": grant.institution.id}

        assert await queries.account_ids_with_role(**wanted, now=end - timedelta(seconds=1)) == [
            grant.account.id
        ]
        assert await queries.account_ids_with_role(**wanted, now=end) == []


class TestSweep:
    async def test_it_takes_what_can_never_matter_again_and_leaves_the_rest(self, api, town, clock):
        await api("daughter")
        await actions.count_try(actor=SYSTEM, subject="console|he", now=clock())
        he = await Account.get(uid=town.identity.accounts["he"])
        await StaffBindCode(
            account=he,
            code_index="x",
            issued_by=he,
            expires_at=clock() + timedelta(minutes=10),
            created_at=clock(),
        ).save()

        assert await actions.sweep_sign_ins(actor=SYSTEM, now=clock() + timedelta(minutes=5)) == 0
        assert await actions.sweep_sign_ins(actor=SYSTEM, now=clock() + timedelta(days=1)) == 2

        assert await SignInAttempts.all().count() == 0
        assert await StaffBindCode.all().count() == 0
        assert await Session.all().count() == 1
        assert await actions.sweep_sign_ins(actor=SYSTEM, now=clock() + timedelta(days=181)) == 1
