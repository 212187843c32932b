"""What was done: to one subject, or by one account."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count, Max
from tortoise.queryset import QuerySet

from server.audit.models import AuditEntry
from server.audit.trail_models import AccessChainHead, AccessEntry
from server.kit.pages import COUNTED, CountedPage, Page, PageWish, cursor_of, page_of, position_of


@dataclass(frozen=True)
class AuditLine:
    """One state change, with inner numbers for the caller to put names to; it never leaves the server as it is."""

    uid: str
    at: datetime
    account_id: int | None
    institution_id: int | None
    channel: str
    request_id: str | None
    action: str
    subject_kind: str
    subject_uid: str
    reason: str | None
    detail: Mapping[str, Any]


async def trail_of(*, subject_uid: str, wish: PageWish) -> Page[AuditLine]:
    """Return what was done to a subject, newest first. The caller has made sure that it may be told."""
    return await page_of(AuditEntry.filter(Q(subject_uid=subject_uid)), wish, _line, by="created_at")


async def newest_about(*, subject_uid: str, most: int) -> tuple[AuditLine, ...]:
    """Return the newest lines about a subject. The caller has made sure that they may be told."""
    rows = await AuditEntry.filter(subject_uid=subject_uid).order_by("-id").limit(most)
    return tuple(_line(row) for row in rows)


@dataclass(frozen=True)
class DeedsWish:
    """Which deeds at an institution are wanted, by its own people."""

    account_id: int | None = None
    family: str = ""  # the first word of an action: "booking"
    since: datetime | None = None
    until: datetime | None = None  # exclusive


async def deeds_at(
    *,
    institution_ids: Collection[int],
    by: Subquery,
    without: Collection[str],
    asked: DeedsWish,
    wish: PageWish,
) -> Page[AuditLine]:
    """Return what these people did at these institutions, newest first, but for some words.

    In the order of ids, which the index by institution keeps: an institution writes 100 000 lines a year.
    """
    wanted = Q(_asked_for(asked), account_id__in=by)
    rows = AuditEntry.filter(wanted).exclude(action__in=sorted(without)).order_by("-id")
    # One institution after the other, and numbers only: so its index hands the lines out in their order.
    each = [rows.filter(institution_id=institution_id) for institution_id in sorted(institution_ids)]
    newest = await _ids(each, COUNTED + 1) if wish.counted or wish.after is None else []
    ids = newest
    if wish.after is not None:
        last = position_of(wish.after)[1]
        ids = await _ids([one.filter(id__lt=last) for one in each], wish.limit + 1)
    kept = await AuditEntry.filter(id__in=ids[: wish.limit]).order_by("-id")
    following = cursor_of(kept[-1].created_at, kept[-1].id) if len(ids) > wish.limit else None
    lines = tuple(_line(row) for row in kept)
    return CountedPage(lines, following, len(newest)) if wish.counted else Page(lines, following)


async def _ids(each: Sequence[QuerySet[AuditEntry]], most: int) -> list[int]:
    found: list[Any] = [
        row_id for one in each for row_id in await one.limit(most).values_list("id", flat=True)
    ]
    return sorted(found, reverse=True)[:most]


def _asked_for(asked: DeedsWish) -> Q:
    wanted = Q(id__gt=0)
    if asked.account_id is not None:
        wanted &= Q(account_id=asked.account_id)
    if asked.family:
        wanted &= Q(action__startswith=f"{asked.family}.")
    if asked.since is not None:
        wanted &= Q(created_at__gte=asked.since)
    if asked.until is not None:
        wanted &= Q(created_at__lt=asked.until)
    return wanted


def _line(row: AuditEntry) -> AuditLine:
    return AuditLine(
        uid=row.uid,
        at=row.created_at,
        account_id=row.account_id,
        institution_id=row.institution_id,
        channel=row.channel,
        request_id=row.request_id,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_uid=row.subject_uid,
        reason=row.reason,
        detail=row.detail,
    )


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  every feature is asked alike
    """Return one line per resident whose chain and its head disagree; what the digests say, `verify_trails` tells."""
    lines = AccessEntry.all().annotate(times=Count("id"), last=Max("seq")).group_by("resident_id")
    found = {
        resident: (times, last)
        for resident, times, last in await lines.values_list("resident_id", "times", "last")
    }
    heads = dict(await AccessChainHead.all().values_list("resident_id", "seq"))
    return [
        f"I12 chain of resident row {resident}: head at {heads.get(resident)}, {times} lines up to {last}"
        for resident in sorted(heads.keys() | found.keys())
        for times, last in (found.get(resident, (0, 0)),)
        if not times == last == heads.get(resident)
    ]
