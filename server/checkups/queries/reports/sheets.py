"""One report with its duties and older versions, and the form to fill in by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import campaign_to_report, report_for
from server.checkups.models import CheckupDuty, CheckupReport
from server.checkups.queries.reports.cards import DutyCard, ReportCard, duty_card, entries_shown, report_card
from server.checkups.rules import EDITIONS, CampaignStatus, Edition, Item
from server.consent.rules import Purpose
from server.kit.clock import age_on, local_date
from server.kit.errors import NotFound
from server.people.access import resident_for
from server.records.access import rereading, view_of


@dataclass(frozen=True)
class ReportSheet:
    card: ReportCard
    duties: tuple[DutyCard, ...]
    replaced: tuple[ReportCard, ...]
    campaign_uid: str
    campaign_words: str
    may_write: bool


@dataclass(frozen=True)
class ReportForm:
    campaign_uid: str
    campaign_words: str
    resident_uid: str
    resident_name: str
    age: int
    edition: Edition
    today: date
    report: ReportCard | None  # to be put right
    values: Mapping[str, Any]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Item, ...]], ...]:
        """Return the items by their group, in the order of the form: of this age, and whatever has a value already."""
        shown = [each for each in self.edition.items if each.from_age <= self.age or each.name in self.values]
        names = dict.fromkeys(item.group for item in shown)
        return tuple((name, tuple(item for item in shown if item.group == name)) for name in names)


@rereading
async def report_sheet(*, actor: Actor, uid: str, now: datetime) -> ReportSheet:
    row = await report_for(actor=actor, uid=uid, permission=Permission.CHECKUP_READ)
    own = actor.institutions_with(Permission.CHECKUP_RECORD)
    purpose = Purpose.VISIT if row.campaign.provider_id in own else Purpose.CARE
    view = await view_of(actor=actor, resident_uid=row.resident.uid, purpose=purpose, now=now)
    versions = await (
        CheckupReport.filter(resident_id=row.resident_id, campaign_id=row.campaign_id)
        .order_by("-version")
        .select_related("resident", "institution", "author")
    )
    seen, found = await entries_shown(view, versions)
    if row.entry_uid not in seen:
        raise NotFound
    duties = await CheckupDuty.filter(report_id__in=[each.id for each in versions]).select_related(
        "report", "resident", "owner"
    )
    await trail.record([view.line("checkups.report", found)], now=now)
    return ReportSheet(
        card=report_card(row, seen),
        duties=tuple(duty_card(each, own, now, seen) for each in duties),
        replaced=tuple(
            report_card(each, seen) for each in versions if each.id != row.id and each.entry_uid in seen
        ),
        campaign_uid=row.campaign.uid,
        campaign_words=f"{row.campaign.home.name} {row.campaign.year} 年体检",
        may_write=row.is_current
        and row.campaign.provider_id in own
        and row.campaign.status is CampaignStatus.OPEN,
    )


@rereading
async def report_form(*, actor: Actor, campaign_uid: str, resident_uid: str, now: datetime) -> ReportForm:
    """Return the form to fill in by hand, with what was reported already when it is to be put right."""
    campaign = await campaign_to_report(actor=actor, uid=campaign_uid)
    resident = await resident_for(
        actor=actor, uid=resident_uid, permission=Permission.CHECKUP_RECORD, now=now
    )
    if resident.home_id != campaign.home_id:
        raise NotFound
    key = f"{resident.id}/{campaign.year}"
    row = await CheckupReport.filter(year_key=key).select_related("resident", "institution", "author").first()
    report, values = None, dict[str, Any]()
    if row is not None:
        view = await view_of(actor=actor, resident_uid=resident.uid, purpose=Purpose.VISIT, now=now)
        seen, found = await entries_shown(view, [row])
        if row.entry_uid not in seen:
            raise NotFound
        await trail.record([view.line("checkups.form", found)], now=now)
        report, values = report_card(row, seen), row.values
    return ReportForm(
        campaign_uid=campaign.uid,
        campaign_words=f"{campaign.home.name} {campaign.year} 年体检",
        resident_uid=resident.uid,
        resident_name=resident.name,
        age=age_on(resident.birth_date, local_date(now)),
        edition=EDITIONS[campaign.edition],
        today=local_date(now),
        report=report,
        values=values,
    )
