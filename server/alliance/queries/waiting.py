"""What of agreements waits for whom."""

from tortoise.expressions import Q, Subquery

from server.alliance.access import BUREAU_ROLES
from server.alliance.models import AgreementSignature, ServiceAgreement
from server.alliance.rules import AgreementSide, AgreementStatus
from server.authority.actor import Actor
from server.authority.permissions import Permission

_TO_SIGN = (AgreementStatus.PROPOSED, AgreementStatus.SIGNED_BY_ONE)


async def count_to_sign(*, actor: Actor) -> int:
    """Count the agreements that the actor's side has not signed yet."""
    own = sorted(actor.institutions_with(Permission.AGREEMENT_SIGN))
    if not own:
        return 0
    mine = Q(home_id__in=own) & ~Q(id__in=_signed_by(AgreementSide.HOME))
    mine |= Q(provider_id__in=own) & ~Q(id__in=_signed_by(AgreementSide.PROVIDER))
    return await ServiceAgreement.filter(mine, status__in=[str(each) for each in _TO_SIGN]).count()


async def count_to_file(*, actor: Actor) -> int:
    if not actor.holds(Permission.AGREEMENT_FILE, BUREAU_ROLES):
        return 0
    return await ServiceAgreement.filter(status=AgreementStatus.SIGNED).count()


async def count_expiring(*, actor: Actor) -> int:
    """Count what runs out soon and has no successor on its way, at the actor's own institutions."""
    own = sorted(actor.institutions_with(Permission.AGREEMENT_DRAFT))
    if not own:
        return 0
    alive = [str(each) for each in AgreementStatus if each is not AgreementStatus.WITHDRAWN]
    followed = ServiceAgreement.filter(supersedes_id__isnull=False, status__in=alive)
    rows = ServiceAgreement.filter(
        Q(home_id__in=own) | Q(provider_id__in=own), status=AgreementStatus.EXPIRING
    )
    return await rows.exclude(id__in=Subquery(followed.values("supersedes_id"))).count()


def _signed_by(side: AgreementSide) -> Subquery:
    return Subquery(AgreementSignature.filter(side=side).values("agreement_id"))
