"""What an indicator is: its words as versioned data, and the rows from which it is counted.

A definition never changes: another reading of the same clause is another version with its own first day. What is stored
carries code and version, so that an old figure is read by the words of its own time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from server.alliance.rules import Confidence, Parameter
from server.kit.rates import Rate


class Cadence(StrEnum):
    MONTH = "month"
    YEAR = "year"


class Level(StrEnum):
    HOME = "home"
    COUNTY = "county"
    CITY = "city"


LEVEL_WORDS: Mapping[Level, str] = {Level.HOME: "养老机构", Level.COUNTY: "县（市、区）", Level.CITY: "全市"}


class Wanted(StrEnum):
    HIGH = "high"
    LOW = "low"
    TOLD = "told"  # shown, never judged: a refusal must cost nobody anything (I11)


class Subject(StrEnum):
    """What one row of an indicator is about."""

    RESIDENT = "resident"
    EPISODE = "episode"
    CONSENT = "consent"
    APPOINTMENT = "appointment"
    REFERRAL = "referral"
    VISIT = "visit"
    HOME = "home"
    BED = "bed"
    STATEMENT = "statement"
    LINE = "line"
    STAFF = "staff"
    HOME_BED = "home_bed"
    AGREEMENT = "agreement"


UNIT_WORDS: Mapping[Subject, str] = {
    Subject.RESIDENT: "位长者",
    Subject.EPISODE: "位长者",
    Subject.CONSENT: "份征求",
    Subject.APPOINTMENT: "次就诊",
    Subject.REFERRAL: "件转诊",
    Subject.VISIT: "次巡诊",
    Subject.HOME: "家机构",
    Subject.BED: "张床",
    Subject.STATEMENT: "份结算单",
    Subject.LINE: "行明细",
    Subject.STAFF: "位医护人员",
    Subject.HOME_BED: "张家庭病床",
    Subject.AGREEMENT: "次服务",
}
ROW_WORDS: Mapping[Subject, str] = {Subject.BED: UNIT_WORDS[Subject.HOME], Subject.AGREEMENT: "份协议"}
# Each of these is somebody: fewer than the policy's least are not told to who may not know them.
PEOPLE = frozenset(
    {
        Subject.RESIDENT,
        Subject.EPISODE,
        Subject.CONSENT,
        Subject.APPOINTMENT,
        Subject.REFERRAL,
        Subject.LINE,
        Subject.STAFF,
        Subject.HOME_BED,
    }
)


class State(StrEnum):
    MET = "met"  # in the numerator
    UNMET = "unmet"  # in the denominator alone
    EXCLUDED = "excluded"


STATE_WORDS: Mapping[State, str] = {State.MET: "计入分子", State.UNMET: "只在分母", State.EXCLUDED: "不计入"}


@dataclass(frozen=True)
class Reason:
    """Why somebody stands where they stand, and what is to be done next; empty where nothing is."""

    words: str
    next_step: str = ""


@dataclass(frozen=True)
class Definition:
    code: str  # at most 20 letters
    version: int
    name: str
    subject: Subject
    cadence: Cadence
    numerator: str
    denominator: str
    exclusions: str
    clause: str
    confidence: Confidence
    reasons: Mapping[str, Reason]
    levels: tuple[Level, ...] = (Level.HOME, Level.COUNTY, Level.CITY)
    wanted: Wanted = Wanted.HIGH
    target: Parameter | None = None
    numbers: tuple[str, ...] = ()  # the policy numbers that decide who falls in
    # Things that happened in a period are counted until its homes have frozen it; how things stand, only while it runs.
    happens: bool = False
    home_knows: bool = True  # whether the home itself may know each subject, or only who keeps them
    effective_from: date = date(2024, 1, 1)

    @property
    def key(self) -> str:
        return f"{self.code}.{self.version}"

    @property
    def unit(self) -> str:
        return UNIT_WORDS[self.subject]

    @property
    def row_unit(self) -> str:
        """Return what one row is called: a home is one row, however many beds it weighs."""
        return ROW_WORDS.get(self.subject, self.unit)

    @property
    def about_people(self) -> bool:
        return self.subject in PEOPLE

    @property
    def to_look_at(self) -> State:
        """Return which rows somebody has to look at: those that keep the figure from where it is wanted."""
        return State.UNMET if self.wanted is Wanted.HIGH else State.MET

    def reason(self, code: str) -> Reason:
        return self.reasons.get(code, Reason(code)) if code else Reason("")


@dataclass(frozen=True)
class Fact:
    """One row of one indicator: who, in which home, in or out, and why."""

    home_id: int
    subject_id: int
    subject_uid: str
    state: State
    reason: str = ""
    counted: int = 1  # what it weighs in the denominator
    met: int = 0
    keeper_id: int | None = None  # the institution beside the home that may know this subject
    resident_id: int | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """Return what makes it another fact when it changes."""
        return (self.home_id, self.state, self.reason, self.counted, self.met, self.keeper_id)


@dataclass(frozen=True)
class Figure:
    """A numerator, a denominator, and what was left out of both."""

    met: int = 0
    counted: int = 0
    excluded: int = 0

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(self.met + other.met, self.counted + other.counted, self.excluded + other.excluded)

    @property
    def unmet(self) -> int:
        return self.counted - self.met

    @property
    def percent(self) -> str:
        return Rate(self.met, self.counted).percent

    @property
    def share(self) -> Decimal | None:
        return Rate(self.met, self.counted).share


def figure_of(facts: "list[Fact] | tuple[Fact, ...]") -> Figure:
    return sum((of_one(each.state, each.counted, each.met) for each in facts), Figure())


def of_one(state: State, counted: int, met: int) -> Figure:
    return Figure(excluded=1) if state is State.EXCLUDED else Figure(met, counted)


def reached(definition: Definition, figure: Figure, target: int | None) -> bool | None:
    """Tell whether a target is reached; None where there is none, or nothing to count."""
    if target is None or figure.share is None or definition.wanted is Wanted.TOLD:
        return None
    return figure.share >= target if definition.wanted is Wanted.HIGH else figure.share <= target


def met(
    home_id: int,
    subject: tuple[int, str],
    reason: str = "",
    *,
    keeper_id: int | None = None,
    resident_id: int | None = None,
) -> Fact:
    return Fact(home_id, *subject, State.MET, reason, 1, 1, keeper_id, resident_id)


def unmet(
    home_id: int,
    subject: tuple[int, str],
    reason: str,
    *,
    keeper_id: int | None = None,
    resident_id: int | None = None,
) -> Fact:
    return Fact(home_id, *subject, State.UNMET, reason, 1, 0, keeper_id, resident_id)


def left_out(
    home_id: int,
    subject: tuple[int, str],
    reason: str,
    *,
    keeper_id: int | None = None,
    resident_id: int | None = None,
) -> Fact:
    return Fact(home_id, *subject, State.EXCLUDED, reason, 0, 0, keeper_id, resident_id)
