"""What is declared of sealed columns is all there is, and true."""

import pytest
from tortoise import fields
from tortoise.models import Model

from server.demo import Town
from server.key_rotation import sealed_columns
from server.kit import sealing
from server.kit.sealed_columns import SealedColumn
from tests.architecture.test_tables import tables


@pytest.mark.parametrize("table", tables(), ids=lambda each: each.__name__)
def test_every_column_of_bytes_is_declared(table: type[Model]) -> None:
    """A rotation that does not know a column leaves its values behind under a key that is then destroyed."""
    declared = {column.column for column in sealed_columns() if column.table is table}

    assert declared == {
        name for name, field in table._meta.fields_map.items() if isinstance(field, fields.BinaryField)
    }


@pytest.mark.parametrize("column", sealed_columns(), ids=str)
class TestEveryDeclaration:
    async def test_opens_what_the_town_wrote(self, town: Town, column: SealedColumn) -> None:
        assert town
        there = {f"{column.column}__isnull": False}
        rows = column.table.filter(**there)

        for row in await (rows.select_related(*column.parents) if column.parents else rows):
            content = sealing.open_sealed_bytes(getattr(row, column.column), place=column.place(row))
            if column.index:
                digest = sealing.blind_index(content.decode(), column=column.indexed_as)
                assert getattr(row, column.index) == digest

    def test_names_a_digest_where_there_is_one(self, column: SealedColumn) -> None:
        index = column.column.replace("_sealed", "_index")

        assert (column.index == index) == (index in column.table._meta.fields_map and index != column.column)
