"""Who stands behind a figure, why, and what is to be done next: for whoever may know them, and nobody else."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.booking.models import Appointment
from server.consent.access import consents_visible_to
from server.consent.models import Consent
from server.followups.access import episodes_visible_to
from server.followups.models import ChronicEpisode
from server.home_beds.access import beds_visible_to
from server.home_beds.models import HomeBed
from server.identity.models import RoleGrant
from server.indicators.access import oversees, people_open_to
from server.indicators.models import IndicatorFact
from server.indicators.queries.evaluators.registry import indicator_in
from server.indicators.rules import Definition, Period, State, Subject
from server.kit.clock import SHANGHAI, local_date
from server.kit.errors import Forbidden
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import residents_visible_to
from server.people.models import Resident
from server.referrals.access import referrals_of_own_institutions
from server.referrals.models import Referral
from server.settlement.models import Statement, StatementLine
from server.training.access import opens_to_people
from server.visits.models import Visit

GONE = "不在本机构名下的一位"
Labels = Mapping[int, tuple[str, str]]  # subject -> how it is called, and where it is opened


@dataclass(frozen=True)
class BehindWish:
    code: str
    since: date | None = None
    state: State | None = None
    reason: str | None = None
    home_uid: str | None = None


@dataclass(frozen=True)
class PersonLine:
    label: str
    href: str  # empty where there is no page of it
    home: str
    state: State
    reason: str
    next_step: str
    known_from: datetime


@dataclass(frozen=True)
class Behind:
    definition: Definition
    period: Period
    state: State
    page: Page[PersonLine]


async def people_behind(*, actor: Actor, wish: BehindWish, page: PageWish, now: datetime) -> Behind:
    """List the facts behind a figure that open to this actor."""
    today = local_date(now)
    indicator, period = indicator_in(wish.code, wish.since or today, today=today)
    definition = indicator.definition
    if definition.about_people and oversees(actor=actor):
        raise Forbidden
    state = wish.state or definition.to_look_at
    rows = IndicatorFact.filter(
        people_open_to(actor=actor, definition=definition, since=period.first),
        code=definition.code,
        version=definition.version,
        since=period.first,
        known_to__isnull=True,
        state=state,
    )
    if wish.reason:
        rows = rows.filter(reason=wish.reason)
    if wish.home_uid:
        rows = rows.filter(home__uid=wish.home_uid)
    found = await rows_of(rows.select_related("home"), page, by="known_from")
    return Behind(definition, period, state, found.of(await _lines(found.items, definition, actor, now)))


async def _lines(
    rows: Sequence[IndicatorFact], definition: Definition, actor: Actor, now: datetime
) -> tuple[PersonLine, ...]:
    labels = await labels_of([row.subject_id for row in rows], definition.subject, actor=actor, now=now)
    return tuple(
        PersonLine(
            *labels.get(row.subject_id, (GONE if definition.about_people else row.home.name, "")),
            home=row.home.name,
            state=row.state,
            reason=reason.words,
            next_step=reason.next_step,
            known_from=row.known_from,
        )
        for row in rows
        for reason in (definition.reason(row.reason),)
    )


async def labels_of(ids: Sequence[int], subject: Subject, *, actor: Actor, now: datetime) -> Labels:
    """Return how each is called, by the rules of its own room: whom the actor may not see there has no name here."""
    look_up = _SUBJECTS.get(subject)
    return await look_up(ids, actor, now) if look_up and ids else {}


async def _residents(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:
    visible = residents_visible_to(actor=actor, permission=Permission.RESIDENT_READ, now=now)
    rows = await Resident.filter(visible, id__in=list(ids)).values_list("id", "uid", "name", "bed")
    return {
        number: (f"{name}　{bed or ''}".strip(), f"/admin/residents/{uid}") for number, uid, name, bed in rows
    }


async def _episodes(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:
    visible = episodes_visible_to(actor=actor, permission=Permission.FOLLOW_UP_READ, now=now)
    rows = await ChronicEpisode.filter(visible, id__in=list(ids)).values_list("id", "uid", "resident__name")
    return {number: (name, f"/admin/followups/{uid}") for number, uid, name in rows}


async def _consents(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:
    visible = consents_visible_to(actor=actor, permission=Permission.CONSENT_READ, now=now)
    rows = await Consent.filter(visible, id__in=list(ids)).values_list("id", "uid", "resident__name")
    return {number: (name, f"/admin/consents/{uid}") for number, uid, name in rows}


async def _appointments(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:
    rows = await Appointment.filter(id__in=list(ids)).values_list("id", "resident_id", "slot__starts_at")
    names = await _residents([resident for _, resident, _ in rows], actor, now)
    return {
        number: (f"{names[resident][0]}　{_day(starts_at)}", "")
        for number, resident, starts_at in rows
        if resident in names
    }


async def _referrals(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:  # noqa: ARG001  one form for all
    visible = referrals_of_own_institutions(actor=actor, permission=Permission.REFERRAL_READ)
    rows = await Referral.filter(visible, id__in=list(ids)).values_list("id", "uid", "resident__name")
    return {number: (name, f"/admin/referrals/{uid}") for number, uid, name in rows}


async def _visits(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:  # noqa: ARG001  one form for all
    rows = Visit.filter(id__in=list(ids)).values_list("id", "uid", "starts_at", "provider__name")
    page = "/admin/visits/{}" if actor.may(Permission.VISIT_READ) else ""
    return {
        number: (f"{_day(starts_at)} {provider}来巡诊", page.format(uid))
        for number, uid, starts_at, provider in await rows
    }


async def _statements(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:  # noqa: ARG001  one form for all
    rows = Statement.filter(id__in=list(ids)).values_list("id", "uid", "month", "provider__name")
    return {
        number: (f"{month.year} 年 {month.month} 月 {provider}", f"/admin/statements/{uid}")
        for number, uid, month, provider in await rows
    }


async def _lines_of(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:  # noqa: ARG001  one form for all
    rows = StatementLine.filter(id__in=list(ids)).values_list(
        "id", "uid", "statement__uid", "service_name", "on_day"
    )
    return {
        number: (f"{day.month} 月 {day.day} 日 {name}", f"/admin/statements/{statement}/lines/{uid}")
        for number, uid, statement, name, day in await rows
    }


async def _staff(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:  # noqa: ARG001  one form for all
    rows = RoleGrant.filter(id__in=list(ids)).values_list(
        "id", "account__name", "institution_id", "institution__uid"
    )
    return {
        number: (name, f"/admin/training-rates/{home_uid}")
        for number, name, home, home_uid in await rows
        if opens_to_people(actor=actor, institution_id=home)
    }


async def _home_beds(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:
    visible = beds_visible_to(actor=actor, permission=Permission.HOME_BED_READ, now=now)
    rows = await HomeBed.filter(visible, id__in=list(ids)).values_list("id", "uid", "resident__name")
    return {number: (name, f"/admin/home-beds/{uid}") for number, uid, name in rows}


async def _agreements(ids: Sequence[int], actor: Actor, now: datetime) -> Labels:  # noqa: ARG001  one form for all
    rows = ServiceAgreement.filter(id__in=list(ids)).values_list("id", "uid", "provider__name")
    return {
        number: (f"与{provider}的协议", f"/admin/agreements/{uid}") for number, uid, provider in await rows
    }


def _day(instant: datetime) -> str:
    local = instant.astimezone(SHANGHAI)
    return f"{local.month} 月 {local.day} 日 {local.hour}:{local.minute:02d}"


_SUBJECTS: Mapping[Subject, Callable[[Sequence[int], Actor, datetime], Awaitable[Labels]]] = {
    Subject.RESIDENT: _residents,
    Subject.EPISODE: _episodes,
    Subject.CONSENT: _consents,
    Subject.APPOINTMENT: _appointments,
    Subject.REFERRAL: _referrals,
    Subject.VISIT: _visits,
    Subject.STATEMENT: _statements,
    Subject.LINE: _lines_of,
    Subject.STAFF: _staff,
    Subject.HOME_BED: _home_beds,
    Subject.AGREEMENT: _agreements,
}
