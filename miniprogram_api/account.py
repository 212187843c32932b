"""What is held about me as an account, and how to have it forgotten (PIPL art. 45, 47)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from server.authority.actor import Actor
from server.booking.queries import Booked, booked_by
from server.consent.queries import Decided, decided_by
from server.feedback.queries import Said, rated_by
from server.identity import doors
from server.identity.queries import OwnAccount, PastSession, own_account, own_sessions
from server.kit.pages import Newest
from server.notifications import actions
from server.people.queries import ProxyCard, grants_held
from server.web import Ask, Body, Open, Routes

routes = Routes("account", tag="我的账号")

MOST = 200  # of each, the newest


class CloseAccount(Body):
    code: Annotated[
        str, StringConstraints(min_length=4, max_length=128, pattern=r"^[!-~]+$")
    ]  # fresh, of wx.login


@dataclass(frozen=True)
class AccountExport:
    account: OwnAccount
    sessions: Newest[PastSession]
    grants: Newest[ProxyCard]
    consents: Newest[Decided]
    ratings: Newest[Said]
    appointments: Newest[Booked]


@routes.get(
    "/account/export", needs=Open.SIGNED_IN, rate="export", summary="A copy of what is held about my account"
)
async def export(ask: Ask) -> AccountExport:
    return await copy_of(actor=ask.actor, now=ask.now)


@routes.post(
    "/account/closure",
    needs=Open.SIGNED_IN,
    status=204,
    summary="Close my account; the record stays with the home",
)
async def close(ask: Ask, body: CloseAccount) -> None:
    await doors.ensure_same_person(actor=ask.actor, code=body.code, wechat=ask.wechat, shared=ask.shared)
    await actions.close_own_account(actor=ask.actor, now=ask.now)


async def copy_of(*, actor: Actor, now: datetime) -> AccountExport:
    return AccountExport(
        account=await own_account(actor=actor, now=now),
        sessions=await own_sessions(actor=actor, most=MOST, now=now),
        grants=await grants_held(actor=actor, most=MOST, now=now),
        consents=await decided_by(actor=actor, most=MOST, now=now),
        ratings=await rated_by(actor=actor, most=MOST, now=now),
        appointments=await booked_by(actor=actor, most=MOST, now=now),
    )
