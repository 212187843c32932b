"""Who lives where: admit, change bed, move, discharge."""

from datetime import date, datetime

from server.alliance.access import institution_for
from server.alliance.errors import WrongParties
from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.models import Account
from server.kit import sealing
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import Invalid, NotFound
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import resident_for
from server.people.actions.grants import staff_of
from server.people.actions.rows import (
    change_bed_of,
    change_care,
    lock,
    move_in,
    move_out,
    new_resident,
    noted,
    open_care_state,
)
from server.people.errors import (
    AccountTaken,
    AlreadyRegistered,
    AlreadyThere,
    HomeStaffCannotBeResident,
    NotInHome,
    ResidentDeceased,
    WrongNationalId,
)
from server.people.models import NATIONAL_ID, Resident
from server.people.queries import ResidentCard, resident_card
from server.people.rules import (
    OLDEST,
    CareCause,
    CareEvent,
    CareState,
    NationalId,
    Sex,
    StayEnd,
    can_be_born_on,
    parse_national_id,
)

WRONG_SEX = "性别与身份证号不一致，请核对。"
WRONG_BIRTH = "出生日期与身份证号不一致，请核对。"
NOT_YET_BORN = "出生日期在今天之后，请对照户口簿或证件核对。"
TOO_OLD = "按这个出生日期已经超过 {} 岁，请对照户口簿或证件核对年份。"


@action
async def admit(
    *,
    actor: Actor,
    home_uid: str,
    name: str,
    sex: Sex,
    birth_date: date,
    national_id: str | None = None,
    phone: str | None = None,
    bed: str | None = None,
    now: datetime,
) -> ResidentCard:
    """Take somebody into the home: a new person, or one known by identity number who lives in no home now.

    Refuses with `Invalid`, `WrongNationalId`, `BedTaken`, `AlreadyInHome`, `AlreadyRegistered` and `ResidentDeceased`.
    """
    home = await _home_for(actor, home_uid, now)
    _can_be(birth_date, local_date(now))
    number = _checked(national_id, sex, birth_date, local_date(now)) if national_id else None
    row = await _known(actor, number) if number else None
    if row is None:
        row = new_resident(
            name=name,
            sex=sex,
            birth_date=birth_date,
            national_id=number.number if number else None,
            phone=phone,
            now=now,
        )
        async with refusing_duplicates(AlreadyRegistered):
            await row.save()
        await open_care_state(row.id, CareState.LEFT, CareCause.ADMISSION, None, now=now)
    await lock(row)
    await move_in(actor, row, home.id, bed, now=now)
    return await _card(row.id, now)


@action
async def discharge(*, actor: Actor, resident_uid: str, reason: StayEnd, now: datetime) -> ResidentCard:
    row = await _resident_in_home(actor, resident_uid, now)
    await move_out(actor, row, reason, now=now)
    await change_care(actor, row, CareEvent.LEAVE, CareCause.REPORTED, None, now=now)
    return await _card(row.id, now)


@action
async def change_bed(*, actor: Actor, resident_uid: str, bed: str | None, now: datetime) -> ResidentCard:
    row = await _resident_in_home(actor, resident_uid, now)
    await change_bed_of(actor, row, bed, now=now)
    return await _card(row.id, now)


@action
async def transfer(
    *, actor: Actor, resident_uid: str, home_uid: str, bed: str | None = None, reason: str, now: datetime
) -> ResidentCard:
    """Move straight to another home of the alliance; for whoever admits in both. The care state goes along.

    Between homes in different hands the one discharges and the other admits: neither may act for the other.
    """
    home = await _home_for(actor, home_uid, now)
    row = await _resident_in_home(actor, resident_uid, now)
    if row.home_id == home.id:
        raise AlreadyThere(fields={"home": AlreadyThere.message})
    left = await Institution.get(id=row.home_id)
    await move_out(actor, row, StayEnd.MOVED, now=now)
    await move_in(actor, row, home.id, bed, now=now)
    await noted(
        actor, "people.transferred", row, now=now, reason=reason, detail={"from": left.uid, "to": home.uid}
    )
    await enqueue("people.transferred", {"resident": row.uid, "home": home.uid}, now=now)
    return await _card(row.id, now)


@action
async def bind_account(*, actor: Actor, resident_uid: str, account_uid: str, now: datetime) -> ResidentCard:
    """Say that this account is the resident's own phone; done by the home, face to face, never by name or number (T8)."""
    row = await _resident_in_home(actor, resident_uid, now)
    account = await Account.get_or_none(uid=account_uid)
    if account is None:
        raise NotFound
    if await staff_of(row.home_id, now).filter(account_id=account.id).exists():
        raise HomeStaffCannotBeResident
    taken = await Resident.filter(account_id=account.id).exclude(id=row.id).exists()
    if taken or row.account_id not in {None, account.id}:
        raise AccountTaken
    async with refusing_duplicates(AccountTaken):
        await Resident.filter(id=row.id).update(account_id=account.id)
    await trail.rights_changed(row.id, now=now)
    await noted(actor, "people.account_bound", row, now=now, detail={"account": account.uid})
    return await _card(row.id, now)


async def _home_for(actor: Actor, uid: str, now: datetime) -> Institution:
    home = await institution_for(actor=actor, uid=uid, permission=Permission.RESIDENT_ADMIT, now=now)
    if home.kind is not InstitutionKind.NURSING_HOME:
        raise WrongParties
    return home


async def _resident_in_home(actor: Actor, uid: str, now: datetime) -> Resident:
    row = await resident_for(actor=actor, uid=uid, permission=Permission.RESIDENT_ADMIT, now=now)
    await lock(row)
    if row.home_id is None:
        raise NotInHome
    if row.home_id not in actor.institutions_with(Permission.RESIDENT_ADMIT):
        raise NotFound  # moved away a moment ago
    return row


async def _known(actor: Actor, number: NationalId) -> Resident | None:
    row = await Resident.get_or_none(
        national_id_index__in=sealing.index_candidates(number.number, column=NATIONAL_ID)
    )
    if row is not None and row.merged_into_id is not None:
        row = await Resident.get(id=row.merged_into_id)
    if row is not None and row.died_at is not None:
        raise ResidentDeceased
    own = actor.institutions_with(Permission.RESIDENT_ADMIT)
    if row is not None and row.home_id is not None and row.home_id not in own:
        raise AlreadyRegistered
    return row


def _can_be(birth_date: date, today: date) -> None:
    if not can_be_born_on(birth_date, today=today):
        said = NOT_YET_BORN if birth_date > today else TOO_OLD.format(OLDEST)
        raise Invalid(said, fields={"birth_date": said})


def _checked(text: str, sex: Sex, birth_date: date, today: date) -> NationalId:
    number = parse_national_id(text, today=today)
    faults = {}
    if sex is not number.sex:
        faults["sex"] = WRONG_SEX
    if birth_date != number.birth_date:
        faults["birth_date"] = WRONG_BIRTH
    if faults:
        raise WrongNationalId(next(iter(faults.values())), fields=faults)
    return number


async def _card(row_id: int, now: datetime) -> ResidentCard:
    return resident_card(await Resident.get(id=row_id).select_related("home"), now)
