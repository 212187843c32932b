"""The policy numbers in force."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from server.alliance.errors import UnknownParameter
from server.alliance.models import PolicyParameter
from server.alliance.rules import Confidence, Parameter
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


async def cited(codes: Iterable[str], *, on: date) -> dict[str, Parameter]:
    """Return policy numbers as they stand in force, with where each comes from: for pages that name the law."""
    day = local_date(on) if isinstance(on, datetime) else on
    rows = PolicyParameter.filter(code__in=sorted(set(codes)), effective_from__lte=day)
    found = {
        row.code: Parameter(
            row.code,
            row.value,
            row.unit,
            row.citation,
            cast("Confidence", row.confidence),
            row.version,
            row.effective_from,
        )
        for row in await rows.order_by("effective_from", "version")  # the newest comes last
    }
    if missing := [code for code in codes if code not in found]:
        raise UnknownParameter(*missing)
    return found


_Wish = tuple[tuple[str, ...], date]


async def _asked(wish: _Wish) -> dict[str, int]:
    numbers = await _in_force_on(wish[1], wish[0])
    return _answer(wish, numbers)


async def _in_force_on(day: date, codes: tuple[str, ...]) -> dict[str, int]:
    # The newest comes last.
    return {code: int(value) for code, value in await _in_force(codes=codes, day=day)} if codes else {}


def _answer(wish: _Wish, numbers: Mapping[str, int]) -> dict[str, int]:
    if missing := [code for code in wish[0] if code not in numbers]:
        raise UnknownParameter(*missing)
    return {code: numbers[code] for code in wish[0]}


async def _each(wishes: Sequence[_Wish]) -> list[dict[str, int] | Exception]:
    """Ask once a day that is meant, for all codes; what one asker misses is no fault of the others."""
    codes: dict[date, set[str]] = {}
    for wanted, day in wishes:
        codes.setdefault(day, set()).update(wanted)
    numbers = {day: await _in_force_on(day, tuple(sorted(wanted))) for day, wanted in codes.items()}
    found: list[dict[str, int] | Exception] = []
    for wish in wishes:
        try:
            found.append(_answer(wish, numbers[wish[1]]))
        except UnknownParameter as unknown:
            found.append(unknown)
    return found


_asked_together: Together[_Wish, dict[str, int]] = Together(_each, most=MOST_TOGETHER)
