"""What every table has in common, and the column types that behave the same on SQLite and MariaDB."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from tortoise import fields
from tortoise.models import Model

from server.kit.ids import new_uid

E = TypeVar("E", bound=StrEnum)

UID_LENGTH = 26

# Byte by byte, trailing spaces included. MySQL has another word for it; see server/kit/engines/mysql_schema.py.
EXACT = "utf8mb4_nopad_bin"


class UtcDatetimeField(fields.DatetimeField):  # type: ignore[type-arg]  # not subscriptable when run
    """An aware instant, kept in UTC.

    Tortoise converts to UTC only in the constructor: `update()`, `save()` and every filter passed the
    value raw, and aiomysql dropped its offset, so a time in Shanghai was stored eight hours late.
    """

    def to_db_value(self, value: Any, instance: Any) -> Any:
        if isinstance(value, datetime):
            if value.tzinfo is None:
                msg = f"{self.model_field_name} was given a naive time"
                raise ValueError(msg)
            value = value.astimezone(UTC)
        return super().to_db_value(value, instance)


class TokenField(fields.CharField):  # type: ignore[type-arg]  # as above
    """A word of ASCII that is compared byte by byte: identifiers, digests, codes, openids.

    The usual collations of MariaDB hold 'oAbC', 'oabc' and 'oAbC ' for equal; SQLite does not. A column of
    ASCII alone would do for that, but a stranger's '老' compared with it is error 1267, not "nothing found".
    """

    class _db_mysql:  # noqa: N801  Tortoise looks for this very name
        def __init__(self, field: "TokenField") -> None:
            self.field = field

        @property
        def SQL_TYPE(self) -> str:  # noqa: N802  Tortoise's name
            return f"VARCHAR({self.field.max_length}) CHARACTER SET utf8mb4 COLLATE {EXACT}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        # A default that is a function of ours would be imported by migrations for ever.
        path, args, options = super().deconstruct()
        return path, args, {name: value for name, value in options.items() if name != "default"}


class WordField(fields.CharField):  # type: ignore[type-arg]  # as above
    """A word of an enumeration. Migrations see a column of text: adding or renaming a word is none of theirs."""

    def __init__(self, max_length: int, enum: type[StrEnum] | None = None, **options: Any) -> None:
        super().__init__(max_length, **options)
        self._enum = enum

    def to_python_value(self, value: Any) -> Any:
        return value if value is None or self._enum is None else self._enum(value)

    def to_db_value(self, value: Any, instance: Any) -> Any:  # noqa: ARG002  Tortoise's signature
        self.validate(value)
        return value if value is None or self._enum is None else str(self._enum(value))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, options = super().deconstruct()
        return path, args, {name: value for name, value in options.items() if name not in {"default", "enum"}}


class Table(Model):
    """A row with an inner number, an outward uid, and the moment it was written."""

    id = fields.BigIntField(primary_key=True)
    uid = TokenField(max_length=UID_LENGTH, unique=True, default=new_uid)
    created_at = UtcDatetimeField()

    class Meta:
        abstract = True


def belongs_to(to: str, *, null: bool = False, **options: Any) -> Any:
    """Point at a parent row that may not be deleted while this one stands.

    Tortoise's own default cascades: deleting a home would have deleted its residents. It also drops `unique` from a
    foreign key without a word: say `unique_together = (("name",),)` in `Meta`.
    """
    if "unique" in options:
        message = f"unique=True on a foreign key to {to} would not reach the database; use unique_together"
        raise TypeError(message)
    return fields.ForeignKeyField(  # type: ignore[call-overload]  # its overloads want a literal `null`
        to,
        on_delete=fields.OnDelete.RESTRICT,
        related_name=options.pop("related_name", False),
        null=null,
        **options,
    )


def word(enum: type[E], *, max_length: int = 32, **options: Any) -> Any:
    """Hold a word of an enumeration in a column of a width that does not depend on today's longest word."""
    return WordField(max_length, enum=enum, **options)
