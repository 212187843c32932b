"""How a consent was decided, with its signature and the scans of what was signed on paper."""

import json
from dataclasses import dataclass, field
from datetime import datetime

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import consent_for
from server.consent.models import Consent, ConsentPaper, ConsentSignature, paper_place, signature_place
from server.consent.queries.consents import ConsentSheet, sheet_of
from server.consent.rules import BASIS_WORDS, ConsentStatus, Signature
from server.identity.queries import ColleagueCard, HistoryLine, colleagues, history_of
from server.kit.errors import NotFound
from server.kit.sealing import open_sealed, open_sealed_bytes


@dataclass(frozen=True)
class DecisionCard:
    """Who decided, by what right, and where that is kept. Empty words where there is nothing to tell."""

    by: str
    words: str
    evidence: str
    second_witness: str


@dataclass(frozen=True)
class Statement:
    """All that a printed statement tells of one consent."""

    sheet: ConsentSheet
    decision: DecisionCard
    signature: Signature | None = field(repr=False)


@dataclass(frozen=True)
class PaperCard:
    uid: str
    number: int
    media_type: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True)
class PaperFile:
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class ConsentFile:
    """One consent as the desk sees it: text and answers, how it was decided, its paper, and what happened to it."""

    sheet: ConsentSheet
    decision: DecisionCard
    papers: tuple[PaperCard, ...]
    on_paper: bool  # the reader takes down the word of this resident, who has no phone
    second_witnesses: tuple[ColleagueCard, ...]  # who may stand by; empty where the reader may not witness
    history: tuple[HistoryLine, ...]


async def consent_file(*, actor: Actor, uid: str, now: datetime) -> ConsentFile:
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_READ, now=now)
    await row.fetch_related("decided_by", "second_witness", "requested_by", "resident__home")
    papers = await ConsentPaper.filter(consent_id=row.id).order_by("number").select_related("added_by")
    on_paper = _is_taken_down_by(actor, row)
    return ConsentFile(
        sheet=await sheet_of(row, now=now),
        decision=_decision(row),
        papers=tuple(paper_card(each) for each in papers),
        on_paper=on_paper,
        second_witnesses=await _second_witnesses(actor, row, now) if on_paper else (),
        history=await history_of(subject_uid=row.uid),
    )


async def statement(*, actor: Actor, uid: str, now: datetime) -> Statement:
    """Return what is printed of a consent that somebody decided about; `NotFound` before."""
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_READ, now=now)
    if row.decided_at is None:
        raise NotFound
    await row.fetch_related("decided_by", "second_witness")
    return Statement(
        sheet=await sheet_of(row, now=now), decision=_decision(row), signature=await _signature(row)
    )


async def paper(*, actor: Actor, consent_uid: str, paper_uid: str, now: datetime) -> PaperFile:
    """Return one scan as it was handed in. Each look leaves a line, committed before the answer leaves."""
    row = await consent_for(actor=actor, uid=consent_uid, permission=Permission.CONSENT_READ, now=now)
    found = await ConsentPaper.filter(consent_id=row.id, uid=paper_uid).first()
    if found is None:
        raise NotFound
    await note(
        actor,
        "consent.paper_read",
        subject_kind="consent",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.recipient_id,
        detail={"paper": found.uid, "number": found.number},
        now=now,
    )
    kind = found.media_type.rsplit("/", 1)[-1].replace("jpeg", "jpg")
    content = open_sealed_bytes(found.sealed, place=paper_place(paper_uid=found.uid))
    return PaperFile(f"同意书第{found.number}页.{kind}", found.media_type, content)


def paper_card(row: ConsentPaper) -> PaperCard:
    return PaperCard(row.uid, row.number, row.media_type, row.added_by.name, row.created_at)


def _decision(row: Consent) -> DecisionCard:
    return DecisionCard(
        by=row.decided_by.name if row.decided_by else "",
        words=BASIS_WORDS[row.basis] if row.basis else "",
        evidence=row.evidence or "",
        second_witness=row.second_witness.name if row.second_witness else "",
    )


def _is_taken_down_by(actor: Actor, row: Consent) -> bool:
    able = actor.institutions_with(Permission.CONSENT_WITNESS)
    return row.resident.account_id is None and row.resident.home_id in able


async def _second_witnesses(actor: Actor, row: Consent, now: datetime) -> tuple[ColleagueCard, ...]:
    """Return whom the reader may name beside themselves; who asked is no witness, and neither of them then."""
    living = row.status in {ConsentStatus.REQUESTED, ConsentStatus.GRANTED}
    if row.resident.home is None or row.requested_by_id == actor.account_id or not living:
        return ()
    able = await colleagues(
        actor=actor, institution_uid=row.resident.home.uid, permission=Permission.CONSENT_WITNESS, now=now
    )
    return tuple(each for each in able if each.uid != row.requested_by.uid)


async def _signature(row: Consent) -> Signature | None:
    kept = await ConsentSignature.get_or_none(consent_id=row.id)
    if kept is None:
        return None
    place = signature_place(consent_uid=row.uid, text_hash=kept.text_hash)
    width, height, strokes = json.loads(open_sealed(kept.sealed, place=place))
    return Signature(width, height, tuple(tuple((x, y) for x, y in stroke) for stroke in strokes))
