"""Be there: by the code on the trainer's screen, or written down from paper by a second person."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import F

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.access import account_for, in_force
from server.identity.models import Account, RoleGrant
from server.kit.clock import local_date
from server.kit.database import is_duplicate
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.training.access import HOLD, guest_of, session_for
from server.training.actions.sessions import noted
from server.training.codes import session_of_code
from server.training.errors import (
    AttendedAlready,
    CodeNotOurs,
    NotBegun,
    NotInvited,
    NotThisSession,
    OutsideHours,
    ReasonNeeded,
    SecondPersonNeeded,
    SessionFull,
)
from server.training.models import TrainingAttendance, TrainingSession
from server.training.queries.sessions import CourseSessionCard, session_card
from server.training.rules import Means, OpenTo, SessionStatus, may_sign

ATTEND = Permission.TRAINING_ATTEND
WINDOW = ("training.early_minutes", "training.late_minutes")


@dataclass(frozen=True)
class _How:
    place: int  # as whose staff
    means: Means
    reason: str = ""


@action
async def attend(*, actor: Actor, code: str, now: datetime) -> CourseSessionCard:
    """Sign in to a session by what its screen shows now."""
    row = (
        await TrainingSession.filter(id=session_of_code(code, now=now)).select_related("institution").first()
    )
    if row is None:
        raise CodeNotOurs
    numbers = await parameters(WINDOW, on=local_date(now))
    early, late = (numbers[each] for each in WINDOW)
    if not may_sign(now, starts_at=row.starts_at, ends_at=row.ends_at, early=early, late=late):
        raise OutsideHours
    own = sorted(actor.institutions_with(ATTEND))
    place = await _place_of(row, own, now)
    if place is None or actor.account_id is None:
        raise NotInvited
    account = await Account.get(id=actor.account_id)
    await _seat(actor, row, account, _How(place, Means.SCAN), now)
    return await _card(row.id)


@action
async def enter_attendance(
    *, actor: Actor, session_uid: str, account_uid: str, reason: str, now: datetime
) -> None:
    """Write down from the paper list one of one's own staff who was there and could not scan."""
    if not reason.strip():
        raise ReasonNeeded
    row = await session_for(actor=actor, uid=session_uid, permission=HOLD, now=now)
    account = await account_for(actor=actor, uid=account_uid, permission=Permission.STAFF_MANAGE, now=now)
    if account.id == actor.account_id:
        raise SecondPersonNeeded
    if now < row.starts_at:
        raise NotBegun
    managed = actor.institutions_with(Permission.STAFF_MANAGE)
    held = RoleGrant.filter(in_force(now), account_id=account.id, institution_id__in=sorted(managed))
    places = sorted({each["institution_id"] for each in await held.values("institution_id")})
    place = await _place_of(row, places, now)
    if place is None:
        raise NotFound
    await _seat(actor, row, account, _How(place, Means.PAPER, reason.strip()), now)


async def _place_of(row: TrainingSession, own: list[int], now: datetime) -> int | None:
    """Return as whose staff somebody comes: the host's own, else of a member to whom it is open."""
    if row.institution_id in own:
        return row.institution_id
    if row.open_to is OpenTo.ALLIANCE and own:
        return await guest_of(host=row.institution, institution_ids=own, now=now)
    return None


async def _seat(actor: Actor, row: TrainingSession, account: Account, how: _How, now: datetime) -> None:
    if await TrainingAttendance.filter(session_id=row.id, account_id=account.id).exists():
        raise AttendedAlready
    free = TrainingSession.filter(id=row.id, status=SessionStatus.PLANNED, taken__lt=F("seats"))
    if not await free.update(taken=F("taken") + 1):
        planned = await TrainingSession.filter(id=row.id, status=SessionStatus.PLANNED).exists()
        raise SessionFull if planned else NotThisSession
    try:
        await TrainingAttendance(
            session_id=row.id,
            account_id=account.id,
            institution_id=how.place,
            means=how.means,
            reason=how.reason,
            entered_by_id=actor.account_id,
            created_at=now,
        ).save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise AttendedAlready from None
    detail = {"account": account.uid, "means": how.means}
    await noted(actor, "training.attended", row, reason=how.reason or None, now=now, **detail)


async def _card(row_id: int) -> CourseSessionCard:
    return session_card(await TrainingSession.get(id=row_id).select_related("institution"))
