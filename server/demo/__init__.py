"""One small town that everybody knows by heart: for `make run`, for the tests and for the documentation."""

import importlib
from datetime import datetime
from types import SimpleNamespace
from typing import Any

# In the order in which they lean on each other.
PARTS = (
    "alliance",
    "identity",
    "signing",
    "people",
    "consent",
    "records",
    "assessments",
    "clinics",
    "booking",
    "training",
    "visits",
    "settlement",
    "workload",
    "followups",
    "enrolments",
    "prescriptions",
    "feedback",
    "notifications",
    "privacy",
)
# What `make run` shows; a month is settled out of its past.
WITH_A_PAST = (
    *(part for part in PARTS if part not in {"settlement", "workload"}),
    "season",
    "ability",
    "referrals",
    "yearly",
    "demands",
    "home_beds",
    "medicines",
    "settlement",
    "indicators",
    "schooling",
    "workload",
)


class Town(SimpleNamespace):
    """What each part laid down, as frozen dataclasses of uids under the part's name."""

    def __getattr__(self, name: str) -> Any:  # for mypy: the parts are known only when they are loaded
        raise AttributeError(name)


async def nobody_yet() -> bool:
    """Tell whether the database is empty, so that a town may be built in it."""
    from server.identity.models import Account  # noqa: PLC0415  the cast alone must not load every table

    return not await Account.exists()


async def load(*, now: datetime, appid: str, parts: tuple[str, ...] = PARTS) -> Town:
    """Build the town in an empty database."""
    town = Town(appid=appid)
    for part in parts:
        module = importlib.import_module(f"server.demo.{part}")
        setattr(town, part, await module.load(town, now=now))
    return town
