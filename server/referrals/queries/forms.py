"""What somebody needs who writes a referral, or changes one that is still theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.alliance.models import Institution
from server.alliance.queries import InstitutionCard, institution_card
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.people.access import resident_for
from server.people.models import Resident
from server.people.queries import ResidentCard
from server.people.queries.residents import resident_card
from server.records.queries import EntryCard
from server.referrals.access import bound_to_home, referral_at_work
from server.referrals.queries.cards import ReferralCard, referral_card
from server.referrals.queries.packets import choosable, packet_sheet
from server.referrals.rules import BACK, OUT, CheckList, Direction, SlipForm, check_list

_TAKING_PART = (
    InstitutionKind.NURSING_HOME,
    InstitutionKind.HOSPITAL,
    InstitutionKind.COMMUNITY_HEALTH_CENTER,
)
_TREATING = (InstitutionKind.HOSPITAL, InstitutionKind.COMMUNITY_HEALTH_CENTER)
_NEAR = (InstitutionKind.NURSING_HOME, InstitutionKind.COMMUNITY_HEALTH_CENTER)


@dataclass(frozen=True)
class NewReferral:
    """Whom it may go between, what is asked, and what may go along."""

    resident: ResidentCard
    direction: Direction
    directions: tuple[Direction, ...]  # that the reader's institutions may write for this resident
    senders: tuple[InstitutionCard, ...]
    receivers: tuple[InstitutionCard, ...]
    check_list: CheckList
    slip: SlipForm
    offered: tuple[EntryCard, ...]


@dataclass(frozen=True)
class DraftSheet:
    """One that may still be changed, as it was filled in."""

    card: ReferralCard
    contact: str
    ticked: tuple[str, ...]
    check_list: CheckList
    slip: SlipForm
    chosen: tuple[str, ...]
    offered: tuple[EntryCard, ...]
    answers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class FormsCard:
    """The check-lists and slips of today."""

    up: CheckList
    down: CheckList
    out_slip: SlipForm
    back_slip: SlipForm


async def new_referral(
    *, actor: Actor, resident_uid: str, direction: Direction | None = None, now: datetime
) -> NewReferral:
    """Return what is needed to write one for a resident within reach."""
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.REFERRAL_SEND, now=now)
    await resident.fetch_related("home")
    own = actor.institutions_with(Permission.REFERRAL_SEND)
    bound = await _bound(resident, now)
    senders = {
        Direction.UP: [each for each in bound if each.id in own and each.kind in _NEAR],
        Direction.DOWN: [each for each in bound if each.id in own and each.kind in _TREATING],
    }
    directions = tuple(each for each in Direction if senders[each])
    chosen = direction if direction in directions else next(iter(directions), Direction.UP)
    to = _TREATING if chosen is Direction.UP else _NEAR
    mine = senders[chosen]
    offered = (
        await choosable(actor=actor, resident_uid=resident.uid, from_uid=mine[0].uid, now=now) if mine else ()
    )
    return NewReferral(
        resident=resident_card(resident, now),
        direction=chosen,
        directions=directions,
        senders=tuple(institution_card(each) for each in mine),
        receivers=tuple(
            institution_card(each)
            for each in bound
            if each.kind in to and [each.id] != [one.id for one in mine]
        ),
        check_list=check_list(chosen),
        slip=OUT,
        offered=offered,
    )


async def draft_sheet(*, actor: Actor, uid: str, now: datetime) -> DraftSheet:
    row = await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND)
    sheet = await packet_sheet(actor=actor, uid=uid, now=now)
    body = next((each.body for each in sheet.entries if each.uid == row.out_slip), {})
    return DraftSheet(
        card=referral_card(row, actor=actor, now=now),
        contact=row.contact,
        ticked=tuple(row.criteria),
        check_list=check_list(row.direction),
        slip=OUT,
        chosen=tuple(row.chosen),
        offered=await choosable(actor=actor, resident_uid=row.resident.uid, from_uid=row.lower.uid, now=now),
        answers={each.name: body.get(each.name, "") for each in OUT.fields},
    )


def forms() -> FormsCard:
    return FormsCard(check_list(Direction.UP), check_list(Direction.DOWN), OUT, BACK)


async def _bound(resident: Resident, now: datetime) -> list[Institution]:
    return await Institution.filter(bound_to_home(resident, now=now), kind__in=sorted(_TAKING_PART)).order_by(
        "id"
    )
