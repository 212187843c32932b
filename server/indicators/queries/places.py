"""A figure of each place as it may be told: the city's, each county's, each home's, and what is left out beside them."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.indicators.queries.counts import figure_at
from server.indicators.rules import (
    Definition,
    Figure,
    excluded_alone,
    hidden_in_city,
    reached,
    small,
    tells_few,
)
from server.kit.rollups import CITY, Sums

HIDDEN = "不显示"
Counties = Mapping[str, Mapping[int, tuple[str, str]]]  # county -> home -> uid and name


@dataclass(frozen=True)
class Told:
    """A figure as it may be shown; `percent` says why where it may not."""

    met: str
    counted: str
    percent: str
    share: float | None  # 0 to 1, for a picture
    excluded: str


@dataclass(frozen=True)
class PlaceLine:
    uid: str  # empty for a county and the city
    name: str
    county: str
    told: Told
    reached: bool | None


@dataclass(frozen=True)
class Places:
    whole: PlaceLine
    counties: tuple[tuple[PlaceLine, tuple[PlaceLine, ...]], ...]


def places_of(
    definition: Definition, sums: Sums, by_county: Counties, *, least: int, target: int | None
) -> Places:
    """Tell one indicator of the whole city; `least` is 0 where nobody could be recognised."""
    figures = {county: {home: figure_at(sums, home) for home in homes} for county, homes in by_county.items()}
    hidden = hidden_in_city(figures, least=least)
    without = hidden_in_city(excluded_alone(figures), least=least)

    def line(place: tuple[str, str, str], figure: Figure, *, untold: bool, out_untold: bool) -> PlaceLine:
        told = told_of(figure, hidden=untold, least=least, out_hidden=out_untold)
        return PlaceLine(*place, told, None if untold else reached(definition, figure, target))

    return Places(
        line(("", "全市", ""), figure_at(sums, CITY), untold=hidden.city, out_untold=without.city),
        tuple(
            (
                line(
                    ("", county, county),
                    sum(figures[county].values(), Figure()),
                    untold=county in hidden.counties,
                    out_untold=county in without.counties,
                ),
                tuple(
                    line(
                        (uid, name, county),
                        figures[county][home],
                        untold=home in hidden.homes,
                        out_untold=home in without.homes,
                    )
                    for home, (uid, name) in homes.items()
                ),
            )
            for county, homes in sorted(by_county.items())
        ),
    )


def told_alone(figure: Figure, *, least: int) -> Told:
    """Tell a figure that no other is told beside."""
    return told_of(figure, hidden=tells_few(figure, least=least), least=least)


def told_of(figure: Figure, *, hidden: bool, least: int, out_hidden: bool = False) -> Told:
    if hidden:
        return Told(HIDDEN, HIDDEN, HIDDEN, None, HIDDEN)
    share = float(figure.share) / 100 if figure.share is not None else None
    return Told(
        str(figure.met),
        str(figure.counted),
        figure.percent,
        share,
        excluded_of(figure, least=least, hidden=out_hidden),
    )


def excluded_of(figure: Figure, *, least: int, hidden: bool = False) -> str:
    """Tell how many are left out: no few, nor a number that tells how few they are elsewhere."""
    return HIDDEN if hidden and figure.excluded >= least else small(figure.excluded, least=least)
