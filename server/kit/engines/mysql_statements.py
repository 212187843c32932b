"""Running a kept query as a statement that the server has prepared on each connection, where asyncmy is the driver.

The text is sent and understood once; values and rows then travel in binary, and asyncmy reads a whole answer at once in
compiled code.
"""

from collections.abc import Sequence
from typing import Any

from server.kit.engines.counting import note, watchers
from server.kit.engines.decoding import Decoders, decoded
from server.kit.engines.mysql import translated

Row = tuple[Any, ...]


class Reader:
    """One kept query; its statements live and die with the connections."""

    def __init__(self, sql: str, params: Sequence[Any], places: Sequence[int], decoders: Decoders) -> None:
        self.sql = sql
        self._marked = sql % (("?",) * len(params))
        self._params = params
        self._places = places
        self._decoders = decoders

    async def rows(self, connection: Any, values: Sequence[Any]) -> list[Row]:
        kept = vars(connection).setdefault("kept_statements", {})
        statement = kept.get(self._marked)
        if statement is None:
            statement = kept[self._marked] = await connection.prepare(self._marked)
        found = (await statement.execute(self._filled(values))).rows
        decoders = self._decoders
        return [decoded(row, decoders) for row in found] if decoders else list(found)

    def _filled(self, values: Sequence[Any]) -> list[Any]:
        params = list(self._params)
        for place, value in zip(self._places, values, strict=True):
            params[place] = value
        return params


@translated
async def fetch(client: Any, reader: Reader, values: Sequence[Any]) -> list[Row]:
    """Run the reader's query with these values, within the transaction of the client if it is one's."""
    if watchers:
        note(reader.sql)
    async with client.acquire_connection(reader.sql) as connection:
        return await reader.rows(connection, values)
