"""A contract and a team as they leave the core."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.enrolments.access import RELATIONS
from server.enrolments.models import Enrolment, FamilyTeam, FamilyTeamMember, PriorityGroup
from server.enrolments.rules import (
    ABOUT_HEALTH,
    END_WORDS,
    GROUP_WORDS,
    SIGNED_WORDS,
    STATUS_WORDS,
    EndReason,
    EnrolmentStatus,
    Group,
    groups_of,
    package_of,
    price_words,
)
from server.kit.clock import age_on, local_date
from server.people.models import Resident

UNTOLD = "按签的协议"


@dataclass(frozen=True)
class EnrolmentCard:
    uid: str
    resident_uid: str
    resident_name: str
    age: int
    home_name: str
    bed: str
    institution_name: str
    team_uid: str
    team_name: str
    leader_name: str
    package_name: str  # what it is for may say something about health: only to whom that is known
    package_version: str
    price_words: str
    groups: tuple[str, ...]  # in words; what says something about health only to whom it is told
    status: EnrolmentStatus
    status_words: str
    turn: str  # whose word is missing; empty: nobody's
    signed_words: str
    answer_by: date | None
    starts_on: date | None
    last_on: date | None
    days_left: int | None
    renews: bool
    ended_on: date | None
    end_reason: EndReason | None
    end_words: str


@dataclass(frozen=True)
class SectionCard:
    heading: str
    sentence: str


@dataclass(frozen=True)
class TeamCard:
    uid: str
    name: str
    institution_name: str
    leader_uid: str
    leader_name: str
    members: tuple[tuple[str, str], ...]  # uid and name, without the leader
    capacity: int
    taken: int
    free: int


def read_enrolment(row: Enrolment, *, now: datetime, known: Sequence[Group] | None = None) -> EnrolmentCard:
    """Turn a row into its card; `known`: the groups of which a home knows anyway (None: the reader may know all).

    A package that is not for one of them is not named: its name and its price would say what its group is.
    """
    today, resident = local_date(now), row.resident
    package = package_of(row.package_code, row.package_version)
    kinds = [Group(each) for each in row.group_words]
    told = known is None or package.is_meant_for(known)
    return EnrolmentCard(
        uid=row.uid,
        resident_uid=resident.uid,
        resident_name=resident.name,
        age=age_on(resident.birth_date, today),
        home_name=resident.home.name if resident.home else "不住在机构",
        bed=resident.bed or "",
        institution_name=row.institution.name,
        team_uid=row.team.uid,
        team_name=row.team.name,
        leader_name=row.team.leader.name,
        package_name=package.name if told else UNTOLD,
        package_version=row.package_version,
        price_words=price_words(row.price_fen) if told else UNTOLD,
        groups=tuple(GROUP_WORDS[each] for each in kinds if known is None or each not in ABOUT_HEALTH),
        status=row.status,
        status_words=STATUS_WORDS[row.status],
        turn=_turn(row),
        signed_words=SIGNED_WORDS[row.signed_how] if row.signed_how else "",
        answer_by=row.answer_by if row.status is EnrolmentStatus.APPLIED else None,
        starts_on=row.starts_on,
        last_on=row.last_on,
        days_left=_days_left(row, today),
        renews=row.renews_id is not None,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
        end_words=END_WORDS[row.end_reason] if row.end_reason else "",
    )


def _turn(row: Enrolment) -> str:
    if row.status is not EnrolmentStatus.APPLIED:
        return ""
    return "等团队确认" if row.signed_at is not None else "等长者或家属签字"


def _days_left(row: Enrolment, today: date) -> int | None:
    if row.status is not EnrolmentStatus.ACTIVE or row.last_on is None:
        return None
    return (row.last_on - today).days


def sections_of(row: Enrolment) -> tuple[SectionCard, ...]:
    """Return the words of a contract, as they were when it was drawn up."""
    return tuple(SectionCard(heading, said) for heading, said in row.text)


async def groups_known_to(
    institutions: Collection[int], residents: Iterable[Resident], *, now: datetime
) -> dict[int, tuple[Group, ...]]:
    """Return by resident what these institutions know without anybody else's word: by age, and what they stated."""
    people = {each.id: each for each in residents}
    stated: dict[int, list[Group]] = {}
    if people and institutions:
        held = PriorityGroup.filter(
            resident_id__in=sorted(people), institution_id__in=sorted(institutions), ended_on=None
        )
        for resident, kind in await held.values_list("resident_id", "kind"):
            stated.setdefault(resident, []).append(Group(str(kind)))
    today = local_date(now)
    return {
        each.id: groups_of(each.birth_date, stated.get(each.id, ()), today=today) for each in people.values()
    }


async def enrolment_card(row_id: int, *, now: datetime) -> EnrolmentCard:
    """Return the card of a row that the caller may see."""
    return read_enrolment(await Enrolment.get(id=row_id).select_related(*RELATIONS), now=now)


async def team_cards(rows: Sequence[FamilyTeam]) -> tuple[TeamCard, ...]:
    """Turn teams into cards, with whoever belongs to them, in one statement more."""
    ids = [row.id for row in rows]
    held = FamilyTeamMember.filter(team_id__in=ids, left_at=None).order_by("id") if ids else None
    found: dict[int, list[tuple[str, str]]] = {}
    if held is not None:
        for team, uid, name in await held.values_list("team_id", "account__uid", "account__name"):
            found.setdefault(team, []).append((uid, name))
    return tuple(
        TeamCard(
            uid=row.uid,
            name=row.name,
            institution_name=row.institution.name,
            leader_uid=row.leader.uid,
            leader_name=row.leader.name,
            members=tuple(found.get(row.id, ())),
            capacity=row.capacity,
            taken=row.taken,
            free=max(0, row.capacity - row.taken),
        )
        for row in rows
    )
