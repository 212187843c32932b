"""The invariants of home beds, asked of the tables themselves (H: this feature's own)."""

from collections import defaultdict
from datetime import datetime

from server.home_beds.models import HomeBed, HomeBedAssessment, HomeBedSpan
from server.home_beds.rules import IN_USE, LIVE, HomeBedStatus
from server.kit.clock import local_date
from server.outbox.models import MessageStatus, OutboxMessage
from server.people.models import CareStateChange
from server.people.rules import CareState

_S = HomeBedStatus
NEWS = "people.care_state_changed"


async def faults(*, now: datetime) -> list[str]:
    """Return one line per broken invariant."""
    rows = await HomeBed.all().order_by("id").select_related("resident__merged_into")
    spans = await HomeBedSpan.all().order_by("started_at", "id").select_related("bed")
    return [
        *_turns(rows),
        *_spans(rows, spans),
        *await _assessed(rows),
        *await _care(rows),
        *await _hospital_days(spans, now),
    ]


def _turns(rows: list[HomeBed]) -> list[str]:
    """H1: whoever is not over has one owner and one deadline, and the key; whoever is over has none."""
    found = []
    for row in rows:
        held = (row.owner_id, row.next_deadline, row.live_key)
        right = all(each is not None for each in held) if row.status in LIVE else not any(held)
        if not right:
            found.append(f"H1 home bed {row.uid} in {row.status} has not its one owner and deadline")
    return found


def _spans(rows: list[HomeBed], spans: list[HomeBedSpan]) -> list[str]:
    """H2: stretches of one resident do not overlap. H3: one is running exactly while the bed is open."""
    found, running, last = [], set[int](), dict[int, HomeBedSpan]()
    for span in spans:
        before = last.get(span.resident_id)
        if before is not None and (before.ended_at is None or before.ended_at > span.started_at):
            found.append(f"H2 stretch {span.uid} begins before the one before it is over")
        last[span.resident_id] = span
        if span.ended_at is None:
            running.add(span.bed_id)
        if (span.ended_at is None) is not (span.open_key is not None):
            found.append(f"H2 stretch {span.uid} holds its key when it is over, or not while it runs")
    return found + [
        f"H3 home bed {row.uid} in {row.status} counts days when it should not, or none"
        for row in rows
        if (row.status is _S.OPENED) is not (row.id in running)
    ]


async def _assessed(rows: list[HomeBed]) -> list[str]:
    """H4: a bed that was ever opened was assessed, and met the criteria."""
    met = set(await HomeBedAssessment.filter(met=True).values_list("bed_id", flat=True))
    return [
        f"H4 home bed {row.uid} was opened without an assessment"
        for row in rows
        if row.opened_at is not None and row.id not in met
    ]


async def _care(rows: list[HomeBed]) -> list[str]:
    """H5: suspended if and only if the resident lies in hospital; news that is still on its way is no fault."""
    waiting = OutboxMessage.filter(topic=NEWS).exclude(status=MessageStatus.DONE)
    told = {str(message.payload.get("resident")) for message in await waiting.only("id", "payload")}
    found = []
    for row in rows:
        person = row.resident.merged_into or row.resident
        if row.status in IN_USE and person.uid not in told:
            away = person.care_state is CareState.INPATIENT
            if away is not (row.status is _S.SUSPENDED):
                found.append(f"H5 home bed {row.uid} is {row.status} and the care state {person.care_state}")
    return found


async def _hospital_days(spans: list[HomeBedSpan], now: datetime) -> list[str]:
    """H6: no counted day ends in hospital."""
    ids = sorted({span.resident_id for span in spans})
    away: dict[int, list[CareStateChange]] = defaultdict(list)
    for each in await CareStateChange.filter(resident_id__in=ids, state=CareState.INPATIENT):
        away[each.resident_id].append(each)
    today = local_date(now)
    found = []
    for span in spans:
        if span.ended_at is None:
            continue  # H5 says whether it should be running
        first, end = local_date(span.started_at), local_date(span.ended_at)
        for each in away[span.resident_id]:
            left = local_date(each.started_at)
            back = local_date(each.ended_at) if each.ended_at else today
            if max(first, left) < min(end, back):
                found.append(f"H6 stretch {span.uid} counts days in hospital")
    return found
