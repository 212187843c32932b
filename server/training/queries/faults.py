"""What must never be true of courses, for `python -m server check`."""

from datetime import datetime

from tortoise.expressions import F
from tortoise.functions import Count

from server.identity.models import TrainingRecord
from server.training.models import TrainingAttendance, TrainingSession
from server.training.rules import SessionStatus


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    return [*await _seats(), *await _certificates(), *await _own_hand()]


async def _seats() -> list[str]:
    counted = TrainingAttendance.all().annotate(n=Count("id")).group_by("session_id")
    present = {session: int(n) for session, n in await counted.values_list("session_id", "n")}
    rows = await TrainingSession.all().values_list("id", "uid", "taken", "seats")
    return [
        f"training: session {uid} counts its seats wrongly"
        for row_id, uid, taken, seats in rows
        if taken != present.get(row_id, 0) or taken > seats
    ]


async def _certificates() -> list[str]:
    """Who was at a finished session has its certificate, and nobody else has one."""
    rows = TrainingAttendance.filter(session__status=SessionStatus.FINISHED)
    there = dict(await rows.values_list("uid", "account_id"))
    written = TrainingRecord.filter(attendance_uid__isnull=False)
    held = dict(await written.values_list("attendance_uid", "account_id"))
    return [
        *(f"training: attendance {uid} has no certificate" for uid in sorted(there.keys() - held.keys())),
        *(
            f"training: a certificate for attendance {uid} of no finished session"
            for uid in sorted(held.keys() - there.keys())
        ),
    ]


async def _own_hand() -> list[str]:
    """Nobody writes themselves down from paper, nor their own certificate of a course of the list."""
    own = F("account_id")
    entered = await TrainingAttendance.filter(means="paper", entered_by_id=own).values_list("uid", flat=True)
    recorded = await TrainingRecord.filter(course__isnull=False, recorded_by_id=own).values_list(
        "uid", flat=True
    )
    return [
        *(f"training: {uid} was entered by the one it is about" for uid in entered),
        *(f"training: certificate {uid} was written by the one it is about" for uid in recorded),
    ]
