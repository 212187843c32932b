"""The policy numbers in force."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from server.alliance.errors import UnknownParameter
from server.alliance.models import PolicyParameter
from server.kit.clock import local_date
from server.kit.engines.listed import listed
from server.kit.together import Together
from server.kit.transactions import inside_an_action

MOST_TOGETHER = 64

_in_force = listed(
    lambda codes, day: (
        PolicyParameter.filter(code__in=codes, effective_from__lte=day)
        .order_by("effective_from", "version")
        .values_list("code", "value")
    ),
    {"codes": str},
    day=date,
)


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
    day = local_date(on) if isinstance(on, datetime) else on
    wish = (tuple(sorted(set(codes))), day)
    # A transaction sees its own changes only on its own connection.
    return await _asked(wish) if inside_an_action() else await _asked_together(wish)


_Wish = tuple[tuple[str, ...], date]


async def _asked(wish: _Wish) -> dict[str, int]:
    wanted, day = wish
    if not wanted:
        return {}
    # The newest comes last.
    numbers = {code: int(value) for code, value in await _in_force(codes=wanted, day=day)}
    if missing := [code for code in wanted if code not in numbers]:
        raise UnknownParameter(*missing)
    return numbers


async def _each(wishes: Sequence[_Wish]) -> list[dict[str, int] | Exception]:
    found: dict[_Wish, dict[str, int] | Exception] = {}
    for wish in dict.fromkeys(wishes):
        try:
            found[wish] = await _asked(wish)
        except UnknownParameter as unknown:
            found[wish] = unknown
    return [found[wish] for wish in wishes]


_asked_together: Together[_Wish, dict[str, int]] = Together(_each, most=MOST_TOGETHER)
