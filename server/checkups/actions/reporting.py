"""Take reports in, by hand or by file, put them right, and settle what was found abnormal. Here the record is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaign_to_report, duty_for
from server.checkups.actions.noting import noted, tell
from server.checkups.errors import (
    AlreadyReported,
    NotOfThisHome,
    NotThisNow,
    Outdated,
    Overtaken,
    PreviewOver,
    ReasonNeeded,
)
from server.checkups.models import CheckupCampaign, CheckupDuty, CheckupIntake, CheckupPlace, CheckupReport
from server.checkups.queries.intake_plans import Step, intake_plan, opened_ticket
from server.checkups.queries.judged import MAIN, Found, Judged, judged
from server.checkups.rules import (
    DUTY_MOVES,
    REFERENCES_VERSION,
    DutyEvent,
    DutyStatus,
    How,
    PlaceEvent,
    PlaceStatus,
    Settled,
    ensure_open,
)
from server.checkups.rules.lifecycle import PLACE_MOVES
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.models import Resident
from server.records.actions import write_keyed

TERMS = ("checkups.grave_days", "checkups.recheck_days")
BY_FILE = "按新的体检结果文件更正"


@dataclass(frozen=True)
class Imported:
    taken: int
    corrected: int
    unchanged: int
    left_out: int

    @property
    def sentence(self) -> str:
        more = f"，{self.left_out} 行有错没有导入，请改好后再传一次" if self.left_out else ""
        return f"导入完成：新录入 {self.taken} 份，更正 {self.corrected} 份，没有变化 {self.unchanged} 份{more}。"


@action
async def enter_report(
    *,
    actor: Actor,
    campaign_uid: str,
    resident_uid: str,
    found: Found,
    reason: str = "",
    now: datetime,
) -> str:
    """Take in one report by hand, or put the year's report right with a reason; return its uid."""
    campaign = await campaign_to_report(actor=actor, uid=campaign_uid)
    ensure_open(campaign.status)
    resident = await resident_for(
        actor=actor, uid=resident_uid, permission=Permission.CHECKUP_RECORD, now=now
    )
    if resident.home_id != campaign.home_id:
        raise NotOfThisHome
    sound = await judged(campaign, resident, found, now=now)
    current = await CheckupReport.filter(year_key=f"{resident.id}/{campaign.year}").first()
    if current is not None and not reason.strip():
        raise AlreadyReported
    return await _taken_in(_Case(actor, campaign, resident, sound, current, How.HAND, reason, now))


@action
async def import_reports(*, actor: Actor, campaign_uid: str, ticket: str, now: datetime) -> Imported:
    """Do exactly what a preview showed, or refuse with `Overtaken` when it would be something else by now.

    The same file again finds every row as it is, and changes nothing.
    """
    campaign = await campaign_to_report(actor=actor, uid=campaign_uid)
    shown = opened_ticket(ticket, actor=actor, now=now)
    if shown.campaign_uid != campaign.uid:
        raise PreviewOver
    plan = await intake_plan(actor=actor, campaign_uid=shown.campaign_uid, rows=shown.rows, now=now)
    if plan.mark != shown.mark:
        raise Overtaken
    for each in sorted(plan.rows, key=lambda one: one.resident.id):
        if each.step is not Step.SAME:
            await _taken_in(
                _Case(actor, plan.campaign, each.resident, each.judged, each.current, How.FILE, BY_FILE, now)
            )
    counts = plan.counts
    done = Imported(counts[Step.NEW], counts[Step.CORRECT], counts[Step.SAME], len(plan.faults))
    row = CheckupIntake(
        campaign_id=plan.campaign.id,
        account_id=actor.account_id,
        file_digest=shown.digest[:80],
        taken=done.taken,
        corrected=done.corrected,
        unchanged=done.unchanged,
        left_out=done.left_out,
        created_at=now,
    )
    await row.save()
    detail = {**vars(done), "file": shown.digest[:80]}
    await noted(actor, "checkups.imported", plan.campaign, detail=detail, now=now)
    return done


@action
async def settle_duty(*, actor: Actor, duty_uid: str, settled: Settled, note: str, now: datetime) -> None:
    """Write down what was done about something abnormal."""
    row = await duty_for(actor=actor, uid=duty_uid)
    if not note.strip():
        raise ReasonNeeded(fields={"note": "请写明怎样办的，例如：4 月 2 日复查，血红蛋白 118。"})
    if not DUTY_MOVES.allows(row.status, DutyEvent.SETTLE):
        raise NotThisNow
    changed = await CheckupDuty.filter(id=row.id, status=DutyStatus.OPEN).update(
        status=DutyStatus.DONE,
        settled=settled,
        note=note.strip(),
        done_at=now,
        done_by_id=actor.account_id,
        open_key=None,
    )
    if changed == 0:
        raise NotThisNow
    await noted(
        actor,
        "checkups.duty_done",
        row.report.campaign,
        resident_id=row.resident_id,
        detail={"duty": row.uid, "settled": settled},
        now=now,
    )


@dataclass(frozen=True)
class _Case:
    """One report on its way in."""

    actor: Actor
    campaign: CheckupCampaign
    resident: Resident
    sound: Judged
    current: CheckupReport | None  # that it puts right
    how: How
    reason: str
    now: datetime


async def _taken_in(case: _Case) -> str:
    """Write one report: the place, the old version, the record, the new version, its duties; return its uid."""
    campaign, current, sound, now = case.campaign, case.current, case.sound, case.now
    await _examined(case)
    if current is not None and not await CheckupReport.filter(id=current.id, is_current=True).update(
        is_current=False, year_key=None
    ):
        raise Outdated
    entries = await write_keyed(
        actor=case.actor,
        resident_uid=case.resident.uid,
        institution_uid=campaign.provider.uid,
        entries=sound.entries,
        day=sound.found.examined_on,
        over=current.entries if current else None,
        reason=case.reason.strip(),
        now=now,
    )
    row = CheckupReport(
        resident=case.resident,
        campaign=campaign,
        institution_id=campaign.provider_id,
        author_id=case.actor.account_id,
        examined_on=sound.found.examined_on,
        edition=sound.edition.version,
        references_version=REFERENCES_VERSION,
        values=dict(sound.values),
        abnormal=[list(each) for each in sound.abnormal],
        conclusion=sound.conclusion,
        advice=sound.found.advice.strip(),
        next_on=sound.next_on,
        how=case.how,
        entry_uid=entries[MAIN],
        entries=entries,
        version=current.version + 1 if current else 1,
        supersedes=current,
        reason=case.reason.strip() if current else "",
        year_key=f"{case.resident.id}/{campaign.year}",
        created_at=now,
    )
    async with refusing_duplicates(AlreadyReported):
        await row.save()
    await _owed(row, current, sound, now)
    await noted(
        case.actor,
        "checkups.corrected" if current else "checkups.reported",
        campaign,
        resident_id=case.resident.id,
        reason=row.reason or None,
        detail={"report": row.uid, "missing": len(sound.missing)},
        now=now,
    )
    await tell("checkups.reported", campaign, once=row.uid, resident=case.resident.uid, now=now)
    return str(row.uid)


async def _examined(case: _Case) -> None:
    campaign, resident, sound = case.campaign, case.resident, case.sound
    # Whoever came without being listed has a place from now on: coverage counts them.
    await CheckupPlace.bulk_create(
        [CheckupPlace(campaign_id=campaign.id, resident_id=resident.id, created_at=case.now)],
        ignore_conflicts=True,
    )
    # Whatever they had said before: who was examined, was examined.
    await CheckupPlace.filter(campaign_id=campaign.id, resident_id=resident.id).update(
        status=PLACE_MOVES.after(PlaceStatus.LISTED, PlaceEvent.REPORT)
    )
    # They came; a later day stays theirs as long as something is left to be done beside the bed.
    turn = CheckupPlace.filter(campaign_id=campaign.id, resident_id=resident.id, day__isnull=False)
    over = turn.filter(day__lte=sound.found.examined_on) if sound.missing_here else turn
    await over.update(day=None, minute=None)


async def _owed(row: CheckupReport, current: CheckupReport | None, sound: Judged, now: datetime) -> None:
    """Open a duty for everything abnormal; those of the earlier version that are no longer true are withdrawn.

    What was settled already with these very words stays settled.
    """
    numbers, today = await parameters(TERMS, on=local_date(now)), local_date(now)
    wrong = {item: (sentence[:300], grave) for item, sentence, grave in sound.abnormal}
    owed = dict(wrong)
    if current is not None:
        for item in await _kept(row, current, wrong, numbers, today):
            del owed[item]
    for item, (sentence, grave) in owed.items():
        await CheckupDuty(
            report_id=row.id,
            resident_id=row.resident_id,
            owner_id=row.institution_id,
            item=item,
            sentence=sentence,
            grave=grave,
            due_on=today + timedelta(days=numbers[TERMS[0] if grave else TERMS[1]]),
            open_key=f"{row.resident_id}/{sound.year}/{item}",
            created_at=now,
        ).save()


async def _kept(
    row: CheckupReport,
    current: CheckupReport,
    wrong: Mapping[str, tuple[str, bool]],
    numbers: Mapping[str, int],
    today: date,
) -> set[str]:
    """Bring what is open up to the new version, and return for which items nothing more is to be opened."""
    earlier = CheckupDuty.filter(report_id=current.id, status=DutyStatus.OPEN)
    await earlier.filter(item__not_in=sorted(wrong) or [""]).update(
        status=DUTY_MOVES.after(DutyStatus.OPEN, DutyEvent.WITHDRAW), open_key=None
    )
    kept = set[str]()
    for duty in await earlier:
        sentence, grave = wrong[duty.item]
        changed: dict[str, Any] = {"report_id": row.id, "sentence": sentence, "grave": grave}
        if (
            grave is not duty.grave
        ):  # what has become grave is urgent from today; what is no longer, as it first was
            since = local_date(duty.created_at) + timedelta(days=numbers[TERMS[1]])
            due = min(duty.due_on, today + timedelta(days=numbers[TERMS[0]])) if grave else since
            changed |= {"due_on": due, "overdue_said": None}
        # Settled in the same moment, it was settled for what the version before said.
        if await CheckupDuty.filter(id=duty.id, status=DutyStatus.OPEN).update(**changed):
            kept.add(duty.item)
    done = await CheckupDuty.filter(
        resident_id=row.resident_id, report__campaign_id=row.campaign_id, status=DutyStatus.DONE
    )
    settled = [duty for duty in done if wrong.get(duty.item, ("",))[0] == duty.sentence]
    # They go on to the version that says so now: the family reads there what was done about it.
    await CheckupDuty.filter(id__in=[duty.id for duty in settled]).update(report_id=row.id)
    return kept | {duty.item for duty in settled}
