"""Requests drawn from the API's own description, and what may be answered to them."""

import copy
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import miniprogram_api
from server import VERSION
from server.kit import plain
from server.web.openapi import described
from tests.conftest import RING
from tests.running import Running

# Of each operation, in order and out of order: 10 000 in all. The second ring tries only that its engine answers.
CASES = int(os.environ.get("CASES", "56" if RING == "sqlite" else "6"))
MOST_ARE = 0.8  # of the cases asked for: what takes no argument has few
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PERSONAS = {"daughter": None, "nurse": "demo-phone-of-nurse", "doctor": "demo-phone-of-doctor"}
LISTS = {
    "appointment_uid": "/appointments", "visit_uid": "/visits", "consent_uid": "/consents", "token_uid": "/rating-tokens",
    "message_uid": "/inbox", "entry_uid": "/residents/{resident_uid}/record/entries", "grant_uid": "/proxies",
}  # fmt: skip

FACE = miniprogram_api.face()
DESCRIPTION: dict[str, Any] = plain.loads(
    plain.dumps(described(FACE.routes, prefix=FACE.prefix, version=VERSION))
)
REFUSED = {"negative_data_rejection": {"expected-statuses": ["4XX"]}}


def _operations() -> list[Any]:
    """Return the operations; the token is the caller's business, a case must not think that it broke that."""
    described_without = copy.deepcopy(DESCRIPTION)
    for path in described_without["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    config = schemathesis.Config.from_dict({"checks": REFUSED})
    schema = schemathesis.openapi.from_dict(described_without, config=config)
    return [found.ok() for found in schema.get_all_operations()]


OPERATIONS = _operations()
BREAKABLE = [each for each in OPERATIONS if each.body or list(each.iter_parameters())]


def name_of(operation: Any) -> str:
    return f"{operation.method.upper()} {operation.path}"


@dataclass(frozen=True)
class Caller:
    """Whoever sends the cases: three people in turn, half of the time about what exists."""

    base: str
    tokens: Sequence[str]
    known: dict[str, str]
    session: requests.Session
    sent: Counter[str] = field(default_factory=Counter)  # cases of each operation

    @classmethod
    def at(cls, server: Running) -> "Caller":
        tokens = [_token(server, persona, device) for persona, device in PERSONAS.items()]
        return cls(server.base, tokens, _known(server, tokens[0]), requests.Session())

    def tries(self, operation: Any, mode: GenerationMode, *checks: Any) -> None:
        """Send the cases of an operation, and check every answer."""
        # Signing out with the token that the other cases use would make all of them 401.
        signs_out = operation.method == "delete" and "/session" in operation.path

        @given(case=operation.as_strategy(generation_mode=mode))
        @settings(
            max_examples=CASES, deadline=None, database=None, derandomize=True,
            phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def holds(case: schemathesis.Case) -> None:
            turn = self.sent[name_of(operation)]
            self.sent[name_of(operation)] += 1
            if turn % 2 and mode.is_positive:
                case.path_parameters.update(
                    {name: self.known[name] for name in case.path_parameters or {} if name in self.known}
                )
            token = "unknown" if signs_out else self.tokens[turn // 2 % len(self.tokens)]
            case.headers["Authorization"] = f"Bearer {token}"
            answer = case.call(base_url=self.base, session=self.session, timeout=30)
            case.validate_response(answer, checks=[*CHECKS, *checks])

        holds()


def _token(server: Running, persona: str, device: str | None) -> str:
    body = {"code": f"sim:{persona}:{time.time_ns()}", **({"device_id": device} if device else {})}
    return str(httpx.post(f"{server.base}/api/v1/session", json=body).json()["token"])


def _known(server: Running, token: str) -> dict[str, str]:
    """Return identifiers that exist: with random ones every answer would be 404."""
    client = httpx.Client(base_url=f"{server.base}/api/v1", headers={"Authorization": f"Bearer {token}"})
    mother = client.get("/residents").json()[0]
    found = {"resident_uid": mother["uid"], "institution_uid": mother["home_uid"]}
    for name, path in LISTS.items():
        listed = client.get(path.format(**found)).json()
        found[name] = (listed["items"] if isinstance(listed, dict) else listed)[0]["uid"]
    return found
