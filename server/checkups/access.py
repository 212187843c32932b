"""Which campaigns, reports and duties an actor may work on. What was found is reached through `records.access` besides."""

from datetime import datetime
from typing import Any

from tortoise.expressions import Q, Subquery

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupPlace, CheckupReport
from server.kit.errors import NotFound


def campaigns_visible_to(*, actor: Actor, permission: Permission, prefix: str = "") -> Q:
    """Narrow campaigns, or what points at one through `prefix`, to those of the actor's institutions, either side."""
    own = sorted(actor.institutions_with(permission))
    at_home: dict[str, Any] = {f"{prefix}home_id__in": own}
    examining: dict[str, Any] = {f"{prefix}provider_id__in": own}
    return Q(**at_home) | Q(**examining)


async def campaign_for(*, actor: Actor, uid: str, permission: Permission) -> CheckupCampaign:
    visible = campaigns_visible_to(actor=actor, permission=permission)
    row = await CheckupCampaign.filter(visible, uid=uid).select_related("home", "provider").first()
    if row is None:
        raise NotFound
    return row


async def campaign_to_report(*, actor: Actor, uid: str) -> CheckupCampaign:
    """Return a campaign for which the actor may hand in reports: only the institution that examines does."""
    own = sorted(actor.institutions_with(Permission.CHECKUP_RECORD))
    found = CheckupCampaign.filter(uid=uid, provider_id__in=own)
    row = await found.select_related("home", "provider").first()
    if row is None:
        raise NotFound
    return row


async def place_for(*, actor: Actor, uid: str, permission: Permission) -> CheckupPlace:
    visible = campaigns_visible_to(actor=actor, permission=permission, prefix="campaign__")
    related = ("campaign__home", "campaign__provider", "resident")
    row = await CheckupPlace.filter(visible, uid=uid).select_related(*related).first()
    if row is None:
        raise NotFound
    return row


async def report_for(*, actor: Actor, uid: str, permission: Permission) -> CheckupReport:
    visible = campaigns_visible_to(actor=actor, permission=permission, prefix="campaign__")
    related = ("campaign__home", "campaign__provider", "resident", "institution", "author")
    row = await CheckupReport.filter(visible, uid=uid).select_related(*related).first()
    if row is None:
        raise NotFound
    return row


def duties_visible_to(*, actor: Actor, now: datetime) -> Q:  # noqa: ARG001  one form for all
    """Narrow duties to those of campaigns of the actor's institutions, either side."""
    # The few campaigns first, then their reports: the duties are then reached by their index.
    visible = campaigns_visible_to(actor=actor, permission=Permission.CHECKUP_READ)
    reports = CheckupReport.filter(campaign_id__in=Subquery(CheckupCampaign.filter(visible).values("id")))
    return Q(report_id__in=Subquery(reports.values("id")))


async def duty_for(*, actor: Actor, uid: str) -> CheckupDuty:
    """Return a duty that the actor's own institution owes."""
    own = sorted(actor.institutions_with(Permission.CHECKUP_RECORD))
    related = ("report__campaign", "resident", "owner")
    row = await CheckupDuty.filter(uid=uid, owner_id__in=own).select_related(*related).first()
    if row is None:
        raise NotFound
    return row
