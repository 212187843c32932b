"""Whose accounts, sessions and ways in a deed reaches: its own alone, and nobody's beside it."""

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from tortoise.expressions import Q

from server.authority.permissions import Permission, Role
from server.identity import actions, doors
from server.identity.access import account_for
from server.identity.actions.sessions import end_sessions
from server.identity.errors import LoginNotUsable, SecondedElsewhere
from server.identity.models import (
    Account,
    ConsoleCredential,
    Device,
    RoleGrant,
    SavedView,
    Session,
    SignInAttempts,
    StaffBindCode,
    TrainingRecord,
    WechatIdentity,
)
from server.identity.rules import SEEN_EVERY, AccountStatus, Engagement, Revocation
from server.kit.errors import NotFound
from server.kit.idempotency import Answered, RequestKey
from tests.core.identity import writes

OF_AN_ACCOUNT = (WechatIdentity, ConsoleCredential, Device, RoleGrant, TrainingRecord, StaffBindCode)
STRANGE_LOGINS = ("He Jing", "1he", "何静")


@pytest.fixture
def others(stage):
    """Return every row that belongs to other accounts than these."""

    async def of(*keys):
        mine = [writes.account(stage, key) for key in keys]
        found = {
            table.__name__: await table.exclude(account__uid__in=mine).order_by("id").values()
            for table in OF_AN_ACCOUNT
        }
        return found | {"Account": await Account.exclude(uid__in=mine).order_by("id").values()}

    return of


@pytest_asyncio.fixture
async def nurse_session(stage):
    return await writes.signed_in(stage, "nurse")


class TestNobodyElseIsTouched:
    @pytest.mark.parametrize(
        ("write", "whose"),
        [
            (writes.change_password, ("he",)),
            (writes.forget_account, ("stranger",)),
            (writes.close_account, ("nurse",)),
            (writes.bind, ("nurse", "stranger")),
            (writes.issue_code, ("nurse",)),
        ],
        ids=lambda each: getattr(each, "__name__", ""),
    )
    async def test_when_somebody_does_it_to_their_own(self, stage, others, write, whose):
        await (await writes.issue_code_of_the_doctor(stage)).run()
        ready = await write(stage)
        before = await others(*whose)
        await ready.run()
        assert await others(*whose) == before


class TestWhatIsOver:
    async def test_a_closed_account_is_nobodys_staff(self, stage):
        uid = writes.account(stage, "nurse")
        await Account.filter(uid=uid).update(status=AccountStatus.CLOSED)
        for login in ("he", "root"):
            who = await stage.actor(login)
            with pytest.raises(NotFound):
                await account_for(actor=who, uid=uid, permission=Permission.STAFF_MANAGE, now=stage.now)

    async def test_a_role_that_had_ended_keeps_its_end_when_the_account_is_closed(self, stage):
        ready = await writes.close_account(stage)
        ended = {"ends_at": stage.now - timedelta(days=9), "ended_reason": "退休"}
        rows = RoleGrant.filter(account__uid=writes.account(stage, "nurse"))
        await rows.update(**ended)
        await ready.run()
        assert await rows.values("ends_at", "ended_reason") == [ended]

    async def test_a_session_that_had_ended_keeps_its_reason_and_is_there_no_more(self, stage):
        uid = await writes.signed_in(stage, "he")
        he, session = await stage.actor("he"), Session.filter(uid=uid)
        await actions.revoke_session(actor=he, uid=uid, now=stage.now)
        await end_sessions(Q(uid=uid), Revocation.RESTORED, now=stage.now + timedelta(days=1))
        row = await session.get()
        assert (row.revoked_at, row.revoked_reason) == (stage.now, Revocation.SIGNED_OUT_ELSEWHERE)
        with pytest.raises(NotFound):
            await actions.revoke_session(actor=he, uid=uid, now=stage.now)

    @pytest.mark.parametrize("over", ["used_at", "expires_at"])
    async def test_a_code_that_was_spent_or_ran_out_stays_as_it_was(self, stage, over):
        ready = await writes.issue_code_anew(stage)
        first = StaffBindCode.filter(code_index="first")
        await first.update(**{over: stage.now - timedelta(minutes=1)})
        before = await first.values()
        await ready.run()
        assert await first.values() == before


class TestSeen:
    @pytest.mark.parametrize(
        ("later", "noted"), [(SEEN_EVERY, True), (SEEN_EVERY / 2, False), (-SEEN_EVERY, False)]
    )
    async def test_is_noted_once_a_minute_and_never_backward(self, stage, nurse_session, later, noted):
        seen = await self._seen(stage, nurse_session, stage.now + later)
        assert seen == (stage.now + later if noted else stage.now)

    async def test_is_not_noted_of_a_session_that_has_ended(self, stage, nurse_session):
        await Session.filter(uid=nurse_session).update(revoked_at=stage.now)
        assert await self._seen(stage, nurse_session, stage.now + SEEN_EVERY) == stage.now

    async def _seen(self, stage, uid, now):
        nurse = replace(await stage.actor("nurse"), session_uid=uid)
        await actions.note_seen(actor=nurse, now=now)
        return (await Session.get(uid=uid)).last_seen_at


class TestLogin:
    @pytest.mark.parametrize("login", STRANGE_LOGINS)
    @pytest.mark.parametrize(
        "write", [writes.give_login, writes.take_on_for_the_console], ids=lambda each: each.__name__
    )
    async def test_that_cannot_be_typed_is_given_to_nobody(self, stage, write, login):
        ready = await write(stage)
        with pytest.raises(LoginNotUsable):
            await replace(ready, said={**ready.said, "login": login}).run()
        assert not await ConsoleCredential.filter(login=login).exists()


class TestView:
    async def test_of_the_same_name_on_another_list_is_another_one(self, stage):
        here = await writes.keep_view(stage)
        await replace(here, said={**here.said, "path": "/admin/residents"}).run()
        kept = (
            await SavedView.filter(account_id=here.actor.account_id)
            .order_by("id")
            .values_list("path", "query")
        )
        assert kept == [("/admin/visits", "state=planned"), ("/admin/residents", "state=finished")]


class TestBinding:
    async def test_lends_nobody_to_two_places_at_once(self, stage):
        ready = await writes.bind(stage)
        prepared = await RoleGrant.get(account__uid=writes.account(stage, "nurse"))
        lent = {"engagement": Engagement.SECONDMENT, "ends_at": stage.now + timedelta(days=90)}
        await RoleGrant.filter(id=prepared.id).update(**lent)
        await RoleGrant(
            account_id=ready.actor.account_id, institution_id=prepared.institution_id, role=Role.NURSE,
            starts_at=stage.now, created_at=stage.now, **lent,
        ).save()  # fmt: skip
        with pytest.raises(SecondedElsewhere):
            await ready.run()
        assert await RoleGrant.filter(id=prepared.id, account__uid=writes.account(stage, "nurse")).exists()

    async def test_sent_again_is_answered_and_counts_as_no_try(self, stage):
        ready = (await writes.bind(stage)).keyed("again")
        asked = {"actor": ready.actor, "code": writes.CODE, "now": stage.now}
        await doors.bind(**asked)
        with pytest.raises(Answered):
            await doors.bind(**asked)
        assert not await SignInAttempts.all().exists()


class TestTheSamePerson:
    async def test_is_not_asked_of_wechat_again_for_what_was_answered(self, stage, services):
        wang = await stage.actor("wang")
        keyed = replace(wang, request_key=RequestKey(wang.account_id, "again", "same"))
        await actions.state_name(actor=keyed, name="王桂兰", now=stage.now)
        spent = {"code": "sim:wang:900001", "wechat": services.wechat, "shared": services.shared}
        await doors.ensure_same_person(actor=wang, **spent)
        with pytest.raises(Answered):
            await doors.ensure_same_person(actor=keyed, **spent)
