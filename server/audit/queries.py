"""What was done: to one subject, or by one account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count, Max

from server.audit.models import AuditEntry
from server.audit.trail_models import AccessChainHead, AccessEntry
from server.kit.pages import Page, PageWish, page_of


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


async def trail_by(*, account_id: int, wish: PageWish) -> Page[AuditLine]:
    return await page_of(AuditEntry.filter(account_id=account_id), wish, _line, by="created_at")


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
