"""What a roster would do, line by line, before anything is done, and the ticket with which somebody then says yes.

The rows between the two steps are kept by nobody: they travel in the page itself, sealed with the server's key, for
the very account that looked at them, and for half an hour. So no identity number lies in a table or a folder that
the import does not need, the person chooses the file once, and what is confirmed is what was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.kit import tickets
from server.people.errors import RosterPreviewOver
from server.people.queries.roster_plans import PlannedLine, RosterPlan, roster_plan
from server.people.rules import PREVIEW_LASTS, RosterFault, RosterLine, RosterStep


@dataclass(frozen=True)
class PreviewLine:
    """What one sound line comes to."""

    row: int
    name: str
    step: RosterStep
    home: str
    returns: bool  # was here before, or somewhere else, and had left
    bed_before: str | None
    bed: str | None
    new_phone: bool


@dataclass(frozen=True, repr=False)
class RosterPreview:
    faults: tuple[RosterFault, ...]
    notes: tuple[RosterFault, ...]  # would be taken in, but a person should look
    lines: tuple[PreviewLine, ...]
    counts: Mapping[RosterStep, int]
    ticket: str  # empty where there are faults: there is nothing to say yes to

    @property
    def faulty_rows(self) -> int:
        return len({fault.row for fault in self.faults})

    @property
    def changes(self) -> tuple[PreviewLine, ...]:
        return tuple(line for line in self.lines if line.step is not RosterStep.NOTHING)


@dataclass(frozen=True, repr=False)
class RosterTicket:
    home_uid: str | None
    rows: tuple[Mapping[str, str], ...]
    file_digest: str
    mark: str  # of the plan that was shown


async def roster_preview(
    *, actor: Actor, home_uid: str | None, rows: Sequence[Mapping[str, str]], file_digest: str, now: datetime
) -> RosterPreview:
    """Say what every line would do; nothing is changed."""
    plan = await roster_plan(actor=actor, home_uid=home_uid, rows=rows, now=now)
    ticket = RosterTicket(home_uid, tuple(rows), file_digest, plan.mark)
    return RosterPreview(
        faults=tuple(plan.faults),
        notes=look_at(plan),
        lines=tuple(_preview_line(each) for each in plan.lines),
        counts=plan.counts,
        ticket="" if plan.faults else _sealed(ticket, actor=actor, now=now),
    )


def look_at(plan: RosterPlan) -> tuple[RosterFault, ...]:
    """Return what a person should compare with the documents although it is taken in."""
    return tuple(_upgraded(each.line) for each in plan.lines if each.line.upgraded)


def opened_ticket(text: str, *, actor: Actor, now: datetime) -> RosterTicket:
    """Return what was previewed, or raise `RosterPreviewOver`: too old, altered, or somebody else's."""
    try:
        said = tickets.opened_ticket(text, place=_place(actor), lasts=PREVIEW_LASTS, now=now)
    except tickets.TicketOver:
        raise RosterPreviewOver from None
    return RosterTicket(said["home"], tuple(said["rows"]), said["file"], said["mark"])


def _sealed(ticket: RosterTicket, *, actor: Actor, now: datetime) -> str:
    said = {"home": ticket.home_uid, "rows": ticket.rows, "file": ticket.file_digest, "mark": ticket.mark}
    return tickets.sealed_ticket(said, place=_place(actor), now=now)


def _place(actor: Actor) -> str:
    return f"people.roster_preview|{actor.account_uid}"


def _preview_line(each: PlannedLine) -> PreviewLine:
    before = each.resident.bed if each.resident else None
    keeps = before if each.step in {RosterStep.CHANGE_BED, RosterStep.UPDATE, RosterStep.NOTHING} else None
    return PreviewLine(
        row=each.line.row,
        name=each.line.name,
        step=each.step,
        home=each.home.name,
        returns=each.step is RosterStep.ADMIT and each.resident is not None,
        bed_before=before,
        bed=each.line.bed or keeps,
        new_phone=each.new_phone,
    )


def _upgraded(line: RosterLine) -> RosterFault:
    return RosterFault(line.row, "身份证号", "这是 15 位旧号，已按规则升为 18 位，请对照新证件核对。")
