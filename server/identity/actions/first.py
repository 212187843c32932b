"""Make the account that makes all others."""

from dataclasses import dataclass, field
from datetime import datetime

from server.authority.actor import Channel, system_actor
from server.authority.permissions import Role
from server.identity import passwords
from server.identity.actions.roles import create_console_account
from server.identity.rules import ensure_good_password, new_totp_secret, provisioning_uri
from server.kit.transactions import action


@dataclass(frozen=True)
class FirstAdministrator:
    account_uid: str
    provisioning_uri: str = field(repr=False)  # shown once, for the authenticator


@action
async def create_first_administrator(
    *, login: str, name: str, password: str, memory_kib: int, now: datetime
) -> FirstAdministrator:
    """Make a system administrator from the command line, where nobody has to be signed in.

    It hashes within the transaction, unlike everything else: at a first start nobody else waits for the database.
    Refusals: WeakPassword; LoginNotUsable; LoginTaken.
    """
    ensure_good_password(password, login=login)
    secret = new_totp_secret()
    card = await create_console_account(
        actor=system_actor("create-admin", Channel.COMMAND),
        name=name,
        role=Role.ADMINISTRATOR,
        institution_uid=None,
        starts_at=now,
        ends_at=None,
        login=login,
        password_hash=await passwords.hashed(password, memory_kib=memory_kib),
        totp_secret=secret,
        now=now,
    )
    return FirstAdministrator(card.account_uid, provisioning_uri(secret, login=login))
