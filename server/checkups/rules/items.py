"""How a form of check-up results is made of items, and what of it is still missing. The items themselves are `editions`."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.checkups.errors import WrongReport
from server.checkups.rules.wording import was_done

Values = dict[str, Any]
SEVERAL = re.compile(r"[、,，;；/]+")
NONE = ("无", "没有", "未用药")
LIFE, DRUGS, GUIDANCE = "症状和生活方式", "用药和病史", "健康指导"
BODY, BLOOD, IMAGE, WELL = "一般检查", "化验", "心电图和影像", "生活能力"


@dataclass(frozen=True)
class Item:
    name: str
    words: str
    group: str
    unit: str = ""  # of a number; options or words otherwise
    low: float = 0
    high: float = 0  # 0: not a number
    decimals: int = 0
    loinc: str = ""  # where the record keeps it as a measurement
    on_site: bool = True
    substitute: str = ""  # instead, where they cannot be brought to it
    from_age: int = 0
    also: tuple[str, ...] = ()  # other headings of the same column
    options: tuple[tuple[str, str], ...] = ()  # code and words
    many: bool = False  # several of them
    well: tuple[str, ...] = ()  # of the options: what is as it should be; empty: not judged
    judged: bool = True  # by its words
    longest: int = 200
    needed: bool = False  # from that age on, a form without it is not complete
    hint: str = ""
    only_if: tuple[str, str] | None = (
        None  # asked only where that other item has this code, and then in words
    )
    none: str = ""  # of several: the code that excludes the others

    @property
    def is_number(self) -> bool:
        return self.high > 0

    @property
    def headings(self) -> tuple[str, ...]:
        return (self.words, *self.also)

    @property
    def refusal(self) -> str:
        return f"{self.words}应在 {self.low:g} 到 {self.high:g} {self.unit} 之间，请核对。"

    def read(self, value: Any) -> str:
        """Read a value out."""
        if self.is_number:
            return f"{value:g} {self.unit}".strip()
        words = dict(self.options)
        codes = value if isinstance(value, list | tuple) else [value]
        return "、".join(words.get(str(code), str(code)) for code in codes) if words else str(value)

    def said(self, value: Any) -> str:
        return f"{self.words}{' ' if self.is_number else '：'}{self.read(value)}"

    def is_given(self, values: Mapping[str, Any]) -> bool:
        value = values.get(self.name)
        return value is not None and (self.is_number or bool(self.options) or was_done(str(value)))


@dataclass(frozen=True)
class Edition:
    version: str
    citation: str
    items: tuple[Item, ...]

    def item(self, name: str) -> Item:
        return next(each for each in self.items if each.name == name)

    def missing(self, values: Mapping[str, Any], *, age: int) -> tuple[Item, ...]:
        """Return what somebody of this age still needs for a complete form (facts/domain.md 8)."""
        return tuple(
            item
            for item in self.items
            if item.needed
            and age >= item.from_age
            and not item.is_given(values)
            and not (item.name == "adherence" and values.get("medicines") in NONE)
        )

    def checked(self, values: Mapping[str, Any]) -> Values:
        """Return the values as they are kept, or refuse with `WrongReport` that names every fault."""
        known = {each.name: each for each in self.items}
        faults = {name: "体检表里没有这一项。" for name in values if name not in known}
        kept: Values = {}
        for name, item in known.items():
            given = values.get(name)
            given = given.strip() if isinstance(given, str) else given
            if given is None or given in ("", [], ()):
                continue
            try:
                kept[name] = _kept(item, given)
            except ValueError as fault:
                faults[name] = str(fault)
        faults |= _pressure(kept) | _named(self.items, kept)
        if not kept and not faults:
            faults["values"] = "一项结果也没有。"
        if faults:
            raise WrongReport(fields=faults)
        return kept


def _kept(item: Item, given: Any) -> Any:
    if item.is_number:
        return _number(item, given)
    return _chosen(item, given) if item.options else _words(item, given)


def _chosen(item: Item, given: Any) -> Any:
    """Return the codes of what was ticked, or written into a cell as codes or words."""
    parts = given if isinstance(given, list | tuple) else SEVERAL.split(str(given)) if item.many else [given]
    codes = {_plain(code): code for code, _ in item.options} | {
        _plain(words): code for code, words in item.options
    }
    unknown = [part for part in parts if _plain(part) not in codes]
    if unknown or (len(parts) > 1 and not item.many):
        message = f"{item.words}请从这些里选：{'、'.join(words for _, words in item.options)}。"
        raise ValueError(message)
    wanted = {codes[_plain(part)] for part in parts}
    if item.none in wanted and len(wanted) > 1:
        message = f"选了“{dict(item.options)[item.none]}”，就不能再选别的。"
        raise ValueError(message)
    kept = [code for code, _ in item.options if code in wanted]
    return kept if item.many else kept[0]


def _plain(text: Any) -> str:
    return "".join(unicodedata.normalize("NFKC", str(text)).split())


def _number(item: Item, given: Any) -> float | int:
    try:
        number = float(given) if not isinstance(given, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not item.low <= number <= item.high:  # NaN compares false with everything
        raise ValueError(item.refusal)
    return round(number, item.decimals) if item.decimals else round(number)


def _words(item: Item, given: Any) -> str:
    text = str(given)
    if len(text) > item.longest or any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in text):
        message = f"{item.words}最多 {item.longest} 个字，不含特殊符号。"
        raise ValueError(message)
    return text


def _pressure(kept: Values) -> dict[str, str]:
    if not {"systolic", "diastolic"} & kept.keys():
        return {}
    if not {"systolic", "diastolic"} <= kept.keys():
        return {"diastolic": "高压和低压要一起填。"}
    if kept["systolic"] <= kept["diastolic"]:
        return {"diastolic": "低压应比高压低，请看看是不是填反了。"}
    return {}


def _named(items: Iterable[Item], kept: Values) -> dict[str, str]:
    faults = {}
    for item in items:
        if item.only_if is None or item.name in kept:
            continue
        other, code = item.only_if
        given = kept.get(other, ())
        if code in ([given] if isinstance(given, str) else given):
            faults[item.name] = f"请写明“{item.words}”。"
    return faults
