"""The API against its own description: nothing undocumented, never a 5xx."""

import itertools
import time
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
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
from tests.running import Running

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PERSONAS = {"daughter": None, "nurse": "demo-phone-of-nurse", "doctor": "demo-phone-of-doctor"}
EXAMPLES = 12
LISTS = {
    "appointment_uid": "/appointments", "visit_uid": "/visits", "consent_uid": "/consents", "token_uid": "/rating-tokens",
    "message_uid": "/inbox", "entry_uid": "/residents/{resident_uid}/record/entries", "grant_uid": "/proxies",
}  # fmt: skip

FACE = miniprogram_api.face()
DESCRIPTION: dict[str, Any] = plain.loads(
    plain.dumps(described(FACE.routes, prefix=FACE.prefix, version=VERSION))
)
OPERATIONS = [found.ok() for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations()]


@pytest.fixture(scope="module")
def known(standing_server: Running, tokens: list[str]) -> dict[str, str]:
    """Identifiers that exist, for half of the requests: with random ones every answer would be 404."""
    client = httpx.Client(
        base_url=f"{standing_server.base}/api/v1", headers={"Authorization": f"Bearer {tokens[0]}"}
    )
    mother = client.get("/residents").json()[0]
    found = {"resident_uid": mother["uid"], "institution_uid": mother["home_uid"]}
    for name, path in LISTS.items():
        listed = client.get(path.format(**found)).json()
        found[name] = (listed["items"] if isinstance(listed, dict) else listed)[0]["uid"]
    return found


@pytest.fixture(scope="module")
def tokens(standing_server: Running) -> list[str]:
    found = []
    for persona, device in PERSONAS.items():
        body = {"code": f"sim:{persona}:{time.time_ns()}", **({"device_id": device} if device else {})}
        found.append(httpx.post(f"{standing_server.base}/api/v1/session", json=body).json()["token"])
    return found


def test_the_description_is_valid_and_is_what_is_served(standing_server: Running) -> None:
    validate(DESCRIPTION)
    assert httpx.get(f"{standing_server.base}/api/v1/openapi.json").json() == DESCRIPTION


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method.upper()} {each.path}")
def test_no_request_breaks_it_or_is_answered_with_what_is_not_documented(
    operation: Any, standing_server: Running, tokens: list[str], known: dict[str, str]
) -> None:
    turns = itertools.count()
    signs_out = operation.method == "delete" and "/session" in operation.path

    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True,
        phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def holds(case: schemathesis.Case) -> None:
        # Signing out with the token that the other cases use would make all of them 401.
        turn = next(turns)
        if turn % 2:
            case.path_parameters.update(
                {name: known[name] for name in case.path_parameters or {} if name in known}
            )
        token = "unknown" if signs_out else tokens[turn // 2 % len(tokens)]
        case.headers["Authorization"] = f"Bearer {token}"
        answer = case.call(base_url=standing_server.base, timeout=30)
        case.validate_response(answer, checks=CHECKS)

    holds()
