"""The policy numbers in force."""

from collections.abc import Iterable
from datetime import date, datetime

from server.alliance.errors import UnknownParameter
from server.alliance.models import PolicyParameter
from server.kit.clock import local_date


async def parameter(code: str, *, on: date) -> int:
    """Return the policy number in force on a day, or on the city's day of an instant.

    Raise `UnknownParameter` when none was loaded: a missing number must never pass for zero.
    """
    day = local_date(on) if isinstance(on, datetime) else on
    rows = PolicyParameter.filter(code=code, effective_from__lte=day).order_by("-effective_from", "-version")
    row = await rows.only("id", "value").first()
    if row is None:
        raise UnknownParameter(code)
    return int(row.value)


async def parameters(codes: Iterable[str], *, on: date) -> dict[str, int]:
    """Return several policy numbers by their codes, with one query; otherwise as `parameter`."""
    wanted = sorted(set(codes))
    day = local_date(on) if isinstance(on, datetime) else on
    rows = PolicyParameter.filter(code__in=wanted, effective_from__lte=day).order_by(
        "effective_from", "version"
    )
    numbers = {
        code: int(value) for code, value in await rows.values_list("code", "value")
    }  # the newest comes last
    if missing := [code for code in wanted if code not in numbers]:
        raise UnknownParameter(*missing)
    return numbers
