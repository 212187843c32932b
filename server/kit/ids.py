"""Identifiers that leave the server."""

from ulid import ULID


def new_uid() -> str:
    """Return a ULID: sortable by time, made before the row is written, never guessable in sequence."""
    return str(ULID())
