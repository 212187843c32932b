"""From what a database says to what a column means, for reads whose SQL is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Decoder:
    """What is made of one column, never asked of NULL. With `raw` it also takes the bytes as they came."""

    decode: Callable[[Any], Any]
    raw: bool = False


Decoders = tuple[tuple[int, Decoder], ...]  # by the places of the columns


def decoded(row: tuple[Any, ...], decoders: Decoders) -> tuple[Any, ...]:
    """Return a row, as a driver gave it, with what its columns mean."""
    values = list(row)
    for place, decoder in decoders:
        if values[place] is not None:
            values[place] = decoder.decode(values[place])
    return tuple(values)


class Words(dict[Any, Any]):
    """The words of an enumeration, each looked up once; a word that is none is an error and not kept."""

    def __init__(self, decode: Callable[[Any], Any]) -> None:
        super().__init__()
        self._decode = decode

    def __missing__(self, said: Any) -> Any:
        word = self[said] = self._decode(said.decode() if isinstance(said, bytes) else said)
        return word


def instant(value: Any) -> Any:
    """Return a time as the aware one it is: all are kept in UTC.

    Tortoise's own way, through a parser of every ISO format, took a third of a whole read.
    """
    if isinstance(value, bytes):
        return datetime.fromisoformat(value.decode() + "+00:00")
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value
