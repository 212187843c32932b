"""Write the trail."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from server.audit.models import AuditEntry
from server.authority.actor import Actor

_together: ContextVar[list[AuditEntry] | None] = ContextVar("noting_together", default=None)


@asynccontextmanager
async def noting_together() -> AsyncIterator[None]:
    """Write the lines that are noted within in one statement, at the end and in their order.

    For an action that changes many rows; what fails within leaves none of them.
    """
    rows: list[AuditEntry] = []
    before = _together.set(rows)
    try:
        yield
    finally:
        _together.reset(before)
    if rows:
        await AuditEntry.bulk_create(rows)


async def note(
    actor: Actor,
    action: str,
    *,
    subject_kind: str,
    subject_uid: str,
    now: datetime,
    resident_id: int | None = None,
    institution_id: int | None = None,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one line in the caller's transaction."""
    row = AuditEntry(
        account_id=actor.account_id,
        institution_id=institution_id,
        resident_id=resident_id,
        channel=actor.channel,
        request_id=actor.request_id,
        action=action,
        subject_kind=subject_kind,
        subject_uid=subject_uid,
        reason=reason,
        detail=dict(detail or {}),
        created_at=now,
    )
    rows = _together.get()
    if rows is None:
        await row.save()
    else:
        rows.append(row)
