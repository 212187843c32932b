"""What every step of an episode does alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tortoise.expressions import F

from server.audit.actions import note
from server.authority.actor import Actor
from server.followups.errors import EpisodeOver, JustRecorded
from server.followups.models import ChronicEpisode
from server.followups.rules import EPISODE_MOVES, LIVE, EpisodeEvent
from server.outbox.actions import enqueue


async def move(episode: ChronicEpisode, event: EpisodeEvent, **more: Any) -> None:
    """Carry out one move on the row as it was read, or refuse: it is over, or a colleague was faster."""
    if not EPISODE_MOVES.allows(episode.status, event):
        raise EpisodeOver
    changed = await ChronicEpisode.filter(id=episode.id, touched=episode.touched).update(
        status=EPISODE_MOVES.after(episode.status, event), touched=F("touched") + 1, **more
    )
    if changed == 0:
        now_is = await ChronicEpisode.get(id=episode.id).only("id", "status")
        raise JustRecorded if now_is.status in LIVE else EpisodeOver


async def noted(
    actor: Actor,
    what: str,
    episode: ChronicEpisode,
    *,
    now: datetime,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    await note(
        actor,
        what,
        subject_kind="chronic_episode",
        subject_uid=episode.uid,
        resident_id=episode.resident_id,
        institution_id=episode.institution_id,
        reason=reason,
        detail=detail,
        now=now,
    )


async def tell(topic: str, episode: ChronicEpisode, *, now: datetime, once: str) -> None:
    """Let those hear of it whom it concerns; the payload names nothing but uids."""
    payload = {
        "episode": episode.uid,
        "resident": episode.resident.uid,
        "institution": episode.institution.uid,
    }
    await enqueue(topic, payload, now=now, once_key=f"{topic}:{episode.uid}:{once}")
