"""A report as it leaves the core, and how it stands with one resident: due or not, when, and what becomes of what was abnormal."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from server.checkups.models import CheckupDuty, CheckupPlace, CheckupReport
from server.checkups.queries.judged import LABS, MAIN, is_laboratory
from server.checkups.rules import EDITIONS, SETTLED_WORDS, DutyStatus, Standing
from server.kit.clock import said_day


@dataclass(frozen=True)
class ReportCard:
    uid: str
    resident_uid: str
    resident_name: str
    institution_name: str
    author: str
    examined_on: date
    conclusion: str
    advice: str
    next_on: date
    groups: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    abnormal: tuple[str, ...]
    citation: str
    version: int
    reason: str
    is_current: bool


@dataclass(frozen=True)
class AbnormalStep:
    """Something abnormal, and in a sentence what happens next, as the resident or their family reads it."""

    sentence: str
    grave: bool
    done: bool
    overdue: bool
    words: str  # who does what by when, or what was done


@dataclass(frozen=True)
class CheckupLine:
    """How it stands with the year's check-up, as the resident or their family reads it."""

    year: int
    standing: Standing
    sentence: str
    appointment: str  # when they come; empty where no day is set
    next_on: date | None
    next_words: str
    reports: tuple[ReportCard, ...]
    steps: tuple[AbnormalStep, ...]  # about what is abnormal in the newest report


def appointment_words(place: CheckupPlace | None, standing: Standing, today: date) -> str:
    if place is None or place.day is None or standing is not Standing.DUE or place.day < today:
        return ""
    minute = place.minute or 0
    when = f"{said_day(place.day, today)} {minute // 60}:{minute % 60:02d}"
    return f"{when}，{place.campaign.provider.name}来给您体检，请在房间里等，早上先不要吃饭。"


async def steps_after(
    report: CheckupReport, seen: AbstractSet[str], *, today: date
) -> tuple[AbnormalStep, ...]:
    """Return what becomes of each abnormal finding whose entry the reader may see."""
    rows = CheckupDuty.filter(report_id=report.id).exclude(status=DutyStatus.VOID)
    edition = EDITIONS[report.edition]
    return tuple(
        _step(row, today)
        for row in await rows.order_by("-grave", "id").select_related("owner")
        if report.entries.get(LABS if is_laboratory(edition, row.item) else MAIN) in seen
    )


def _step(row: CheckupDuty, today: date) -> AbnormalStep:
    done = row.status is DutyStatus.DONE
    overdue = not done and row.due_on < today
    owner, due = row.owner.name, said_day(row.due_on, today)
    if done:
        settled = SETTLED_WORDS[row.settled] if row.settled else "已经办好"
        words = f"{owner}已经办了：{settled}。{row.note}".strip()
    elif overdue:
        words = f"{owner}应在{due}前复查或安排就医，已经过了，请提醒他们。"
    else:
        words = f"{owner}会在{due}前复查或安排就医，不用您自己跑。"
    return AbnormalStep(sentence=row.sentence, grave=row.grave, done=done, overdue=overdue, words=words)
