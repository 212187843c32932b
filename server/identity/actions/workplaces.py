"""Where somebody works for a time: prolonged with a note, and told before it ends (A24)."""

from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import Q

from server.alliance.queries import parameters
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.access import grant_for, unended
from server.identity.actions.roles import ensure_not_held, lent
from server.identity.errors import EndedAlready, NothingProlonged, NotToYourself
from server.identity.models import Account, RoleGrant
from server.identity.rules import Engagement, ensure_not_lent_twice
from server.kit.clock import local_date, start_of_day
from server.kit.notices import nearest_first
from server.kit.periods import Period
from server.kit.transactions import action
from server.outbox.actions import enqueue

MANAGE = Permission.STAFF_MANAGE
FOR_A_TIME = (Engagement.SECONDMENT, Engagement.LIAISON, Engagement.MULTI_SITE)
_REGISTRATION = "registration_reminded_days"
_ENDS = (_REGISTRATION, "reminded_days")  # in which column each end of a role keeps what was told of it
NOTICES = ("identity.workplace_first_notice", "identity.workplace_last_notice")


@action
async def prolong_role(
    *,
    actor: Actor,
    grant_uid: str,
    ends_at: datetime | None = None,
    registration_ends_on: date | None = None,
    reason: str,
    now: datetime,
) -> None:
    """Let a role, or the registration it rests on, run longer than was said; the first end stands in the audit trail."""
    row = await grant_for(actor=actor, uid=grant_uid, permission=MANAGE, now=now)
    # As in giving: nobody is lent to two places while two desks prolong at once.
    account = await Account.filter(id=row.account.id).select_for_update().get()
    if account.id == actor.account_id:
        raise NotToYourself
    changes: dict[str, Any] = {"note": reason}
    if ends_at is not None:
        if row.ends_at is None or ends_at <= row.ends_at:
            raise NothingProlonged(fields={"last_day": NothingProlonged.message})
        others = await RoleGrant.filter(unended(now), account_id=account.id).exclude(id=row.id)
        period = Period(row.starts_at, ends_at)
        ensure_not_lent_twice([(row.engagement or Engagement.OWN, row.institution_id, period), *lent(others)])
        ensure_not_held(others, row.role, row.institution_id, period)
        changes |= {"ends_at": ends_at, "reminded_days": None}
    if registration_ends_on is not None:
        if row.registration_ends_on is None or registration_ends_on <= row.registration_ends_on:
            raise NothingProlonged(fields={"registration_last_day": NothingProlonged.message})
        changes |= {"registration_ends_on": registration_ends_on, "registration_reminded_days": None}
    if ends_at is None and registration_ends_on is None:
        raise NothingProlonged
    as_it_was = unended(now) & Q(ends_at=row.ends_at) if row.ends_at else unended(now)
    if not await RoleGrant.filter(as_it_was, id=row.id).update(**changes):
        raise EndedAlready
    await note(
        actor,
        "identity.role_prolonged",
        subject_kind="role_grant",
        subject_uid=row.uid,
        now=now,
        reason=reason,
        institution_id=row.institution_id,
        detail={
            "account": row.account.uid,
            "ended": row.ends_at.isoformat() if row.ends_at else None,
            "registered_until": row.registration_ends_on.isoformat() if row.registration_ends_on else None,
        },
    )


@action
async def sweep_workplaces(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """Say 30 and 7 days ahead that a registration, a secondment or a liaison's time ends, once each."""
    numbers = await parameters(NOTICES, on=local_date(now))
    told = 0
    for end in _ENDS:
        for days, unsaid in nearest_first(numbers.values(), kept_in=end):
            rows = RoleGrant.filter(unended(now) & unsaid & _ending(end, days, now))
            for row in await rows.select_related("account", "institution").order_by("id").limit(limit):
                if await RoleGrant.filter(unsaid, id=row.id).update(**{end: days}):
                    await _tell(actor, row, end, days, now)
                    told += 1
    return told


def _ending(end: str, days: int, now: datetime) -> Q:
    """Narrow to what ends within so many days: each of the two ends of a role is told for itself."""
    today = local_date(now)
    horizon = today + timedelta(days=days)
    at_a_place = Q(institution_id__isnull=False)
    if end == _REGISTRATION:
        return at_a_place & Q(registration_ends_on__gt=today, registration_ends_on__lte=horizon)
    return at_a_place & Q(engagement__in=FOR_A_TIME, ends_at__gt=now, ends_at__lte=start_of_day(horizon))


async def _tell(actor: Actor, row: RoleGrant, end: str, days: int, now: datetime) -> None:
    await note(
        actor,
        "identity.workplace_ending",
        subject_kind="role_grant",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        detail={"days": days, "end": "registration" if end == _REGISTRATION else "role"},
        now=now,
    )
    ends = row.registration_ends_on if end == _REGISTRATION else row.ends_at
    payload = {"account": row.account.uid, "institution": row.institution.uid if row.institution else ""}
    await enqueue(
        "identity.workplace_ending",
        payload,
        now=now,
        once_key=f"workplace:{row.uid}:{end}:{days}:{ends}",
    )
