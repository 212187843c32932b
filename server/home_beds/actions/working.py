"""What happens at an open bed: rounds, a transfer in an emergency, and the end with its summary."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tortoise.expressions import F

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.home_beds.access import bed_at_a_desk, bed_to_work_at
from server.home_beds.actions.aligning import align
from server.home_beds.actions.moving import carry_out, into_the_record, round_deadline, tell
from server.home_beds.actions.opening import card_of
from server.home_beds.errors import InHospital, NotOpenThen, NotThisNow, ReasonNeeded, WrongTime
from server.home_beds.models import HomeBed, HomeBedEmergency, HomeBedRound, HomeBedSpan
from server.home_beds.queries.cards import BedCard, bed_card
from server.home_beds.rules import (
    BY_ITSELF,
    HOME_BED_MOVES,
    EndReason,
    HomeBedEvent,
    HomeBedStatus,
    RoundLevel,
)
from server.kit.transactions import action

TOLERANCE = timedelta(minutes=5)  # of a watch


@dataclass(frozen=True)
class RoundNote:
    """A round as it is written down (facts/domain.md §7.5)."""

    complaint: str
    examination: str
    plan: str
    talked: str = ""  # with the relatives

    @property
    def text(self) -> str:
        said = (
            ("主诉", self.complaint),
            ("查体和检查", self.examination),
            ("处理", self.plan),
            ("与联系人沟通", self.talked),
        )
        return "\n".join(f"{name}：{words}" for name, words in said if words)


@action
async def write_round(
    *, actor: Actor, uid: str, note: RoundNote, level: RoundLevel = RoundLevel.FIRST, now: datetime
) -> BedCard:
    """Write a round into the record; the next one is due from now."""
    row = await bed_to_work_at(actor=actor, uid=uid)
    await align(actor, row, now=now)
    if row.status is HomeBedStatus.SUSPENDED:
        raise InHospital
    if row.status is not HomeBedStatus.OPENED:
        raise NotThisNow
    entry = await into_the_record(actor, row, "home-bed-round", note.text, at=now, now=now)
    await HomeBedRound(
        bed_id=row.id,
        resident_id=row.resident_id,
        made_at=now,
        level=level,
        made_by_id=actor.account_id,
        entry_uid=entry,
        created_at=now,
    ).save()
    await came_by(row, now=now)
    await tell(actor, "home_beds.round", row, now=now, detail={"level": level})
    return await card_of(actor, uid, now)


async def came_by(row: HomeBed, *, now: datetime) -> None:
    """Put the next deadline; a bed that was suspended or closed in the same moment is left as it is."""
    deadline = await round_deadline(row, now=now)
    same = HomeBed.filter(id=row.id, status=HomeBedStatus.OPENED, moves=row.moves)
    if not await same.update(next_deadline=deadline, overdue_said=None, moves=F("moves") + 1):
        raise NotThisNow
    row.next_deadline, row.moves = deadline, row.moves + 1


@action
async def mark_emergency(
    *, actor: Actor, uid: str, happened_at: datetime, taken_to: str, now: datetime
) -> BedCard:
    """Note that somebody was taken to hospital from an open bed: it is settled there as an emergency (政策① 三).

    By the home that called the ambulance or the institution whose bed it is; also after the care state has followed.
    """
    row = await bed_at_a_desk(actor=actor, uid=uid, permission=Permission.HOME_BED_APPLY)
    if happened_at > now + TOLERANCE or row.opened_at is None or happened_at < row.opened_at:
        raise WrongTime(fields={"happened_at": WrongTime.message})
    spans = await HomeBedSpan.filter(bed_id=row.id, started_at__lte=happened_at)
    if not any(each.ended_at is None or happened_at <= each.ended_at for each in spans):
        raise NotOpenThen(fields={"happened_at": NotOpenThen.message})
    await HomeBedEmergency(
        bed_id=row.id,
        resident_id=row.resident_id,
        happened_at=happened_at,
        taken_to=taken_to,
        marked_by_id=actor.account_id,
        created_at=now,
    ).save()
    await tell(
        actor,
        "home_beds.emergency",
        row,
        once=happened_at.isoformat(),
        detail={"at": happened_at.isoformat()},
        now=now,
    )
    return bed_card(row, now=now)


@action
async def close_bed(
    *, actor: Actor, uid: str, why: EndReason, summary: str = "", note: str = "", now: datetime
) -> BedCard:
    """End a bed with its summary in the record; without one only where nothing may be written any more, and why is said."""
    row = await bed_to_work_at(actor=actor, uid=uid)
    await align(actor, row, now=now)
    if not HOME_BED_MOVES.allows(row.status, HomeBedEvent.CLOSE):
        raise NotThisNow
    if why in BY_ITSELF:
        raise ReasonNeeded(fields={"why": "离世、退住和期满由系统自己登记，请选别的原因。"})
    if not summary.strip() and not note.strip():
        raise ReasonNeeded(fields={"summary": "请写撤床小结；确实不能写的，请写明原因。"})
    entry = None
    if summary.strip():
        entry = await into_the_record(actor, row, "home-bed-summary", summary.strip(), at=now, now=now)
    changes = {"end_reason": why, "summary_uid": entry}
    await carry_out(actor, row, HomeBedEvent.CLOSE, reason=note.strip(), changes=changes, now=now)
    return await card_of(actor, uid, now)
