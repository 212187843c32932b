"""The API against its own description: nothing undocumented, never a 5xx, whatever is asked that is in order."""

from typing import Any

import httpx
import pytest
from openapi_spec_validator import validate
from schemathesis import GenerationMode

from tests.processes.contract import CASES, DESCRIPTION, MOST_ARE, OPERATIONS, Caller, name_of
from tests.running import Running


@pytest.fixture(scope="module")
def caller(standing_server: Running) -> Caller:
    return Caller.at(standing_server)


def test_the_description_is_valid_and_is_what_is_served(standing_server: Running) -> None:
    validate(DESCRIPTION)
    assert httpx.get(f"{standing_server.base}/api/v1/openapi.json").json() == DESCRIPTION


@pytest.mark.parametrize("operation", OPERATIONS, ids=name_of)
def test_no_request_breaks_it_or_is_answered_with_what_is_not_documented(
    operation: Any, caller: Caller
) -> None:
    caller.tries(operation, GenerationMode.POSITIVE)


def test_as_many_cases_were_sent_as_the_issue_asks_for(caller: Caller) -> None:
    if len(caller.sent) == len(OPERATIONS):  # not where a few of them were chosen
        assert caller.sent.total() >= MOST_ARE * CASES * len(OPERATIONS)
