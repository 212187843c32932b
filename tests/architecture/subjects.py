"""The subjects of the town that routes are tried on, by requests that are in order whoever sends them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from server.authority.actor import Actor
from server.demo import Town, cast
from server.identity.models import Account, Device, Session
from server.identity.rules import LIFETIMES, SessionKind, digest
from server.kit.ids import new_uid
from tests import stage

NOW = cast.TOWN_NOW
ANONYMOUS = "anonymous"
PERSONAS = tuple(each.key for each in cast.CAST if each.persona)
LOGINS = tuple(each.key for each in cast.CAST if each.login)


@dataclass(frozen=True)
class Sample:
    """A request that is in order, whoever sends it: what the server says to it is about authority alone."""

    path: Mapping[str, str] = field(default_factory=dict)
    says: Any = None  # the JSON body, the form, or a function from the person who sends it to one of these
    query: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Any] | None = None
    at: datetime = NOW

    def said_by(self, person: str) -> Any:
        return self.says(person) if callable(self.says) else self.says


@dataclass(frozen=True)
class Key:
    """A session that somebody of the cast always has open: known beforehand, so that nobody need sign in."""

    uid: str
    token: str


@dataclass
class Stage:
    """The town, and whoever must act on it before a request can be tried."""

    town: Town
    keys: dict[str, Key] = field(
        default_factory=lambda: {each: Key(new_uid(), f"key-of-{each}") for each in PERSONAS + LOGINS}
    )

    async def acting(self, person: str, *, now: datetime = NOW) -> Actor:
        actor = await stage.Stage(self.town, now).actor(person)
        return replace(actor, session_uid=self.keys[person].uid)

    async def open_sessions(self, *, now: datetime) -> None:
        """Sign everybody in at once, by the rows that a sign-in leaves."""
        uids = self.town.identity.accounts
        ids = dict(await Account.filter(uid__in=list(uids.values())).values_list("uid", "id"))
        phones = dict(
            await Device.filter(approved_at__isnull=False).order_by("-id").values_list("account_id", "id")
        )
        rows = []
        for person, key in self.keys.items():
            account_id, kind = ids[uids[person]], _kind_of(person, self.town)
            row = Session(
                account_id=account_id, kind=kind, token_hash=digest(key.token), label="测试",
                device_id=phones.get(account_id), expires_at=now + LIFETIMES[kind].absolute,
                last_seen_at=now, proved_at=now, created_at=now,
            )  # fmt: skip
            row.uid = key.uid
            rows.append(row)
        await Session.bulk_create(rows)


def _kind_of(person: str, town: Town) -> SessionKind:
    if person in LOGINS:
        return SessionKind.CONSOLE
    return SessionKind.STAFF if person in town.identity.devices else SessionKind.FAMILY
