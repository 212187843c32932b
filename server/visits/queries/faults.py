"""The invariants of visits, asked of the tables themselves."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from tortoise.expressions import F, Q
from tortoise.functions import Count

from server.visits.models import Attestation, OfflineEvent, Scan, Visit, VisitAttendance, VisitItem
from server.visits.rules import ScanResult, Side, Verdict, VisitStatus

_ENDED = [
    VisitStatus.FINISHED,
    VisitStatus.ATTESTED_PROVIDER,
    VisitStatus.ATTESTED_HOST,
    VisitStatus.CONFIRMED,
    VisitStatus.DISPUTED,
    VisitStatus.CORRECTION_REQUESTED,
]
_CONFIRMED = [VisitStatus.CONFIRMED, VisitStatus.CORRECTION_REQUESTED]


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant."""
    found = await _six_elements()
    found += await _two_institutions()
    found += await _one_place_at_a_time()
    found += await _each_scan_once()
    return found


async def _six_elements() -> list[str]:
    missing = (
        Q(performer_id__isnull=True)
        | Q(plate_id__isnull=True)
        | Q(started_at__isnull=True)
        | Q(finished_at__isnull=True)
    )
    ended = Visit.filter(status__in=_ENDED)
    without = await ended.filter(missing).values_list("uid", flat=True)
    backwards = await ended.filter(finished_at__lte=F("started_at")).values_list("uid", flat=True)
    silent = await VisitItem.filter(visit__status__in=_ENDED, outcome=None).values_list(
        "visit__uid", flat=True
    )
    with_lines = (
        await VisitItem.filter(visit__status__in=_ENDED).distinct().values_list("visit_id", flat=True)
    )
    nobody = await ended.exclude(id__in=list(with_lines) or [0]).values_list("uid", flat=True)
    return [
        *_lines("I34", "ended visit lacks provider, place, begin or end", without),
        *_lines("I37", "visit ends before it begins", backwards),
        *_lines("I34", "ended visit has a line without an outcome", silent),
        *_lines("I34", "ended visit has no resident", nobody),
    ]


async def _two_institutions() -> list[str]:
    confirmed = Visit.filter(status__in=_CONFIRMED)
    # Each side by itself: SQL's NOT of a comparison with NULL is neither true nor false, and would let silence pass.
    silent = Q(provider_verdict__isnull=True) | Q(host_verdict__isnull=True)
    otherwise = Q(provider_verdict__not=Verdict.CONFIRMED) | Q(host_verdict__not=Verdict.CONFIRMED)
    one_sided = await confirmed.filter(silent | otherwise).values_list("uid", flat=True)
    same = (
        Q(provider_by_id=F("host_by_id"))
        | Q(provider_id=F("home_id"))
        | Q(provider_by_id__isnull=True)
        | Q(host_by_id__isnull=True)
    )
    same_hands = await confirmed.filter(same).values_list("uid", flat=True)
    said = Attestation.filter(visit__status__in=_CONFIRMED, verdict=Verdict.CONFIRMED)
    sides = {side: set(await said.filter(side=side).values_list("visit__uid", flat=True)) for side in Side}
    kept_by_both = sides[Side.HOST] & sides[Side.PROVIDER]
    unkept = [uid for uid in await confirmed.values_list("uid", flat=True) if uid not in kept_by_both]
    return [
        *_lines("I35", "confirmed visit lacks one side's word", one_sided),
        *_lines("I35", "confirmed visit has one hand on both sides", same_hands),
        *_lines("I35", "confirmed visit has no attestation kept for both sides", unkept),
    ]


async def _one_place_at_a_time() -> list[str]:
    rows = (
        await Visit.filter(performer_id__isnull=False, started_at__isnull=False)
        .exclude(status=VisitStatus.VOID)
        .order_by("performer_id", "started_at")
        .values_list("uid", "performer_id", "started_at", "finished_at")
    )
    found: list[str] = []
    for earlier, later in pairwise(rows):
        # One that has not ended may have been handed in late, and end before the next began: `finish_visit` looks.
        overlap = earlier[3] is not None and earlier[3] > later[2]
        if earlier[1] == later[1] and overlap:
            found.append(f"I37 performer is at two visits at once: {earlier[0]} {later[0]}")
    marks = await VisitAttendance.filter(open_key__isnull=False).exclude(visit__status=VisitStatus.STARTED)
    return [
        *found,
        *_lines("I37", "attendance is open though the visit is not under way", [row.uid for row in marks]),
    ]


async def _each_scan_once() -> list[str]:
    counted = Scan.exclude(result=ScanResult.REFUSED)
    twice = (
        await counted.annotate(times=Count("id"))
        .filter(times__gt=1)
        .group_by("visit_id")
        .values_list("visit_id", flat=True)
    )
    started = await Visit.filter(started_at__isnull=False).values_list("id", "uid")
    scanned = set(await counted.values_list("visit_id", flat=True))
    unproved = [uid for number, uid in started if number not in scanned]
    nameless = await counted.filter(client_uid=None).values_list("uid", flat=True)
    spent_twice = (
        await counted.filter(nonce_id__isnull=False)
        .annotate(times=Count("id"))
        .filter(times__gt=1)
        .group_by("nonce_id")
        .values_list("nonce_id", flat=True)
    )
    both = (
        await OfflineEvent.filter(visit_id__isnull=True)
        .exclude(result="refused")
        .values_list("uid", flat=True)
    )
    return [
        *_lines("I38", "more than one scan started visit no.", twice),
        *_lines("I38", "visit was started without a scan that counts", unproved),
        *_lines("I38", "scan counts without the phone's id", nameless),
        *_lines("I38", "nonce served more than one scan, no.", spent_twice),
        *_lines("I38", "offline event without a visit was accepted", both),
    ]


def _lines(number: str, what: str, uids: Iterable[object]) -> list[str]:
    return [f"{number} {what}: {uid}" for uid in uids]
