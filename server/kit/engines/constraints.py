# ruff: noqa: SLF001  Tortoise has no public names for what is needed here
"""Tables are created with their constraints.

Tortoise ignored `Meta.constraints` in CreateModel and in `generate_schemas()`, on every engine, and never
noticed afterwards: a CHECK or a named unique key of a model's first migration did not exist.
"""

from typing import Any

from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class ConstraintsInTable:
    """Add a model's constraints to its CREATE TABLE. Goes before Tortoise's editors and generators."""

    UNIQUE: str
    CHECK: str

    def _get_inner_statements(self) -> list[str]:
        inner: list[str] = super()._get_inner_statements()  # type: ignore[misc]  # a mix-in: Tortoise's class has it
        inner += self.__dict__.pop("_pending", [])
        return inner

    def _get_model_sql_data(self, model: Any) -> Any:
        self._pending = self._definitions(model)
        return super()._get_model_sql_data(model)  # type: ignore[misc]  # as above

    def _get_table_sql(self, model: Any, safe: bool = True) -> Any:  # noqa: FBT001, FBT002  Tortoise's signature
        self._pending = self._definitions(model)
        return super()._get_table_sql(model, safe)  # type: ignore[misc]  # as above

    def _get_index_sql(self, model: Any, field_names: Any, *args: Any, **kwargs: Any) -> str:
        # An index named the relation and not its column: MariaDB refused it (1072), and SQLite, which takes an
        # unknown name in quotes for a text, indexed a constant without a word.
        sql: str = super()._get_index_sql(model, columns(model, field_names), *args, **kwargs)  # type: ignore[misc]  # as above
        return sql

    def _definitions(self, model: Any) -> list[str]:
        definitions = []
        for constraint in model._meta.constraints or ():
            if isinstance(constraint, CheckConstraint):
                definitions.append(self.CHECK.format(name=constraint.name, check=constraint.check))
            elif isinstance(constraint, UniqueConstraint) and self.UNIQUE:
                definitions.append(self._unique(model, constraint))
        return definitions

    def _unique(self, model: Any, constraint: UniqueConstraint) -> str:
        if constraint.condition:
            msg = f"{constraint.name}: neither engine has partial unique keys; use a nullable key column"
            raise NotImplementedError(msg)
        fields = columns(model, constraint.fields)
        name = constraint.name or self._generate_index_name("uid", model, fields)  # type: ignore[attr-defined]
        return self.UNIQUE.format(name=name, fields=", ".join(self.quote(field) for field in fields))  # type: ignore[attr-defined]


def columns(model: Any, fields: Any) -> list[str]:
    known = model._meta.fields_map
    return [(known[field].source_field or field) if field in known else field for field in fields]
