"""One visit at a desk: what the clinicians wrote beside what proves it, and who has said what about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.queries import HistoryLine, history_of
from server.kit.errors import NotFound
from server.records.queries import EntryCard
from server.visits.access import visits_of_own_institutions
from server.visits.models import Attestation, Visit
from server.visits.queries.cards import CorrectionCard, VisitCard, visit_card
from server.visits.queries.corrections import corrections_of
from server.visits.queries.differences import differences
from server.visits.queries.findings import findings_on
from server.visits.queries.proofs import ScanTrace, traces_of
from server.visits.queries.steps import next_step, reader_of, waits_for
from server.visits.queries.visits import visible_lines, waiting_for_word, with_lines
from server.visits.rules import (
    FILLED_IN,
    WAITING,
    CorrectionStatus,
    Side,
    Verdict,
    VisitStatus,
)

VERDICT_WORDS = {Verdict.CONFIRMED: "确认属实", Verdict.DISPUTED: "提出异议", Verdict.VOID: "同意作废"}
MOST_NEIGHBOURS = 500
_TO_COME = frozenset({VisitStatus.PLANNED, VisitStatus.STARTED})
# The record is opened with the visit only while somebody has to say whether it was so.
_COMPARED = WAITING | {VisitStatus.DISPUTED}


@dataclass(frozen=True)
class SaidCard:
    """What one side said, once."""

    side: Side
    institution: str
    name: str
    verdict: Verdict
    verdict_text: str
    reason: str
    version: int
    at: datetime


@dataclass(frozen=True)
class Neighbours:
    """Where a visit stands among those that wait for the reader's word."""

    place: int  # from 1
    total: int
    before: str | None
    after: str | None


@dataclass(frozen=True)
class VisitReview:
    card: VisitCard
    next: str
    waits_for_me: bool
    sides: tuple[Side, ...]  # for which the reader may speak; whoever works for both must say for which
    compared: bool  # the findings are shown beside the evidence
    findings: Mapping[str, tuple[EntryCard, ...]]  # by the line's uid: what this reader may see
    scans: tuple[ScanTrace, ...]
    differences: tuple[str, ...]
    said: tuple[SaidCard, ...]  # oldest first
    corrections: tuple[CorrectionCard, ...]  # newest first
    correction_to_decide: str | None  # of the other institution
    history: tuple[HistoryLine, ...]
    neighbours: Neighbours | None
    may_fill_in: bool  # the reader is on the visit, and its sheet is open
    may_take_along: bool  # the reader's colleagues go out with a blank one


async def review(*, actor: Actor, visit_uid: str, now: datetime) -> VisitReview:
    """Return everything that staff of either institution need to judge a visit."""
    own = visits_of_own_institutions(actor=actor, permission=Permission.VISIT_READ)
    row = await with_lines(Visit.filter(own, uid=visit_uid), visible_lines(actor, now)).first()
    if row is None:
        raise NotFound
    scans, compared = await traces_of(row), row.status in _COMPARED
    corrections = await corrections_of(row) if _may_have_been_corrected(row) else ()
    asked = next((each for each in corrections if each.status is CorrectionStatus.REQUESTED), None)
    reader = reader_of(row, actor, corrects=asked.side if asked else None)
    return VisitReview(
        card=visit_card(row),
        next=next_step(row, reader),
        waits_for_me=waits_for(row, reader),
        sides=tuple(sorted(reader.sides)),
        compared=compared,
        findings=await findings_on(actor=actor, items=list(row.items), now=now) if compared else {},
        scans=scans,
        differences=differences(row, scans),
        said=await _said(row),
        corrections=corrections,
        correction_to_decide=asked.uid if asked and reader.sides - {asked.side} else None,
        history=await history_of(subject_uid=row.uid),
        neighbours=await _neighbours(actor, row) if compared else None,
        may_fill_in=row.status in FILLED_IN
        and actor.account_id in {each.account_id for each in row.attendances},
        may_take_along=row.status in _TO_COME
        and row.provider_id in actor.institutions_with(Permission.VISIT_ATTEND),
    )


def _may_have_been_corrected(row: Visit) -> bool:
    # A refused correction leaves the version as it was; the version alone would hide it.
    return row.confirmed_at is not None


async def _said(row: Visit) -> tuple[SaidCard, ...]:
    rows = Attestation.filter(visit_id=row.id).select_related("institution", "account").order_by("id")
    return tuple(
        SaidCard(
            side=each.side,
            institution=each.institution.name,
            name=each.account.name,
            verdict=each.verdict,
            verdict_text=VERDICT_WORDS[each.verdict],
            reason=each.reason or "",
            version=each.version,
            at=each.created_at,
        )
        for each in await rows
    )


async def _neighbours(actor: Actor, row: Visit) -> Neighbours | None:
    waiting = Visit.filter(waiting_for_word(actor)).order_by("starts_at", "id").limit(MOST_NEIGHBOURS)
    uids = [str(uid) for uid in await waiting.values_list("uid", flat=True)]
    if row.uid not in uids:
        return None
    at = uids.index(row.uid)
    return Neighbours(
        place=at + 1,
        total=len(uids),
        before=uids[at - 1] if at else None,
        after=uids[at + 1] if at + 1 < len(uids) else None,
    )
