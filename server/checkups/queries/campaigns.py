"""A home's check-ups of a year: who is covered, what keeps the others, and the plan of the days. No result in it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from tortoise.expressions import Q

from server.alliance.access import in_force
from server.alliance.models import ServiceAgreement
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaign_for, campaign_to_report, campaigns_visible_to
from server.checkups.models import CheckupCampaign, CheckupPlace
from server.checkups.queries.standing import standings
from server.checkups.rules import (
    CAMPAIGN_WORDS,
    COUNTED,
    EDITIONS,
    PLACE_WORDS,
    STANDING_WORDS,
    CampaignStatus,
    Edition,
    Eligibility,
    Item,
    PlaceStatus,
    Standing,
)
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import age_on, local_date
from server.kit.pages import Page, PageWish, rows_of
from server.kit.rates import Rate
from server.people.models import Resident
from server.people.rules import SEX_WORDS, in_house_order


@dataclass(frozen=True)
class CampaignCard:
    uid: str
    home_uid: str
    home_name: str
    provider_name: str
    year: int
    status: CampaignStatus
    status_words: str
    starts_on: date
    ends_on: date
    listed: int
    examined: int
    declined: int


@dataclass(frozen=True)
class CampaignHead:
    """A campaign without its people: for a page that only works on it."""

    card: CampaignCard
    edition: Edition
    most_rows: int  # of a file
    is_open: bool


@dataclass(frozen=True)
class CoverageLine:
    """One resident of the home: covered, or what keeps them and what to do next."""

    resident_uid: str
    name: str
    sex: str
    age: int
    bed: str
    standing: Standing
    standing_words: str
    sentence: str
    next_step: str
    place_uid: str | None
    place_words: str
    declined: bool
    day: date | None
    minute: int | None
    at_bed: bool  # something is to be done beside the bed

    @property
    def time(self) -> str:
        return f"{self.minute // 60:02d}:{self.minute % 60:02d}" if self.minute is not None else ""


@dataclass(frozen=True)
class CampaignLines:
    """What is printed of a campaign: everybody, and the plan of the days."""

    card: CampaignCard
    lines: tuple[CoverageLine, ...]
    days: tuple[tuple[date, tuple[CoverageLine, ...]], ...]


@dataclass(frozen=True)
class CampaignSheet:
    card: CampaignCard
    counts: Mapping[Standing, int]
    covered: int
    counted: int
    rate: Rate
    lines: tuple[CoverageLine, ...]
    not_listed: int  # due, and not on the list yet
    edition: Edition
    elsewhere: tuple[Item, ...]  # what cannot be done beside a bed
    history: tuple[HistoryLine, ...]
    may_plan: bool
    may_report: bool


@dataclass(frozen=True)
class Pair:
    home_uid: str
    provider_uid: str
    words: str


async def campaigns(*, actor: Actor, year: int | None, wish: PageWish, now: datetime) -> Page[CampaignCard]:  # noqa: ARG001  one form for all
    rows = CheckupCampaign.filter(campaigns_visible_to(actor=actor, permission=Permission.CHECKUP_READ))
    if year is not None:
        rows = rows.filter(year=year)
    page = await rows_of(rows.select_related("home", "provider"), wish, by="created_at")
    counts = await _counts([row.id for row in page.items])
    return page.of(campaign_card(row, counts.get(row.id, Counter())) for row in page.items)


async def pairs(*, actor: Actor, now: datetime) -> tuple[Pair, ...]:
    """Return for which home and by whom the actor may plan: the agreements in force of their institutions."""
    own = sorted(actor.institutions_with(Permission.CHECKUP_PLAN))
    rows = ServiceAgreement.filter(in_force(now), Q(home_id__in=own) | Q(provider_id__in=own)).select_related(
        "home", "provider"
    )
    return tuple(
        Pair(row.home.uid, row.provider.uid, f"{row.home.name}，{row.provider.name}来做")
        for row in await rows.order_by("id")
    )


async def campaign_head(*, actor: Actor, uid: str, now: datetime) -> CampaignHead:
    """Return a campaign for which the actor may hand in reports."""
    row = await campaign_to_report(actor=actor, uid=uid)
    return CampaignHead(
        card=campaign_card(row, (await _counts([row.id])).get(row.id, Counter())),
        edition=EDITIONS[row.edition],
        most_rows=await parameter("checkups.most_rows", on=local_date(now)),
        is_open=row.status is CampaignStatus.OPEN,
    )


async def campaign_lines(*, actor: Actor, uid: str, now: datetime) -> CampaignLines:
    row = await campaign_for(actor=actor, uid=uid, permission=Permission.CHECKUP_READ)
    lines = await coverage_of(row, now=now)
    planned = sorted(
        (line for line in lines if line.day is not None),
        key=lambda line: (line.day or row.starts_on, line.minute or 0),
    )
    return CampaignLines(
        card=campaign_card(row, (await _counts([row.id])).get(row.id, Counter())),
        lines=lines,
        days=tuple(
            (day, tuple(each)) for day, each in groupby(planned, key=lambda line: line.day or row.starts_on)
        ),
    )


async def campaign_sheet(*, actor: Actor, uid: str, now: datetime) -> CampaignSheet:
    row = await campaign_for(actor=actor, uid=uid, permission=Permission.CHECKUP_READ)
    lines = await coverage_of(row, now=now)
    counts = Counter(line.standing for line in lines)
    edition, counted = EDITIONS[row.edition], sum(counts[each] for each in COUNTED)
    return CampaignSheet(
        card=campaign_card(row, (await _counts([row.id])).get(row.id, Counter())),
        counts=counts,
        covered=counts[Standing.EXAMINED],
        counted=counted,
        rate=Rate(counts[Standing.EXAMINED], counted),
        lines=lines,
        not_listed=sum(line.standing is Standing.DUE and line.place_uid is None for line in lines),
        edition=edition,
        elsewhere=tuple(item for item in edition.items if not item.on_site),
        history=await history_of(subject_uid=row.uid),
        may_plan=bool({row.home_id, row.provider_id} & actor.institutions_with(Permission.CHECKUP_PLAN)),
        may_report=row.provider_id in actor.institutions_with(Permission.CHECKUP_RECORD),
    )


async def due_beside_beds(
    *, actor: Actor, home_id: int, provider_id: int, now: datetime
) -> tuple[CoverageLine, ...]:
    """Return who of a home lacks something beside the bed in the campaign under way that this provider carries out; nobody without one."""
    visible = campaigns_visible_to(actor=actor, permission=Permission.CHECKUP_READ)
    row = await CheckupCampaign.filter(
        visible,
        home_id=home_id,
        provider_id=provider_id,
        year=local_date(now).year,
        status__in=[CampaignStatus.PLANNED, CampaignStatus.OPEN],
    ).first()
    lines = await coverage_of(row, now=now) if row else ()
    return tuple(line for line in lines if line.at_bed)


async def coverage_page(
    *, actor: Actor, campaign_uid: str, wish: PageWish, now: datetime
) -> Page[CoverageLine]:
    """Return the coverage of one campaign as the only page of a table: a home has some hundred residents."""
    row = await campaign_for(actor=actor, uid=campaign_uid, permission=Permission.CHECKUP_READ)
    return Page((), None) if wish.after is not None else Page(await coverage_of(row, now=now), None)


async def coverage_of(row: CheckupCampaign, *, now: datetime) -> tuple[CoverageLine, ...]:
    """Return everybody who lives there or stands on the list, room by room."""
    places = {each.resident_id: each for each in await CheckupPlace.filter(campaign_id=row.id)}
    living = Resident.filter(
        Q(home_id=row.home_id, died_at=None) | Q(id__in=list(places)), merged_into_id=None
    )
    people = sorted(await living, key=lambda each: (not each.bed, in_house_order(each.bed or ""), each.id))
    found = await standings(people, year=row.year, now=now)
    return tuple(_line(each, found[each.id], places.get(each.id), now) for each in people)


def campaign_card(row: CheckupCampaign, counts: Counter[PlaceStatus]) -> CampaignCard:
    return CampaignCard(
        uid=row.uid,
        home_uid=row.home.uid,
        home_name=row.home.name,
        provider_name=row.provider.name,
        year=row.year,
        status=row.status,
        status_words=CAMPAIGN_WORDS[row.status],
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        listed=sum(counts.values()),
        examined=counts[PlaceStatus.EXAMINED],
        declined=counts[PlaceStatus.DECLINED],
    )


def _line(resident: Resident, found: Eligibility, place: CheckupPlace | None, now: datetime) -> CoverageLine:
    return CoverageLine(
        resident_uid=resident.uid,
        name=resident.name,
        sex=SEX_WORDS[resident.sex],
        age=age_on(resident.birth_date, local_date(now)),
        bed=resident.bed or "",
        standing=found.standing,
        standing_words=STANDING_WORDS[found.standing],
        sentence=found.sentence,
        next_step=found.next_step,
        place_uid=place.uid if place else None,
        place_words=PLACE_WORDS[place.status] if place else "",
        declined=place is not None and place.status is PlaceStatus.DECLINED,
        day=place.day if place else None,
        minute=place.minute if place else None,
        at_bed=found.at_bed,
    )


async def _counts(campaign_ids: Sequence[int]) -> Mapping[int, Counter[PlaceStatus]]:
    found: dict[int, Counter[PlaceStatus]] = {}
    rows = CheckupPlace.filter(campaign_id__in=list(campaign_ids)) if campaign_ids else None
    if rows is not None:
        for campaign, status in await rows.values_list("campaign_id", "status"):
            found.setdefault(campaign, Counter())[PlaceStatus(status)] += 1
    return found
