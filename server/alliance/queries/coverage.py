"""Which homes are signed with whom, and what keeps the others from it: the first tile of the board (A01, I19)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from server.alliance.access import agreements_visible_to, homes_on_board, in_force
from server.alliance.models import Institution, ServiceAgreement
from server.alliance.rules import ON_THE_WAY, AgreementStatus, InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission


@dataclass(frozen=True)
class CoverageCard:
    """A home and what it is signed with; only agreements in force count."""

    home_uid: str
    home: str
    providers: int
    primary_care: int
    pending: AgreementStatus | None  # how far the nearest agreement with primary care has come
    pending_uid: str | None  # None where the actor may not open it

    @property
    def covered(self) -> bool:
        return self.primary_care > 0


async def coverage(*, actor: Actor, now: datetime) -> tuple[CoverageCard, ...]:
    """Return every filed home that the actor may see on the board, those without cover first."""
    homes = (
        await Institution.filter(
            homes_on_board(actor=actor, now=now), kind=InstitutionKind.NURSING_HOME, filed=True
        )
        .order_by("id")
        .only("id", "uid", "name")
    )
    signed = await _signed(now)
    pending = await _on_the_way(actor, now)
    cards = (_card(home, signed[home.id], pending.get(home.id)) for home in homes)
    return tuple(sorted(cards, key=lambda card: (card.covered, card.providers)))


async def _signed(now: datetime) -> dict[int, dict[int, InstitutionKind]]:
    """Return by home with whom it is signed, and of what kind they are."""
    found: dict[int, dict[int, InstitutionKind]] = defaultdict(dict)
    rows = ServiceAgreement.filter(in_force(now)).values_list("home_id", "provider_id", "provider__kind")
    for home, provider, kind in await rows:
        found[home][provider] = InstitutionKind(kind)
    return found


async def _on_the_way(actor: Actor, now: datetime) -> dict[int, tuple[AgreementStatus, str | None]]:
    """Return by home how far the agreement with primary care has come that is nearest to being in force."""
    waiting = ServiceAgreement.filter(
        status__in=list(ON_THE_WAY),
        provider__kind__in=[kind for kind in InstitutionKind if kind.is_primary_care],
    )
    own = agreements_visible_to(actor=actor, permission=Permission.AGREEMENT_READ, now=now)
    readable = set(await waiting.filter(own).values_list("uid", flat=True))
    rows = waiting.order_by("id").values_list("home_id", "status", "uid")
    order = {status: place for place, status in enumerate(ON_THE_WAY)}
    listed = sorted(
        ((home, AgreementStatus(status), uid) for home, status, uid in await rows),
        key=lambda row: order[row[1]],
    )
    # The nearest comes last.
    return {home: (status, uid if uid in readable else None) for home, status, uid in listed}


def _card(
    home: Institution, signed: dict[int, InstitutionKind], pending: tuple[AgreementStatus, str | None] | None
) -> CoverageCard:
    status, uid = pending or (None, None)
    return CoverageCard(
        home_uid=home.uid,
        home=home.name,
        providers=len(signed),
        primary_care=sum(kind.is_primary_care for kind in signed.values()),
        pending=status,
        pending_uid=uid,
    )
