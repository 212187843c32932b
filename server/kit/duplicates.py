"""Somebody was faster: a broken unique key becomes the refusal that says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from server.kit.database import is_duplicate
from server.kit.errors import DomainError


@asynccontextmanager
async def refusing_duplicates(refusal: type[DomainError]) -> AsyncIterator[None]:
    """Turn a broken unique key inside the block into `refusal`, which rolls the whole action back.

    The question asked beforehand gives the usual answer; between it and the write another transaction may pass.
    """
    try:
        yield
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise refusal from error
