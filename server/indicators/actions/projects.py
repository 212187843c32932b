"""What a responsible unit says of its tasks, and the files that show it: a later word stands beside the earlier."""

from datetime import datetime
from hashlib import sha256

from tortoise.expressions import F

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.rules import media_type_of
from server.indicators.access import ensure_overseer
from server.indicators.errors import NotAPercent, TooManyFiles
from server.indicators.models import ProjectEvidence, ProjectReport, evidence_place
from server.indicators.queries.projects import shown_of
from server.indicators.rules import BY_CODE, EDITION, Task
from server.kit.errors import NotFound
from server.kit.sealing import seal_bytes
from server.kit.transactions import action

MOST_FILES, WHOLE = 6, 100


@action
async def report_on_task(*, actor: Actor, task: str, percent: int, words: str, now: datetime) -> str:
    """Write down how far a task is, by the unit that leads it. Refusals: NotFound; NotAPercent."""
    row = _task_of(actor, task)
    if not 0 <= percent <= WHOLE:
        raise NotAPercent(fields={"percent": NotAPercent.message})
    year = await parameter("indicators.project_year", on=now)
    own = [grant.institution_id for grant in actor.grants if grant.role is row.lead]
    institution = await Institution.filter(id__in=[each for each in own if each is not None]).first()
    if institution is None:
        raise NotFound
    made = ProjectReport(
        task=row.code,
        edition=EDITION,
        year=year,
        percent=percent,
        words=words,
        institution_id=institution.id,
        reported_by_id=actor.account_id,
        shown=await shown_of(row, now=now),
        created_at=now,
    )
    await made.save()
    await _noted(actor, "indicators.task_reported", made, now=now, percent=percent, task=row.code)
    return str(made.uid)


@action
async def add_evidence(*, actor: Actor, report_uid: str, scan: bytes, now: datetime) -> str:
    """Add a file to a report of one's own unit. Refusals: NotFound; TooManyFiles; those of the file itself."""
    ensure_overseer(actor=actor, permission=Permission.PROJECT_REPORT)
    media_type = media_type_of(scan)
    own = sorted(actor.institutions_with(Permission.PROJECT_REPORT))
    row = await ProjectReport.filter(uid=report_uid, institution_id__in=own).first()
    if row is None:
        raise NotFound
    # Two files at once get two numbers.
    if not await ProjectReport.filter(id=row.id, files__lt=MOST_FILES).update(files=F("files") + 1):
        raise TooManyFiles
    number = (await ProjectReport.get(id=row.id)).files
    made = ProjectEvidence(
        report_id=row.id,
        number=number,
        media_type=media_type,
        digest=sha256(scan).hexdigest(),
        added_by_id=actor.account_id,
        created_at=now,
    )
    made.sealed = seal_bytes(scan, place=evidence_place(evidence_uid=made.uid))
    await made.save()
    await _noted(actor, "indicators.evidence_added", row, now=now, number=number, digest=made.digest)
    return str(made.uid)


def _task_of(actor: Actor, code: str) -> Task:
    """Return a task to the unit that leads it, and to nobody else."""
    found = BY_CODE.get(code)
    if found is None or not actor.holds(Permission.PROJECT_REPORT, (found.lead,)):
        raise NotFound
    return found


async def _noted(actor: Actor, what: str, row: ProjectReport, *, now: datetime, **detail: object) -> None:
    await note(
        actor,
        what,
        subject_kind="project_report",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        detail=detail,
        now=now,
    )
