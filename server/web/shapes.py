"""What requests may look like: strict, bounded, and never echoed back."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from server.kit.months import first_of_month
from server.kit.pages import PageWish

ULID_PATTERN = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"
ULID_SHAPE = re.compile(ULID_PATTERN)
KEY_PATTERN = r"^[A-Za-z0-9_-]{8,64}$"  # what a client may choose to name one wish by
KEY_SHAPE = re.compile(KEY_PATTERN)
INT_MOST = 2**53 - 1  # what JSON clients can hold exactly

Uid = Annotated[str, StringConstraints(pattern=ULID_PATTERN)]
# A month by any day of it; what arrives is its first day.
InMonth = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2200, 1, 1)), AfterValidator(first_of_month)]


def _no_control_characters(text: str) -> str:
    # Cc would forge log lines and break screen readers, Cs (lone surrogates) cannot be stored, Co/Cn mean nothing.
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} and letter not in "\n\t" for letter in text):
        msg = "control character"
        raise ValueError(msg)
    return text


def text(most: int, *, least: int = 1) -> Any:
    """Annotate a `str` with its bounds: `name: Annotated[str, text(40)]`; trimmed before it is measured."""
    return StringConstraints(strip_whitespace=True, min_length=least, max_length=most)


Clean = AfterValidator(_no_control_characters)
Word = Annotated[str, text(64), Clean]
Line = Annotated[str, text(200), Clean]
Paragraph = Annotated[str, text(2000), Clean]
Bed = Annotated[str, text(20), Clean]  # as a home writes it; in a search, or how it begins
Room = Annotated[str, text(20), Clean]


def _whole(value: Any) -> Any:
    # JSON has one number type: 167.0 is the integer 167 to a client; true is not 1.
    if isinstance(value, float) and value.is_integer() and abs(value) <= INT_MOST:
        return int(value)
    return value


Int = Annotated[int, BeforeValidator(_whole), Field(ge=-INT_MOST, le=INT_MOST)]
Score = Annotated[int, BeforeValidator(_whole), Field(ge=1, le=5)]


class Body(BaseModel):
    """A JSON body: exact types, no unknown keys, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Query(BaseModel):
    """What stands behind the question mark; every value arrives as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def kept(self) -> dict[str, str]:
        """Return the conditions as they stand in the address, for the next page and for a table of all of them."""
        given = self.model_dump(mode="json", exclude={"after", "limit"}, exclude_defaults=True)
        return {name: "true" if value is True else str(value) for name, value in given.items()}


class PageQuery(Query):
    after: Annotated[str, StringConstraints(max_length=64)] | None = None
    limit: int = Field(default=20, ge=1, le=100)

    @property
    def wish(self) -> PageWish:
        return PageWish(self.after, self.limit)

    @property
    def counted(self) -> PageWish:
        """The same page, and how many rows there are altogether."""
        return PageWish(self.after, self.limit, counted=True)


class Form(BaseModel):
    """A console form: text fields, converted; fields left empty count as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True)
