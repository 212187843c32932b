"""State what decides who is due; plan a campaign, its list and its days; open and close it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from tortoise.expressions import Case, When

from server.alliance.models import ServiceAgreement
from server.alliance.queries import agreement_in_force, parameters
from server.audit.actions import note as note_line
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaign_for, place_for
from server.checkups.actions.noting import noted, tell
from server.checkups.errors import AlreadyPlanned, NoAgreement, NotThisNow, ReasonNeeded, WrongDays
from server.checkups.models import CheckupCampaign, CheckupFacts, CheckupPlace
from server.checkups.queries.standing import standings
from server.checkups.rules import (
    CAMPAIGN_MOVES,
    PLACE_MOVES,
    CampaignEvent,
    CampaignStatus,
    Insurance,
    PlaceEvent,
    PlaceStatus,
    Standing,
    edition_of,
    in_turn,
)
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.models import Resident

TO_COME = (PlaceStatus.LISTED, PlaceStatus.EXAMINED)  # who has a report may lack part of it


@dataclass(frozen=True)
class Facts:
    """What a home knows of somebody, by whose word."""

    insurance: Insurance
    extreme_poverty: bool
    source: str
    employer_exam_on: date | None = None
    employer_exam_where: str = ""


@action
async def state_facts(*, actor: Actor, resident_uid: str, facts: Facts, now: datetime) -> None:
    """Write down insurance and extreme poverty; what was said before stays beside it."""
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.CHECKUP_FACTS, now=now)
    if not facts.source.strip():
        raise ReasonNeeded(fields={"source": "请写明依据，例如：医保卡、特困供养证。"})
    if facts.employer_exam_on is not None and facts.employer_exam_on > local_date(now):
        raise WrongDays(fields={"employer_exam_on": "体检日期不能晚于今天。"})
    await CheckupFacts.filter(current_key=str(resident.id)).update(current_key=None)
    row = CheckupFacts(
        resident=resident,
        insurance=facts.insurance,
        extreme_poverty=facts.extreme_poverty,
        employer_exam_on=facts.employer_exam_on,
        employer_exam_where=facts.employer_exam_where.strip(),
        source=facts.source.strip(),
        as_of=local_date(now),
        stated_by_id=actor.account_id,
        current_key=str(resident.id),
        created_at=now,
    )
    async with refusing_duplicates(NotThisNow):
        await row.save()
    await note_line(
        actor,
        "checkups.facts_stated",
        subject_kind="resident",
        subject_uid=resident.uid,
        resident_id=resident.id,
        institution_id=resident.home_id,
        now=now,
    )


@action
async def plan_campaign(
    *, actor: Actor, home_uid: str, provider_uid: str, starts_on: date, ends_on: date, now: datetime
) -> str:
    """Plan a home's check-ups of a year and list who is due; return the campaign's uid."""
    own = actor.institutions_with(Permission.CHECKUP_PLAN)
    pair = (
        await ServiceAgreement.filter(home__uid=home_uid, provider__uid=provider_uid)
        .select_related("home", "provider")
        .first()
    )
    if pair is None or own.isdisjoint({pair.home_id, pair.provider_id}):
        raise NotFound
    if await agreement_in_force(home_id=pair.home_id, provider_id=pair.provider_id, now=now) is None:
        raise NoAgreement
    if ends_on < starts_on or ends_on.year != starts_on.year or ends_on < local_date(now):
        raise WrongDays
    year = starts_on.year
    row = CheckupCampaign(
        home=pair.home,
        provider=pair.provider,
        year=year,
        edition=edition_of(year).version,
        starts_on=starts_on,
        ends_on=ends_on,
        planned_by_id=actor.account_id,
        year_key=f"{pair.home_id}/{year}",
        created_at=now,
    )
    async with refusing_duplicates(AlreadyPlanned):
        await row.save()
    listed = await _listed(row, now)
    await noted(actor, "checkups.planned", row, detail={"listed": listed}, now=now)
    await tell("checkups.planned", row, once="planned", now=now)
    return str(row.uid)


@action
async def list_who_is_due(*, actor: Actor, campaign_uid: str, now: datetime) -> int:
    """Add those who have become due since; nobody is taken off. Return how many were added."""
    row = await campaign_for(actor=actor, uid=campaign_uid, permission=Permission.CHECKUP_PLAN)
    if row.status is CampaignStatus.CLOSED:
        raise NotThisNow
    added = await _listed(row, now)
    await noted(actor, "checkups.listed", row, detail={"added": added}, now=now)
    return added


@action
async def move_campaign(*, actor: Actor, campaign_uid: str, event: CampaignEvent, now: datetime) -> None:
    """Open, close or reopen a campaign."""
    row = await campaign_for(actor=actor, uid=campaign_uid, permission=Permission.CHECKUP_PLAN)
    after = CAMPAIGN_MOVES.after(row.status, event)
    when = {"closed_at": now} if event is CampaignEvent.CLOSE else {"opened_at": now}
    changed = await CheckupCampaign.filter(id=row.id, status=row.status).update(status=after, **when)
    if changed == 0:
        raise NotThisNow
    what = "checkups.closed" if event is CampaignEvent.CLOSE else "checkups.opened"
    await noted(actor, what, row, detail={"event": event}, now=now)
    if event is CampaignEvent.OPEN:
        await tell("checkups.opened", row, once="opened", now=now)


@action
async def plan_days(
    *,
    actor: Actor,
    campaign_uid: str,
    days: Sequence[date],
    per_day: int,
    first_minute: int,
    now: datetime,
) -> int:
    """Give everybody who lacks something that is done beside a bed a day and a time, room by room; return how many."""
    row = await campaign_for(actor=actor, uid=campaign_uid, permission=Permission.CHECKUP_PLAN)
    if row.status is CampaignStatus.CLOSED:
        raise NotThisNow
    wanted = sorted(set(days))
    if not wanted or wanted[0] < max(row.starts_on, local_date(now)) or wanted[-1] > row.ends_on:
        raise WrongDays
    listed = await CheckupPlace.filter(campaign_id=row.id, status__in=TO_COME).select_related("resident")
    # Since they were listed somebody may have gone to hospital, or have been examined elsewhere.
    found = await standings([place.resident for place in listed], year=row.year, now=now)
    waiting = [place for place in listed if found[place.resident_id].at_bed]
    await CheckupPlace.filter(campaign_id=row.id).update(day=None, minute=None)
    terms = await parameters(("checkups.minutes_each", "checkups.day_ends_at"), on=local_date(now))
    turns = in_turn(
        [(place.id, place.resident.bed or "") for place in waiting],
        days=wanted,
        per_day=per_day,
        first_minute=first_minute,
        minutes_each=terms["checkups.minutes_each"],
        last_minute=terms["checkups.day_ends_at"],
    )
    for day, of_day in groupby(turns, key=lambda turn: turn.day):
        minutes = {turn.place: turn.minute for turn in of_day}
        # In one statement, and nobody who says no in the same moment.
        when = [When(id=place, then=str(minute)) for place, minute in minutes.items()]
        await CheckupPlace.filter(id__in=list(minutes), status__in=TO_COME).update(
            day=day, minute=Case(*when, default="0")
        )
    await noted(actor, "checkups.day_planned", row, detail={"places": len(turns)}, now=now)
    return len(turns)


@action
async def answer(*, actor: Actor, place_uid: str, wants: bool, note: str = "", now: datetime) -> str:
    """Write down that a resident does not want a check-up this year, or wants one after all; return the campaign's uid."""
    place = await place_for(actor=actor, uid=place_uid, permission=Permission.CHECKUP_PLAN)
    event = PlaceEvent.ACCEPT if wants else PlaceEvent.DECLINE
    if not PLACE_MOVES.allows(place.status, event):
        raise NotThisNow
    changed = await CheckupPlace.filter(id=place.id, status=place.status).update(
        status=PLACE_MOVES.after(place.status, event), note=note.strip(), day=None, minute=None
    )
    if changed == 0:
        raise NotThisNow
    await noted(
        actor,
        "checkups.answered",
        place.campaign,
        resident_id=place.resident_id,
        detail={"event": event},
        now=now,
    )
    return str(place.campaign.uid)


async def _listed(campaign: CheckupCampaign, now: datetime) -> int:
    listed = set(await CheckupPlace.filter(campaign_id=campaign.id).values_list("resident_id", flat=True))
    people = await Resident.filter(home_id=campaign.home_id, died_at=None, merged_into_id=None)
    found = await standings(people, year=campaign.year, now=now)
    due = [row for row in people if row.id not in listed and found[row.id].standing is Standing.DUE]
    await CheckupPlace.bulk_create(
        [CheckupPlace(campaign_id=campaign.id, resident_id=row.id, created_at=now) for row in due],
        ignore_conflicts=True,
    )
    return len(due)
