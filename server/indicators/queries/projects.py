"""项目任务进度表: what each unit says of its tasks beside what the facts show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.queries import parameter, parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.indicators.access import ensure_overseer, evidence_for
from server.indicators.models import ProjectEvidence, ProjectReport, evidence_place
from server.indicators.queries.counts import figure_at, tile_of
from server.indicators.queries.evaluators.registry import indicator_of
from server.indicators.rules import (
    EDITION,
    LEAST,
    MILESTONE_WORDS,
    SOURCE,
    STANDING_WORDS,
    TASKS,
    TOLERANCE,
    Cadence,
    Milestone,
    Standing,
    Task,
    period_of,
    progress,
    standings,
    tells_few,
)
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.kit.rollups import CITY, sums_of_place
from server.kit.sealing import open_sealed_bytes

LEAD_WORDS = {Role.CIVIL_AFFAIRS: "民政局", Role.HEALTH_COMMISSION: "卫生健康局"}
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


@dataclass(frozen=True)
class EvidenceCard:
    uid: str
    number: int
    digest: str
    added_at: datetime


@dataclass(frozen=True)
class ReportedCard:
    uid: str
    percent: int
    words: str
    by: str
    institution: str
    at: datetime
    shown: int | None  # what the facts showed at that moment
    evidence: tuple[EvidenceCard, ...]
    may_add: bool


@dataclass(frozen=True)
class TaskCard:
    task: Task
    lead: str
    shown: int | None  # what the facts show now, per cent of the goal
    figure: str  # the indicator's own, as it stands
    reported: ReportedCard | None
    standings: tuple[Standing, ...]
    indicator_name: str
    may_report: bool


@dataclass(frozen=True)
class ProjectTable:
    cards: tuple[TaskCard, ...]
    year: int
    edition: str
    source: str
    milestones: tuple[tuple[str, date], ...]
    tolerance: int

    @property
    def words(self) -> dict[Standing, str]:
        return dict(STANDING_WORDS)


@dataclass(frozen=True)
class TaskSheet:
    card: TaskCard
    year: int
    told: tuple[ReportedCard, ...]  # the newest first

    @property
    def words(self) -> dict[Standing, str]:
        return dict(STANDING_WORDS)


@dataclass(frozen=True)
class EvidenceFile:
    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class _Shown:
    percent: int | None
    figure: str
    name: str


async def project_table(*, actor: Actor, now: datetime) -> ProjectTable:
    ensure_overseer(actor=actor, permission=Permission.PROJECT_REPORT)
    numbers = await parameters(("indicators.project_year", TOLERANCE), on=now)
    year = numbers["indicators.project_year"]
    rows = await ProjectReport.filter(year=year).order_by("id").select_related("institution", "reported_by")
    newest = {row.task: row for row in rows}  # the last one stays
    told = {card.uid: card for card in await _cards(list(newest.values()), actor)}
    shown = await _shown(TASKS, now)
    return ProjectTable(
        cards=tuple(
            _card(
                task,
                told[newest[task.code].uid] if task.code in newest else None,
                shown[task.code],
                actor=actor,
                numbers=(year, numbers[TOLERANCE]),
                today=local_date(now),
            )
            for task in TASKS
        ),
        year=year,
        edition=EDITION,
        source=SOURCE,
        milestones=tuple((MILESTONE_WORDS[each], each.on(year)) for each in Milestone),
        tolerance=numbers[TOLERANCE],
    )


async def task_sheet(*, actor: Actor, code: str, now: datetime) -> TaskSheet:
    """Return one row with all that was said of it."""
    table = await project_table(actor=actor, now=now)
    card = next((each for each in table.cards if each.task.code == code), None)
    if card is None:
        raise NotFound
    rows = ProjectReport.filter(year=table.year, task=code).order_by("-id").limit(50)
    told = await _cards(await rows.select_related("institution", "reported_by"), actor)
    return TaskSheet(card, table.year, told)


async def evidence_file(*, actor: Actor, uid: str) -> EvidenceFile:
    row = await evidence_for(actor=actor, uid=uid)
    content = open_sealed_bytes(row.sealed, place=evidence_place(evidence_uid=row.uid))
    return EvidenceFile(f"佐证-{row.number}.{ENDINGS[row.media_type]}", content, row.media_type)


async def shown_of(task: Task, *, now: datetime) -> int | None:
    """Return how far a task is by its facts, per cent of its goal."""
    return (await _shown([task], now))[task.code].percent


async def _shown(tasks: Sequence[Task], now: datetime) -> dict[str, _Shown]:
    """Read the city's sums of each task's indicator; what would tell of few people is not told."""
    today = local_date(now)
    least = await parameter(LEAST, on=today)
    definitions = {task.code: indicator_of(task.indicator, today).definition for task in tasks}
    kept: dict[str, Mapping[str, int]] = {}
    for cadence in Cadence:
        tiles = [tile_of(each) for each in definitions.values() if each.cadence is cadence]
        kept |= (await sums_of_place(tiles, period_of(cadence, today).first, CITY)).by_tile
    found: dict[str, _Shown] = {}
    for task in tasks:
        definition = definitions[task.code]
        figure = figure_at(kept.get(tile_of(definition), {}))
        if definition.about_people and tells_few(figure, least=least):
            found[task.code] = _Shown(None, f"人数少于 {least}，不显示", definition.name)
        else:
            words = f"{figure.met} {definition.unit}" if task.rows else figure.percent
            found[task.code] = _Shown(progress(task, figure), words, definition.name)
    return found


def _card(
    task: Task,
    told: ReportedCard | None,
    shown: _Shown,
    *,
    actor: Actor,
    numbers: tuple[int, int],
    today: date,
) -> TaskCard:
    year, tolerance = numbers
    return TaskCard(
        task=task,
        lead=LEAD_WORDS[task.lead],
        shown=shown.percent,
        figure=shown.figure,
        reported=told,
        standings=standings(
            task,
            reported=told.percent if told else None,
            shown=shown.percent,
            today=today,
            year=year,
            tolerance=tolerance,
        ),
        indicator_name=shown.name,
        may_report=actor.holds(Permission.PROJECT_REPORT, (task.lead,)),
    )


async def _cards(rows: list[ProjectReport], actor: Actor) -> tuple[ReportedCard, ...]:
    files: dict[int, list[EvidenceCard]] = {}
    kept = ProjectEvidence.filter(report_id__in=[row.id for row in rows]).order_by("number")
    for report, uid, number, digest, at in await kept.values_list(
        "report_id", "uid", "number", "digest", "created_at"
    ):
        files.setdefault(report, []).append(EvidenceCard(uid, number, digest, at))
    own = actor.institutions_with(Permission.PROJECT_REPORT)
    return tuple(
        ReportedCard(
            uid=row.uid,
            percent=row.percent,
            words=row.words,
            by=row.reported_by.name,
            institution=row.institution.name,
            at=row.created_at,
            shown=row.shown,
            evidence=tuple(files.get(row.id, ())),
            may_add=row.institution_id in own,
        )
        for row in rows
    )
