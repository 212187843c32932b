"""The writes around accounts, roles and ways in, each made ready to be stopped at any of its statements."""

from datetime import timedelta

import pyotp
from tortoise.expressions import Q

from server.authority.permissions import Role
from server.demo import cast
from server.identity import actions
from server.identity.actions.mini_program import CODE_COLUMN
from server.identity.models import ConsoleCredential, Device, RoleGrant, Session, StaffBindCode
from server.identity.rules import SessionKind, digest, new_secret
from server.kit.clock import local_date
from server.kit.sealing import blind_index
from tests.crashes import Flow, flow
from tests.stage import Stage

CODE, OTHER_CODE = "ABCD2345", "BCDE2345"
REASON = "调岗"
SECRET = "JBSWY3DPEHPK3PXP"


def account(stage: Stage, key: str) -> str:
    uid: str = stage.town.identity.accounts[key]
    return uid


async def role_of(stage: Stage, key: str) -> str:
    row = await RoleGrant.get(account__uid=account(stage, key))
    return str(row.uid)


async def signed_in(stage: Stage, key: str) -> str:
    who, token = await stage.actor(key), new_secret()
    row = Session(
        account_id=who.account_id, kind=SessionKind.FAMILY, token_hash=digest(token), label="电脑",
        created_at=stage.now, last_seen_at=stage.now, expires_at=stage.now + timedelta(days=1),
    )  # fmt: skip
    await row.save()
    return str(row.uid)


async def give_role(stage: Stage) -> Flow:
    await signed_in(stage, "nurse")
    return flow(
        await stage.actor("he"), actions.grant_role, account_uid=account(stage, "nurse"), role=Role.HOME_MANAGER,
        institution_uid=stage.town.alliance.yihe, starts_at=stage.now, ends_at=None, now=stage.now,
    )  # fmt: skip


async def end_role(stage: Stage) -> Flow:
    await signed_in(stage, "nurse")
    uid = await role_of(stage, "nurse")
    return flow(await stage.actor("he"), actions.end_role, grant_uid=uid, reason=REASON, now=stage.now)


async def prolong_role(stage: Stage) -> Flow:
    uid, end = await role_of(stage, "nurse"), stage.now + timedelta(days=9)
    await RoleGrant.filter(uid=uid).update(ends_at=end)
    return flow(
        await stage.actor("he"), actions.prolong_role, grant_uid=uid, ends_at=end + timedelta(days=9),
        reason=REASON, now=stage.now,
    )  # fmt: skip


async def take_on_for_the_console(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.create_console_account, name="何小静", role=Role.NURSE,
        institution_uid=stage.town.alliance.yihe, starts_at=stage.now, ends_at=None,
        login="newcomer", password_hash="hash", totp_secret=SECRET, now=stage.now,
    )  # fmt: skip


async def close_account(stage: Stage) -> Flow:
    await signed_in(stage, "nurse")
    uid = account(stage, "nurse")
    return flow(
        await stage.actor("root"), actions.close_account, account_uid=uid, reason=REASON, now=stage.now
    )


async def issue_code(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.issue_bind_code, account_uid=account(stage, "nurse"), code=CODE, now=stage.now
    )  # fmt: skip


async def issue_code_of_the_doctor(stage: Stage) -> Flow:
    uid = account(stage, "doctor")
    return flow(
        await stage.actor("feng"), actions.issue_bind_code, account_uid=uid, code=OTHER_CODE, now=stage.now
    )


async def issue_code_anew(stage: Stage) -> Flow:
    first = await issue_code(stage)
    await first.run()
    await StaffBindCode.filter(code_index=blind_index(CODE, column=CODE_COLUMN)).update(code_index="first")
    return first


async def bind(stage: Stage) -> Flow:
    """The nurse was prepared in the console, with a login and a certificate, and now holds the code in her hand."""
    await (await give_login(stage)).run()
    await (await issue_code(stage)).run()
    await actions.record_training(
        actor=await stage.actor("he"), account_uid=account(stage, "nurse"), title="急救员证",
        institution_uid=stage.town.alliance.yihe, completed_on=local_date(stage.now), now=stage.now,
    )  # fmt: skip
    return flow(await stage.actor("stranger"), actions.bind_staff, code=CODE, now=stage.now)


async def give_login(stage: Stage) -> Flow:
    return flow(
        await stage.actor("he"), actions.give_login, account_uid=account(stage, "nurse"), login="nurse",
        password_hash="hash", totp_secret=SECRET, now=stage.now,
    )  # fmt: skip


async def reset_password(stage: Stage) -> Flow:
    await (await give_login(stage)).run()
    return flow(
        await stage.actor("he"), actions.reset_password, account_uid=account(stage, "nurse"), new_hash="other",
        totp_secret=SECRET, now=stage.now,
    )  # fmt: skip


async def change_password(stage: Stage) -> Flow:
    await signed_in(stage, "he")
    old = await ConsoleCredential.get(login="he")
    return flow(
        await stage.actor("he"), actions.change_password, verified_hash=old.password_hash, new_hash="other",
        now=stage.now,
    )  # fmt: skip


async def prove(stage: Stage) -> Flow:
    code = pyotp.TOTP(cast.TOTP_SECRET).at(stage.now)
    return flow(await stage.actor("he"), actions.prove, code=code, now=stage.now)


async def approve_device(stage: Stage) -> Flow:
    device = await Device.get(account__uid=account(stage, "nurse"))
    await Device.filter(Q(id=device.id)).update(approved_at=None)
    return flow(await stage.actor("he"), actions.approve_device, device_uid=device.uid, now=stage.now)


async def withdraw_device(stage: Stage) -> Flow:
    device = await Device.get(account__uid=account(stage, "nurse"))
    return flow(await stage.actor("he"), actions.withdraw_device, device_uid=device.uid, now=stage.now)


async def revoke_session(stage: Stage) -> Flow:
    uid = await signed_in(stage, "he")
    return flow(await stage.actor("he"), actions.revoke_session, uid=uid, now=stage.now)


async def strike_out_training(stage: Stage) -> Flow:
    he = await stage.actor("he")
    uid = await actions.record_training(
        actor=he, account_uid=account(stage, "nurse"), institution_uid=stage.town.alliance.yihe, title="急救员证",
        completed_on=local_date(stage.now), now=stage.now,
    )  # fmt: skip
    return flow(he, actions.strike_out_training, uid=uid, reason="录错了", now=stage.now)


async def keep_view(stage: Stage) -> Flow:
    he = await stage.actor("he")
    view = {"path": "/admin/visits", "title": "本周", "query": "state=planned", "now": stage.now}
    await actions.keep_view(actor=he, **view)
    return flow(he, actions.keep_view, **{**view, "query": "state=finished"})


async def forget_account(stage: Stage) -> Flow:
    await signed_in(stage, "stranger")
    return flow(await stage.actor("stranger"), actions.forget_account, now=stage.now)


WRITES = (
    give_role, end_role, prolong_role, take_on_for_the_console, close_account, issue_code, issue_code_anew, bind,
    give_login, reset_password, change_password, prove, approve_device, withdraw_device, revoke_session,
    strike_out_training, keep_view, forget_account,
)  # fmt: skip
