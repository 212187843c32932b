"""Requests that break the API's description: each is refused, in a documented way, and never with a 5xx."""

from typing import Any

import pytest
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection

from tests.processes.contract import BREAKABLE, CASES, MOST_ARE, Caller, name_of
from tests.running import Running


@pytest.fixture(scope="module")
def caller(standing_server: Running) -> Caller:
    return Caller.at(standing_server)


@pytest.mark.parametrize("operation", BREAKABLE, ids=name_of)
def test_none_is_accepted(operation: Any, caller: Caller) -> None:
    caller.tries(operation, GenerationMode.NEGATIVE, negative_data_rejection)


def test_as_many_cases_were_sent_as_the_issue_asks_for(caller: Caller) -> None:
    if len(caller.sent) == len(BREAKABLE):  # not where a few of them were chosen
        assert caller.sent.total() >= MOST_ARE * CASES * len(BREAKABLE)
