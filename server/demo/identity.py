"""The town's accounts: everybody in the cast can sign in where their story says."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.alliance.models import Institution
from server.demo import cast
from server.identity import passwords
from server.identity.actions.console import add_credential
from server.identity.models import PHONE, Account, Device, RoleGrant, WechatIdentity
from server.identity.rules import digest
from server.kit.sealing import blind_index, seal

EMPLOYED_SINCE = timedelta(days=365)
CHEAP_KIB = 64  # the town is rebuilt for every test process; its password is public anyway


@dataclass(frozen=True)
class IdentityTown:
    accounts: dict[str, str]  # key of the cast -> account uid
    devices: dict[str, str]  # persona of a member of staff -> the id of the phone that was approved


async def load(town: Any, *, now: datetime) -> IdentityTown:
    password_hash = await passwords.hashed(cast.CONSOLE_PASSWORD, memory_kib=CHEAP_KIB)
    accounts: dict[str, str] = {}
    devices: dict[str, str] = {}
    for place, somebody in enumerate(cast.CAST):
        if not (somebody.persona or somebody.login):
            continue
        account = await _account(somebody, place, now)
        accounts[somebody.key] = account.uid
        await _roles(town, somebody, account, now)
        if somebody.persona:
            await _wechat(town.appid, somebody.persona, account, now)
        if somebody.persona and somebody.roles:
            devices[somebody.persona] = await _approved_phone(somebody, account, now)
        if somebody.login:
            await add_credential(
                account,
                login=somebody.login,
                password_hash=password_hash,
                totp_secret=cast.TOTP_SECRET,
                now=now,
            )
    return IdentityTown(accounts, devices)


async def _account(somebody: cast.Somebody, place: int, now: datetime) -> Account:
    account = Account(name=somebody.name, created_at=now - EMPLOYED_SINCE)
    if somebody.persona:
        phone = f"139{place:08d}"
        account.phone_sealed = seal(phone, place=f"{PHONE}|{account.uid}")
        account.phone_index = blind_index(phone, column=PHONE)
    await account.save()
    return account


async def _roles(town: Any, somebody: cast.Somebody, account: Account, now: datetime) -> None:
    houses = (somebody.house, *somebody.more_houses)
    places = [await Institution.get(uid=getattr(town.alliance, house)) if house else None for house in houses]
    for place in places:
        for role in somebody.roles:
            await RoleGrant(
                account=account,
                institution=place,
                role=role,
                starts_at=now - EMPLOYED_SINCE,
                created_at=now,
            ).save()


async def _wechat(appid: str, persona: str, account: Account, now: datetime) -> None:
    await WechatIdentity(
        account=account, appid=appid, openid=openid_of(appid, persona), created_at=now
    ).save()


def openid_of(appid: str, persona: str) -> str:
    """Return the openid by which the stand-in for WeChat knows a persona (facts/wechat.md 4.3)."""
    digested = base64.urlsafe_b64encode(hashlib.sha256(f"{appid}|{persona}".encode()).digest())
    return "o" + digested.decode().rstrip("=")[:27]


async def _approved_phone(somebody: cast.Somebody, account: Account, now: datetime) -> str:
    device_id = f"demo-phone-of-{somebody.key.replace('_', '-')}"
    await Device(
        account=account,
        secret_hash=digest(device_id),
        label="安卓手机 · 微信",
        approved_at=now,
        created_at=now,
    ).save()
    return device_id
