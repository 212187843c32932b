"""One home bed as it leaves the core: for a desk, and for a family."""

from dataclasses import dataclass
from datetime import date, datetime

from server.home_beds.models import HomeBed
from server.home_beds.rules import (
    BED_KIND_WORDS,
    END_WORDS,
    HOME_BED_MOVES,
    IN_USE,
    LIVE,
    NEXT_WORDS,
    SOURCE_WORDS,
    STATUS_WORDS,
    EndReason,
    HomeBedEvent,
    HomeBedStatus,
    Source,
)
from server.kit.clock import local_date, said_day

BY_THE_CLOCK = frozenset({HomeBedEvent.SUSPEND, HomeBedEvent.RESUME})
BY_THE_HOME = frozenset({HomeBedEvent.WITHDRAW})


@dataclass(frozen=True)
class BedCard:
    uid: str
    resident_uid: str
    resident_name: str
    place: str  # their bed in the home
    home_uid: str
    home_name: str
    institution_uid: str
    institution_name: str
    status: HomeBedStatus
    status_words: str
    live: bool
    source: Source
    source_words: str
    kind_words: str
    number: str
    filing_number: str
    doctor_name: str
    nurse_name: str
    rounds_a_week: int | None
    applied_at: datetime
    opened_at: datetime | None
    last_day: date | None
    next_words: str
    next_deadline: datetime | None
    late: bool
    ended_at: datetime | None
    end_reason: EndReason | None
    end_words: str
    reason: str
    steps: tuple[HomeBedEvent, ...]  # that the reader may do now


@dataclass(frozen=True)
class BedStory:
    """What a family reads: where it stands, who comes and by when. What was found, the record says."""

    uid: str
    resident_uid: str
    institution_name: str
    institution_phone: str
    status: HomeBedStatus
    story: str
    live: bool
    may_withdraw: bool
    next_by: str  # who does what next; empty: nobody anything
    next_until: datetime | None
    late: bool
    doctor_name: str
    nurse_name: str
    next_round_by: datetime | None
    last_day: date | None
    days: int  # counted so far
    emergency: str  # what holds when they must go to hospital at once


EMERGENCY = "在床期间突发急病送医的，凭家庭病床备案号按门急诊医保直接结算。"


def bed_card(row: HomeBed, *, now: datetime, may_work: bool = False) -> BedCard:
    """Make the card; `row` has its relations with it."""
    owed = HOME_BED_MOVES
    steps = [event for event in HomeBedEvent if event not in BY_THE_CLOCK and owed.allows(row.status, event)]
    return BedCard(
        uid=row.uid,
        resident_uid=row.resident.uid,
        resident_name=row.resident.name,
        place=row.resident.bed or "",
        home_uid=row.home.uid,
        home_name=row.home.name,
        institution_uid=row.institution.uid,
        institution_name=row.institution.name,
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        live=row.status in LIVE,
        source=row.source,
        source_words=SOURCE_WORDS[row.source],
        kind_words=BED_KIND_WORDS[row.kind] if row.kind else "",
        number=row.number,
        filing_number=row.filing_number,
        doctor_name=row.doctor.name if row.doctor else "",
        nurse_name=row.nurse.name if row.nurse else "",
        rounds_a_week=row.rounds_a_week,
        applied_at=row.created_at,
        opened_at=row.opened_at,
        last_day=row.last_day,
        next_words=NEXT_WORDS.get(row.status, ""),
        next_deadline=row.next_deadline,
        late=row.next_deadline is not None and row.next_deadline <= now,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        end_words=END_WORDS[row.end_reason] if row.end_reason else "",
        reason=row.reason,
        steps=tuple(event for event in steps if may_work or event in BY_THE_HOME),
    )


def bed_story(row: HomeBed, *, days: int, now: datetime) -> BedStory:
    return BedStory(
        uid=row.uid,
        resident_uid=row.resident.uid,
        institution_name=row.institution.name,
        institution_phone=row.institution.phone,
        status=row.status,
        story=_story(row, now),
        live=row.status in LIVE,
        may_withdraw=HOME_BED_MOVES.allows(row.status, HomeBedEvent.WITHDRAW),
        next_by=f"{row.institution.name}{NEXT_WORDS[row.status]}" if row.status in NEXT_WORDS else "",
        next_until=row.next_deadline if row.status in NEXT_WORDS else None,
        late=row.status in NEXT_WORDS and row.next_deadline is not None and row.next_deadline <= now,
        doctor_name=row.doctor.name if row.doctor else "",
        nurse_name=row.nurse.name if row.nurse else "",
        next_round_by=row.next_deadline if row.status is HomeBedStatus.OPENED else None,
        last_day=row.last_day if row.status in IN_USE else None,
        days=days,
        emergency=EMERGENCY if row.status is HomeBedStatus.OPENED else "",
    )


def _story(row: HomeBed, now: datetime) -> str:
    name = row.institution.name
    until = f"，最晚到{said_day(row.last_day, local_date(now))}" if row.last_day else ""
    told = {
        HomeBedStatus.APPLIED: f"已向{name}申请家庭病床，等医生上门评估。",
        HomeBedStatus.ASSESSED: f"{name}已评估通过，正在办医保备案，办好就建床。",
        HomeBedStatus.OPENED: f"家庭病床在床，{name}每周来查床 {row.rounds_a_week} 次{until}。",
        HomeBedStatus.SUSPENDED: "正在住院，家庭病床暂停，不计床日；回来以后自动继续。",
        HomeBedStatus.CLOSED: f"已撤床：{END_WORDS[row.end_reason] if row.end_reason else '已结束'}。",
        HomeBedStatus.DECLINED: f"{name}没有收治：{row.reason}",
        HomeBedStatus.WITHDRAWN: f"申请已撤回：{row.reason}",
    }
    return told[row.status]
