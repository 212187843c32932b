"""A person closes their own account (PIPL art. 47): what tells who they are goes, the account's number stays."""

from datetime import datetime

from tortoise.expressions import Q

from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.access import unended
from server.identity.actions.sessions import end_sessions
from server.identity.errors import EndedAlready, StillStaff
from server.identity.models import (
    Account,
    ConsoleCredential,
    Device,
    RoleGrant,
    SavedView,
    Session,
    StaffBindCode,
    WechatIdentity,
)
from server.identity.rules import AccountStatus, Revocation
from server.kit.transactions import action

GONE = "已注销"
OWN_WISH = "own_wish"


@action
async def forget_account(*, actor: Actor, now: datetime) -> None:
    """End every session and forget name, number and WeChat; the same WeChat opens a new, empty account afterwards."""
    mine = Account.filter(id=actor.account_id, status=AccountStatus.ACTIVE)
    if not await mine.update(
        status=AccountStatus.CLOSED,
        closed_at=now,
        closed_reason=OWN_WISH,
        name=GONE,
        phone_sealed=None,
        phone_index=None,
    ):
        raise EndedAlready
    if await RoleGrant.filter(unended(now), account_id=actor.account_id).exists():
        raise StillStaff
    await end_sessions(Q(account_id=actor.account_id), Revocation.ACCOUNT_CLOSED, now=now)
    for table in (WechatIdentity, ConsoleCredential, StaffBindCode, SavedView):
        await table.filter(account_id=actor.account_id).delete()
    for labeled in (Device, Session):
        await labeled.filter(account_id=actor.account_id).update(label=GONE)
    await note(
        actor,
        "identity.account_closed",
        subject_kind="account",
        subject_uid=actor.account_uid,
        now=now,
        reason=OWN_WISH,
    )
