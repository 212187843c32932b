"""Pre-service and certificate rates: how many of those who work with residents hold what their role needs (②).

Two statements count, however many institutions there are: who works where, and which certificates hold today. The
bureau reads numbers; whoever manages the staff of a place opens a number to the people behind it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Subquery

from server.alliance.models import Institution
from server.alliance.queries import cited
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.identity.access import in_force
from server.identity.models import RoleGrant
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, rows_of
from server.kit.rates import Rate
from server.training.access import counted_institutions, opens_to_people
from server.training.queries.standing import valid_courses
from server.training.rules import COUNTED_ROLES, VERSION, CourseKind, required_of

NUMBERS = (
    "training.pre_service_least",
    "training.pre_service_goal",
    "training.certificate_least",
    "training.certificate_goal",
)
MOST_PEOPLE = 500


@dataclass(frozen=True)
class RateCard:
    institution_uid: str
    institution: str
    staff: int
    pre_service: Rate  # of them with every pre-service course of their role
    certificate: Rate
    opens: bool


@dataclass(frozen=True)
class RateBoard:
    page: Page[RateCard]
    pre_service_least: int
    pre_service_goal: int
    certificate_least: int
    certificate_goal: int
    citation: str
    version: str


@dataclass(frozen=True)
class PersonLine:
    account_uid: str
    name: str
    role: Role
    missing: tuple[str, ...]  # titles of courses of the role without a valid certificate
    pre_service: bool
    certificate: bool


@dataclass(frozen=True)
class RatePeople:
    institution: str
    people: tuple[PersonLine, ...]


@dataclass(frozen=True)
class _Counted:
    institution_id: int
    account_id: int
    role: Role


async def rates(*, actor: Actor, wish: PageWish, now: datetime) -> RateBoard:
    """List the institutions whose rates the actor may see, a page at a time."""
    working = RoleGrant.filter(in_force(now), role__in=COUNTED_ROLES, institution_id__isnull=False)
    places = Institution.filter(
        counted_institutions(actor=actor), id__in=Subquery(working.values("institution_id"))
    )
    page = await rows_of(places, wish, by="created_at", newest_first=False)
    staff = await _staff([row.id for row in page.items], now)
    held = await valid_courses({each.account_id for each in staff}, day=local_date(now))
    numbers = await cited(NUMBERS, on=local_date(now))
    return RateBoard(
        page=page.of(_card(actor, row, staff, held) for row in page.items),
        pre_service_least=numbers[NUMBERS[0]].value,
        pre_service_goal=numbers[NUMBERS[1]].value,
        certificate_least=numbers[NUMBERS[2]].value,
        certificate_goal=numbers[NUMBERS[3]].value,
        citation=numbers[NUMBERS[0]].citation,
        version=VERSION,
    )


async def rate_people(*, actor: Actor, institution_uid: str, now: datetime) -> RatePeople:
    """Open a rate to the people behind it, those who lack something first."""
    row = await Institution.get_or_none(uid=institution_uid)
    if (
        row is None
        or not actor.may(Permission.TRAINING_COUNT)
        or not opens_to_people(actor=actor, institution_id=row.id)
    ):
        raise NotFound
    grants = RoleGrant.filter(in_force(now), institution_id=row.id, role__in=COUNTED_ROLES)
    found = await grants.select_related("account").order_by("id").limit(MOST_PEOPLE)
    held = await valid_courses({each.account_id for each in found}, day=local_date(now))
    lines = {(each.account_id, each.role): _line(each, held.get(each.account_id, set())) for each in found}
    return RatePeople(row.name, tuple(sorted(lines.values(), key=lambda line: not line.missing)))


async def _staff(institution_ids: Iterable[int], now: datetime) -> list[_Counted]:
    rows = RoleGrant.filter(in_force(now), institution_id__in=[*institution_ids, 0], role__in=COUNTED_ROLES)
    found = await rows.distinct().values_list("institution_id", "account_id", "role")
    return [_Counted(place, account, Role(role)) for place, account, role in found]


def _has(role: Role, kind: CourseKind, held: set[str]) -> bool:
    return all(course.code in held for course in required_of(role, kind=kind))


def _card(actor: Actor, row: Institution, staff: list[_Counted], held: Mapping[int, set[str]]) -> RateCard:
    # Somebody with two roles is one person, and must have what both of them need.
    roles: defaultdict[int, set[Role]] = defaultdict(set)
    for each in staff:
        if each.institution_id == row.id:
            roles[each.account_id].add(each.role)
    number = {
        kind: Rate(
            sum(
                all(_has(role, kind, held.get(person, set())) for role in own)
                for person, own in roles.items()
            ),
            len(roles),
        )
        for kind in (CourseKind.PRE_SERVICE, CourseKind.CERTIFICATE)
    }
    return RateCard(
        institution_uid=row.uid,
        institution=row.name,
        staff=len(roles),
        pre_service=number[CourseKind.PRE_SERVICE],
        certificate=number[CourseKind.CERTIFICATE],
        opens=opens_to_people(actor=actor, institution_id=row.id),
    )


def _line(grant: RoleGrant, held: set[str]) -> PersonLine:
    return PersonLine(
        account_uid=grant.account.uid,
        name=grant.account.name,
        role=grant.role,
        missing=tuple(course.title for course in required_of(grant.role) if course.code not in held),
        pre_service=_has(grant.role, CourseKind.PRE_SERVICE, held),
        certificate=_has(grant.role, CourseKind.CERTIFICATE, held),
    )
