"""Who may sign agreements in the town: each institution's own people, by a paper that the administrator registered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from server.alliance.actions import Authorisation
from server.alliance.rules import SigningScope
from server.authority.actor import Channel
from server.demo.cast import CAST
from server.identity.actions import authorise_signer
from server.identity.queries import actor_of
from server.kit.clock import local_date

SIGNERS = ("he", "song", "jin", "feng", "zhao", "sun")


@dataclass(frozen=True)
class SigningTown:
    he: str  # for Yihe


async def load(town: Any, *, now: datetime) -> SigningTown:
    given_at = now - timedelta(days=60)
    today = local_date(now)
    scope = SigningScope(today - timedelta(days=60), today + timedelta(days=1000))
    numbers = count(1)
    uids: dict[str, str] = {}
    root = await actor_of(account_uid=town.identity.accounts["root"], channel=Channel.CONSOLE, now=given_at)
    for somebody in CAST:
        if somebody.key not in SIGNERS:
            continue
        for house in (somebody.house, *somebody.more_houses):
            uid = await authorise_signer(
                actor=root,
                account_uid=town.identity.accounts[somebody.key],
                institution_uid=getattr(town.alliance, str(house)),
                given=Authorisation(f"授权〔{today.year}〕{next(numbers):03}", scope),
                now=given_at,
            )
            uids.setdefault(somebody.key, uid)
    return SigningTown(he=uids["he"])
