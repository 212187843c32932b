"""All that the register holds about one resident, for whoever may open their page."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.queries import InstitutionCard, own_institutions
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import HistoryLine, history_of
from server.people.access import resident_for, residents_visible_to
from server.people.models import CareStateChange, Kinship, Resident, ResidentStay
from server.people.queries.persons import merged_into
from server.people.queries.proxies import ProxyCard, proxies_about
from server.people.queries.residents import ResidentCard, kin_phone, resident_card
from server.people.rules import CARE_MOVES, EFFECTS, EVENTS_OF_A_STAY, CareEvent, CareState, Relation, StayEnd


@dataclass(frozen=True)
class StayCard:
    home: str
    bed: str | None
    started_at: datetime
    ended_at: datetime | None
    end_reason: StayEnd | None


@dataclass(frozen=True)
class CareStateCard:
    state: CareState
    started_at: datetime
    ended_at: datetime | None
    cause: str
    cause_uid: str | None  # what is cited: the referral, say
    effects: str  # on rounds, meals and beds


@dataclass(frozen=True)
class KinCard:
    """A relative as the home wrote them down: whom to call. Grants nothing."""

    name: str
    relation: Relation
    phone: str | None  # whole: a masked number cannot be called
    emergency: bool


@dataclass(frozen=True)
class ResidentSheet:
    card: ResidentCard
    stays: tuple[StayCard, ...]
    care_states: tuple[CareStateCard, ...]
    proxies: tuple[ProxyCard, ...]
    events: tuple[CareEvent, ...]  # to which the care state may change within the stay
    # For the home's own people only; partners see who somebody is, not how the home runs.
    kin: tuple[KinCard, ...] = ()
    history: tuple[HistoryLine, ...] = ()
    other_homes: tuple[InstitutionCard, ...] = ()  # of the same hands: where a transfer may lead


async def resident_sheet(*, actor: Actor, uid: str, now: datetime) -> ResidentSheet:
    row = await resident_for(actor=actor, uid=uid, permission=Permission.RESIDENT_READ, now=now)
    await row.fetch_related("home")
    people = [row.id, *await merged_into([row.id])]
    stays = ResidentStay.filter(resident_id__in=people).order_by("-started_at", "-id").select_related("home")
    states = CareStateChange.filter(resident_id__in=people).order_by("-started_at", "-id")
    ours = row.home_id in actor.institutions_with(Permission.RESIDENT_ADMIT)
    return ResidentSheet(
        card=resident_card(row, now),
        stays=tuple(
            StayCard(each.home.name, each.bed, each.started_at, each.ended_at, each.end_reason)
            for each in await stays
        ),
        # Whoever is admitted for the first time had "left" for no moment at all: that is not worth a line.
        care_states=tuple(
            CareStateCard(
                each.state,
                each.started_at,
                each.ended_at,
                each.cause,
                each.cause_uid,
                EFFECTS[each.state].words,
            )
            for each in await states
            if each.ended_at != each.started_at
        ),
        proxies=await _proxies(actor, row, people, now),
        events=tuple(event for event in EVENTS_OF_A_STAY if CARE_MOVES.allows(row.care_state, event)),
        kin=await _kin(people) if ours else (),
        history=await history_of(subject_uid=row.uid) if ours else (),
        other_homes=await _other_homes(actor, row) if ours else (),
    )


async def _proxies(actor: Actor, row: Resident, people: list[int], now: datetime) -> tuple[ProxyCard, ...]:
    # Somebody with roles at two institutions may read proxies at the one and only residents at the other.
    theirs = residents_visible_to(actor=actor, permission=Permission.PROXY_READ, now=now)
    if not actor.may(Permission.PROXY_READ) or not await Resident.filter(theirs, id=row.id).exists():
        return ()
    return await proxies_about(people)


async def _kin(people: list[int]) -> tuple[KinCard, ...]:
    rows = await Kinship.filter(resident_id__in=people, ended_at__isnull=True).order_by("-emergency", "id")
    return tuple(KinCard(row.name, row.relation, kin_phone(row), row.emergency) for row in rows)


async def _other_homes(actor: Actor, row: Resident) -> tuple[InstitutionCard, ...]:
    own = await own_institutions(actor=actor, permission=Permission.RESIDENT_ADMIT)
    here = row.home.uid if row.home else None
    return tuple(each for each in own if each.kind is InstitutionKind.NURSING_HOME and each.uid != here)
