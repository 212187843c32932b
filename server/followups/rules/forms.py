"""The follow-up forms as versioned data: what is asked, in which words, with which codes, within which limits.

A follow-up keeps the form's code and version, so that an old one is read with the questions it was asked. A new edition
is a new `Form` in `FORMS`; the old one stays. Questions and codes: facts/domain.md 2.5, 2.6 (国家基本公共卫生服务规范第三版).
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from server.followups.errors import WrongForm
from server.followups.rules.diseases import Disease

Answers = dict[str, Any]


class Ask(StrEnum):
    ONE = "one"  # one of the codes
    MANY = "many"  # several of them
    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    TICK = "tick"


@dataclass(frozen=True)
class Question:
    name: str
    words: str
    ask: Ask
    options: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    low: float = 0
    high: float = 0
    decimals: int = 0
    needed: bool = False
    longest: int = 100
    carried: bool = False  # into the next form: habits, aims and medicines are known, measurements are not
    only_if: tuple[str, str] | None = None  # asked only where that other answer has this code
    none: str = ""  # of several: the code that excludes the others

    def is_asked(self, answers: Mapping[str, Any]) -> bool:
        """Tell whether it is asked at all, as the other answers stand."""
        if self.only_if is None:
            return True
        other, code = self.only_if
        given = answers.get(other, ())
        return code in ([given] if isinstance(given, str) else given)

    @property
    def refusal(self) -> str:
        return f"{self.words}应在 {self.low:g} 到 {self.high:g} {self.unit}之间，请核对后重新填写。"

    def said(self, answer: Any) -> str:
        """Read an answer out."""
        words = dict(self.options)
        match self.ask:
            case Ask.ONE:
                return words.get(str(answer), str(answer))
            case Ask.MANY:
                return "、".join(words.get(str(each), str(each)) for each in answer)
            case Ask.NUMBER:
                return f"{answer:g} {self.unit}".strip()
            case Ask.TICK:
                return "是"
            case _:
                return str(answer)


@dataclass(frozen=True)
class Section:
    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Form:
    disease: Disease
    version: str
    citation: str
    sections: tuple[Section, ...]

    @property
    def code(self) -> str:
        return f"{self.disease}-follow-up"

    @property
    def questions(self) -> Iterator[Question]:
        return (each for section in self.sections for each in section.questions)

    def checked(self, answers: Mapping[str, Any]) -> Answers:
        """Return the answers as they are kept, or refuse with `WrongForm` that names every fault."""
        known = {each.name: each for each in self.questions}
        faults = {name: "随访表里没有这一项。" for name in answers if name not in known}
        kept: Answers = {}
        for name, question in known.items():
            try:
                value = _checked(question, answers.get(name))
            except ValueError as fault:
                faults[name] = _named(question, str(fault))
                continue
            if value is not None:
                kept[name] = value
            elif question.needed:
                faults[name] = f"请填写“{question.words}”。"
        against = _against_each_other(kept) | dict(_not_asked(known.values(), kept))
        faults |= {name: said for name, said in against.items() if name not in faults}
        if faults:
            raise WrongForm(fields=faults)
        return kept

    def carried(self, answers: Mapping[str, Any]) -> Answers:
        """Return what of an earlier form is filled in beforehand."""
        return {
            each.name: answers[each.name] for each in self.questions if each.carried and each.name in answers
        }

    def read_out(self, answers: Mapping[str, Any]) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Return sections of (question, answer) in words, without what was not asked."""
        told = [
            (
                section.title,
                tuple(
                    (each.words, each.said(answers[each.name]))
                    for each in section.questions
                    if each.name in answers
                ),
            )
            for section in self.sections
        ]
        return tuple((title, pairs) for title, pairs in told if pairs)


def _named(question: Question, fault: str) -> str:
    return fault if question.words in fault else f"{question.words}：{fault}"


def _checked(question: Question, value: Any) -> Any:
    given = value.strip() if isinstance(value, str) else value
    if given is None or given is False or given == "" or given in ([], ()):
        return None
    return CHECKS[question.ask](question, given)


def _one(question: Question, value: Any) -> str:
    if str(value) not in dict(question.options):
        message = "请从列出的选项中选择一个。"
        raise ValueError(message)
    return str(value)


def _many(question: Question, value: Any) -> list[str]:
    chosen = {str(each) for each in (value if isinstance(value, list | tuple) else [value])}
    known = [code for code, _ in question.options]
    if not chosen <= set(known):
        message = "请从列出的选项中选择。"
        raise ValueError(message)
    if question.none in chosen and len(chosen) > 1:
        message = f"选了“{dict(question.options)[question.none]}”，就不能再选别的。"
        raise ValueError(message)
    return [code for code in known if code in chosen]


def _number(question: Question, value: Any) -> float | int:
    try:
        number = float(value) if not isinstance(value, bool) else float("nan")
    except (TypeError, ValueError):
        number = float("nan")
    if not question.low <= number <= question.high:  # NaN compares false with everything
        raise ValueError(question.refusal)
    return round(number, question.decimals) if question.decimals else round(number)


def _day(question: Question, value: Any) -> str:  # noqa: ARG001  one form for all
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        message = "请填写正确的日期。"
        raise ValueError(message) from None


def _text(question: Question, value: Any) -> str:
    text = str(value).strip()
    if len(text) > question.longest:
        message = f"最多 {question.longest} 个字。"
        raise ValueError(message)
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} for letter in text):
        message = "含有不能识别的符号，请删去后再试。"
        raise ValueError(message)
    return text


def _tick(question: Question, value: Any) -> bool:  # noqa: ARG001  one form for all
    return True


CHECKS: Mapping[Ask, Callable[[Question, Any], Any]] = {
    Ask.ONE: _one,
    Ask.MANY: _many,
    Ask.NUMBER: _number,
    Ask.DAY: _day,
    Ask.TICK: _tick,
    Ask.TEXT: _text,
}


def _against_each_other(kept: Answers) -> dict[str, str]:
    faults = {}
    if {"systolic", "diastolic"} <= kept.keys() and kept["systolic"] <= kept["diastolic"]:
        faults["diastolic"] = "低压应比高压低，请看看是不是填反了。"
    return faults


def _not_asked(questions: Iterable[Question], kept: Answers) -> Iterator[tuple[str, str]]:
    """What another answer asks for must be there, and what it does not ask for must not: one of the two is wrong."""
    for each in questions:
        if each.only_if is None:
            continue
        if not each.is_asked(kept) and each.name in kept and each.only_if[0] in kept:
            yield each.name, f"前面的回答用不到“{each.words}”，请删去，或者改前面的回答。"
        elif each.is_asked(kept) and each.name not in kept and each.ask is Ask.TEXT:
            yield each.name, f"请写明“{each.words}”。"


SYMPTOMS = "symptoms"
NONE, OTHER, YES = "1", "10", "2"
PHONE = "3"  # the way that is not face to face
