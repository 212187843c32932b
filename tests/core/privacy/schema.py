"""Which columns of the schema lead to a person, asked of the models themselves."""

from collections.abc import Iterator

from tortoise import fields
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from server.identity.models import Account
from server.people.models import Resident
from tests.schema import tables

PERSONS = {"Account", "Resident"}
BY_NUMBER = ("account_id", "resident_id", "_by_id")  # columns without a foreign key, by their name


def pointed_at(table: type[Model]) -> dict[str, str]:
    """Return the table's columns that point at others, with the model's name."""
    found = {}
    for name, field in table._meta.fields_map.items():
        if isinstance(field, ForeignKeyFieldInstance):
            model = field.model_name if isinstance(field.model_name, str) else field.model_name.__name__
            found[f"{name}_id"] = model.rsplit(".", 1)[-1]
    return found


def person_columns() -> Iterator[str]:
    """Give every column that leads to a person at once: "consent.decided_by_id"."""
    for table in tables():
        points = pointed_at(table)
        numbers = {
            name
            for name, field in table._meta.fields_map.items()
            if isinstance(field, fields.BigIntField) and name.endswith(BY_NUMBER) and name not in points
        }
        persons = {name for name, model in points.items() if model in PERSONS}
        yield from (f"{table._meta.db_table}.{name}" for name in sorted(persons | numbers))


def tables_about_persons() -> set[str]:
    """Return the tables from which some way of foreign keys leads to a person, however long."""
    about = {Account.__name__, Resident.__name__}
    while True:
        more = {
            table.__name__
            for table in tables()
            if about & set(pointed_at(table).values())
            or any(table._meta.db_table == column.split(".")[0] for column in person_columns())
        } | about
        if more == about:
            return {table._meta.db_table for table in tables() if table.__name__ in about}
        about = more
