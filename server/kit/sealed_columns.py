"""Which columns hold what is sealed. Each feature says it beside its tables, in `SEALED`; a rotation goes through them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from server.kit.tables import Table


@dataclass(frozen=True)
class SealedColumn:
    table: type[Table]
    column: str
    place: Callable[[Any], str]  # of a row: what its token is bound to
    index: str = ""  # the column of the digest by which it is found; empty: nobody looks for it
    indexed_as: str = ""  # what that digest is bound to
    parents: Sequence[str] = ()  # whom `place` asks
    at_once: int = 200  # rows read together; few where one holds a file

    @property
    def table_name(self) -> str:
        return str(self.table._meta.db_table)  # noqa: SLF001  Tortoise tells it nowhere else

    def __str__(self) -> str:
        return f"{self.table_name}.{self.column}"


def sealed_number(table: type[Table], field: str, name: str) -> SealedColumn:
    """Describe a number that is bound to `name` and its row's uid, in <field>_sealed, and found by <field>_index."""
    return SealedColumn(
        table, f"{field}_sealed", lambda row: f"{name}|{row.uid}", index=f"{field}_index", indexed_as=name
    )
