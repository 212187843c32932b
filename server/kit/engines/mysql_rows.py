# ruff: noqa: SLF001  the driver has no public names for what is needed here
"""Reading the answer of a kept query in one go.

aiomysql awaits every packet twice and interprets the description of every column in every answer: half of what a
list cost. A kept query has the same columns each time: they are understood once, and then known by their bytes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from pymysql.constants import COMMAND, CR, FIELD_TYPE
from pymysql.err import InternalError, OperationalError, raise_mysql_exception
from pymysql.protocol import FieldDescriptorPacket

from server.kit.engines.counting import note, watchers
from server.kit.engines.decoding import Decoders
from server.kit.engines.mysql import translated

Cell = Callable[[bytes], Any]
Row = tuple[Any, ...]

AT_ONCE: Final = 262_144  # bytes
HEADER: Final = 4  # bytes before each packet: its length in three, its number in one
LONGEST: Final = 0xFFFFFF  # bytes; what is longer comes in several packets, which no hot read needs
ERROR, END = 0xFF, 0xFE
LONGEST_END: Final = 8  # bytes; a row may begin with the same byte, and is longer then
NULL: Final = (
    251  # the first byte of a value; below it is the value's length, above it how wide the length is
)
WIDTHS: Final = {252: 2, 253: 3, 254: 8}
BINARY: Final = 63  # what MySQL calls the character set of bytes
NUMBERS: Final = frozenset(
    {FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.INT24, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG}
)
TEXTS: Final = frozenset(
    {FIELD_TYPE.VAR_STRING, FIELD_TYPE.STRING, FIELD_TYPE.VARCHAR, FIELD_TYPE.BLOB, FIELD_TYPE.TINY_BLOB}
    | {FIELD_TYPE.MEDIUM_BLOB, FIELD_TYPE.LONG_BLOB}
)


class Reader:
    """Runs one kept query and decodes each cell of its answer once, bytes to value."""

    def __init__(self, sql: str, params: Sequence[Any], places: Sequence[int], decoders: Decoders) -> None:
        self.sql = sql
        self._params = params
        self._places = frozenset(places)
        self._decoders = dict(decoders)
        self._template = ""
        self._head = bytes([ERROR])  # how an answer begins: its columns. No answer begins like this
        self._cells: tuple[Cell, ...] = ()
        self.names: tuple[str, ...] = ()  # of the columns, once there was an answer

    def text(self, connection: Any, values: Sequence[Any]) -> str:
        """Return the statement; what is the same each time is written into it once."""
        if not self._template:
            always = [
                "%s" if place in self._places else connection.escape(param).replace("%", "%%")
                for place, param in enumerate(self._params)
            ]
            self._template = self.sql.replace("%%", "%%%%") % tuple(always)
        return self._template % tuple(map(connection.escape, values))

    async def read(self, connection: Any) -> tuple[list[Row], bytes]:
        """Return the rows, or the packet in which the server refuses."""
        answer = _Answer(connection._reader, await _more(connection._reader))
        if answer.data.startswith(self._head):
            answer.skip(len(self._head), packets=len(self._cells) + 1)
        elif refusal := await self._learn(answer, connection):
            return [], refusal
        await answer.packet()  # the end of the columns
        rows: list[Row] = []
        while True:
            start, end = await answer.packet()
            first = answer.data[start]
            if first == ERROR:
                return [], answer.data[start:end]
            if first == END and end - start <= LONGEST_END:
                answer.finish()
                return rows, b""
            rows.append(_row(answer.data, start, self._cells))

    async def _learn(self, answer: "_Answer", connection: Any) -> bytes:
        start, end = await answer.packet()
        count = answer.data[start]
        if count == ERROR:
            return answer.data[start:end]
        packets = [answer.data[start - HEADER : end]]
        for _ in range(count):
            start, end = await answer.packet()
            packets.append(answer.data[start - HEADER : end])
        self._cells = tuple(
            self._cell(place, packet[HEADER:], connection) for place, packet in enumerate(packets[1:])
        )
        self.names = tuple(
            FieldDescriptorPacket(packet[HEADER:], connection.encoding).name for packet in packets[1:]
        )
        self._head = b"".join(packets)
        return b""

    def _cell(self, place: int, description: bytes, connection: Any) -> Cell:
        decoder = self._decoders.get(place)
        if decoder and decoder.raw:
            return decoder.decode
        stock = _stock(FieldDescriptorPacket(description, connection.encoding), connection.decoders)
        if decoder is None:
            return stock
        decode = decoder.decode
        return lambda cell: decode(stock(cell))


@translated
async def fetch(client: Any, reader: Reader, values: Sequence[Any]) -> list[Row]:
    """Run the reader's query with these values, within the transaction of the client if it is one's."""
    if watchers:
        note(reader.sql)
    async with client.acquire_connection(reader.sql) as connection:
        await connection._execute_command(COMMAND.COM_QUERY, reader.text(connection, values))
        try:
            rows, refusal = await reader.read(connection)
        except BaseException:
            connection.close()  # the rest of the answer would be read by whoever comes next
            raise
    if refusal:
        raise_mysql_exception(refusal)
    return rows


class _Answer:
    """The bytes of one answer, packet by packet."""

    def __init__(self, reader: Any, data: bytes) -> None:
        self._reader = reader
        self.data = data
        self._place = 0
        self._number = 1

    async def packet(self) -> tuple[int, int]:
        """Return where the content of the next packet begins and ends in `data`."""
        while True:
            data, start = self.data, self._place + HEADER
            if len(data) >= start:
                size = data[start - 4] | data[start - 3] << 8 | data[start - 2] << 16
                if len(data) >= start + size:
                    break
            self.data = data[self._place :] + await _more(self._reader)
            self._place = 0
        if data[start - 1] != self._number or not 0 < size < LONGEST:
            message = f"Packet {data[start - 1]} of {size} bytes came where {self._number} was expected"
            raise InternalError(message)
        self._number = (self._number + 1) & 0xFF
        self._place = start + size
        return start, self._place

    def skip(self, size: int, *, packets: int) -> None:
        self._place += size
        self._number = (self._number + packets) & 0xFF

    def finish(self) -> None:
        if self._place != len(self.data):
            message = "The answer goes on after its end"
            raise InternalError(message)


async def _more(reader: Any) -> bytes:
    data: bytes = await reader.read(AT_ONCE)
    if not data:
        raise OperationalError(CR.CR_SERVER_LOST, "Lost connection to MySQL server during query")
    return data


def _row(data: bytes, place: int, cells: Sequence[Cell]) -> Row:
    row: list[Any] = []
    for decode in cells:
        size = data[place]
        place += 1
        if size < NULL:
            end = place + size
            row.append(decode(data[place:end]))
            place = end
        elif size == NULL:
            row.append(None)
        else:
            start = place + WIDTHS[size]
            place = start + int.from_bytes(data[place:start], "little")
            row.append(decode(data[start:place]))
    return tuple(row)


def _stock(column: Any, decoders: Mapping[int, Any]) -> Cell:
    """Return what the driver itself would make of a cell."""
    kind = column.type_code
    if kind in NUMBERS:
        return int
    if kind in TEXTS:
        return bytes if column.charsetnr == BINARY else bytes.decode
    decode = decoders.get(kind)
    return bytes.decode if decode is None else lambda cell: decode(cell.decode())
