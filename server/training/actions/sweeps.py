"""What the clock does: certificates that run out are told ahead, sessions that nobody finished are put before their host."""

from datetime import date, datetime, timedelta

from tortoise.expressions import Q

from server.alliance.queries import parameter, parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.identity.access import in_force
from server.identity.models import RoleGrant, TrainingRecord
from server.kit.clock import local_date
from server.kit.notices import nearest_first
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.training.actions.sessions import noted
from server.training.models import TrainingSession
from server.training.rules import SessionStatus

NOTICES = ("training.first_notice", "training.last_notice")


@action
async def sweep_certificates(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Say 30 and 7 days ahead that a certificate runs out: to whose it is, and to who answers for the staff there."""
    today = local_date(now)
    numbers = await parameters(NOTICES, on=today)
    told = 0
    for days, unsaid in nearest_first(numbers.values()):
        ending = TrainingRecord.filter(
            unsaid,
            struck_out_at__isnull=True,
            expires_on__gt=today,
            expires_on__lte=today + timedelta(days=days),
        )
        for row in await ending.select_related("account", "institution").order_by("expires_on").limit(limit):
            if not await TrainingRecord.filter(unsaid, id=row.id).update(reminded_days=days):
                continue
            if not await _renewed(row) and await _works(row, now):
                await _tell(actor, row, days, today, now)
                told += 1
    return told


async def _renewed(row: TrainingRecord) -> bool:
    """Tell whether a later certificate of the same course is there already."""
    same = Q(course=row.course) if row.course else Q(title=row.title)
    later = Q(expires_on__isnull=True) | Q(expires_on__gt=row.expires_on)
    return (
        await TrainingRecord.filter(same & later, account_id=row.account_id, struck_out_at__isnull=True)
        .exclude(id=row.id)
        .exists()
    )


async def _works(row: TrainingRecord, now: datetime) -> bool:
    return await RoleGrant.filter(
        in_force(now), account_id=row.account_id, institution_id=row.institution_id
    ).exists()


async def _tell(actor: Actor, row: TrainingRecord, days: int, today: date, now: datetime) -> None:
    await note(
        actor,
        "training.certificate_ending",
        subject_kind="training_record",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        detail={"days": days, "on": today.isoformat()},
        now=now,
    )
    payload = {"account": row.account.uid, "institution": row.institution.uid}
    await enqueue("training.certificate_ending", payload, now=now, once_key=f"certificate:{row.uid}:{days}")


@action
async def sweep_sessions(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Ask the host, once, to finish a session or to call it off: without that nobody has a certificate."""
    hours = await parameter("training.unfinished_hours", on=local_date(now))
    left = TrainingSession.filter(
        status=SessionStatus.PLANNED, ends_at__lte=now - timedelta(hours=hours), told_at__isnull=True
    )
    told = 0
    for row in await left.select_related("institution").order_by("id").limit(limit):
        if await left.filter(id=row.id).update(told_at=now):
            await noted(actor, "training.unfinished", row, now=now)
            payload = {"training_session": row.uid, "institution": row.institution.uid}
            await enqueue("training.unfinished", payload, now=now, once_key=f"unfinished:{row.uid}")
            told += 1
    return told
