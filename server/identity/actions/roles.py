"""Take people on, give and end roles."""

from collections.abc import Iterable
from datetime import datetime

from tortoise.expressions import Q

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.audit.actions import note
from server.authority.actor import Actor, Channel
from server.authority.permissions import Permission, Role
from server.identity.access import account_for, grant_for, unended
from server.identity.actions.console import add_credential
from server.identity.actions.sessions import end_sessions
from server.identity.errors import (
    EndedAlready,
    LoginTaken,
    NotToYourself,
    NotYoursToGive,
    RoleHeldAlready,
)
from server.identity.models import Account, RoleGrant
from server.identity.queries import GrantCard
from server.identity.queries.staff import grant_card
from server.identity.rules import (
    GIVEN_BY,
    AccountStatus,
    Engagement,
    Revocation,
    Terms,
    ensure_duties_apart,
    ensure_forward,
    ensure_login_usable,
    ensure_not_lent_twice,
    ensure_role_fits,
    ensure_terms,
)
from server.kit.clock import local_date
from server.kit.database import is_duplicate
from server.kit.errors import NotFound
from server.kit.periods import Period
from server.kit.transactions import action

MANAGE = Permission.STAFF_MANAGE
OWN_HOUSE = Terms()


@action
async def create_staff(
    *,
    actor: Actor,
    name: str,
    role: Role,
    institution_uid: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    terms: Terms = OWN_HOUSE,
    now: datetime,
) -> GrantCard:
    """Take somebody on: an account without any way to sign in yet, and a role."""
    institution = await _where(actor, role, institution_uid, now)
    account = Account(name=name, created_at=now)
    await account.save()
    period = Period(starts_at, ends_at)
    return await _give(
        actor=actor,
        account=account,
        role=role,
        institution=institution,
        period=period,
        terms=terms,
        now=now,
    )


@action
async def create_console_account(
    *,
    actor: Actor,
    name: str,
    role: Role,
    institution_uid: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    terms: Terms = OWN_HOUSE,
    login: str,
    password_hash: str,
    totp_secret: str,
    now: datetime,
) -> GrantCard:
    """Take somebody on who signs in to the console. The command line may do it for the first administrator."""
    ensure_login_usable(login)
    card = await create_staff(
        actor=actor,
        name=name,
        role=role,
        institution_uid=institution_uid,
        starts_at=starts_at,
        ends_at=ends_at,
        terms=terms,
        now=now,
    )
    account = await Account.get(uid=card.account_uid)
    try:
        await add_credential(
            account, login=login, password_hash=password_hash, totp_secret=totp_secret, now=now
        )
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise LoginTaken(fields={"login": LoginTaken.message}) from None
    await note(
        actor,
        "identity.console_account_created",
        subject_kind="account",
        subject_uid=account.uid,
        now=now,
        detail={"role": role},
    )
    return card


@action
async def grant_role(
    *,
    actor: Actor,
    account_uid: str,
    role: Role,
    institution_uid: str | None,
    starts_at: datetime,
    ends_at: datetime | None,
    terms: Terms = OWN_HOUSE,
    now: datetime,
) -> GrantCard:
    """Give a member of staff one more role, here or at another institution of the actor's."""
    institution = await _where(actor, role, institution_uid, now)
    account = await account_for(actor=actor, uid=account_uid, permission=MANAGE, now=now)
    if account.id == actor.account_id:
        raise NotToYourself
    period = Period(starts_at, ends_at)
    return await _give(
        actor=actor,
        account=account,
        role=role,
        institution=institution,
        period=period,
        terms=terms,
        now=now,
    )


async def _where(actor: Actor, role: Role, institution_uid: str | None, now: datetime) -> Institution | None:
    """Return the institution of a role that this actor may give there."""
    institution = None
    if institution_uid is not None:
        institution = await institution_for(
            actor=actor, uid=institution_uid, permission=Permission.INSTITUTION_READ, now=now
        )
    ensure_role_fits(role, institution.kind if institution else None)
    # Whoever has the command line has the machine; it exists to make the first administrator.
    by_command = actor.channel is Channel.COMMAND and role is Role.ADMINISTRATOR
    if not by_command and not _may_give(actor, role, institution):
        raise NotYoursToGive
    return institution


def _may_give(actor: Actor, role: Role, institution: Institution | None) -> bool:
    return any(
        role in GIVEN_BY.get(grant.role, ())
        and (
            grant.role is Role.ADMINISTRATOR
            or (institution is not None and grant.institution_id == institution.id)
        )
        for grant in actor.grants
    )


async def _give(
    *,
    actor: Actor,
    account: Account,
    role: Role,
    institution: Institution | None,
    period: Period,
    terms: Terms,
    now: datetime,
) -> GrantCard:
    ensure_forward(period.start, period.end)
    ensure_terms(terms, starts_on=local_date(period.start), ends_at=period.end)
    # Two administrators granting at once must not put two separated duties into one hand.
    account = await Account.filter(id=account.id).select_for_update().get()
    held = await RoleGrant.filter(unended(now), account_id=account.id)
    ensure_duties_apart([role, *(each.role for each in held)])
    place = institution.id if institution else None
    ensure_not_lent_twice([(terms.engagement, place, period), *lent(held)])
    ensure_not_held(await RoleGrant.filter(account_id=account.id), role, place, period)
    row = RoleGrant(
        account=account,
        institution=institution,
        role=role,
        starts_at=period.start,
        ends_at=period.end,
        granted_by_id=actor.account_id,
        engagement=terms.engagement,
        registration_number=terms.registration_number or None,
        registration_ends_on=terms.registration_ends_on,
        note=terms.note or None,
        created_at=now,
    )
    await row.save()
    await end_sessions(Q(account_id=account.id), Revocation.ROLES_CHANGED, now=now)
    await note(
        actor,
        "identity.role_granted",
        subject_kind="role_grant",
        subject_uid=row.uid,
        now=now,
        institution_id=place,
        detail={"role": role, "account": account.uid, "engagement": terms.engagement},
    )
    return grant_card(row, now=now)


def ensure_not_held(grants: Iterable[RoleGrant], role: Role, place: int | None, period: Period) -> None:
    """Refuse a time in which one of these grants is the same role at the same place already."""
    same = [each for each in grants if each.role is role and each.institution_id == place]
    if any(Period(each.starts_at, each.ends_at).overlaps(period) for each in same):
        raise RoleHeldAlready


def lent(grants: Iterable[RoleGrant]) -> list[tuple[Engagement, int | None, Period]]:
    return [
        (each.engagement, each.institution_id, Period(each.starts_at, each.ends_at))
        for each in grants
        if each.engagement is Engagement.SECONDMENT
    ]


@action
async def end_role(*, actor: Actor, grant_uid: str, reason: str, now: datetime) -> None:
    """End a role now. One that has not begun yet ends before it begins."""
    row = await grant_for(actor=actor, uid=grant_uid, permission=MANAGE, now=now)
    if not await RoleGrant.filter(unended(now), id=row.id).update(
        ends_at=now, ended_reason=reason, ended_by_id=actor.account_id
    ):
        raise EndedAlready
    await end_sessions(Q(account_id=row.account.id), Revocation.ROLES_CHANGED, now=now)
    await note(
        actor,
        "identity.role_ended",
        subject_kind="role_grant",
        subject_uid=row.uid,
        now=now,
        reason=reason,
        institution_id=row.institution.id if row.institution else None,
        detail={"role": row.role, "account": row.account.uid},
    )


@action
async def close_account(*, actor: Actor, account_uid: str, reason: str, now: datetime) -> None:
    """Close an account for good; it is never deleted.

    For the person whose it is, for the system administrator, and for the system itself, when WeChat tells that
    somebody's account there was closed.
    """
    if account_uid == actor.account_uid or actor.account_id is None:
        account = await Account.get(uid=account_uid)
    elif actor.holds(MANAGE, [Role.ADMINISTRATOR]):
        account = await account_for(actor=actor, uid=account_uid, permission=MANAGE, now=now)
    else:
        raise NotFound
    closing = Account.filter(id=account.id, status=AccountStatus.ACTIVE)
    if not await closing.update(status=AccountStatus.CLOSED, closed_at=now, closed_reason=reason):
        raise EndedAlready
    await RoleGrant.filter(unended(now), account_id=account.id).update(
        ends_at=now, ended_reason=reason, ended_by_id=actor.account_id
    )
    await end_sessions(Q(account_id=account.id), Revocation.ACCOUNT_CLOSED, now=now)
    await note(
        actor,
        "identity.account_closed",
        subject_kind="account",
        subject_uid=account.uid,
        now=now,
        reason=reason,
    )
