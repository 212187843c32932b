"""What was found abnormal and who owes what: what it is, only to who may see the report."""

from datetime import datetime

from server.audit import trail
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.access import duties_visible_to
from server.checkups.models import CheckupDuty
from server.checkups.queries.reports.cards import DutyCard, duty_card
from server.checkups.rules import DutyStatus
from server.consent.rules import Purpose
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of
from server.records.access import rereading
from server.records.access.several import versions_seen, views_of


@rereading
async def duties(*, actor: Actor, status: DutyStatus | None, wish: PageWish, now: datetime) -> Page[DutyCard]:
    """Return what was found abnormal, the newest first; what it is, only to who may see the report."""
    rows = CheckupDuty.filter(duties_visible_to(actor=actor, now=now))
    if status is not None:
        rows = rows.filter(status=status)
    page = await rows_of(rows.select_related("report", "resident", "owner"), wish, by="created_at")
    uids = sorted({row.resident.uid for row in page.items})
    own = actor.institutions_with(Permission.CHECKUP_RECORD)
    purpose = Purpose.VISIT if own else Purpose.CARE  # those who examine, and the home
    views = await views_of(actor=actor, resident_uids=uids, purpose=purpose, now=now)
    wanted = sorted({uid for row in page.items for uid in row.report.entries.values()})
    entries = await versions_seen(list(views.values())).filter(uid__in=wanted) if views and wanted else []
    shown = {each.uid for each in entries}
    lines = [
        view.line("checkups.duties", [each for each in entries if each.resident_id in view.ids])
        for view in views.values()
    ]
    await trail.record(lines, now=now)
    return page.of(duty_card(row, own, now, shown) for row in page.items)


async def count_open_duties(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Return how many are open that the actor's institutions owe, and how many of them are overdue."""
    own = sorted(actor.institutions_with(Permission.CHECKUP_RECORD))
    waiting = CheckupDuty.filter(owner_id__in=own, status=DutyStatus.OPEN)
    return await waiting.count(), await waiting.filter(due_on__lt=local_date(now)).count()
