"""The project table in the console: what each unit says beside what the facts show, with the files that prove it."""

from typing import Annotated

from pydantic import Field

from server.authority.permissions import Permission
from server.indicators import actions, queries
from server.indicators.rules import Standing
from server.kit.scans import LARGEST_PAPER
from server.web import Ask, Clean, Download, Form, Go, Routes, Show, Upload, text

routes = Routes("projects", tag="项目任务进度表")

REPORT = Permission.PROJECT_REPORT
ENVELOPE = 64 * 1024  # what a form adds to its file
TONES = {
    Standing.AGREES: "ok", Standing.DIFFERS: "stop", Standing.UNREPORTED: "wait", Standing.UNSHOWN: "note",
    Standing.LATE: "stop",
}  # fmt: skip
Story = Annotated[str, text(500), Clean]


class Report(Form):
    percent: Annotated[int, Field(ge=0, le=100)]
    words: Story


class AddFile(Form):
    file: Upload


@routes.get("/projects", needs=REPORT, summary="Every task: what is said, and what the facts show")
async def projects(ask: Ask) -> Show:
    return Show(
        "indicators/projects.html",
        tasks=await queries.project_table(actor=ask.actor, now=ask.now),
        tones=TONES,
    )


@routes.get("/projects/<code>", needs=REPORT, summary="One task, with all that was said of it")
async def project(ask: Ask, code: str) -> Show:
    return Show(
        "indicators/project.html",
        sheet=await queries.task_sheet(actor=ask.actor, code=code, now=ask.now),
        tones=TONES,
    )


@routes.post("/projects/<code>/reports", needs=REPORT, summary="Say how far a task is")
async def say(ask: Ask, code: str, body: Report) -> Go:
    await actions.report_on_task(
        actor=ask.actor, task=code, percent=body.percent, words=body.words, now=ask.now
    )
    return Go(f"/admin/projects/{code}", said="已填报。可以在下面附上佐证材料。")


@routes.post(
    "/projects/<code>/reports/<project_report_uid>/files",
    needs=REPORT,
    largest_body=LARGEST_PAPER + ENVELOPE,
    summary="Add a file that shows it",
)
async def add_file(ask: Ask, code: str, project_report_uid: str, body: AddFile) -> Go:
    await actions.add_evidence(
        actor=ask.actor, report_uid=project_report_uid, scan=body.file.content, now=ask.now
    )
    return Go(f"/admin/projects/{code}", said="佐证材料已存好。")


@routes.get("/projects/files/<evidence_uid>", needs=REPORT, summary="A file that shows it")
async def evidence(ask: Ask, evidence_uid: str) -> Download:
    found = await queries.evidence_file(actor=ask.actor, uid=evidence_uid)
    return Download(found.name, found.content, found.media_type)
