"""Register who may sign for an institution: the paper is the institution's, the person one who works there (A01)."""

from datetime import datetime

from server.alliance import actions as alliance
from server.alliance.actions import Authorisation
from server.alliance.errors import AuthorisedOneself
from server.authority.actor import Actor
from server.authority.permissions import ROLE_PERMISSIONS, Permission
from server.identity.access import in_force, place_of_work
from server.identity.models import RoleGrant
from server.kit.errors import NotFound
from server.kit.transactions import action


@action
async def authorise_signer(
    *, actor: Actor, account_uid: str, institution_uid: str, given: Authorisation, now: datetime
) -> str:
    """Return the uid of the authorisation. Nobody registers their own; the person must hold a role that may sign."""
    account, institution = await place_of_work(
        actor=actor,
        account_uid=account_uid,
        institution_uid=institution_uid,
        permission=Permission.AGREEMENT_AUTHORISE,
        now=now,
    )
    if account.id == actor.account_id:
        raise AuthorisedOneself
    may_sign = [role for role, held in ROLE_PERMISSIONS.items() if Permission.AGREEMENT_SIGN in held]
    if not await RoleGrant.filter(
        in_force(now), account_id=account.id, institution_id=institution.id, role__in=may_sign
    ).exists():
        raise NotFound
    return await alliance.grant_authority(
        actor=actor, institution_id=institution.id, account_id=account.id, given=given, now=now
    )
