"""The tables somebody asked for, and their files while they last."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from tortoise.expressions import F

from server.audit.actions import note
from server.authority.actor import Actor
from server.documents.access import export_for, own_exports
from server.documents.errors import Expired, NotReady
from server.documents.models import ExportJob, ExportPart, part_place
from server.documents.queries.sheets import SHEETS
from server.documents.rules import SHEET_WORDS, UNFINISHED, ExportStatus, SheetKind
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, page_of
from server.kit.sealing import open_sealed_bytes

STATUS_WORDS = {
    ExportStatus.WAITING: "排队等待",
    ExportStatus.RUNNING: "正在写",
    ExportStatus.READY: "写好了",
    ExportStatus.FAILED: "没有写成",
    ExportStatus.CANCELLED: "已取消",
    ExportStatus.EXPIRED: "已过期删除",
}


@dataclass(frozen=True)
class ExportCard:
    uid: str
    kind: SheetKind
    title: str
    conditions: str  # in words
    reason: str
    status: ExportStatus  # as it stands at this instant
    status_words: str
    rows: int  # written so far
    size: int
    asked_at: datetime
    expires_at: datetime | None
    failure: str
    downloads: int

    @property
    def under_way(self) -> bool:
        return self.status in UNFINISHED


@dataclass(frozen=True)
class ExportFile:
    name: str
    content: bytes = field(repr=False)


async def my_exports(
    *, actor: Actor, kinds: Collection[SheetKind] = tuple(SHEETS), wish: PageWish, now: datetime
) -> Page[ExportCard]:
    rows = ExportJob.filter(own_exports(actor=actor), kind__in=list(kinds))
    return await page_of(rows, wish, lambda row: export_card(row, now), by="created_at")


async def count_ready(*, actor: Actor, now: datetime) -> int:
    """Count the tables that are written and not fetched yet."""
    mine = ExportJob.filter(
        own_exports(actor=actor), kind__in=list(SHEETS), status=ExportStatus.READY, expires_at__gt=now
    )
    return await mine.filter(downloads=0).count()


async def count_unwritten() -> int:
    """Count the tables that somebody waits for, anybody's: a figure for the operator."""
    return await ExportJob.filter(status__in=[ExportStatus.WAITING, ExportStatus.RUNNING]).count()


async def export_file(*, actor: Actor, uid: str, now: datetime) -> ExportFile:
    """Return the file to whoever asked for it. Each time leaves a line, committed before the file leaves."""
    row = await export_for(actor=actor, uid=uid)
    status = status_at(row, now)
    if status is ExportStatus.EXPIRED:
        raise Expired
    if status is not ExportStatus.READY:
        raise NotReady
    parts = await ExportPart.filter(job_id=row.id).order_by("number")
    await note(
        actor,
        "documents.export_downloaded",
        subject_kind="export",
        subject_uid=row.uid,
        reason=row.reason,
        detail={"kind": row.kind, "rows": row.rows, "digest": row.digest},
        now=now,
    )
    await ExportJob.filter(id=row.id).update(downloads=F("downloads") + 1)
    content = b"".join(
        open_sealed_bytes(part.sealed, place=part_place(job_uid=row.uid, number=part.number))
        for part in parts
    )
    ending = "xlsx" if row.kind in SHEETS else "zip"
    return ExportFile(f"{SHEET_WORDS[row.kind]}-{local_date(row.created_at):%Y%m%d}.{ending}", content)


def status_at(row: ExportJob, now: datetime) -> ExportStatus:
    """Return the status by the clock: a sweep only deletes what nobody gets any more."""
    if row.status is ExportStatus.READY and row.expires_at is not None and row.expires_at <= now:
        return ExportStatus.EXPIRED
    return ExportStatus(row.status)


def export_card(row: ExportJob, now: datetime) -> ExportCard:
    status = status_at(row, now)
    return ExportCard(
        uid=row.uid,
        kind=row.kind,
        title=SHEET_WORDS[row.kind],
        conditions=SHEETS[row.kind].in_words(row.filters) if row.kind in SHEETS else "",
        reason=row.reason,
        status=status,
        status_words=STATUS_WORDS[status],
        rows=row.rows,
        size=row.size,
        asked_at=row.created_at,
        expires_at=row.expires_at,
        failure=row.failure or "",
        downloads=row.downloads,
    )
