"""Take somebody into follow-up, and end it."""

from datetime import date, datetime, timedelta

from tortoise.expressions import Q

from server.alliance.access import in_force
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.queries import parameter
from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import Purpose
from server.followups.access import episode_for
from server.followups.actions.moving import move, noted
from server.followups.errors import AlreadyEnrolled, NoSuchDiagnosis, ReasonNeeded, TooYoung
from server.followups.models import ChronicEpisode
from server.followups.queries.cards import EpisodeCard, episode_card
from server.followups.rules import Disease, EndReason, Enrolled, EpisodeEvent, diagnosis_of
from server.kit.clock import age_on, local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.models import Resident
from server.records.access import view_of
from server.records.rules import EntryKind


@action
async def enroll(
    *,
    actor: Actor,
    resident_uid: str,
    disease: Disease,
    diagnosis_uid: str | None = None,
    evidence: str = "",
    institution_uid: str | None = None,
    first_on: date | None = None,
    now: datetime,
) -> EpisodeCard:
    """Take a resident into follow-up, by a diagnosis of the record or by a paper that somebody saw.

    The first follow-up is due at once, or by `first_on` within the usual interval.
    """
    needs = Permission.FOLLOW_UP_WRITE
    resident = await resident_for(actor=actor, uid=resident_uid, permission=needs, now=now)
    institution = await _institution(actor, institution_uid, resident, now)
    today = local_date(now)
    if age_on(resident.birth_date, today) < await parameter("followups.from_age", on=today):
        raise TooYoung
    if diagnosis_uid is None and not evidence.strip():
        raise ReasonNeeded(fields={"evidence": "请写明依据，例如：2024 年 5 月市第一人民医院出院小结。"})
    if diagnosis_uid is not None:
        await _ensure_diagnosed(actor, resident_uid, disease, diagnosis_uid, now)
    latest = today + timedelta(days=await parameter("records.follow_up_days", on=today))
    row = ChronicEpisode(
        resident=resident,
        institution=institution,
        disease=disease,
        enrolled_how=Enrolled.DIAGNOSIS if diagnosis_uid else Enrolled.BY_HAND,
        enrolled_on=today,
        enrolled_by_id=actor.account_id,
        diagnosis_uid=diagnosis_uid,
        evidence=evidence.strip(),
        next_on=min(max(first_on or today, today), latest),
        live_key=f"{resident.id}/{disease}",
        created_at=now,
    )
    async with refusing_duplicates(AlreadyEnrolled):
        await row.save()
    await noted(actor, "followups.enrolled", row, now=now, detail={"how": row.enrolled_how})
    return await episode_card(row.id, now=now)


@action
async def end_episode(
    *, actor: Actor, episode_uid: str, reason: EndReason, note: str = "", now: datetime
) -> EpisodeCard:
    """End the management of a disease; whoever takes it over enrolls anew. What was recorded stays."""
    episode = await episode_for(actor=actor, uid=episode_uid, permission=Permission.FOLLOW_UP_WRITE, now=now)
    await move(
        episode,
        EpisodeEvent.END,
        end_reason=reason,
        end_note=note.strip(),
        ended_on=local_date(now),
        ended_by_id=actor.account_id,
        check_back_by=None,
        live_key=None,
    )
    await noted(
        actor, "followups.ended", episode, reason=note.strip() or None, detail={"why": reason}, now=now
    )
    return await episode_card(episode.id, now=now)


async def _institution(actor: Actor, uid: str | None, resident: Resident, now: datetime) -> Institution:
    """Return the one that was named, or which of the actor's serves the resident's home by an agreement in force."""
    ids = sorted(actor.institutions_with(Permission.FOLLOW_UP_WRITE))
    own = Q(id__in=ids)
    if uid is not None:
        own &= Q(uid=uid)
    found = await Institution.filter(own).order_by("id")
    if not found:
        raise NotFound
    if len(found) == 1:
        return found[0]
    bound = ServiceAgreement.filter(in_force(now), provider_id__in=ids, home_id=resident.home_id or 0)
    serving = set(await bound.values_list("provider_id", flat=True))
    return next((each for each in found if each.id in serving), found[0])


async def _ensure_diagnosed(
    actor: Actor, resident_uid: str, disease: Disease, diagnosis_uid: str, now: datetime
) -> None:
    view = await view_of(actor=actor, resident_uid=resident_uid, purpose=Purpose.VISIT, now=now)
    entry = await view.entries().filter(uid=diagnosis_uid, kind=EntryKind.CONDITION).first()
    if entry is None or not entry.code.startswith(diagnosis_of(disease)):
        raise NoSuchDiagnosis
    await trail.record([view.line("followups.diagnosis", [entry])], now=now)
