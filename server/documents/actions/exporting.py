"""Ask for a table, cancel it, and clear away what is over."""

from collections.abc import Mapping
from datetime import datetime

from tortoise.expressions import Subquery

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.documents.access import export_for
from server.documents.errors import AlreadyOver, TooManyExports
from server.documents.models import ExportJob, ExportPart
from server.documents.queries.exports import ExportCard, export_card
from server.documents.queries.sheets import SHEETS
from server.documents.rules import EXPORT_MOVES, UNFINISHED, ExportEvent, ExportStatus, SheetKind
from server.kit.errors import Forbidden
from server.kit.transactions import action


@action
async def ask_for_export(
    *, actor: Actor, kind: SheetKind, filters: Mapping[str, str], reason: str, now: datetime
) -> ExportCard:
    """Put a table in line. What it will hold is decided when it is written, with the rights of that moment."""
    sheet = SHEETS.get(kind)
    if sheet is None or not (actor.may(Permission.EXPORT) and actor.may(sheet.needs)):
        raise Forbidden
    sheet.read(filters)
    return await put_in_line(actor, kind, filters, reason, now=now)


async def put_in_line(
    actor: Actor, kind: SheetKind, filters: Mapping[str, str], reason: str, *, now: datetime
) -> ExportCard:
    """Let the worker write something for the actor. Whoever calls this has made sure that they may have it."""
    waiting = ExportJob.filter(account_id=actor.account_id, status__in=list(UNFINISHED))
    if await waiting.count() >= await parameter("documents.exports_at_once", on=now):
        raise TooManyExports
    row = ExportJob(
        account_id=actor.account_id, kind=kind, filters=dict(filters), reason=reason, created_at=now
    )
    await row.save()
    await note(
        actor,
        "documents.export_asked",
        subject_kind="export",
        subject_uid=row.uid,
        reason=reason,
        detail={"kind": kind, "filters": dict(filters)},
        now=now,
    )
    return export_card(row, now)


@action
async def cancel_export(*, actor: Actor, uid: str, now: datetime) -> None:
    """Stop the writing, or delete what is written; a worker that is at it notices with its next page."""
    row = await export_for(actor=actor, uid=uid)
    changed = await ExportJob.filter(
        id=row.id, status__in=sorted(EXPORT_MOVES.sources(ExportEvent.CANCEL))
    ).update(status=ExportStatus.CANCELLED, finished_at=now, leased_until=None)
    if not changed:
        raise AlreadyOver
    await ExportPart.filter(job_id=row.id).delete()
    await note(actor, "documents.export_cancelled", subject_kind="export", subject_uid=row.uid, now=now)


@action
async def forget_exports(*, actor: Actor, now: datetime) -> None:  # noqa: ARG001  one form for all actions
    """Delete all that was ever written for the actor, who leaves; that it was asked for and fetched, the trail says."""
    mine = ExportJob.filter(account_id=actor.account_id)
    await ExportPart.filter(job_id__in=Subquery(mine.values("id"))).delete()
    await mine.delete()


@action
async def sweep_expired_exports(*, actor: Actor, now: datetime, limit: int = 50) -> int:  # noqa: ARG001  every sweep is told who
    """Delete the files whose time is over; that they expired is true already."""
    over = ExportJob.filter(status=ExportStatus.READY, expires_at__lte=now).order_by("id").limit(limit)
    done = 0
    for row in await over:
        done += await ExportJob.filter(id=row.id, status=ExportStatus.READY).update(
            status=ExportStatus.EXPIRED
        )
        await ExportPart.filter(job_id=row.id).delete()
    return done
