"""A sheet of plates. Their texts are known only while they are printed, so they are handed in and not kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.documents.queries.typesetting import code_of, pdf_of


@dataclass(frozen=True)
class PlateLabel:
    spot: str  # the bed, or the door
    text: str = field(repr=False)


def plates_data(*, home: str, batch: str, plates: Sequence[PlateLabel]) -> dict[str, object]:
    # Level Q still reads with a quarter of the plate scratched or under a wet glove.
    labels = [{"spot": each.spot, "code": code_of(each.text, error="q")} for each in plates]
    return {"title": "巡诊扫码牌", "issuer": home, "home": home, "batch": batch[-6:], "plates": labels}


async def plates_pdf(*, home: str, batch: str, plates: Sequence[PlateLabel]) -> bytes:
    """Return a sheet of adhesive labels, 24 to a page."""
    return await pdf_of("plates", plates_data(home=home, batch=batch, plates=plates))
