"""Browsers in which somebody has signed in before: what strangers guess at a login does not keep its owner out there.

Five tries in fifteen minutes hold for all strangers together, however many machines they guess from. Whoever guesses five
times at the beginning of each fifteen minutes would so keep the rightful one out for as long as they like. Therefore a
browser that has signed in to a login is told so, in a sealed cookie, and has five tries of its own
(https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies). The cookie opens nothing.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from server.identity.rules import BROWSER_KNOWN_FOR
from server.kit.ids import new_uid
from server.kit.sealing import SealBroken, open_sealed, seal

PLACE: Final = "identity.known_browser"
LONGEST: Final = 2000  # characters
MOST_LOGINS: Final = 8  # at one nurses' station; of more, those who signed in last


@dataclass(frozen=True)
class KnownBrowser:
    uid: str
    logins: Mapping[str, int]  # login -> when it last signed in here, in seconds

    def knows(self, login: str, *, now: datetime) -> bool:
        last = self.logins.get(login)
        return last is not None and now - datetime.fromtimestamp(last, UTC) < BROWSER_KNOWN_FOR

    def having_signed_in(self, login: str, *, now: datetime) -> "KnownBrowser":
        others = {each: last for each, last in self.logins.items() if each != login}
        kept = sorted(others.items(), key=lambda each: each[1])[-(MOST_LOGINS - 1) :]
        return KnownBrowser(self.uid, {**dict(kept), login: int(now.timestamp())})

    def sealed(self) -> str:
        said = json.dumps({"browser": self.uid, "logins": self.logins})
        return base64.urlsafe_b64encode(seal(said, place=PLACE)).decode()


def known_browser(token: str | None) -> KnownBrowser:
    """Return what the cookie says; a new browser where there is none of ours."""
    try:
        if not token or len(token) > LONGEST:
            return KnownBrowser(new_uid(), {})
        said = json.loads(open_sealed(base64.urlsafe_b64decode(token), place=PLACE))
        return KnownBrowser(said["browser"], said["logins"])
    except (SealBroken, binascii.Error, ValueError, KeyError, TypeError):
        return KnownBrowser(new_uid(), {})
