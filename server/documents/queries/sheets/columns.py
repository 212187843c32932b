"""What a table is made of: columns with their definitions, and the conditions of the list that it is."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.errors import NotAFilter
from server.documents.rules import SheetKind
from server.kit.pages import Page, PageWish

Value = str | int | date | datetime | None
Filters = Mapping[str, Any]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    title: str
    definition: str  # for the second sheet: what the value means and how it came about
    value: Callable[[Row], Value]
    width: int = 14  # characters


@dataclass(frozen=True)
class Condition:
    """One condition of a list: how its word is read, and how it is said."""

    title: str
    read: Callable[[str], Any]  # raises ValueError
    words: Callable[[str], str]


@dataclass(frozen=True)
class Sheet(Generic[Row]):
    """A list of the console as a table: the same query, the same access, the same conditions."""

    kind: SheetKind
    needs: Permission  # the list's own
    columns: tuple[Column[Row], ...]
    conditions: Mapping[str, Condition]
    page: Callable[[Actor, Filters, PageWish, datetime], Awaitable[Page[Row]]]
    definitions: tuple[tuple[str, str], ...] = ()  # words that its rows use, said on the second sheet

    def read(self, said: Mapping[str, str]) -> dict[str, Any]:
        """Read the conditions as the list's page passed them; one that is not known is refused, never left out."""
        try:
            return {name: self.conditions[name].read(word) for name, word in said.items()}
        except (KeyError, ValueError):
            raise NotAFilter from None

    def in_words(self, said: Mapping[str, str]) -> str:
        known = [(self.conditions[name], word) for name, word in said.items()]
        return "；".join(f"{each.title}：{each.words(word)}" for each, word in known) or "没有条件，全部"


def one_of(title: str, kind: type[StrEnum], words: Mapping[Any, str]) -> Condition:
    return Condition(title, kind, lambda word: words.get(kind(word), word))


def chosen(title: str) -> Condition:
    """Return the condition of one row of another list: it is not named, because a name would tell who."""
    return Condition(title, str, lambda _: "列表里选定的一个")


def day(title: str) -> Condition:
    return Condition(title, date.fromisoformat, lambda word: word)


def typed(title: str) -> Condition:
    return Condition(title, str, lambda word: word)


def yes(title: str) -> Condition:
    return Condition(title, lambda word: word == "true", lambda word: "是" if word == "true" else "否")
