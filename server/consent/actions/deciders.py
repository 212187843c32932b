"""By what right somebody decides: the resident, a proxy, or the resident's word before two witnesses."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.errors import WitnessesMustDiffer, WitnessNotNeeded
from server.consent.models import Consent
from server.consent.rules import DecisionBasis
from server.identity.queries import actor_of
from server.people.access import Way, standing_of


@dataclass(frozen=True)
class Witnessing:
    """How the word of a resident without a phone was taken down."""

    evidence: str  # where the signed sheet or the recording is kept
    second_uid: str  # the other member of staff who was there


@dataclass(frozen=True)
class Decider:
    """By what right a decision is made, ready for the row."""

    basis: DecisionBasis
    basis_uid: str | None = None
    evidence: str | None = None
    second_witness_id: int | None = None


async def decider_of(actor: Actor, row: Consent, now: datetime) -> Decider:
    standing = await standing_of(
        actor=as_family(actor), resident=row.resident, permission=Permission.CONSENT_DECIDE, now=now
    )
    if standing.way is Way.SELF:
        return Decider(DecisionBasis.OWN)
    return Decider(DecisionBasis.PROXY, basis_uid=standing.grant_uid)


async def witnesses_of(actor: Actor, row: Consent, witnessing: Witnessing, now: datetime) -> Decider:
    if row.resident.account_id is not None:
        raise WitnessNotNeeded
    second = await actor_of(account_uid=witnessing.second_uid, channel=actor.channel, now=now)
    if len({actor.account_id, second.account_id, row.requested_by_id}) < 3:  # noqa: PLR2004  three different people
        raise WitnessesMustDiffer
    if row.resident.home_id not in second.institutions_with(Permission.CONSENT_WITNESS):
        raise WitnessesMustDiffer
    return Decider(DecisionBasis.WITNESSED, evidence=witnessing.evidence, second_witness_id=second.account_id)
