"""What came of a referral: asked by the one who referred."""

from datetime import datetime

from tortoise.expressions import F

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.followups.access import follow_up_for
from server.followups.actions.moving import noted
from server.followups.errors import JustRecorded, NothingToCheckBack, ReasonNeeded
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries.cards import FollowUpCard, follow_up_card
from server.kit.transactions import action


@action
async def check_back(*, actor: Actor, follow_up_uid: str, note: str, now: datetime) -> FollowUpCard:
    """Write down what came of a referral: asked by the one who referred, within two weeks."""
    row = await follow_up_for(actor=actor, uid=follow_up_uid, permission=Permission.FOLLOW_UP_WRITE)
    if not note.strip():
        raise ReasonNeeded(fields={"note": "请写明转诊的结果，例如：已住院，调整用药后出院。"})
    changed = await FollowUp.filter(
        id=row.id, is_current=True, checked_back_at=None, check_back_by__isnull=False
    ).update(checked_back_at=now, checked_back_by_id=actor.account_id, checked_back_note=note.strip())
    if changed == 0:
        raise NothingToCheckBack
    await open_referral(row.episode)
    await noted(actor, "followups.checked_back", row.episode, detail={"follow_up": row.uid}, now=now)
    return await follow_up_card(row.id, now=now)


async def open_referral(episode: ChronicEpisode) -> None:
    """Let the episode name the oldest referral of which nobody has asked yet; of one that has ended nobody need ask.

    Refuses with `JustRecorded` when somebody touched the episode since it was read: theirs may be another referral.
    """
    if episode.live_key is None:
        return
    waiting = FollowUp.filter(
        episode_id=episode.id, is_current=True, check_back_by__isnull=False, checked_back_at=None
    )
    first = await waiting.order_by("check_back_by").first()
    changed = await ChronicEpisode.filter(id=episode.id, touched=episode.touched).update(
        check_back_by=first.check_back_by if first else None, unasked_said=None, touched=F("touched") + 1
    )
    if changed == 0:
        raise JustRecorded
