"""What may be told of residents."""

from dataclasses import dataclass
from datetime import date, datetime

from tortoise.expressions import Q

from server.alliance.access import institution_for
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit import sealing
from server.kit.clock import age_on, local_date
from server.kit.engines.any_of import AnyOf
from server.kit.errors import NotFound
from server.kit.masking import masked_national_id, masked_phone
from server.kit.pages import Page, PageWish, rows_of_many
from server.people.access import active_grants, resident_for, residents_visible_to
from server.people.models import KIN_PHONE, NATIONAL_ID, PHONE, Kinship, ProxyGrant, Resident
from server.people.queries.proxies import scopes_of
from server.people.rules import CareState, ProxyScope, Sex

MOST_FOUND = 8


@dataclass(frozen=True)
class ResidentCard:
    """What lists show; numbers are masked."""

    uid: str
    name: str
    sex: Sex
    birth_date: date
    age: int
    home_uid: str | None
    home: str | None
    bed: str | None
    care_state: CareState
    national_id: str | None  # masked
    phone: str | None  # masked
    has_account: bool


@dataclass(frozen=True)
class FoundResident:
    """What is needed to tell one resident from another of the same name."""

    uid: str
    name: str
    age: int
    home: str
    bed: str | None


@dataclass(frozen=True)
class MyResidentCard:
    """A resident of mine: I myself, or somebody who lets me act for them in these matters."""

    uid: str
    name: str
    age: int
    home: str | None
    home_uid: str | None
    bed: str | None
    myself: bool
    scopes: tuple[ProxyScope, ...]  # all of them for myself
    until: datetime | None


@dataclass(frozen=True)
class EmergencyLine:
    """Whom to call at once; None where we hold no number."""

    home: str | None
    home_phone: str | None
    family: str | None
    family_phone: str | None


async def my_residents(*, actor: Actor, now: datetime) -> tuple[MyResidentCard, ...]:
    """Return the actor's own row first, then everyone for whom they hold an active grant."""
    held = ProxyGrant.filter(active_grants(now), proxy_id=actor.account_id)
    grants = {row.resident_id: row for row in await held}
    scopes = await scopes_of(row.id for row in grants.values())
    own = Resident.filter(account_id=actor.account_id)
    mine = Resident.filter(
        id__in=AnyOf(own.values("id"), held.values("resident_id")), merged_into_id__isnull=True
    )
    rows = await mine.order_by("id").select_related("home")
    cards = [_my_card(row, actor, grants.get(row.id), scopes, now) for row in rows]
    return tuple(sorted(cards, key=lambda card: not card.myself))


async def emergency_of(*, actor: Actor, resident_uid: str, now: datetime) -> EmergencyLine:
    """Return whom to call for a resident of one's own: the home, and for the resident themselves also their relative.

    A relative's number is the home's knowledge; a proxy is not handed another relative's.
    """
    row = await resident_for(actor=actor, uid=resident_uid, permission=Permission.RESIDENT_READ, now=now)
    await row.fetch_related("home")
    kin = await _emergency_contact(row) if row.account_id == actor.account_id else None
    return EmergencyLine(
        home=row.home.name if row.home else None,
        home_phone=(row.home.phone or None) if row.home else None,
        family=kin.name if kin else None,
        family_phone=kin_phone(kin) if kin else None,
    )


async def _emergency_contact(row: Resident) -> Kinship | None:
    theirs = Kinship.filter(resident_id=row.id, emergency=True, ended_at__isnull=True)
    return await theirs.order_by("id").first()


def kin_phone(row: Kinship) -> str | None:
    if row.phone_sealed is None:
        return None
    return sealing.open_sealed(row.phone_sealed, place=f"{KIN_PHONE}|{row.uid}")


async def residents(
    *,
    actor: Actor,
    home_uid: str | None = None,
    bed: str | None = None,
    care_state: CareState | None = None,
    wish: PageWish,
    now: datetime,
) -> Page[ResidentCard]:
    """Return those whom the actor may reach, of one home when it is named; `bed` may be the beginning of one."""
    rows = Resident.filter(residents_visible_to(actor=actor, permission=Permission.RESIDENT_READ, now=now))
    if home_uid is not None:
        home = await institution_for(
            actor=actor, uid=home_uid, permission=Permission.INSTITUTION_READ, now=now
        )
        rows = rows.filter(home_id=home.id)
    if bed is not None:
        rows = rows.filter(bed__startswith=bed)
    if care_state is not None:
        rows = rows.filter(care_state=care_state)
    page = await rows_of_many(rows, wish, related=("home",), by="created_at", newest_first=False)
    return page.of(resident_card(row, now) for row in page.items)


async def resident_by_national_id(*, actor: Actor, national_id: str, now: datetime) -> ResidentCard:
    """Find one resident by the exact number, among those whom the actor may reach; raise `NotFound` otherwise."""
    row = (
        await Resident.filter(
            residents_visible_to(actor=actor, permission=Permission.RESIDENT_READ, now=now),
            national_id_index__in=sealing.index_candidates(national_id, column=NATIONAL_ID),
        )
        .select_related("home")
        .first()
    )
    if row is None:
        raise NotFound
    return resident_card(row, now)


async def find_residents(*, actor: Actor, text: str, now: datetime) -> tuple[FoundResident, ...]:
    """Return a few whose name or bed begins like this, among those whom the actor may reach; the text is kept nowhere.

    No index serves a name: the search stays within the homes of the actor, which the index on the home reads.
    """
    visible = residents_visible_to(actor=actor, permission=Permission.RESIDENT_READ, now=now)
    begins = Q(name__startswith=text) | Q(bed__startswith=text)
    rows = Resident.filter(visible, begins, home_id__isnull=False).order_by("bed", "id").limit(MOST_FOUND)
    found = await rows.values_list("uid", "name", "birth_date", "home__name", "bed")
    today = local_date(now)
    return tuple(
        FoundResident(uid, name, age_on(birth_date, today), home, bed)
        for uid, name, birth_date, home, bed in found
    )


def resident_card(row: Resident, now: datetime) -> ResidentCard:
    """Make the card; `row` has its home with it."""
    return ResidentCard(
        uid=row.uid,
        name=row.name,
        sex=row.sex,
        birth_date=row.birth_date,
        age=age_on(row.birth_date, local_date(now)),
        home_uid=row.home.uid if row.home else None,
        home=row.home.name if row.home else None,
        bed=row.bed,
        care_state=row.care_state,
        national_id=_shown_national_id(row),
        phone=_shown_phone(row),
        has_account=row.account_id is not None,
    )


def _shown_national_id(row: Resident) -> str | None:
    if row.national_id_sealed is None:
        return None
    return masked_national_id(sealing.open_sealed(row.national_id_sealed, place=f"{NATIONAL_ID}|{row.uid}"))


def _shown_phone(row: Resident) -> str | None:
    if row.phone_sealed is None:
        return None
    return masked_phone(sealing.open_sealed(row.phone_sealed, place=f"{PHONE}|{row.uid}"))


def _my_card(
    row: Resident,
    actor: Actor,
    grant: ProxyGrant | None,
    scopes: dict[int, tuple[ProxyScope, ...]],
    now: datetime,
) -> MyResidentCard:
    myself = row.account_id == actor.account_id
    return MyResidentCard(
        uid=row.uid,
        name=row.name,
        age=age_on(row.birth_date, local_date(now)),
        home=row.home.name if row.home else None,
        home_uid=row.home.uid if row.home else None,
        bed=row.bed,
        myself=myself,
        scopes=tuple(ProxyScope) if myself else scopes.get(grant.id if grant else 0, ()),
        until=None if myself or grant is None else grant.ends_at,
    )
