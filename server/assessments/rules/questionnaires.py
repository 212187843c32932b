"""What a questionnaire is made of, and whether answers fit it. A version that was answered once never changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from server.assessments.errors import AnswersInvalid
from server.consent.rules import RecordCategory

Answer = str | float | list[str]
Answers = Mapping[str, Any]

LONGEST = 200  # letters of a text
MISSING = "还没有答"
NOT_LISTED = "请从列出的选项里选"
UNKNOWN = "这张表上没有这一题。"
NONE = "none"  # of several choices: excludes the others
NOT_BOTH = "选了“没有”，就不能再选别的"


class AnswerKind(StrEnum):
    ONE = "one"
    MANY = "many"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    score: int = 0


@dataclass(frozen=True)
class Item:
    """One question. `code` is also the name of its cell: "B-1-1" for the standard's B.1.1."""

    code: str
    label: str
    options: tuple[Option, ...] = ()
    kind: AnswerKind = AnswerKind.ONE
    required: bool = True
    hint: str = ""
    low: float = 0
    high: float = 0
    unit: str = ""
    decimals: int = 0

    @property
    def number(self) -> str:
        """Return the number as it is printed in the standard."""
        return self.code.replace("-", ".")

    @cached_property
    def by_value(self) -> Mapping[str, Option]:
        return {option.value: option for option in self.options}

    @property
    def most(self) -> int:
        return max((option.score for option in self.options), default=0)

    def label_of(self, answer: Any) -> str:
        """Return an answer as it is read out."""
        if answer is None or answer in ("", []):
            return "—"
        match self.kind:
            case AnswerKind.ONE:
                return self.by_value[answer].label
            case AnswerKind.MANY:
                return "、".join(self.by_value[each].label for each in answer)
            case AnswerKind.NUMBER:
                return f"{answer:g} {self.unit}".strip()
            case _:
                return str(answer)


@dataclass(frozen=True)
class Section:
    code: str
    title: str
    items: tuple[Item, ...]
    hint: str = ""
    scored: bool = True

    @property
    def most(self) -> int:
        return sum(item.most for item in self.items)


@dataclass(frozen=True)
class Questionnaire:
    code: str
    version: str
    title: str  # as the result is called in the record
    short: str
    source: str  # where it is from, as people read it
    sure: str  # how sure items, scores and lines are, and what is retold
    category: RecordCategory
    sections: tuple[Section, ...]

    def items(self) -> Iterator[Item]:
        for section in self.sections:
            yield from section.items

    @cached_property
    def by_code(self) -> Mapping[str, Item]:
        return {item.code: item for item in self.items()}

    @property
    def scored(self) -> tuple[Section, ...]:
        return tuple(section for section in self.sections if section.scored)


def checked(questionnaire: Questionnaire, answers: Answers, *, whole: bool) -> dict[str, Answer]:
    """Return the answers as they are kept; refuse with every fault by its cell. A draft need not be whole."""
    answers = from_cells(questionnaire, answers)
    # What is not on the sheet is not repeated back: it comes from outside.
    faults = {"": UNKNOWN} if answers.keys() - questionnaire.by_code.keys() else {}
    kept: dict[str, Answer] = {}
    for item in questionnaire.items():
        given = answers.get(item.code)
        if given is None or given in ("", []):
            if whole and item.required:
                faults[item.code] = f"“{item.label}”{MISSING}。"
            continue
        try:
            kept[item.code] = _read(item, given)
        except ValueError as fault:
            faults[item.code] = f"“{item.label}”：{fault}。"
    if faults:
        raise AnswersInvalid(fields={name or "answers": said for name, said in faults.items()})
    return kept


def from_cells(questionnaire: Questionnaire, cells: Answers) -> dict[str, Any]:
    """Read the cells of a form: of several choices each box is a cell of its own, "A-4-1:diabetes", and numbers are typed."""
    found: dict[str, Any] = {}
    for name, value in cells.items():
        code, _, box = name.partition(":")
        item = questionnaire.by_code.get(code)
        if item is not None and item.kind is AnswerKind.MANY and box:
            found.setdefault(code, []).append(box)
        elif item is not None and item.kind is AnswerKind.NUMBER and isinstance(value, str):
            found[code] = _typed(value)
        else:
            found[name] = value
    return found


def _typed(value: str) -> float | str:
    try:
        return float(value)
    except ValueError:
        return value  # `checked` says what is wrong with it


def _read(item: Item, given: Any) -> Answer:
    match item.kind:
        case AnswerKind.ONE:
            return _listed(item, given)
        case AnswerKind.MANY:
            if not isinstance(given, list | tuple):
                raise ValueError(NOT_LISTED)  # noqa: TRY004  said to people, like the others
            chosen = {_listed(item, each) for each in given}
            if NONE in chosen and len(chosen) > 1:
                raise ValueError(NOT_BOTH)
            return [option.value for option in item.options if option.value in chosen]
        case AnswerKind.NUMBER:
            return _number(item, given)
        case _:
            return _text(given)


def _listed(item: Item, given: Any) -> str:
    if not isinstance(given, str) or given not in item.by_value:
        raise ValueError(NOT_LISTED)
    return given


def _number(item: Item, given: Any) -> float:
    fits = isinstance(given, int | float) and not isinstance(given, bool) and item.low <= given <= item.high
    if not fits or round(given, item.decimals) != given:
        whole = "" if item.decimals else "的整数"
        message = f"请填 {item.low:g} 到 {item.high:g} 之间{whole}"
        raise ValueError(message)
    return float(given) if item.decimals else int(given)


def _text(given: Any) -> str:
    if not isinstance(given, str) or len(given.strip()) > LONGEST:
        message = f"最多 {LONGEST} 个字"
        raise ValueError(message)
    if any(not letter.isprintable() for letter in given):
        message = "含有不能识别的符号，请删去后再试"
        raise ValueError(message)
    return given.strip()
