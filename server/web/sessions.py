"""Whose token or cookie a request carries, asked of the database every time: a revocation acts on the next request."""

import base64
import hashlib
import hmac
from datetime import datetime

from server.authority.actor import Actor, Channel
from server.identity import actions
from server.identity.queries import standing_of_token
from server.identity.rules import SEEN_EVERY

COOKIE = "console"
SECURE_COOKIE = "__Host-console"  # browsers take the prefix over https only, and then from no other host
# Where somebody has signed in before (`identity.browsers`); it outlives every session and opens nothing.
KNOWN_BROWSER = "known-browser"
SECURE_KNOWN_BROWSER = "__Host-known-browser"
LONGEST_TOKEN = 64
CSRF_PURPOSE = b"console-form"


async def actor_by_bearer(token: str | None, *, now: datetime) -> Actor | None:
    """Return who asks through the mini-program, or None."""
    return await _actor_by(token, Channel.MINI_PROGRAM, now)


async def actor_by_cookie(token: str | None, *, seen: bool = True, now: datetime) -> Actor | None:
    """Return who asks through the console, or None; `seen` tells that the person did something."""
    return await _actor_by(token, Channel.CONSOLE, now, seen=seen)


async def _actor_by(token: str | None, channel: Channel, now: datetime, *, seen: bool = True) -> Actor | None:
    if not token or len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    standing = await standing_of_token(token=token, channel=channel, now=now)
    if standing is None:
        return None
    if seen and standing.last_seen_at <= now - SEEN_EVERY:
        await actions.note_seen(actor=standing.actor, now=now)
    return standing.actor


def csrf_token(token: str) -> str:
    """Return what every form of this session carries: derived, so that nothing has to be kept."""
    mark = hmac.new(token.encode(), CSRF_PURPOSE, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")


def csrf_matches(token: str, said: str) -> bool:
    return hmac.compare_digest(csrf_token(token).encode(), said.encode())
