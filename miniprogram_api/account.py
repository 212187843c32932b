"""What is held about me as an account, at a glance; the whole of it is a copy (`privacy`)."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.booking.queries import Booked, booked_by
from server.consent.queries import Decided, decided_by
from server.feedback.queries import Said, rated_by
from server.identity.queries import OwnAccount, PastSession, own_account, own_sessions
from server.kit.pages import Newest
from server.people.queries import ProxyCard, grants_held
from server.web import Ask, Open, Routes

routes = Routes("account", tag="我的账号")

MOST = 200  # of each, the newest


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


async def copy_of(*, actor: Actor, now: datetime) -> AccountExport:
    return AccountExport(
        account=await own_account(actor=actor, now=now),
        sessions=await own_sessions(actor=actor, most=MOST, now=now),
        grants=await grants_held(actor=actor, most=MOST, now=now),
        consents=await decided_by(actor=actor, most=MOST, now=now),
        ratings=await rated_by(actor=actor, most=MOST, now=now),
        appointments=await booked_by(actor=actor, most=MOST, now=now),
    )
