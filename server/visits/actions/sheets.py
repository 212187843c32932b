"""The findings sheet of a whole round: many rows at once, during the visit or from paper after coming back."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from server.authority.actor import Actor
from server.kit.transactions import action
from server.records.errors import ImplausibleValue
from server.visits.access import visit_to_attend
from server.visits.actions.moving import flag, locked
from server.visits.actions.round import ItemResult, finished, written
from server.visits.errors import EndsBeforeStart, ItemsOpen
from server.visits.models import Visit, VisitItem
from server.visits.queries import VisitCard, read_card
from server.visits.rules import FILLED_IN, Outcome, Reason
from server.visits.rules.findings import Findings, faults_of

NOT_SEEN = "没有看到这位长者，不能填测量结果。请改选“已看”或清空这一行。"
NO_OUTCOME = "请选择“已看”“不在”或“本人不愿意”。"
LEFT_WHEN = "离开时间要晚于开始，且不能晚于现在。"


@action
async def write_sheet(
    *,
    actor: Actor,
    visit_uid: str,
    results: Sequence[ItemResult],
    left_at: datetime | None = None,
    now: datetime,
) -> VisitCard:
    """Write all rows or none; with `left_at`, end the visit as well, which is flagged: no phone saw them leave.

    Refusals name every faulty cell at once: "pulse-<item uid>".
    """
    visit = await visit_to_attend(actor=actor, uid=visit_uid)
    _ensure_plausible(results)
    if left_at is not None:
        await _ensure_all_answered(visit, results)
        _ensure_in_order(visit, left_at, now)
    measured_at = left_at or visit.finished_at or now
    await written(actor=actor, visit=visit, results=results, open_in=FILLED_IN, at=measured_at, now=now)
    if left_at is not None:
        await finished(actor=actor, visit=visit, at=left_at, now=now)
        await flag(await locked(visit), Reason.ENDED_ON_PAPER)
    return await read_card(visit.id)


def _ensure_plausible(results: Sequence[ItemResult]) -> None:
    cells = {
        f"{column}-{result.item_uid}": sentence
        for result in results
        for column, sentence in _faults(result).items()
    }
    if cells:
        raise ImplausibleValue(fields=cells)


def _faults(result: ItemResult) -> Mapping[str, str]:
    if result.outcome is not Outcome.SEEN and result.findings != Findings():
        return {"outcome": NOT_SEEN}
    return faults_of(result.findings)


async def _ensure_all_answered(visit: Visit, results: Sequence[ItemResult]) -> None:
    answered = {result.item_uid for result in results}
    silent = await VisitItem.filter(visit_id=visit.id, outcome=None).values_list("uid", flat=True)
    cells = dict(_unanswered(silent, answered))
    if cells:
        raise ItemsOpen(fields=cells)


def _unanswered(silent: Sequence[object], answered: set[str]) -> Iterator[tuple[str, str]]:
    for uid in silent:
        if str(uid) not in answered:
            yield f"outcome-{uid}", NO_OUTCOME


def _ensure_in_order(visit: Visit, left_at: datetime, now: datetime) -> None:
    if visit.started_at is not None and not visit.started_at < left_at <= now:
        raise EndsBeforeStart(LEFT_WHEN, fields={"left_at": LEFT_WHEN})
