"""Every action opens its transaction and is told who asks and when."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.features import FEATURES

# Not one transaction but several, with a call of the platform, the drawing of a page or the writing of a file between them.
AROUND_THE_NETWORK = {"send_wechat", "check_text"}
AROUND_A_FILE = {
    "print_health_summary",
    "print_visit_sheet",
    "print_settlement",
    "print_referral_slip",
    "print_consent_statement",
    "write_exports",
}
# A transaction for each period of a board (`kit.rollups.recount`): the whole city's in one would be held for long.
A_PERIOD_EACH = {
    "sweep_asked",
    "sweep_census",
    "sweep_enrolment_rates",
    "sweep_home_bed_counts",
    "sweep_indicators",
    "sweep_kept",
    "sweep_prescription_counts",
    "sweep_rates",
    "sweep_reports",
    "sweep_waits",
}
A_ROW_EACH = {"sweep_enrolments"}  # what one contract cannot finish is undone, and no other with it
A_PAIR_EACH = {"sweep_statements"}  # likewise: one transaction for the month of one home and one provider


def public_actions() -> list[Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for feature in FEATURES:
        package = importlib.import_module(f"server.{feature}.actions")
        names = [package.__name__]
        if hasattr(package, "__path__"):
            names += [f"{package.__name__}.{each.name}" for each in pkgutil.iter_modules(package.__path__)]
        for name in names:
            for word, value in vars(importlib.import_module(name)).items():
                if (
                    not word.startswith("_")
                    and inspect.iscoroutinefunction(value)
                    and value.__module__.startswith(package.__name__)
                ):
                    found[f"{value.__module__}.{value.__qualname__}"] = value
    exported = {}
    for feature in FEATURES:
        package = importlib.import_module(f"server.{feature}.actions")
        exported |= {word: value for word, value in vars(package).items() if value in found.values()}
    return list(exported.values())


@pytest.mark.parametrize("function", public_actions(), ids=lambda each: f"{each.__module__}.{each.__name__}")
class TestEveryAction:
    def test_is_one_transaction(self, function: Callable[..., Any]) -> None:
        assert getattr(function, "is_action", False) or function.__name__ in {
            *AROUND_THE_NETWORK,
            *AROUND_A_FILE,
            *A_PERIOD_EACH,
            *A_PAIR_EACH,
            *A_ROW_EACH,
        }

    def test_takes_keywords_and_is_told_the_time(self, function: Callable[..., Any]) -> None:
        if function.__name__ in AROUND_THE_NETWORK:
            return
        parameters = inspect.signature(function).parameters
        assert all(each.kind is each.KEYWORD_ONLY for each in parameters.values())
        assert {"now", "clock"} & parameters.keys()
