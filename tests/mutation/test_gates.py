"""A few gates are taken out on every change; `make gates` takes out all of them."""

import subprocess
import sys

import pytest

from tests.mutation.finding import gates
from tests.mutation.swapping import function_of, without

pytestmark = pytest.mark.sqlite

SAMPLE = ("--only", "server.consent.access", "--every", "3", "--no-routes")
BY = (
    "tests/core/consent/test_actions.py",
    "tests/core/consent/test_gates.py",
    "tests/core/records/test_consent_in_queries.py",
)


def test_every_access_module_has_gates() -> None:
    rooms = {gate.module.split(".")[1] for gate in gates() if ".access" in gate.module}

    assert rooms >= {"alliance", "booking", "consent", "feedback", "identity", "people", "records", "visits"}


def test_a_gate_is_back_in_its_place_afterwards() -> None:
    for gate in [each for each in gates() if each.module == "server.consent.access"]:
        before = function_of(gate).__code__
        with without(gate):
            assert function_of(gate).__code__ is not before
        assert function_of(gate).__code__ is before


@pytest.mark.timeout(300)
def test_no_gate_of_consent_goes_unnoticed() -> None:
    command = [sys.executable, "-m", "tests.mutation.gates", *SAMPLE, *BY]

    told = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)

    assert told.returncode == 0, told.stdout[-3000:] + told.stderr[-2000:]
