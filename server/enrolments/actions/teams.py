"""Teams of a primary-care institution, and the priority groups of residents."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from hashlib import sha256

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.enrolments.access import as_offering, own_center_for, team_of_ours
from server.enrolments.errors import (
    CapacityTooSmall,
    NotAMember,
    NotPrimaryCare,
    ReasonNeeded,
    SaidMeanwhile,
    TeamInUse,
    TeamNameTaken,
)
from server.enrolments.models import Enrolment, FamilyTeam, FamilyTeamMember, PriorityGroup
from server.enrolments.rules import OPEN, STATED, EnrolmentStatus, Group
from server.identity.models import Account
from server.identity.queries import registered_at
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.people.access import resident_for


@action
async def form_team(
    *, actor: Actor, name: str, leader_uid: str, member_uids: Sequence[str], capacity: int, now: datetime
) -> str:
    """Form a team of the actor's own primary-care institution; return its uid."""
    center = await own_center_for(actor=actor)
    if center is None:
        raise NotPrimaryCare
    await _ensure_capacity(capacity, now)
    leader = await _member(center, leader_uid, now)
    digest = sha256(name.strip().encode()).hexdigest()[:40]
    team = FamilyTeam(
        institution=center,
        name=name.strip(),
        leader=leader,
        capacity=capacity,
        name_key=f"{center.id}/{digest}",
        created_at=now,
    )
    async with refusing_duplicates(TeamNameTaken):
        await team.save()
    for uid in sorted({each for each in member_uids if each != leader_uid}):
        await _add(team, await _member(center, uid, now), now)
    await _noted(actor, "enrolments.team_formed", team, now)
    return str(team.uid)


@action
async def change_team(
    *, actor: Actor, uid: str, member_uids: Sequence[str], capacity: int, now: datetime
) -> None:
    """Say anew who belongs to a team besides its leader, and how many contracts it may have."""
    team = await team_of_ours(actor=actor, uid=uid)
    await _ensure_capacity(capacity, now)
    changed = await FamilyTeam.filter(id=team.id, closed_at=None, taken__lte=capacity).update(
        capacity=capacity
    )
    if changed == 0:
        raise CapacityTooSmall(fields={"capacity": CapacityTooSmall.message})
    wanted = {
        member.id: member
        for member in [await _member(team.institution, each, now) for each in sorted(set(member_uids))]
        if member.id != team.leader_id
    }
    held = await FamilyTeamMember.filter(team_id=team.id, left_at=None)
    for row in held:
        if row.account_id not in wanted:
            await FamilyTeamMember.filter(id=row.id).update(left_at=now, member_key=None)
    for account_id in sorted(wanted.keys() - {row.account_id for row in held}):
        await _add(team, wanted[account_id], now)
    await _noted(actor, "enrolments.team_changed", team, now)


@action
async def close_team(*, actor: Actor, uid: str, now: datetime) -> None:
    """Close a team that has nobody any more and nobody on the way."""
    team = await team_of_ours(actor=actor, uid=uid)
    changed = await FamilyTeam.filter(id=team.id, closed_at=None, taken=0).update(
        closed_at=now, name_key=None
    )
    if changed == 0:
        raise TeamInUse
    # Asked after it was closed: whoever begins a contract holds the team's row until that stands.
    busy = [*sorted(OPEN), EnrolmentStatus.ACTIVE]
    if await Enrolment.filter(team_id=team.id, status__in=busy).exists():
        raise TeamInUse
    await _noted(actor, "enrolments.team_closed", team, now)


@action
async def state_groups(
    *, actor: Actor, resident_uid: str, groups: AbstractSet[Group], source: str, now: datetime
) -> None:
    """Say to which groups a resident belongs by the word of the actor's institution; what was said before ends."""
    needs, offering = Permission.ENROLMENT_OFFER, await as_offering(actor=actor)
    resident = await resident_for(actor=offering, uid=resident_uid, permission=needs, now=now)
    if not source.strip():
        raise ReasonNeeded(fields={"source": "请写明依据，例如：残疾证、低保证、2025 年 6 月出院小结。"})
    own = sorted(offering.institutions_with(needs))
    here = await Institution.filter(id__in=own).order_by("id")
    place = next((each for each in here if each.id == resident.home_id), here[0])
    today = local_date(now)
    held = await PriorityGroup.filter(resident_id=resident.id, institution_id=place.id, ended_on=None)
    for row in held:
        if row.kind not in groups:
            await PriorityGroup.filter(id=row.id).update(ended_on=today, live_key=None)
    for group in STATED:
        if group in groups and group not in {row.kind for row in held}:
            row = PriorityGroup(
                resident=resident,
                institution=place,
                kind=group,
                source=source.strip(),
                as_of=today,
                stated_by_id=actor.account_id,
                live_key=f"{resident.id}/{place.id}/{group}",
                created_at=now,
            )
            async with refusing_duplicates(SaidMeanwhile):
                await row.save()
    await note(
        actor,
        "enrolments.groups_stated",
        subject_kind="resident",
        subject_uid=resident.uid,
        resident_id=resident.id,
        institution_id=place.id,
        now=now,
    )


async def _ensure_capacity(capacity: int, now: datetime) -> None:
    most = await parameter("enrolments.team_most", on=local_date(now))
    if not 1 <= capacity <= most:
        raise CapacityTooSmall(fields={"capacity": f"请填 1 到 {most} 之间的人数。"})


async def _member(center: Institution, uid: str, now: datetime) -> Account:
    """Return an account that has a medical post at the center, and is registered there."""
    grants = await registered_at(center.id, Permission.ENROLMENT_READ, at=now, uids=[uid])
    if not grants:
        raise NotAMember
    return grants[0].account


async def _add(team: FamilyTeam, account: Account, now: datetime) -> None:
    row = FamilyTeamMember(team=team, account=account, member_key=f"{team.id}/{account.id}", created_at=now)
    async with refusing_duplicates(SaidMeanwhile):
        await row.save()


async def _noted(actor: Actor, what: str, team: FamilyTeam, now: datetime) -> None:
    await note(
        actor,
        what,
        subject_kind="family_team",
        subject_uid=team.uid,
        institution_id=team.institution_id,
        now=now,
    )
