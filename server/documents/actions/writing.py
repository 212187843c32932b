"""Write what waits: one file after another, page by page, under the asker's rights at that moment.

A job is taken by one conditional UPDATE that raises `attempts`; this number is the fence. Every later write of the job
names it, so a worker that was silent for too long and wakes up again finds nothing to write to. Lock order: the job,
then its parts, then audit.
"""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from tortoise.expressions import Q

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor, Channel
from server.authority.permissions import Permission
from server.documents.models import ExportJob, ExportPart, part_place
from server.documents.queries.sheets import SHEETS
from server.documents.queries.workbooks import MOST_ROWS, About, TableFile
from server.documents.rules import (
    BROKEN,
    LEASE,
    MOST_ATTEMPTS,
    RIGHTS_GONE,
    SHEET_WORDS,
    TOO_LONG,
    ExportStatus,
    SheetKind,
)
from server.identity.queries import actor_of
from server.kit.errors import DomainError, NotFound
from server.kit.pages import MOST, PageWish
from server.kit.sealing import seal_bytes
from server.kit.transactions import action

LOG = logging.getLogger(__name__)
PART = 512 * 1024  # bytes


@dataclass(frozen=True)
class Shift:
    """What a writing worker asks on the way: what time it is, and whether it has to stop."""

    clock: Callable[[], datetime]
    is_over: Callable[[], bool]


@dataclass(frozen=True)
class Taken:
    """A job in the hands of this worker, until another one takes it after us."""

    id: int
    uid: str
    account_id: int
    kind: SheetKind
    filters: dict[str, str]
    reason: str
    attempt: int

    @property
    def still_ours(self) -> Q:
        return Q(id=self.id, status=ExportStatus.RUNNING, attempts=self.attempt)


@dataclass(frozen=True)
class Written:
    """What a writer says of the file that it has finished: for whom, and how much is in it."""

    asker: Actor
    rows: int


Writer = Callable[[Taken, Path, Shift], Awaitable[Written]]


class Lost(Exception):
    """It was cancelled, another worker has taken it, or this one has to stop."""


class Refused(Exception):
    """It cannot be written, and trying again would not help; the sentence is for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _never() -> bool:
    return False


async def write_exports(
    *,
    actor: Actor,
    clock: Callable[[], datetime],
    is_over: Callable[[], bool] = _never,
    writers: Mapping[SheetKind, Writer] | None = None,
) -> int:
    """Write what waits and return how many files were finished. It takes minutes: `clock` tells the time as it goes.

    `writers` bring what floors above this one know how to write; everything else is a table.
    """
    shift, done = Shift(clock, is_over), 0
    while not is_over() and (job := await _take(actor=actor, now=clock())) is not None:
        done += await _try(job, (writers or {}).get(job.kind, _write_table), shift)
    return done


async def _try(job: Taken, write: Writer, shift: Shift) -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="export-") as folder:
            path = Path(folder) / "file"
            await _keep(job, path, await write(job, path, shift), shift)
    except Lost:
        return 0
    except Refused as refusal:
        return await _fail(job=job, sentence=refusal.sentence, now=shift.clock())
    except Exception as error:  # noqa: BLE001  it is tried again when the lease has run out; nothing else must stop
        fault = error.code if isinstance(error, DomainError) else type(error).__name__
        LOG.error("export %s failed: %s", job.uid, fault)  # noqa: TRY400  its arguments may hold a person's data
        return 0
    return 1


async def _write_table(job: Taken, path: Path, shift: Shift) -> Written:
    sheet = SHEETS[job.kind]
    table = TableFile(path, sheet.columns)
    asker = await _fill(job, table, shift)
    about = About(
        title=SHEET_WORDS[job.kind],
        conditions=sheet.in_words(job.filters),
        asked_by=asker.name,
        written_at=shift.clock(),
        reason=job.reason,
        definitions=sheet.definitions,
    )
    await asyncio.to_thread(table.close, about)
    return Written(asker, table.rows)


async def _fill(job: Taken, table: TableFile, shift: Shift) -> Actor:
    """Write every page of the list; who asks is found anew for each, so that a right that ends, ends here too."""
    sheet = SHEETS[job.kind]
    after: str | None = None
    while not shift.is_over():
        asker = await _asker(job, shift.clock())
        page = await sheet.page(asker, sheet.read(job.filters), PageWish(after, MOST), shift.clock())
        await asyncio.to_thread(table.add, page.items)
        if table.rows > MOST_ROWS:
            raise Refused(TOO_LONG)
        await go_on(job, shift.clock(), rows=table.rows)
        if page.next is None:
            return asker
        after = page.next
    raise Lost


async def _asker(job: Taken, now: datetime) -> Actor:
    try:
        asker = await actor_of(account_id=job.account_id, channel=Channel.CONSOLE, now=now)
    except NotFound:
        raise Refused(RIGHTS_GONE) from None
    if not (asker.may(Permission.EXPORT) and asker.may(SHEETS[job.kind].needs)):
        raise Refused(RIGHTS_GONE)
    return asker


async def _keep(job: Taken, path: Path, written: Written, shift: Shift) -> None:
    """Put the file away in sealed parts, each as soon as it is read; only then is it ready."""
    digest, number, size = sha256(), 0, 0
    with path.open("rb") as file:
        while part := await asyncio.to_thread(file.read, PART):
            digest.update(part)
            number, size = number + 1, size + len(part)
            await _keep_part(job=job, number=number, part=part, now=shift.clock())
    await _finish(job=job, written=written, size=size, digest=digest.hexdigest(), now=shift.clock())


@action
async def _take(*, actor: Actor, now: datetime) -> Taken | None:  # noqa: ARG001  the system itself
    """Take the oldest job that nobody is at; one that broke too often is given up."""
    free = Q(status=ExportStatus.WAITING) | Q(status=ExportStatus.RUNNING, leased_until__lte=now)
    for row in await ExportJob.filter(free).order_by("id").limit(MOST_ATTEMPTS):
        as_seen = ExportJob.filter(id=row.id, status=row.status, attempts=row.attempts)
        if row.attempts >= MOST_ATTEMPTS:
            await as_seen.update(
                status=ExportStatus.FAILED, failure=BROKEN, finished_at=now, leased_until=None
            )
            continue
        changed = await as_seen.update(
            status=ExportStatus.RUNNING,
            attempts=row.attempts + 1,
            rows=0,
            started_at=now,
            leased_until=now + LEASE,
        )
        if changed:
            await ExportPart.filter(job_id=row.id).delete()  # of the attempt before
            return _taken(row)
    return None


def _taken(row: ExportJob) -> Taken:
    return Taken(
        id=row.id,
        uid=row.uid,
        account_id=row.account_id,
        kind=row.kind,
        filters=row.filters,
        reason=row.reason,
        attempt=row.attempts + 1,
    )


async def go_on(job: Taken, now: datetime, **changes: Any) -> None:
    """Say that this worker lives and how far it is, or stop with `Lost`."""
    if not await ExportJob.filter(job.still_ours).update(leased_until=now + LEASE, **changes):
        raise Lost


@action
async def _keep_part(*, job: Taken, number: int, part: bytes, now: datetime) -> None:
    await go_on(job, now)
    sealed = seal_bytes(part, place=part_place(job_uid=job.uid, number=number))
    await ExportPart(job_id=job.id, number=number, sealed=sealed, created_at=now).save()


@action
async def _finish(*, job: Taken, written: Written, size: int, digest: str, now: datetime) -> None:
    hours = await parameter("documents.export_hours", on=now)
    changed = await ExportJob.filter(job.still_ours).update(
        status=ExportStatus.READY,
        rows=written.rows,
        size=size,
        digest=digest,
        finished_at=now,
        expires_at=now + timedelta(hours=hours),
        leased_until=None,
    )
    if not changed:
        raise Lost
    await note(
        written.asker,
        "documents.export_written",
        subject_kind="export",
        subject_uid=job.uid,
        reason=job.reason,
        detail={"kind": job.kind, "rows": written.rows, "digest": digest},
        now=now,
    )


@action
async def _fail(*, job: Taken, sentence: str, now: datetime) -> int:
    failed = await ExportJob.filter(job.still_ours).update(
        status=ExportStatus.FAILED, failure=sentence, finished_at=now, leased_until=None
    )
    if failed:  # else the parts are another worker's
        await ExportPart.filter(job_id=job.id).delete()
    return failed
