"""What leaves the core about visits. Relations a card needs are fetched by whoever reads the row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from server.kit.clock import age_on, local_date
from server.visits.models import Scan, Visit, VisitItem
from server.visits.rules import (
    CorrectionStatus,
    Outcome,
    ScanResult,
    Side,
    Verdict,
    VisitKind,
    VisitStatus,
    sentence_of,
)
from server.visits.rules.evidence import TO_LOOK_AT, Reason
from server.visits.rules.offline import IngestResult

STATUS_WORDS = {
    VisitStatus.PLANNED: "已计划",
    VisitStatus.STARTED: "进行中",
    VisitStatus.FINISHED: "已结束，等双方确认",
    VisitStatus.ATTESTED_PROVIDER: "医疗机构已确认，等养老机构确认",
    VisitStatus.ATTESTED_HOST: "养老机构已确认，等医疗机构确认",
    VisitStatus.CONFIRMED: "双方已确认",
    VisitStatus.DISPUTED: "有争议，等双方协商",
    VisitStatus.CORRECTION_REQUESTED: "更正待核准",
    VisitStatus.VOID: "已作废",
    VisitStatus.CANCELLED: "已取消",
    VisitStatus.MISSED: "未到",
}
EVIDENCE_WORDS = {
    ScanResult.ACCEPTED: "在场证明充分",
    ScanResult.EXCEPTION: "在场证明待核对",
    ScanResult.REFUSED: "扫码未通过",
}
OUTCOME_WORDS = {Outcome.SEEN: "已看", Outcome.ABSENT: "不在", Outcome.REFUSED: "本人不愿意"}
KIND_WORDS = {VisitKind.ROUND: "巡诊", VisitKind.FOLLOW_UP: "随访"}


@dataclass(frozen=True)
class VisitItemCard:
    uid: str
    resident_uid: str
    resident_name: str
    age: int  # on the day of the visit: which control lines hold
    bed: str
    service: str
    service_name: str
    due: str
    outcome: Outcome | None
    outcome_text: str
    note: str
    urgent: bool
    findings: int  # how many record entries were written; what they say is read through the record


@dataclass(frozen=True)
class VisitHead:
    """A visit without the lines of its residents."""

    uid: str
    kind: VisitKind
    kind_text: str
    status: VisitStatus
    status_text: str
    home_uid: str
    home_name: str
    provider_uid: str
    provider_name: str
    starts_at: datetime
    ends_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    performer_name: str | None
    clinicians: tuple[str, ...]
    evidence: ScanResult | None
    evidence_text: str
    exceptions: tuple[str, ...]  # sentences for the person who looks at it
    provider_verdict: Verdict | None
    provider_by_name: str | None
    host_verdict: Verdict | None
    host_by_name: str | None
    version: int
    reason: str | None


@dataclass(frozen=True)
class VisitCard(VisitHead):
    items: tuple[VisitItemCard, ...]


@dataclass(frozen=True)
class ScanCard:
    """The verdict on one attempt to start; a refused one is on record all the same."""

    visit_uid: str
    client_uid: str
    result: ScanResult
    reasons: tuple[str, ...]
    message: str
    visit_status: VisitStatus


@dataclass(frozen=True)
class NonceCard:
    nonces: tuple[str, ...] = field(repr=False)
    expires_at: datetime
    offline: bool


@dataclass(frozen=True)
class RotatingCard:
    """What the home's own phone shows as a QR code."""

    text: str = field(repr=False)
    seconds_left: int


@dataclass(frozen=True)
class IngestCard:
    """The verdict on one held event; the phone removes it from its queue only now."""

    client_uid: str
    result: IngestResult
    reasons: tuple[str, ...]
    message: str
    repeated: bool  # it had been taken in before: this is the verdict of then


@dataclass(frozen=True)
class BatchCard:
    verdicts: tuple[IngestCard, ...]
    # How many events of this account the server holds in all, by verdict.
    accepted: int
    accepted_late: int
    refused: int


@dataclass(frozen=True)
class CorrectionCard:
    uid: str
    visit_uid: str
    home_name: str
    provider_name: str
    status: CorrectionStatus
    side: Side
    reason: str
    from_version: int
    changes: tuple[tuple[str, str, str], ...]  # what, before, after: in words
    requested_by_name: str
    requested_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    decision_reason: str | None


@dataclass(frozen=True)
class ComingVisit:
    """A visit to one resident, today or later, as far as a first screen needs it."""

    uid: str
    kind_text: str
    under_way: bool
    home_name: str
    provider_name: str
    starts_at: datetime


def coming_visit(row: Visit) -> ComingVisit:
    return ComingVisit(
        uid=row.uid,
        kind_text=KIND_WORDS[row.kind],
        under_way=row.status is VisitStatus.STARTED,
        home_name=row.home.name,
        provider_name=row.provider.name,
        starts_at=row.starts_at,
    )


def item_card(row: VisitItem, *, day: date) -> VisitItemCard:
    return VisitItemCard(
        uid=row.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        age=age_on(row.resident.birth_date, day),
        bed=row.bed,
        service=row.service,
        service_name=row.service_name,
        due=row.due,
        outcome=row.outcome,
        outcome_text=OUTCOME_WORDS[row.outcome] if row.outcome else "待记录",
        note=row.note,
        urgent=row.urgent,
        findings=len(row.entries),
    )


def visit_card(row: Visit) -> VisitCard:
    items: Sequence[VisitItem] = list(row.items)
    return VisitCard(
        **vars(visit_head(row)),
        items=tuple(
            item_card(item, day=local_date(row.starts_at))
            for item in sorted(items, key=lambda item: (item.bed, item.id))
        ),
    )


def visit_head(row: Visit) -> VisitHead:
    return VisitHead(
        uid=row.uid,
        kind=row.kind,
        kind_text=KIND_WORDS[row.kind],
        status=row.status,
        status_text=STATUS_WORDS[row.status],
        home_uid=row.home.uid,
        home_name=row.home.name,
        provider_uid=row.provider.uid,
        provider_name=row.provider.name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        performer_name=row.performer.name if row.performer else None,
        clinicians=tuple(each.account.name for each in row.attendances),
        evidence=row.evidence,
        evidence_text=EVIDENCE_WORDS[row.evidence] if row.evidence else "",
        exceptions=tuple(TO_LOOK_AT[Reason(word)] for word in row.exceptions),
        provider_verdict=row.provider_verdict,
        provider_by_name=row.provider_by.name if row.provider_by else None,
        host_verdict=row.host_verdict,
        host_by_name=row.host_by.name if row.host_by else None,
        version=row.version,
        reason=row.reason,
    )


def scan_card(row: Scan, *, visit_uid: str, client_uid: str, visit_status: VisitStatus) -> ScanCard:
    return ScanCard(
        visit_uid=visit_uid,
        client_uid=client_uid,
        result=row.result,
        reasons=tuple(row.reasons),
        message=sentence_of(row.reasons),
        visit_status=visit_status,
    )
