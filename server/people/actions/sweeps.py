"""What the calendar does to authority."""

from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Role
from server.identity.models import RoleGrant
from server.kit.errors import IllegalMove
from server.kit.transactions import action
from server.people.actions.grants import close
from server.people.models import ProxyGrant
from server.people.rules import LIVE_PROXY, Basis, EndReason, ProxyStatus


@action
async def sweep_reviews(*, actor: Actor, now: datetime, limit: int = 200) -> int:
    """End grants that ran out or that I4 no longer allows, and let old applications lapse; return how many.

    An expired grant opens nothing even before this has run: `access` asks for the day itself.
    """
    days = await parameter("people.application_days", on=now)
    stale = Q(
        status__in=[ProxyStatus.APPLIED, ProxyStatus.ID_VERIFIED], created_at__lte=now - timedelta(days=days)
    )
    ran_out = Q(status__in=[ProxyStatus.ACTIVE, ProxyStatus.SUSPENDED], ends_at__lte=now)
    done = 0
    for condition, reason in (
        (ran_out, EndReason.EXPIRED),
        (stale, EndReason.NOT_VERIFIED),
        (await _became_staff(now), EndReason.RELATION_CHANGED),
    ):
        for row in await ProxyGrant.filter(condition).order_by("id").limit(limit):
            try:
                await close(actor, row, reason, now=now)
            except IllegalMove:
                continue  # another worker was faster
            done += 1
    return done


async def _became_staff(now: datetime) -> Q:
    """Return the condition of live grants whose holder has come to work in the resident's home (I4)."""
    current = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    staff = RoleGrant.filter(
        current,
        starts_at__lte=now,
        institution_id__isnull=False,
        account_id__in=Subquery(ProxyGrant.filter(status__in=sorted(LIVE_PROXY)).values("proxy_id")),
    ).exclude(role=Role.PERSON)
    pairs = await staff.values_list("account_id", "institution_id")
    live = Q(status__in=sorted(LIVE_PROXY), basis__not=Basis.INSTITUTION)
    conflicts = [Q(proxy_id=account_id, resident__home_id=home_id) for account_id, home_id in pairs]
    return Q(live, Q(*conflicts, join_type=Q.OR)) if conflicts else Q(id__in=[])
