"""Takes each gate out, one by one, and tells which of them no test notices: `python -m tests.mutation.gates`.

A gate is a route's permission, a condition of an access function, an `ensure_…`, a refusal about who asks, or the
condition of a guarded write. The code is exchanged in the running product of a child process; no file is touched.

    python -m tests.mutation.gates                                   every gate, by every test: a night's work
    python -m tests.mutation.gates --only server.consent tests/core/consent tests/miniprogram_api/test_consent.py
    python -m tests.mutation.gates --every 12 tests/core/consent     each twelfth of those gates
"""

import argparse
import sys

import pytest

from tests.mutation.explained import EXPLAINED
from tests.mutation.finding import gates
from tests.mutation.trying import Trials, Verdict

TESTS = ("tests/core", "tests/miniprogram_api", "tests/admin", "tests/web", "tests/architecture")


def main(arguments: list[str]) -> int:
    asked = _asked(arguments)
    chosen = [gate for gate in gates() if gate.module.startswith(asked.only)]
    trials = Trials(chosen, asked.every, routes=asked.routes)
    options = ["-o", "addopts=", "-p", "no:terminal", "-p", "no:cacheprovider", "--timeout=240"]
    options += [
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
    ]  # the product was imported before pytest began
    pytest.main([*options, *(asked.tests or TESTS)], plugins=[trials])
    return _told(trials)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.mutation.gates")
    parser.add_argument("--only", default="", help="gates of modules whose names begin like this")
    parser.add_argument("--every", type=int, default=1, help="take out each n-th gate")
    parser.add_argument("--routes", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("tests", nargs="*", help="the tests that may notice")
    return parser.parse_args(arguments)


def _told(trials: Trials) -> int:
    survivors = [each for each in trials.verdicts if each.survived]
    unexplained = [each for each in survivors if each.gate_without_line not in EXPLAINED]
    print(
        f"\n{len(trials.verdicts)} gates taken out, {len(trials.verdicts) - len(survivors)} noticed by a test"
    )
    for each in survivors:
        print(_row(each))
    for name in trials.unsound:
        print(f"fails with every gate in place, and was not asked: {name}")
    return 1 if unexplained or trials.unsound or not trials.verdicts else 0


def _row(survivor: Verdict) -> str:
    why = EXPLAINED.get(survivor.gate_without_line, "NO TEST NOTICES")
    return f"  {survivor.gate}\n      {why} ({survivor.tried} tests came by)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
