"""Corrections: those that wait for the other institution, and all that one visit went through."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.pages import Page, PageWish, rows_of
from server.visits.models import Visit, VisitCorrection, VisitItem
from server.visits.queries.cards import OUTCOME_WORDS, CorrectionCard
from server.visits.rules import CorrectionStatus, Outcome, Side
from server.visits.rules.corrections import FINISHED, STARTED, item_uid

_RELATIONS = ("visit__home", "visit__provider", "requested_by", "decided_by")
_TIMES = {STARTED: "开始时间", FINISHED: "结束时间"}


async def corrections_to_approve(*, actor: Actor, wish: PageWish) -> Page[CorrectionCard]:
    """Return the open corrections that the other institution asked for, oldest first."""
    own = sorted(actor.institutions_with(Permission.VISIT_CORRECT))
    ours = Q(side=Side.PROVIDER, visit__home_id__in=own) | Q(side=Side.HOST, visit__provider_id__in=own)
    rows = VisitCorrection.filter(ours, status=CorrectionStatus.REQUESTED)
    rows = rows.select_related(*_RELATIONS)
    page = await rows_of(rows, wish, by="created_at", newest_first=False)
    names = await _names(page.items)
    return page.of([_card(row, names) for row in page.items])


async def corrections_of(visit: Visit) -> tuple[CorrectionCard, ...]:
    """Return what was asked to be changed in a visit that the caller may see, newest first."""
    rows = await VisitCorrection.filter(visit_id=visit.id).select_related(*_RELATIONS).order_by("-id")
    names = {item.uid: item.resident.name for item in visit.items}
    return tuple(_card(row, names) for row in rows)


async def _names(rows: Sequence[VisitCorrection]) -> Mapping[str, str]:
    uids = [uid for row in rows for key in row.after if (uid := item_uid(key))]
    found = await VisitItem.filter(uid__in=uids).select_related("resident")
    return {item.uid: item.resident.name for item in found}


def _card(row: VisitCorrection, names: Mapping[str, str]) -> CorrectionCard:
    return CorrectionCard(
        uid=row.uid,
        visit_uid=row.visit.uid,
        home_name=row.visit.home.name,
        provider_name=row.visit.provider.name,
        status=row.status,
        side=row.side,
        reason=row.reason,
        from_version=row.from_version,
        changes=tuple(
            (_what(key, names), _said(row.before[key]), _said(value)) for key, value in row.after.items()
        ),
        requested_by_name=row.requested_by.name,
        requested_at=row.created_at,
        decided_by_name=row.decided_by.name if row.decided_by else None,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
    )


def _what(key: str, names: Mapping[str, str]) -> str:
    uid = item_uid(key)
    return _TIMES[key] if uid is None else names.get(uid, "")


def _said(value: str | None) -> str:
    if value is None:
        return "无"
    if value in Outcome.__members__.values():
        return OUTCOME_WORDS[Outcome(value)]
    at = datetime.fromisoformat(value)
    return f"{at.month} 月 {at.day} 日 {at:%H:%M}"
