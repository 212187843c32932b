"""What every table must be."""

import pytest
from tortoise import fields
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from server.kit.tables import Table, UtcDatetimeField, WordField
from tests.schema import tables


@pytest.mark.parametrize("table", tables(), ids=lambda each: each.__name__)
class TestEveryTable:
    def test_never_cascades(self, table: type[Model]) -> None:
        for name, field in table._meta.fields_map.items():
            if isinstance(field, ForeignKeyFieldInstance):
                assert field.on_delete == fields.OnDelete.RESTRICT, name

    def test_has_a_name_of_its_own_and_an_outward_identifier(self, table: type[Model]) -> None:
        assert table._meta.db_table
        assert issubclass(table, Table)

    def test_keeps_instants_in_utc_and_words_in_wide_columns(self, table: type[Model]) -> None:
        for name, field in table._meta.fields_map.items():
            assert not isinstance(field, fields.DatetimeField) or isinstance(field, UtcDatetimeField), name
            assert type(field).__name__ not in {
                "CharEnumFieldInstance",
                "IntEnumFieldInstance",
                "TimeField",
                "FloatField",
            }, name
            assert not isinstance(field, WordField) or field.max_length >= 16, name

    def test_indexes_what_its_parents_are_read_by(self, table: type[Model]) -> None:
        leading = {
            index.fields[0] if not isinstance(index, tuple) else index[0]
            for index in table._meta.indexes or ()
        }
        leading |= {names[0] for names in table._meta.unique_together or ()}
        for name, field in table._meta.fields_map.items():
            if isinstance(field, ForeignKeyFieldInstance) and not field.unique:
                # MariaDB indexes every foreign key by itself; SQLite does not, and a delete or join reads the table.
                assert name in leading or f"{name}_id" in leading or field.index or name in UNREAD_PARENTS, (
                    f"{table.__name__}.{name} has no index that begins with it"
                )


# Who did it, or where it lay at the time: written for the record, and no query starts from there.
UNREAD_PARENTS = {
    "account", "approved_by", "asserted_by", "author", "confirmed_by", "decided_by", "ended_by", "granted_by", "home",
    "institution", "issued_by", "merged_by", "requested_by", "reviewed_by", "second_witness", "successor", "supersedes",
    "undone_by", "verified_by", "witness",
}  # fmt: skip
