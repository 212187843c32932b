"""Where what was planned, written and proved do not agree, in words for the person who has to say whether it was so."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from server.visits.models import Visit
from server.visits.queries.proofs import ScanTrace
from server.visits.rules import Outcome, PlateKind, ScanResult
from server.visits.rules.evidence import TO_LOOK_AT, Reason

WORTH_SAYING = timedelta(minutes=15)  # nobody arrives to the minute
_WHY_NOT = {Outcome.ABSENT: "不在", Outcome.REFUSED: "本人不愿意"}


def differences(visit: Visit, scans: Sequence[ScanTrace]) -> tuple[str, ...]:
    """Return the sentences, what is urgent first; the visit comes with its lines and its plate."""
    return (
        *_urgent(visit),
        *_exceptions(visit),
        *_times(visit),
        *_people(visit),
        *_place(visit),
        *_scans(scans),
    )


def _urgent(visit: Visit) -> Iterator[str]:
    if names := [item.resident.name for item in visit.items if item.urgent]:
        yield f"{'、'.join(names)}有紧急发现，请确认已经告知医生和家属。"


def _exceptions(visit: Visit) -> Iterator[str]:
    for word in visit.exceptions:
        yield TO_LOOK_AT[Reason(word)]


def _times(visit: Visit) -> Iterator[str]:
    if visit.started_at is None:
        return
    late = visit.started_at - visit.starts_at
    if abs(late) >= WORTH_SAYING:
        yield f"比计划{'晚' if late > timedelta(0) else '早'}开始 {_minutes(abs(late))}。"
    if visit.finished_at is not None and visit.finished_at - visit.ends_at >= WORTH_SAYING:
        yield f"比计划晚结束 {_minutes(visit.finished_at - visit.ends_at)}。"


def _people(visit: Visit) -> Iterator[str]:
    for item in visit.items:
        if item.outcome in _WHY_NOT:
            yield f"{item.resident.name}没有看：{_WHY_NOT[item.outcome]}。"


def _place(visit: Visit) -> Iterator[str]:
    plate = visit.plate
    if plate and plate.kind is PlateKind.BED and plate.bed not in {item.bed for item in visit.items}:
        yield f"扫的是 {plate.bed} 床的床牌，名单里没有这张床。"


def _scans(scans: Sequence[ScanTrace]) -> Iterator[str]:
    if refused := sum(scan.result is ScanResult.REFUSED for scan in scans):
        yield f"有 {refused} 次扫码没有通过，见扫码记录。"


def _minutes(span: timedelta) -> str:
    hours, minutes = divmod(round(span.total_seconds() / 60), 60)
    return " ".join(
        part for part in (f"{hours} 小时" if hours else "", f"{minutes} 分钟" if minutes else "") if part
    )
