"""What somebody decided, for the copy of what is held about them as an account."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.consent.models import Consent
from server.consent.queries.consents import status_at
from server.consent.rules import PURPOSE_WORDS, STATUS_WORDS, DecisionBasis
from server.kit.masking import masked_name
from server.kit.pages import Newest, newest_of


@dataclass(frozen=True)
class Decided:
    """A decision by the account: whose record it was about is said only as far as lists show it."""

    uid: str
    resident: str  # masked
    recipient: str
    purpose_words: str
    status_words: str
    basis: DecisionBasis | None
    decided_at: datetime | None


async def decided_by(*, actor: Actor, most: int, now: datetime) -> Newest[Decided]:
    rows = Consent.filter(decided_by_id=actor.account_id).select_related("resident", "recipient")
    found = await newest_of(rows, by="decided_at", most=most)
    return found.of(_decided(row, now) for row in found.items)


def _decided(row: Consent, now: datetime) -> Decided:
    return Decided(
        uid=row.uid,
        resident=masked_name(row.resident.name),
        recipient=row.recipient.name,
        purpose_words=PURPOSE_WORDS[row.purpose],
        status_words=STATUS_WORDS[status_at(row, now)],
        basis=row.basis,
        decided_at=row.decided_at,
    )
