"""The audit line and the news of a campaign."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from server.audit.actions import note
from server.authority.actor import Actor
from server.checkups.models import CheckupCampaign
from server.outbox.actions import enqueue


async def noted(
    actor: Actor,
    what: str,
    campaign: CheckupCampaign,
    *,
    now: datetime,
    resident_id: int | None = None,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    await note(
        actor,
        what,
        subject_kind="checkup_campaign",
        subject_uid=campaign.uid,
        institution_id=campaign.provider_id,
        resident_id=resident_id,
        reason=reason,
        detail=detail,
        now=now,
    )


async def tell(topic: str, campaign: CheckupCampaign, *, now: datetime, once: str, **more: str) -> None:
    """Let those hear of it whom it concerns; the payload names nothing but uids."""
    payload = {
        "campaign": campaign.uid,
        "home": campaign.home.uid,
        "provider": campaign.provider.uid,
        "institution": campaign.provider.uid,
        **more,
    }
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{campaign.uid}:{once}")
