"""Keep every home's beds at the end of each day (A23). Rows are added, never changed."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from tortoise.functions import Max

from server.alliance.models import Institution
from server.alliance.rules import InstitutionKind
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date, start_of_day
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.errors import CensusMoved, CensusSame, CensusUnsound, ReasonNeeded
from server.people.models import BedCensusEntry
from server.people.queries.census import counted_at_end_of, kept_of_day
from server.people.rules.census import KEPT, MOST_CAUGHT_UP, Figures, digest_of


async def sweep_census(*, actor: Actor, now: datetime) -> int:
    """Keep the days that are over and were not kept yet, each in a transaction of its own; return how many rows."""
    yesterday = local_date(now) - timedelta(days=1)
    homes = Institution.filter(
        kind=InstitutionKind.NURSING_HOME, created_at__lt=start_of_day(local_date(now))
    )
    # Asked at every pass of the worker: two counts, until a day has ended.
    if await homes.count() == await BedCensusEntry.filter(day=yesterday, version=KEPT).count():
        return 0
    missing: defaultdict[date, dict[int, str]] = defaultdict(dict)
    last = dict(
        await BedCensusEntry.all()
        .annotate(last=Max("day"))
        .group_by("home_id")
        .values_list("home_id", "last")
    )
    for home_id, uid in await homes.order_by("id").values_list("id", "uid"):
        for day in _days_after(last.get(home_id), yesterday):
            missing[day][home_id] = uid
    kept = 0
    for day in sorted(missing):
        kept += await _keep_day(actor=actor, day=day, homes=missing[day], now=now)
    return kept


@action
async def _keep_day(*, actor: Actor, day: date, homes: dict[int, str], now: datetime) -> int:
    """Two workers may do the same at once: the first one's rows stand."""
    counted = await counted_at_end_of(day=day, home_ids=list(homes))
    rows = [
        _row(home_id, uid, day, KEPT, counted[home_id], reason="", before="", now=now)
        for home_id, uid in homes.items()
    ]
    await BedCensusEntry.bulk_create(rows, ignore_conflicts=True)
    await note(
        actor,
        "people.census_kept",
        subject_kind="bed_census",
        subject_uid="",
        detail={"day": day.isoformat(), "homes": len(rows)},
        now=now,
    )
    return len(rows)


@action
async def correct_census(
    *, actor: Actor, home_uid: str, day: date, figures: Figures, reason: str, now: datetime
) -> None:
    """Put a kept day right by a further row: the difference, with its reason. What was kept stays as it was."""
    if not reason.strip():
        raise ReasonNeeded
    if not figures.is_sound:
        raise CensusUnsound
    own = sorted(actor.institutions_with(Permission.RESIDENT_ADMIT))
    home = await Institution.filter(uid=home_uid, id__in=own).first()
    held = await kept_of_day(home_id=home.id, day=day) if home else None
    if home is None or held is None:
        raise NotFound
    if held == figures:
        raise CensusSame
    last = await BedCensusEntry.filter(home_id=home.id, day=day).order_by("-version").first()
    before, version = (last.digest, last.version + 1) if last else ("", KEPT)
    row = _row(
        home.id,
        home.uid,
        day,
        version,
        figures.minus(held),
        reason=reason.strip(),
        before=before,
        now=now,
    )
    row.corrected_by_id = actor.account_id
    async with refusing_duplicates(CensusMoved):
        await row.save()
    await note(
        actor,
        "people.census_corrected",
        subject_kind="bed_census",
        subject_uid=row.uid,
        institution_id=home.id,
        reason=reason.strip(),
        detail={"day": day.isoformat(), "version": version},
        now=now,
    )


def _days_after(last: date | str | None, yesterday: date) -> list[date]:
    """Return the days to keep: those since the last one, or only yesterday for a home that is new."""
    since = date.fromisoformat(last) if isinstance(last, str) else last
    count = min(MOST_CAUGHT_UP, (yesterday - since).days if since else 1)
    return [yesterday - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _row(
    home_id: int,
    home: str,
    day: date,
    version: int,
    figures: Figures,
    *,
    reason: str,
    before: str,
    now: datetime,
) -> BedCensusEntry:
    return BedCensusEntry(
        home_id=home_id,
        day=day,
        version=version,
        reason=reason,
        digest=digest_of(home=home, day=day, version=version, figures=figures, reason=reason, before=before),
        created_at=now,
        **vars(figures),
    )
