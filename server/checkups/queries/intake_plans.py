"""What a file of results would do, row by row: read only, so that the preview and the import decide alike."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaign_to_report
from server.checkups.errors import FileUnreadable, PreviewOver, TooManyRows, WrongReport
from server.checkups.models import CheckupCampaign, CheckupReport
from server.checkups.queries.judged import Found, Judged, judged
from server.checkups.rules import EDITIONS, ensure_open
from server.kit import sealing, tickets
from server.kit.clock import local_date
from server.people.access import residents_visible_to
from server.people.models import NATIONAL_ID, Resident
from server.people.rules import plain_bed

LASTS = timedelta(minutes=30)
FORMULA_STARTS = ("=", "+", "@")
OWN = {"name", "national_id", "birth_date", "bed", "examined_on", "conclusion", "advice", "next_on", "row"}


class Step(StrEnum):
    NEW = "new"
    CORRECT = "correct"
    SAME = "same"


STEP_WORDS: Mapping[Step, str] = {
    Step.NEW: "录入",
    Step.CORRECT: "更正原来的报告",
    Step.SAME: "与已录入的相同",
}


@dataclass(frozen=True)
class RowFault:
    row: int
    name: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class PlannedRow:
    row: int
    resident: Resident
    judged: Judged
    current: CheckupReport | None
    step: Step


@dataclass
class IntakePlan:
    campaign: CheckupCampaign
    rows: list[PlannedRow] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def counts(self) -> Counter[Step]:
        return Counter(each.step for each in self.rows)

    @property
    def mark(self) -> str:
        """Return a digest of all that would be done: another plan for the same file has another one."""
        said = [
            (
                each.row,
                each.step,
                each.resident.uid,
                each.current.uid if each.current else "",
                each.judged.abnormal,
            )
            for each in self.rows
        ]
        return hashlib.sha256(repr((said, [fault.row for fault in self.faults])).encode()).hexdigest()


@dataclass(frozen=True)
class PreviewRow:
    row: int
    name: str
    bed: str
    examined_on: date
    step: Step
    items: int
    missing: int  # for a complete form
    abnormal: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class IntakePreview:
    rows: tuple[PreviewRow, ...]
    faults: tuple[RowFault, ...]
    counts: Mapping[Step, int]
    mapped: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    ticket: str  # empty where there is nothing to say yes to


@dataclass(frozen=True, repr=False)
class Ticket:
    campaign_uid: str
    rows: tuple[Mapping[str, str], ...]
    digest: str
    mark: str


async def intake_preview(
    *,
    actor: Actor,
    campaign_uid: str,
    rows: Sequence[Mapping[str, str]],
    mapped: tuple[tuple[str, str], ...],
    unknown: tuple[str, ...],
    digest: str,
    now: datetime,
) -> IntakePreview:
    """Say what every row would do; nothing is changed. Sound rows may be taken in although others are not."""
    plan = await intake_plan(actor=actor, campaign_uid=campaign_uid, rows=rows, now=now)
    ticket = Ticket(campaign_uid, tuple(rows), digest, plan.mark)
    edition = EDITIONS[plan.campaign.edition]
    return IntakePreview(
        rows=tuple(
            PreviewRow(
                row=each.row,
                name=each.resident.name,
                bed=each.resident.bed or "",
                examined_on=each.judged.found.examined_on,
                step=each.step,
                items=len(each.judged.values),
                missing=len(each.judged.missing),
                abnormal=tuple(sentence for _, sentence, _ in each.judged.abnormal),
            )
            for each in plan.rows
        ),
        faults=tuple(plan.faults),
        counts=plan.counts,
        mapped=mapped,
        unknown=tuple(each for each in unknown if each not in {item.words for item in edition.items}),
        ticket=_sealed(ticket, actor=actor, now=now) if plan.rows else "",
    )


async def intake_plan(
    *, actor: Actor, campaign_uid: str, rows: Sequence[Mapping[str, str]], now: datetime
) -> IntakePlan:
    campaign = await campaign_to_report(actor=actor, uid=campaign_uid)
    ensure_open(campaign.status)
    if not rows:
        raise FileUnreadable
    if len(rows) > (most := await parameter("checkups.most_rows", on=local_date(now))):
        raise TooManyRows.than(most)
    visible = residents_visible_to(actor=actor, permission=Permission.CHECKUP_RECORD, now=now)
    people = await Resident.filter(visible, home_id=campaign.home_id).order_by("id")
    keys = [f"{each.id}/{campaign.year}" for each in people]
    current = {each.resident_id: each for each in await CheckupReport.filter(year_key__in=keys)}
    plan, met = IntakePlan(campaign), dict[int, int]()
    for row in rows:
        number, name = int(row["row"]), str(row.get("name", ""))[:20]
        resident, fault = _whom(row, people)
        if resident is None:
            plan.faults.append(RowFault(number, name, (fault,)))
            continue
        if resident.id in met:
            said = f"与第 {met[resident.id]} 行是同一位长者，请只保留一行。"
            plan.faults.append(RowFault(number, name, (said,)))
            continue
        kept = current.get(resident.id)
        try:
            sound = await judged(campaign, resident, _found(row), over=kept, now=now)
        except WrongReport as error:
            plan.faults.append(RowFault(number, name, tuple(error.fields.values())))
            continue
        met[resident.id] = number
        plan.rows.append(PlannedRow(number, resident, sound, kept, _step(kept, sound)))
    return plan


def opened_ticket(text: str, *, actor: Actor, now: datetime) -> Ticket:
    """Return what was previewed, or raise `PreviewOver`: too old, altered, or somebody else's."""
    try:
        said = tickets.opened_ticket(text, place=_place(actor), lasts=LASTS, now=now)
    except tickets.TicketOver:
        raise PreviewOver from None
    return Ticket(said["campaign"], tuple(said["rows"]), said["file"], said["mark"])


def _sealed(ticket: Ticket, *, actor: Actor, now: datetime) -> str:
    said = {
        "campaign": ticket.campaign_uid,
        "rows": ticket.rows,
        "file": ticket.digest,
        "mark": ticket.mark,
    }
    return tickets.sealed_ticket(said, place=_place(actor), now=now)


def _place(actor: Actor) -> str:
    return f"checkups.intake|{actor.account_uid}"


def _step(current: CheckupReport | None, sound: Judged) -> Step:
    if current is None:
        return Step.NEW
    now_says = (sound.values, sound.found.examined_on, sound.conclusion, sound.found.advice, sound.next_on)
    said = (current.values, current.examined_on, current.conclusion, current.advice, current.next_on)
    return Step.SAME if now_says == said else Step.CORRECT


def _whom(row: Mapping[str, str], people: Sequence[Resident]) -> tuple[Resident | None, str]:
    """Find the resident by number, else by name with bed or birthday; never by a name alone that two have."""
    number = row.get("national_id", "").strip().upper()
    if number:
        indexes = set(sealing.index_candidates(number, column=NATIONAL_ID))
        same = [each for each in people if each.national_id_index in indexes]
        if not same:
            return None, "这家养老机构没有这个身份证号的长者，请核对。"
        if same[0].name != row.get("name", "").strip():
            return None, "身份证号与姓名不是同一位长者，请核对。"
        return same[0], ""
    named = [each for each in people if each.name == row.get("name", "").strip()]
    if bed := row.get("bed"):
        named = [each for each in named if plain_bed(each.bed or "") == plain_bed(bed)]
    if (born := row.get("birth_date")) is not None:
        named = [each for each in named if each.birth_date == _day(born)]
    if not named:
        return None, "这家养老机构没有这位长者，请核对姓名、床位和出生日期。"
    if len(named) > 1:
        return None, "有同名的长者，请加上身份证号、床位或出生日期。"
    return named[0], ""


def _found(row: Mapping[str, str]) -> Found:
    if any(cell.startswith(FORMULA_STARTS) and cell.strip("+") for cell in row.values()):  # "++" is a finding
        raise WrongReport(fields={"cell": "有一格是公式或以特殊符号开头，请改成普通文字。"})
    examined = _day(row.get("examined_on", ""))
    if examined is None:
        raise WrongReport(fields={"examined_on": "体检日期不对，请写成 2026-03-02 这样。"})
    wanted = row.get("next_on", "")
    again = _day(wanted)
    if wanted and again is None:
        raise WrongReport(fields={"next_on": "下次体检日期不对，请写成 2027-03-02 这样。"})
    return Found(
        examined_on=examined,
        values={name: cell for name, cell in row.items() if name not in OWN},
        conclusion=row.get("conclusion", ""),
        advice=row.get("advice", ""),
        next_on=again,
    )


def _day(text: str) -> date | None:
    plain = text.strip().replace("/", "-").replace(".", "-")
    try:
        return date(*(int(part) for part in plain.split("-")))
    except (ValueError, TypeError):
        return None
