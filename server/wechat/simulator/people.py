"""Personas: any name is a person, and the same name is the same person in every run."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from server.wechat.simulator.config import Config
from server.wechat.simulator.refusals import Refusal

CODE_SECONDS = 300
VISIT_SECONDS = 7200
LEGACY_SECONDS = 7200
STATIC_LOGIN = re.compile(r"sim:([^:]{1,64}):([0-9]{1,20})")
STATIC_PHONE = re.compile(r"simphone:([^:]{1,64}):([0-9]{5,15}):([0-9]{1,20})")

# These behave in their own ways.
RISK, NO_UNION, LEGACY, NOT_VISITED, CLOSED = "risk", "nounion", "legacy", "notvisited", "closed"


@dataclass
class Person:
    persona: str
    openid: str
    unionid: str | None
    logins: int = 0
    session_key: str | None = None
    last_visit: float = 0.0
    last_contact: float = 0.0
    answers_left: int = 0
    is_employee: bool = False
    is_closed: bool = False
    risk_rank: int = 0


@dataclass
class Code:
    persona: str
    born: float
    number: str = ""
    used: bool = False


@dataclass
class People:
    config: Config
    now: Callable[[], float]
    _by_persona: dict[str, Person] = field(default_factory=dict)
    _by_openid: dict[str, Person] = field(default_factory=dict)
    _logins: dict[str, Code] = field(default_factory=dict)
    _phones: dict[str, Code] = field(default_factory=dict)
    _minted: int = 0

    def named(self, persona: str) -> Person:
        if persona not in self._by_persona:
            unionid = None if persona == NO_UNION else name_for(self.config.open_account, persona)
            person = Person(persona, name_for(self.config.appid, persona), unionid)
            person.risk_rank = 4 if persona == RISK else 0
            self._by_persona[persona] = person
            self._by_openid[person.openid] = person
        return self._by_persona[persona]

    def by_openid(self, openid: object) -> Person:
        person = self._by_openid.get(openid) if isinstance(openid, str) else None
        if person is None:
            raise Refusal(40003)
        return person

    def visit(self, persona: str) -> None:
        self.named(persona).last_visit = self.now()

    def ensure_visited(self, person: Person) -> None:
        if person.persona == NOT_VISITED or self.now() - person.last_visit > VISIT_SECONDS:
            raise Refusal(61010)

    def login_code(self, persona: str) -> str:
        code = "0" + self._digest("login")[:31]
        self._logins[code] = Code(persona, self.now())
        return code

    def phone_code(self, persona: str, number: str) -> str:
        code = self._digest("phone")
        self._phones[code] = Code(persona, self.now(), number)
        return code

    def whose_login(self, code: str) -> Code:
        """Not yet spent, so that limits can be checked first."""
        if code not in self._logins and (found := STATIC_LOGIN.fullmatch(code)):
            self._logins[code] = Code(found[1], self.now())
        known = self._logins.get(code)
        if known is not None and known.used:
            raise Refusal(40163)
        if known is None or self._is_old(code, known):
            raise Refusal(40029)
        return known

    def log_in(self, code: Code) -> Person:
        code.used = True
        person = self.named(code.persona)
        person.logins += 1
        person.session_key = self._session_key(person)
        self.visit(person.persona)
        return person

    def spend_phone(self, code: str, openid: str | None) -> str:
        if code not in self._phones and (found := STATIC_PHONE.fullmatch(code)):
            self._phones[code] = Code(found[1], self.now(), found[2])
        known = self._phones.get(code)
        hint = f"invalid code hint: [{self._digest('hint')[:16]}]"
        if known is None or known.used or self._is_old(code, known):
            raise Refusal(40029, hint)
        if openid is not None and openid != self.named(known.persona).openid:
            raise Refusal(40029, hint)
        known.used = True
        return known.number

    def renew_session_key(self, person: Person) -> str:
        person.logins += 1
        person.session_key = self._session_key(person)
        return person.session_key

    def _is_old(self, code: str, known: Code) -> bool:
        return not code.startswith("sim") and self.now() - known.born > CODE_SECONDS

    def _session_key(self, person: Person) -> str:
        message = f"{person.openid}|{person.logins}".encode()
        made = hmac.new(self.config.seed.encode(), message, hashlib.sha256).digest()
        return base64.b64encode(made[:16]).decode()

    def _digest(self, purpose: str) -> str:
        self._minted += 1
        return hashlib.sha256(f"{self.config.seed}|{purpose}|{self._minted}".encode()).hexdigest()


def name_for(account: str, persona: str) -> str:
    made = hashlib.sha256(f"{account}|{persona}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(made).decode()[:27]
