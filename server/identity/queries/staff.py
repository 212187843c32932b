"""Who works where, on which phones: for those who manage staff."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import ROLE_PERMISSIONS, Permission, Role
from server.identity.access import account_for, grants_visible_to, in_force, standing_grants, unended
from server.identity.models import Account, ConsoleCredential, Device, RoleGrant, WechatIdentity
from server.identity.queries.training import training_states
from server.identity.rules import (
    ENGAGEMENT_WORDS,
    GIVEN_BY,
    MINI_PROGRAM_ROLES,
    AccountStatus,
    Engagement,
    TrainingState,
    role_fits,
)
from server.kit.pages import Page, PageWish, rows_of
from server.kit.periods import Period

MOST_DEVICES_SHOWN = 50
MOST_COLLEAGUES_SHOWN = 200


@dataclass(frozen=True)
class GrantCard:
    uid: str
    account_uid: str
    name: str
    role: Role
    institution: str | None
    starts_at: datetime
    ends_at: datetime | None
    ended_reason: str | None
    in_force: bool
    engagement: Engagement
    engagement_words: str
    registration_number: str
    registration_last_day: date | None  # on which it still holds
    note: str


@dataclass(frozen=True)
class DeviceCard:
    uid: str
    label: str
    first_seen_at: datetime
    approved_at: datetime | None


@dataclass(frozen=True)
class OtherWorkplace:
    """Where else a practitioner works now or later: the place, the capacity and the period, and nothing they do there."""

    institution: str
    engagement: Engagement
    engagement_words: str
    starts_at: datetime
    ends_at: datetime | None
    registration_last_day: date | None
    in_force: bool


@dataclass(frozen=True)
class StaffCard:
    """One member of staff as the person who manages staff sees them."""

    uid: str
    name: str
    login: str | None
    first_password: bool  # still the one the server made
    has_wechat: bool
    grants: tuple[GrantCard, ...]
    devices: tuple[DeviceCard, ...]
    elsewhere: tuple[OtherWorkplace, ...]


class PhoneState(StrEnum):
    """Whether somebody may work on a phone."""

    NOT_NEEDED = "not_needed"  # roles of the console alone
    NOT_BOUND = "not_bound"  # no WeChat of theirs is known yet
    WAITING = "waiting"
    APPROVED = "approved"


@dataclass(frozen=True)
class StaffLine:
    """One role in the list of staff, and how its holder stands otherwise."""

    grant: GrantCard
    phone: PhoneState
    training: TrainingState


@dataclass(frozen=True)
class DeviceWaitingCard:
    uid: str
    account_uid: str
    name: str
    label: str
    first_seen_at: datetime


@dataclass(frozen=True)
class RoleChoice:
    """A role the actor may give at an institution (None: the system as a whole)."""

    institution_uid: str | None
    institution: str | None
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class ColleagueCard:
    """Somebody who works at the same institution: whom to ask to stand by."""

    uid: str
    name: str


async def colleagues(
    *, actor: Actor, institution_uid: str, permission: Permission, now: datetime
) -> tuple[ColleagueCard, ...]:
    """Return who else may do this at an institution where the actor may; nobody else's staff are told."""
    institution = await institution_for(actor=actor, uid=institution_uid, permission=permission, now=now)
    able = sorted(role for role in MINI_PROGRAM_ROLES if permission in ROLE_PERMISSIONS[role])
    held = RoleGrant.filter(in_force(now), institution_id=institution.id, role__in=able)
    rows = (
        await Account.filter(id__in=Subquery(held.values("account_id")), status=AccountStatus.ACTIVE)
        .exclude(id=actor.account_id)
        .order_by("name", "id")
        .limit(MOST_COLLEAGUES_SHOWN)
    )
    return tuple(ColleagueCard(row.uid, row.name) for row in rows)


def grant_card(row: RoleGrant, *, now: datetime) -> GrantCard:
    return GrantCard(
        uid=row.uid,
        account_uid=row.account.uid,
        name=row.account.name,
        role=row.role,
        institution=row.institution.name if row.institution else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        ended_reason=row.ended_reason,
        in_force=Period(row.starts_at, row.ends_at).contains(now),
        engagement=row.engagement or Engagement.OWN,
        engagement_words=ENGAGEMENT_WORDS[row.engagement or Engagement.OWN],
        registration_number=row.registration_number or "",
        registration_last_day=_last_day(row),
        note=row.note or "",
    )


def _last_day(row: RoleGrant) -> date | None:
    return row.registration_ends_on - timedelta(days=1) if row.registration_ends_on else None


async def staff(*, actor: Actor, wish: PageWish, past: bool = False, now: datetime) -> Page[StaffLine]:
    """List the roles at the actor's own institutions: those that run now or later, or those that are over."""
    visible = grants_visible_to(actor=actor, permission=Permission.STAFF_MANAGE, now=now)
    over = Q(ends_at__lte=now)
    rows = RoleGrant.filter(visible, over if past else unended(now))
    page = await rows_of(rows.select_related("account", "institution"), wish, by="created_at")
    ids = sorted({row.account.id for row in page.items})
    states = await training_states(actor=actor, account_ids=ids, now=now)
    devices = await Device.filter(account_id__in=ids, withdrawn_at=None).values_list(
        "account_id", "approved_at"
    )
    known = {account_id for account_id, _ in devices}
    approved = {account_id for account_id, approved_at in devices if approved_at is not None}
    lines = tuple(
        StaffLine(
            grant=grant_card(row, now=now),
            phone=_phone_state(row, known, approved),
            training=states[row.account.id],
        )
        for row in page.items
    )
    return page.of(lines)


def _phone_state(row: RoleGrant, known: set[int], approved: set[int]) -> PhoneState:
    if row.account.id in approved:
        return PhoneState.APPROVED
    if row.account.id in known:
        return PhoneState.WAITING
    return PhoneState.NOT_BOUND if row.role in MINI_PROGRAM_ROLES else PhoneState.NOT_NEEDED


async def staff_member(*, actor: Actor, uid: str, now: datetime) -> StaffCard:
    """Return one member of staff, with where else they practise. What they do at other institutions is not shown."""
    account = await account_for(actor=actor, uid=uid, permission=Permission.STAFF_MANAGE, now=now)
    visible = grants_visible_to(actor=actor, permission=Permission.STAFF_MANAGE, now=now)
    grants = (
        await RoleGrant.filter(visible, account_id=account.id)
        .select_related("account", "institution")
        .order_by("-id")
    )
    credential = await ConsoleCredential.get_or_none(account_id=account.id)
    devices = await Device.filter(account_id=account.id).order_by("-id").limit(MOST_DEVICES_SHOWN)
    return StaffCard(
        uid=account.uid,
        name=account.name,
        login=credential.login if credential else None,
        first_password=credential is not None and credential.password_changed_at is None,
        has_wechat=await WechatIdentity.filter(account_id=account.id).exists(),
        grants=tuple(grant_card(row, now=now) for row in grants),
        devices=tuple(DeviceCard(row.uid, row.label, row.created_at, row.approved_at) for row in devices),
        elsewhere=await _elsewhere(account.id, [row.id for row in grants], now),
    )


async def _elsewhere(account_id: int, shown: list[int], now: datetime) -> tuple[OtherWorkplace, ...]:
    """Return the other places of a practitioner, one line each: whoever plans work must know of the other house (A24)."""
    rows = RoleGrant.filter(
        unended(now), account_id=account_id, institution_id__isnull=False, role__in=list(MINI_PROGRAM_ROLES)
    ).exclude(id__in=[*shown, 0])
    cards = {
        (row.institution_id, row.engagement, row.starts_at): OtherWorkplace(
            institution=row.institution.name,
            engagement=row.engagement or Engagement.OWN,
            engagement_words=ENGAGEMENT_WORDS[row.engagement or Engagement.OWN],
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            registration_last_day=_last_day(row),
            in_force=Period(row.starts_at, row.ends_at).contains(now),
        )
        for row in await rows.select_related("institution").order_by("starts_at", "id")
        if row.institution is not None
    }
    return tuple(cards.values())


def _waiting_devices(actor: Actor, now: datetime) -> QuerySet[Device]:
    theirs = standing_grants(actor=actor, permission=Permission.STAFF_MANAGE, now=now)
    accounts = RoleGrant.filter(theirs, role__in=list(MINI_PROGRAM_ROLES)).values("account_id")
    return Device.filter(approved_at=None, withdrawn_at=None, account_id__in=Subquery(accounts))


async def devices_waiting(*, actor: Actor, now: datetime) -> tuple[DeviceWaitingCard, ...]:
    """List phones of the actor's own staff that nobody has approved yet."""
    rows = (
        await _waiting_devices(actor, now).select_related("account").order_by("id").limit(MOST_DEVICES_SHOWN)
    )
    return tuple(
        DeviceWaitingCard(row.uid, row.account.uid, row.account.name, row.label, row.created_at)
        for row in rows
    )


async def count_devices_waiting(*, actor: Actor, now: datetime) -> int:
    return await _waiting_devices(actor, now).count()


async def roles_to_give(*, actor: Actor, now: datetime) -> tuple[RoleChoice, ...]:  # noqa: ARG001  one form for all
    """List where and as what the actor may take on staff."""
    everywhere = actor.holds(Permission.STAFF_MANAGE, [Role.ADMINISTRATOR])
    own = sorted(actor.institutions_with(Permission.STAFF_MANAGE))
    rows = await (Institution.all() if everywhere else Institution.filter(id__in=own)).order_by("id")
    choices = [RoleChoice(row.uid, row.name, _givable(actor, row.id, row.kind)) for row in rows]
    system = [RoleChoice(None, None, (Role.ADMINISTRATOR,))] if everywhere else []
    return tuple(choice for choice in (*system, *choices) if choice.roles)


def _givable(actor: Actor, institution_id: int, kind: InstitutionKind) -> tuple[Role, ...]:
    given = {
        role
        for grant in actor.grants
        if grant.institution_id in {institution_id, None}
        for role in GIVEN_BY.get(grant.role, ())
    }
    return tuple(sorted(role for role in given if role_fits(role, kind)))
