"""What the resident's side sees, and what may be offered to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.alliance.queries import parameter, parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.enrolments.access import (
    RELATIONS,
    as_offering,
    enrolments_visible_to,
    teams_offered_to,
)
from server.enrolments.models import Enrolment, FamilyTeam, FamilyTeamMember, PriorityGroup
from server.enrolments.queries.cards import (
    EnrolmentCard,
    SectionCard,
    TeamCard,
    groups_known_to,
    read_enrolment,
    sections_of,
    team_cards,
)
from server.enrolments.rules import (
    GROUP_WORDS,
    NOTICES,
    OPEN,
    EnrolmentStatus,
    Group,
    Package,
    contract_text,
    digest_of,
    groups_of,
    offered,
    package_of,
    price_words,
)
from server.kit.clock import local_date, said_day
from server.kit.errors import NotFound
from server.people.access import resident_for
from server.people.models import Resident

MOST_TEAMS = 100
MOST_OFFERS = 8  # that wait for one person's word


@dataclass(frozen=True)
class PackageCard:
    code: str
    version: str
    name: str
    for_whom: str
    items: tuple[str, ...]
    price_fen: int
    price_words: str


@dataclass(frozen=True)
class DoctorOffer:
    """One team with one package: what would be signed, word for word."""

    team_uid: str
    package: str
    sections: tuple[SectionCard, ...]
    text_hash: str


@dataclass(frozen=True)
class FamilyDoctor:
    """Everything the resident's side needs to know: who their doctor is, until when, what waits for them."""

    sentence: str
    active: EnrolmentCard | None
    active_package: PackageCard | None
    active_sections: tuple[SectionCard, ...]  # what was signed
    members: tuple[str, ...]  # of the active contract's team, besides its leader
    phone: str  # of whoever is or would be the doctor
    open: EnrolmentCard | None
    open_sections: tuple[SectionCard, ...]  # what is to be signed
    open_text_hash: str
    teams: tuple[TeamCard, ...]  # with which they could sign now; empty while nothing is to be signed
    packages: tuple[PackageCard, ...]


@dataclass(frozen=True)
class OfferSheet:
    """What the desk offers to one resident."""

    resident_uid: str
    resident_name: str
    teams: tuple[TeamCard, ...]
    packages: tuple[PackageCard, ...]
    stated: tuple[str, ...]  # words of Group that hold by the reader's own word
    groups: tuple[str, ...]  # in words, all that the reader may know
    source: str


async def family_doctor(*, actor: Actor, resident_uid: str, now: datetime) -> FamilyDoctor:
    """Return how it stands, for the resident or who acts for them."""
    family = as_family(actor)
    resident = await resident_for(
        actor=family, uid=resident_uid, permission=Permission.ENROLMENT_READ, now=now
    )
    rows = await Enrolment.filter(resident_id=resident.id, status__in=[*sorted(OPEN), EnrolmentStatus.ACTIVE]).order_by("id").select_related(*RELATIONS)  # fmt: skip
    live = next((row for row in rows if row.status is EnrolmentStatus.ACTIVE), None)
    on_way = next((row for row in rows if row.status in OPEN), None)
    may_ask = on_way is None and await _may_ask(live, now)
    unsigned = on_way is not None and on_way.signed_at is None
    return FamilyDoctor(
        sentence=_sentence(live, on_way, now),
        active=read_enrolment(live, now=now) if live else None,
        active_package=_package(package_of(live.package_code, live.package_version)) if live else None,
        active_sections=sections_of(live) if live else (),
        members=await _members_of(live) if live else (),
        phone=next((row.institution.phone for row in (live, on_way) if row), ""),
        open=read_enrolment(on_way, now=now) if on_way else None,
        open_sections=sections_of(on_way) if on_way and unsigned else (),
        open_text_hash=on_way.text_hash if on_way and unsigned else "",
        teams=await _teams_for(resident, now) if may_ask else (),
        packages=_packages_for(await groups_of_resident(resident, now), now) if may_ask else (),
    )


async def offer_text(
    *, actor: Actor, resident_uid: str, team_uid: str, package: str, now: datetime
) -> DoctorOffer:
    """Return the words that would be signed, to be read before asking."""
    family = as_family(actor)
    resident = await resident_for(
        actor=family, uid=resident_uid, permission=Permission.ENROLMENT_SIGN, now=now
    )
    reached = teams_offered_to(resident=resident, now=now)
    team = await FamilyTeam.filter(reached, uid=team_uid).select_related("institution", "leader").first()
    found = next((each for each in offered(local_date(now)) if each.code == package), None)
    if team is None or found is None:
        raise NotFound
    words = await contract_with(found, team, now)
    return DoctorOffer(team.uid, found.code, tuple(SectionCard(*each) for each in words), digest_of(words))


async def offer_sheet(*, actor: Actor, resident_uid: str, now: datetime) -> OfferSheet:
    """Return what the desk of the home or of the center may offer to one resident."""
    needs, offering = Permission.ENROLMENT_OFFER, await as_offering(actor=actor)
    resident = await resident_for(actor=offering, uid=resident_uid, permission=needs, now=now)
    own = sorted(offering.institutions_with(needs))
    held = await PriorityGroup.filter(
        resident_id=resident.id, ended_on=None, institution_id__in=own
    ).order_by("id")
    # A center with a team for them is to serve: it may know what a home said. Anybody else knows what they said themselves.
    serves = await FamilyTeam.filter(
        teams_offered_to(resident=resident, now=now), institution_id__in=own
    ).exists()
    groups = (await groups_known_to(own, [resident], now=now))[resident.id]
    return OfferSheet(
        resident_uid=resident.uid,
        resident_name=resident.name,
        teams=await _teams_for(resident, now),
        packages=_packages_for(await groups_of_resident(resident, now) if serves else groups, now),
        stated=tuple(str(row.kind) for row in held),
        groups=tuple(GROUP_WORDS[each] for each in groups),
        source=held[-1].source if held else "",
    )


async def offers_to_sign(*, actor: Actor, now: datetime) -> tuple[EnrolmentCard, ...]:
    """Return what was offered to those for whom the actor may sign, and nobody has signed yet."""
    family = as_family(actor)
    visible = enrolments_visible_to(actor=family, permission=Permission.ENROLMENT_SIGN, now=now)
    rows = Enrolment.filter(visible, status=EnrolmentStatus.APPLIED, signed_at=None).order_by("id")
    return tuple(
        [read_enrolment(row, now=now) for row in await rows.limit(MOST_OFFERS).select_related(*RELATIONS)]
    )


async def _members_of(row: Enrolment) -> tuple[str, ...]:
    held = FamilyTeamMember.filter(team_id=row.team_id, left_at=None).order_by("id")
    return tuple([str(each) for each in await held.values_list("account__name", flat=True)])


async def _may_ask(live: Enrolment | None, now: datetime) -> bool:
    if live is None or live.last_on is None:
        return True
    today = local_date(now)
    days = await parameter("enrolments.renewal_days", on=today)
    return today >= live.last_on - timedelta(days=days)


async def _teams_for(resident: Resident, now: datetime) -> tuple[TeamCard, ...]:
    reached = FamilyTeam.filter(teams_offered_to(resident=resident, now=now)).order_by("id").limit(MOST_TEAMS)
    cards = await team_cards(await reached.select_related("institution", "leader"))
    return tuple(card for card in cards if card.free)


async def contract_with(package: Package, team: FamilyTeam, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the words that would be signed today with a team, whose institution and leader are at hand."""
    numbers = await parameters(NOTICES, on=local_date(now))
    return contract_text(
        package,
        institution=team.institution.name,
        team=team.name,
        leader=team.leader.name,
        notices=[numbers[code] for code in NOTICES],
    )


async def groups_of_resident(resident: Resident, now: datetime) -> tuple[Group, ...]:
    """Return all groups somebody belongs to, by whose word ever."""
    stated = await PriorityGroup.filter(resident_id=resident.id, ended_on=None).values_list("kind", flat=True)
    return groups_of(resident.birth_date, [Group(str(each)) for each in stated], today=local_date(now))


def _packages_for(groups: Sequence[Group], now: datetime) -> tuple[PackageCard, ...]:
    return tuple(_package(each) for each in offered(local_date(now)) if each.is_meant_for(groups))


def _package(each: Package) -> PackageCard:
    return PackageCard(
        each.code,
        each.version,
        each.name,
        each.for_whom,
        each.items,
        each.price_fen,
        price_words(each.price_fen),
    )


def _sentence(live: Enrolment | None, on_way: Enrolment | None, now: datetime) -> str:
    today = local_date(now)
    if live is not None and live.last_on is not None:
        until = said_day(live.last_on, today)
        doctor = (
            f"家庭医生是{live.institution.name}的{live.team.leader.name}（{live.team.name}），签到{until}。"
        )
        return doctor + (_on_way(on_way) if on_way else "")
    if on_way is not None:
        return _on_way(on_way)
    return "还没有家庭医生。选好团队和服务包，看过协议再签。"


def _on_way(row: Enrolment) -> str:
    if row.status is EnrolmentStatus.SIGNED:
        return f"与{row.institution.name}的签约已经签好，到起始日自动生效。"
    if row.signed_at is None:
        return f"{row.institution.name}请您签约，请看过协议再决定。"
    return f"申请已经交给{row.institution.name}，等团队确认。"
