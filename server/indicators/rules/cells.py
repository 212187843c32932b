"""Numbers of people that may be told to who may not know them: none that are few, nor what gives them away.

A home's row is few where somebody could be counted by it: fewer than `least` in the numerator, or left in the denominator.
What is told beside it must not give it away: a county's whole less the homes that are told, the city's less the counties.
So whatever is hidden under one told whole is at least two rows, and together not few; where it is not, more is hidden, the
smallest first. Whoever compares two days, or two tables, may still learn that somebody moved: that is not prevented here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from server.indicators.rules.definitions import Figure

Key = TypeVar("Key")
County = TypeVar("County")


@dataclass(frozen=True)
class Hidden:
    """Which homes and which counties are not told, and whether the city is."""

    homes: frozenset[object] = frozenset()
    counties: frozenset[object] = frozenset()
    city: bool = False


def tells_few(figure: Figure, *, least: int) -> bool:
    return any(0 < each < least for each in (figure.met, figure.unmet))


def hidden_rows(rows: Mapping[Key, Figure], *, least: int) -> frozenset[Key]:
    """Return which rows are not told beside their whole."""
    hidden = [key for key, figure in rows.items() if tells_few(figure, least=least)]
    rest = _smallest_first(rows, hidden)
    while hidden and rest and _betrayed([rows[key] for key in hidden], least=least):
        hidden.append(rest.pop(0))
    return frozenset(hidden)


def hidden_in_city(counties: Mapping[County, Mapping[Key, Figure]], *, least: int) -> Hidden:
    """Return what is not told of homes in their counties in a city."""
    hidden = {county: set(hidden_rows(homes, least=least)) for county, homes in counties.items()}
    wholes = {county: sum(homes.values(), Figure()) for county, homes in counties.items()}

    def figures(some: Iterable[County]) -> list[Figure]:
        return [counties[county][home] for county in some for home in hidden[county]]

    untold = [county for county in counties if hidden[county] and _betrayed(figures([county]), least=least)]
    rest = _smallest_first(wholes, untold)
    while untold and _betrayed(figures(untold), least=least):
        if rest:
            untold.append(rest.pop(0))
        shown = _shown_in(counties, hidden, untold)
        if shown:
            county, home = shown[0]
            hidden[county].add(home)
        elif not rest:
            break  # nothing else is told but the city itself
    return Hidden(
        homes=frozenset(home for homes in hidden.values() for home in homes),
        counties=frozenset(untold),
        city=tells_few(sum(wholes.values(), Figure()), least=least),
    )


def excluded_alone(counties: Mapping[County, Mapping[Key, Figure]]) -> Mapping[County, Mapping[Key, Figure]]:
    """Return what is left out as figures of its own: those few are somebody, too."""
    return {
        county: {home: Figure(counted=figure.excluded) for home, figure in homes.items()}
        for county, homes in counties.items()
    }


def _shown_in(
    counties: Mapping[County, Mapping[Key, Figure]], hidden: Mapping[County, set[Key]], some: Sequence[County]
) -> list[tuple[County, Key]]:
    """Return the homes of these counties that are still told: of the county taken last first, the smallest first."""
    return [
        (county, home)
        for county in reversed(some)
        for home in _smallest_first(counties[county], hidden[county])
    ]


def _smallest_first(rows: Mapping[Key, Figure], without: Iterable[Key]) -> list[Key]:
    left = set(without)
    return sorted(
        (key for key in rows if key not in left and rows[key].counted), key=lambda key: rows[key].counted
    )


def _betrayed(hidden: Sequence[Figure], *, least: int) -> bool:
    """Tell whether their sum, which a reader can work out, says something of few."""
    return len(hidden) == 1 or tells_few(sum(hidden, Figure()), least=least)


def small(number: int, *, least: int) -> str:
    return f"<{least}" if 0 < number < least else str(number)


def told_counts(counts: Mapping[Key, int], *, least: int) -> Mapping[Key, str]:
    """Return how many stand behind each of several reasons, beside their whole."""
    figures = {key: Figure(counted=number) for key, number in counts.items()}
    hidden = hidden_rows(figures, least=least)
    return {
        key: ("不显示" if number >= least else f"<{least}") if key in hidden else str(number)
        for key, number in counts.items()
    }
