"""Who is due for this year's check-up, and why or why not in one sentence that a resident understands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.kit.clock import age_on


class Insurance(StrEnum):
    EMPLOYEE = "employee"
    RESIDENT = "resident"
    OTHER = "other"
    UNKNOWN = "unknown"


INSURANCE_WORDS: Mapping[Insurance, str] = {
    Insurance.EMPLOYEE: "职工医保",
    Insurance.RESIDENT: "城乡居民医保",
    Insurance.OTHER: "其他",
    Insurance.UNKNOWN: "不清楚",
}


class Standing(StrEnum):
    """How it stands with somebody's check-up of a year."""

    DUE = "due"
    EXAMINED = "examined"  # reported this year, the whole form
    PARTLY = "partly"  # reported, and something is missing: not covered
    ELSEWHERE = "elsewhere"  # the employee insurance has paid for one this year: not twice
    DECLINED = "declined"
    PAUSED = "paused"  # in hospital
    TOO_NEW = "too_new"
    TOO_YOUNG = "too_young"
    GONE = "gone"


STANDING_WORDS: Mapping[Standing, str] = {
    Standing.DUE: "该查",
    Standing.EXAMINED: "已查",
    Standing.PARTLY: "查了，没填全",
    Standing.ELSEWHERE: "别处已查",
    Standing.DECLINED: "本人不愿意",
    Standing.PAUSED: "住院，暂缓",
    Standing.TOO_NEW: "刚入住",
    Standing.TOO_YOUNG: "不到年龄",
    Standing.GONE: "已离开",
}
FEW = 3
# Whom the year's coverage is counted over: whoever ought to be examined here.
COUNTED = frozenset({Standing.DUE, Standing.EXAMINED, Standing.PARTLY, Standing.DECLINED, Standing.PAUSED})
NEXT_STEP: Mapping[Standing, str] = {
    Standing.DUE: "排进体检日程",
    Standing.PARTLY: "补查或补录还差的项目，填全了才算查过",
    Standing.DECLINED: "下次见面再问一次，尊重本人意愿",
    Standing.PAUSED: "出院回来后补查",
    Standing.TOO_NEW: "住满规定天数后列入",
}


@dataclass(frozen=True)
class Person:
    """All that decides."""

    birth_date: date
    here_since: date | None  # None: lives in no home any more
    died: bool = False
    in_hospital: bool = False
    insurance: Insurance = Insurance.UNKNOWN
    extreme_poverty: bool = False
    examined_on: date | None = None  # by a report of the year
    examined_where: str = ""
    missing: tuple[str, ...] = ()  # of that report, in words
    missing_here: bool = False  # some of it can be done beside a bed
    employer_exam_on: date | None = None
    employer_exam_where: str = ""
    declined: bool = False


@dataclass(frozen=True)
class Ages:
    """The numbers that decide."""

    home_age: int  # 60
    public_health_age: int  # 65
    at_year_end: bool
    resident_days: int


@dataclass(frozen=True)
class Eligibility:
    standing: Standing
    sentence: str  # to the resident
    next_step: str  # for whoever arranges it; empty where nothing is to be done
    at_bed: bool = False  # something is to be done beside the bed: they get a day, and come into half a day


def age_counted(birth_date: date, *, year: int, today: date, ages: Ages) -> int:
    """Return the age that decides: completed within the year, or on the day, as the city has it."""
    return age_on(birth_date, date(year, 12, 31) if ages.at_year_end else today)


def eligibility(person: Person, *, year: int, today: date, ages: Ages) -> Eligibility:
    """Ask one thing after the other; the first that answers decides."""
    for ask in (_gone, _examined, _elsewhere, _age, _new, _hospital, _no, _partly):
        if (found := ask(person, year, today, ages)) is not None:
            return found
    return _answer(Standing.DUE, _why_due(person, year, today, ages), at_bed=True)


def _answer(standing: Standing, sentence: str, *, at_bed: bool = False) -> Eligibility:
    return Eligibility(standing, sentence, NEXT_STEP.get(standing, ""), at_bed)


def _gone(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    if person.died:
        return _answer(Standing.GONE, "这位长者已经去世，不再安排体检。")
    if person.here_since is None:
        return _answer(Standing.GONE, "您已经不住在这家养老院，体检请联系现在住的地方。")
    return None


def _examined(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    if person.examined_on is None or person.examined_on.year != year or person.missing:
        return None
    where = f"在{person.examined_where}" if person.examined_where else ""
    return _answer(Standing.EXAMINED, f"您今年的体检{_day(person.examined_on)}{where}已经做过了，明年再来。")


def _elsewhere(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    day = person.employer_exam_on
    if person.insurance is not Insurance.EMPLOYEE or day is None or day.year != year:
        return None
    where = f"在{person.employer_exam_where}" if person.employer_exam_where else ""
    return _answer(
        Standing.ELSEWHERE, f"您{_day(day)}{where}做过职工医保的体检，今年不用再做第二次，明年再安排。"
    )


def _age(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:
    age = age_counted(person.birth_date, year=year, today=today, ages=ages)
    if age >= ages.home_age or person.extreme_poverty:
        return None
    return _answer(
        Standing.TOO_YOUNG, f"免费体检从{ages.home_age}岁开始（特困供养的不限年龄），您还没有到年龄。"
    )


def _new(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    here = (today - person.here_since).days if person.here_since else 0
    if here >= ages.resident_days:
        return None
    return _answer(
        Standing.TOO_NEW,
        f"住满{ages.resident_days}天以后就安排您体检，还差{ages.resident_days - here}天。",
    )


def _hospital(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    return _answer(Standing.PAUSED, "您现在住院，出院回来以后再安排体检。") if person.in_hospital else None


def _no(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    if not person.declined:
        return None
    return _answer(Standing.DECLINED, "您说今年不做体检。改变主意了，随时告诉护士，不影响别的服务。")


def _partly(person: Person, year: int, today: date, ages: Ages) -> Eligibility | None:  # noqa: ARG001  one form for all
    if person.examined_on is None or person.examined_on.year != year:
        return None
    return _answer(
        Standing.PARTLY,
        f"您今年的体检{_day(person.examined_on)}做了一部分，还差{said_missing(person.missing)}，补齐了就算做完。",
        at_bed=person.missing_here,
    )


def said_missing(words: Sequence[str]) -> str:
    """Name a few, and how many there are."""
    few = "、".join(words[:FEW])
    return few if len(words) <= FEW else f"{few}等 {len(words)} 项"


def _why_due(person: Person, year: int, today: date, ages: Ages) -> str:
    age = age_counted(person.birth_date, year=year, today=today, ages=ages)
    if age < ages.home_age:
        return "您是特困供养对象，每年有一次免费体检，今年的还没有做。"
    if age < ages.public_health_age:
        return f"您住在养老院、今年满{age}岁，每年有一次免费体检，今年的还没有做。"
    return f"您今年满{age}岁，{ages.public_health_age}岁以上每年有一次免费体检，今年的还没有做。"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
