"""Each retention clock with its law and its last run, and the record of processing that names them."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import parameters
from server.alliance.rules import Parameter
from server.documents.rules import PARAMETERS as DOCUMENT_PARAMETERS
from server.privacy.models import RetentionRun
from server.privacy.rules import (
    ACTIVITIES,
    CLOCKS,
    FATE_WORDS,
    PARAMETERS,
    UNIT_WORDS,
    ProcessingActivity,
    RetentionClock,
)

BY_CODE: dict[str, Parameter] = {each.code: each for each in (*PARAMETERS, *DOCUMENT_PARAMETERS)}
DAYS_A_YEAR = 365


@dataclass(frozen=True)
class ClockCard:
    code: str
    what: str
    since: str
    kept: str  # "15 年"; empty: not at all
    fate_words: str
    law: str
    assumed: bool  # the number is ours, no law names it
    swept: bool  # by a clock that runs by itself
    ran_at: datetime | None
    removed: int  # by the last run that removed anything
    removed_at: datetime | None
    removed_ever: int


@dataclass(frozen=True)
class ActivityCard:
    activity: ProcessingActivity
    kept: tuple[str, ...]  # "健康记录：15 年"


async def retention_clocks(*, now: datetime) -> tuple[ClockCard, ...]:
    """Tell of every kind of data how long it is kept, by which law, and when its clock last ran. Nobody is in it."""
    numbers = await parameters({each.parameter for each in CLOCKS if each.parameter}, on=now)
    runs = {run.clock: run for run in await RetentionRun.all()}
    return tuple(_card(each, numbers.get(each.parameter), runs.get(each.code)) for each in CLOCKS)


async def processing_record(*, now: datetime) -> tuple[ActivityCard, ...]:
    clocks = {card.code: card for card in await retention_clocks(now=now)}
    return tuple(
        ActivityCard(each, tuple(_in_short(clocks[code]) for code in each.kept)) for each in ACTIVITIES
    )


def _card(clock: RetentionClock, value: int | None, run: RetentionRun | None) -> ClockCard:
    said = BY_CODE.get(clock.parameter)
    return ClockCard(
        code=clock.code,
        what=clock.what,
        since=clock.since,
        kept="" if value is None or said is None else _spelled(value, said.unit),
        fate_words=FATE_WORDS[clock.fate],
        law=said.citation if said else "个人信息保护法第十九条：实现目的所必要的最短时间",
        assumed=said is not None and said.confidence == "assumed",
        swept=run is not None,
        ran_at=run.ran_at if run else None,
        removed=run.removed if run else 0,
        removed_at=run.removed_at if run else None,
        removed_ever=run.removed_ever if run else 0,
    )


def _spelled(value: int, unit: str) -> str:
    if unit == "days" and value % DAYS_A_YEAR == 0:
        return f"{value // DAYS_A_YEAR} 年"
    return f"{value} {UNIT_WORDS[unit]}"


def _in_short(card: ClockCard) -> str:
    return f"{card.what}：{card.kept or card.fate_words}"
