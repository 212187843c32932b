"""Each retention clock with its law and its last run, and the record of processing that names them."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import cited
from server.alliance.rules import Parameter
from server.privacy.models import RetentionRun
from server.privacy.rules import (
    ACTIVITIES,
    CLOCKS,
    FATE_WORDS,
    UNIT_WORDS,
    ProcessingActivity,
    RetentionClock,
)

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
    run_uid: str | None  # by which the lines of its runs are found


@dataclass(frozen=True)
class ActivityCard:
    activity: ProcessingActivity
    kept: tuple[str, ...]  # "健康记录：15 年"


async def retention_clocks(*, now: datetime) -> tuple[ClockCard, ...]:
    """Tell of every kind of data how long it is kept, by which law, and when its clock last ran. Nobody is in it."""
    numbers = await cited({each.parameter for each in CLOCKS if each.parameter}, on=now)
    runs = {run.clock: run for run in await RetentionRun.all()}
    return tuple(_card(each, numbers.get(each.parameter), runs.get(each.code)) for each in CLOCKS)


async def processing_record(*, now: datetime) -> tuple[ActivityCard, ...]:
    clocks = {card.code: card for card in await retention_clocks(now=now)}
    return tuple(
        ActivityCard(each, tuple(_in_short(clocks[code]) for code in each.kept)) for each in ACTIVITIES
    )


async def kept_for(code: str, *, now: datetime) -> str:
    """Say how long one policy number keeps something: for a sentence that names it."""
    return spelled((await cited([code], on=now))[code])


def spelled(said: Parameter) -> str:
    if said.unit == "days" and said.value % DAYS_A_YEAR == 0:
        return f"{said.value // DAYS_A_YEAR} 年"
    return f"{said.value} {UNIT_WORDS[said.unit]}"


def _card(clock: RetentionClock, said: Parameter | None, run: RetentionRun | None) -> ClockCard:
    return ClockCard(
        code=clock.code,
        what=clock.what,
        since=clock.since,
        kept=spelled(said) if said else "",
        fate_words=FATE_WORDS[clock.fate],
        law=said.citation if said else "个人信息保护法第十九条：实现目的所必要的最短时间",
        assumed=said is not None and said.confidence == "assumed",
        swept=run is not None,
        ran_at=run.ran_at if run else None,
        removed=run.removed if run else 0,
        removed_at=run.removed_at if run else None,
        removed_ever=run.removed_ever if run else 0,
        run_uid=run.uid if run else None,
    )


def _in_short(card: ClockCard) -> str:
    return f"{card.what}：{card.kept or card.fate_words}"
