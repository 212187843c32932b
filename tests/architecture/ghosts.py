"""What one world has and the other has not, laid down row by row so that nothing else moves."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tortoise.models import Model

from server.alliance.models import Department, Institution, ServiceAgreement
from server.assessments.models import Assessment
from server.booking.models import Appointment, Slot
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import RecordCategory
from server.demo import Town
from server.feedback.models import FeedbackCase, Rating, RatingToken
from server.identity.models import Account
from server.kit.ids import new_uid
from server.notifications.models import CallListEntry, InboxMessage
from server.people.models import Kinship, ProxyGrant, ProxyGrantScope, Resident, ResidentStay
from server.records.models import EmergencyRead, RecordEntry
from server.visits.models import Visit, VisitItem
from tests.architecture.crowd import copy_of
from tests.architecture.subjects import NOW

HOSPITAL = {"yihe": "first_hospital", "songhe": "second_hospital"}
DEPARTMENT = {"yihe": "geriatrics", "songhe": "rehabilitation"}


@dataclass(frozen=True)
class Ghost:
    """The uids of somebody who lives in one world only, and of what is about them: known in both."""

    resident: str = field(default_factory=new_uid)
    entry: str = field(default_factory=new_uid)
    consent: str = field(default_factory=new_uid)
    appointment: str = field(default_factory=new_uid)
    visit: str = field(default_factory=new_uid)
    case: str = field(default_factory=new_uid)
    rating: str = field(default_factory=new_uid)
    token: str = field(default_factory=new_uid)
    grant: str = field(default_factory=new_uid)
    message: str = field(default_factory=new_uid)
    assessment: str = field(default_factory=new_uid)


async def move_in(town: Town, ghost: Ghost, home: str) -> None:
    """Let somebody live in a home, with a record, a proxy, consents, appointments, visits, ratings and a case."""
    wang = await _row(Resident, town.people.wang)
    house = await Institution.get(uid=getattr(town.alliance, home))
    hospital = await Institution.get(uid=getattr(town.alliance, HOSPITAL[home]))
    somebody = await Account.get(uid=town.identity.accounts["root"])
    person = await _added(Resident, wang, ghost.resident, home_id=house.id, name="沈阿毛", bed="909-9")
    mine = {"resident_id": person.pk}
    await _all_of(ResidentStay, wang["id"], **mine, home_id=house.id)
    await _all_of(Kinship, wang["id"], **mine)
    entry = await _row(RecordEntry, town.records.wang_checkup)
    await _added(RecordEntry, entry, ghost.entry, **mine, source_id=hospital.id)
    await _all_of(RecordEntry, wang["id"], **mine, source_id=hospital.id)
    await _consented(town, ghost, mine, house.id, somebody.id)
    grant = await _added(
        ProxyGrant,
        await _row(ProxyGrant, town.people.daughter_grant),
        ghost.grant,
        **mine,
        proxy_id=somebody.id,
    )
    scope = (await ProxyGrantScope.all().values())[0]
    await copy_of(ProxyGrantScope, scope, grant_id=grant.pk).save()
    booked = await _row(Appointment, town.booking.li_tomorrow)
    seat = await _seat_of_yesterday(town, booked["slot_id"], home, hospital)
    await _added(Appointment, booked, ghost.appointment, **mine, booked_by_id=somebody.id, slot_id=seat)
    visit = await _row(Visit, town.visits.confirmed)
    trip = await _added(
        Visit,
        visit,
        ghost.visit,
        home_id=house.id,
        provider_id=hospital.id,
        agreement_id=await _agreement(house, hospital),
    )
    await _all_of(VisitItem, visit["id"], column="visit_id", **mine, visit_id=trip.pk)
    await _assessed(town, ghost, mine, house.id, hospital.id)
    await _rated(town, ghost, mine, hospital.id, somebody.id)
    inbox = await _row(InboxMessage, town.notifications.unread)
    await _added(InboxMessage, inbox, ghost.message, **mine, account_id=somebody.id)
    await copy_of(CallListEntry, await _row(CallListEntry, town.notifications.call), **mine).save()
    await EmergencyRead(
        resident_id=person.pk, reader_id=somebody.id, institution_id=hospital.id, reason="fall", explanation="跌倒",
        shown=1, review_due=NOW + timedelta(hours=72), created_at=NOW,
    ).save()  # fmt: skip


async def _assessed(town: Town, ghost: Ghost, mine: dict[str, Any], house: int, hospital: int) -> None:
    """Let the hospital have found something, and the home be at it."""
    result = await _row(Assessment, town.assessments.zhao_yun_screen)
    await _added(Assessment, result, ghost.assessment, **mine, institution_id=hospital, entry_uid=ghost.entry)
    draft = await _row(Assessment, town.assessments.li_draft)
    await copy_of(Assessment, draft, **mine, institution_id=house).save()


async def join_the_round(town: Town, ghost: Ghost) -> None:
    """Put the new neighbor on the visits to Wang and Li as well: a line that is for the institutions only."""
    person = await Resident.get(uid=ghost.resident)
    for uid in (town.visits.today, town.visits.confirmed):
        row = (await VisitItem.filter(visit__uid=uid).limit(1).values())[0]
        await copy_of(VisitItem, row, resident_id=person.id).save()


async def share_nothing_of(town: Town, ghost: Ghost) -> None:
    """Give Wang entries of a hospital that nobody here may see, in categories for which nobody has consent."""
    wang = await Resident.get(uid=town.people.wang)
    other = await Institution.get(uid=town.alliance.second_hospital)
    for row in await RecordEntry.filter(resident_id=wang.id, is_current=True).values():
        for category in (RecordCategory.LABS, RecordCategory.RESTRICTED_MENTAL, RecordCategory.UNLABELED):
            await copy_of(RecordEntry, row, source_id=other.id, category=category).save()


async def forget_the_restricted(town: Town, ghost: Ghost) -> None:
    """Take away what Wang shares with nobody but its author."""
    await RecordEntry.filter(uid=town.records.wang_restricted).delete()


async def _seat_of_yesterday(town: Town, like: int, home: str, hospital: Institution) -> int:
    """Make a seat at the hospital that is over, because open ones are everybody's to see."""
    department = await Department.get(uid=getattr(town.alliance, DEPARTMENT[home]))
    row = (await Slot.filter(id=like).values())[0]
    times = {name: row[name] - timedelta(days=2) for name in ("starts_at", "ends_at", "closes_at")}
    seat = copy_of(Slot, row, institution_id=hospital.id, department_id=department.id, **times)
    await seat.save()
    return int(seat.pk)


async def _consented(town: Town, ghost: Ghost, mine: dict[str, int], recipient: int, decided_by: int) -> None:
    given = await _row(Consent, town.consent.wang_yihe)
    theirs = {**mine, "recipient_id": recipient, "home_id": recipient, "decided_by_id": decided_by}
    sheet = await _added(Consent, given, ghost.consent, **theirs)
    await _all_of(ConsentProvision, given["id"], column="consent_id", consent_id=sheet.pk)
    asked = await _row(Consent, town.consent.wang_pending)
    await copy_of(Consent, asked, **mine, recipient_id=recipient, home_id=recipient).save()


async def _rated(town: Town, ghost: Ghost, mine: dict[str, int], subject: int, author: int) -> None:
    # A score counts for everybody once it counts: this one does not yet.
    rating, case = await _row(Rating, town.feedback.low), await _row(FeedbackCase, town.feedback.case)
    token = await _added(
        RatingToken,
        await _row(RatingToken, town.feedback.open_token),
        ghost.token,
        **mine,
        subject_id=subject,
    )
    about = {**mine, "subject_id": subject, "author_id": author}
    later = NOW + timedelta(days=1)
    said = await _added(Rating, rating, ghost.rating, **about, token_id=token.pk, counts_from=later)
    await _added(FeedbackCase, case, ghost.case, **about, owner_id=subject, rating_id=said.pk)


async def _agreement(house: Institution, hospital: Institution) -> int:
    return (await ServiceAgreement.get(home_id=house.id, provider_id=hospital.id)).id


async def _row(table: type[Model], uid: str) -> dict[str, Any]:
    return (await table.filter(uid=uid).values())[0]


async def _added(table: type[Model], row: dict[str, Any], uid: str, **changes: Any) -> Model:
    new = copy_of(table, row, **changes)
    new.uid = uid
    await new.save()
    return new


async def _all_of(table: type[Model], parent: int, *, column: str = "resident_id", **changes: Any) -> None:
    for row in await table.filter(**{column: parent}).values():
        await copy_of(table, row, **changes).save()
