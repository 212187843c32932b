"""The invariants of this room, asked of its tables."""

from collections import Counter
from datetime import datetime

from server.alliance.queries import parameter
from server.people.access import active_grants
from server.people.models import (
    BedCensusEntry,
    CareStateChange,
    ProxyGrant,
    ProxyGrantScope,
    Resident,
    ResidentStay,
)
from server.people.rules import EFFECTS
from server.people.rules.census import KEPT, NOTHING, Figures, digest_of


async def faults(*, now: datetime) -> list[str]:
    """Return one line per broken invariant of this room; uids only."""
    return [
        *await _proxy_faults(now),
        *await _residence_faults(),
        *await _care_faults(),
        *await _census_faults(),
    ]


async def _proxy_faults(now: datetime) -> list[str]:
    active = await ProxyGrant.filter(active_grants(now)).select_related("resident")
    scoped = {row.grant_id for row in await ProxyGrantScope.filter(grant_id__in=[row.id for row in active])}
    found = [
        f"I1 grant {row.uid} is active without a resident, a scope or a confirmation"
        for row in active
        if row.resident is None or row.id not in scoped or row.confirmed_how is None
    ]
    found += [
        f"I3 grant {row.uid} is active after a death"
        for row in active
        if row.resident and row.resident.died_at
    ]
    crowd = Counter(row.resident_id for row in active)
    most = await parameter("people.proxies_per_resident", on=now)
    return found + [
        f"I5 resident row {key} has {count} proxies" for key, count in crowd.items() if count > most
    ]


async def _census_faults() -> list[str]:
    """A23: a kept day is never edited. Its rows hold each other's digests, and add up to figures that can be."""
    found: list[str] = []
    before: BedCensusEntry | None = None
    held = NOTHING
    rows = BedCensusEntry.all().order_by("home_id", "day", "version").select_related("home")
    for row in await rows:
        follows = before is not None and (before.home_id, before.day) == (row.home_id, row.day)
        figures = Figures(row.beds, row.nursing_beds, row.residents, row.inpatient, row.convalescent)
        held = held.plus(figures) if follows else figures
        digest = digest_of(
            home=row.home.uid,
            day=row.day,
            version=row.version,
            figures=figures,
            reason=row.reason,
            before=before.digest if follows and before else "",
        )
        if digest != row.digest or row.version != (before.version + 1 if follows and before else KEPT):
            found.append(f"A23 census {row.uid} was changed, or one before it is gone")
        if row.version > KEPT and not (held.is_sound and row.reason):
            found.append(f"A23 census {row.uid} corrects to what cannot be, or says no reason")
        before = row
    return found


async def _care_faults() -> list[str]:
    """I15: nobody is in two states at once. I16: a nursing bed is held by who convalesces there."""
    found: list[str] = []
    last: CareStateChange | None = None
    for row in await CareStateChange.all().order_by("resident_id", "started_at", "id"):
        # A row that was merged away and given back has a gap between; nobody has two states at once.
        if (
            last is not None
            and last.resident_id == row.resident_id
            and (last.ended_at is None or last.ended_at > row.started_at)
        ):
            found.append(f"I15 care state {row.uid} begins before the one before it ends")
        last = row
    holders = CareStateChange.filter(nursing_key__isnull=False).select_related("resident")
    for row in await holders:
        home = str(row.nursing_key).split("/")[0]
        if (
            row.ended_at is not None
            or not EFFECTS[row.state].nursing_bed
            or home != str(row.resident.home_id)
        ):
            found.append(f"I16 care state {row.uid} holds a nursing bed that it does not use")
    return found


async def _residence_faults() -> list[str]:
    rows = await Resident.filter(merged_into_id__isnull=True).values_list(
        "id", "uid", "home_id", "care_state"
    )
    stays = {row.resident_id: row for row in await ResidentStay.filter(ended_at__isnull=True)}
    states = {row.resident_id: row for row in await CareStateChange.filter(ended_at__isnull=True)}
    found: list[str] = []
    for row_id, uid, home_id, care_state in rows:
        stay, state = stays.get(row_id), states.get(row_id)
        if (stay.home_id if stay else None) != home_id:
            found.append(f"C01 resident {uid} lives elsewhere than the open stay says")
        if state is None or state.state != care_state:
            found.append(f"I15 resident {uid} has no open care state, or another one")
    chained = await Resident.filter(merged_into_id__isnull=False, merged_into__merged_into_id__isnull=False)
    return found + [f"C01 resident {row.uid} is merged into a merged row" for row in chained]
