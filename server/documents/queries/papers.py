"""What each paper says, read under the reader's own access. A paper has no number yet: issuing gives it one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.queries import ConsentSheet, Statement, consent_sheet, statement
from server.consent.rules import ConsentStatus, Purpose, Signature, Verdict
from server.documents.access import issuer_of
from server.documents.errors import NotToBeSigned
from server.documents.queries.typesetting import code_of, pdf_of
from server.documents.rules import DocumentKind
from server.kit.clock import SHANGHAI, local_date
from server.people.rules import SEX_WORDS
from server.records.queries import EntryWish, summary
from server.records.rules import Sign
from server.referrals.queries import SlipSheet, slip_sheet
from server.referrals.rules.words import slip_address
from server.settlement.queries import statement_sheet
from server.visits.queries import VisitCard, visit
from server.visits.queries.review import VERDICT_WORDS
from server.visits.rules import Verdict as VisitVerdict

MARKS: Mapping[Sign, str] = {Sign.URGENT: "紧急", Sign.WATCH: "留意"}
SCOPE = (
    "这里只有开出这张纸的机构自己写的，和长者同意它看的内容，别处也许还有记录。看不懂的地方，请问医生护士。"
)
ANSWERS: Mapping[Verdict, str] = {Verdict.ASKED: "等待答复", Verdict.PERMIT: "同意", Verdict.DENY: "不同意"}


@dataclass(frozen=True)
class Paper:
    """A document before it is issued."""

    kind: DocumentKind
    title: str
    subject_uid: str
    resident_uid: str | None
    issuer: Institution | None
    says: Mapping[str, Any] = field(repr=False)


async def health_summary(*, actor: Actor, resident_uid: str, purpose: Purpose, now: datetime) -> Paper:
    """Return the page that the record shows; the trail tells that it went to paper."""
    wish = EntryWish(actor, resident_uid, purpose, now)
    card = await summary(wish=wish, what="documents.health_summary")
    return Paper(
        kind=DocumentKind.HEALTH_SUMMARY,
        title="健康小结",
        subject_uid=card.resident_uid,
        resident_uid=card.resident_uid,
        issuer=await issuer_of(actor=actor, permission=Permission.RECORD_READ),
        says={
            "name": card.name,
            "age": card.age,
            "sentences": [{"words": each.words, "mark": MARKS.get(each.sign, "")} for each in card.sentences],
            "due": [
                {
                    "words": each.words,
                    "day": day_in_words(each.due_day),
                    "owed_by": each.owed_by,
                    "overdue": each.overdue,
                }
                for each in card.due
            ],
            "scope": SCOPE,
        },
    )


async def visit_sheet(*, actor: Actor, visit_uid: str, now: datetime) -> Paper:
    """Return one visit. What was found stays in the record: paper goes where no consent can follow it."""
    card = await visit(actor=actor, visit_uid=visit_uid, now=now)
    return Paper(
        kind=DocumentKind.VISIT_SHEET,
        title=f"{card.kind_text}记录单",
        subject_uid=card.uid,
        resident_uid=None,
        issuer=await issuer_of(
            actor=actor, permission=Permission.VISIT_READ, among=(card.home_uid, card.provider_uid)
        ),
        says={
            "facts": _facts_of_visit(card),
            "items": [
                {
                    "bed": each.bed,
                    "name": each.resident_name,
                    "service": each.service_name,
                    "outcome": each.outcome_text,
                    "note": each.note,
                }
                for each in card.items
            ],
            "sides": [
                _side(card.provider_name, card.provider_verdict, card.provider_by_name),
                _side(card.home_name, card.host_verdict, card.host_by_name),
            ],
            "reason": card.reason or "",
        },
    )


async def referral_slip(*, actor: Actor, uid: str, origin: str, now: datetime) -> Paper:
    """Return the slip that the resident brings along; its code is looked up at the receiver's desk.

    What was written is printed only for whoever may read it at this moment; the stub always.
    """
    sheet = await slip_sheet(actor=actor, uid=uid, now=now)
    address = slip_address(sheet.code, city=origin)
    return Paper(
        kind=DocumentKind.REFERRAL_SLIP,
        title="双向转诊单",
        subject_uid=sheet.card.uid,
        resident_uid=sheet.resident.uid,
        issuer=await issuer_of(
            actor=actor,
            permission=Permission.REFERRAL_READ,
            among=(sheet.card.lower_uid, sheet.card.upper_uid),
        ),
        says={
            "slip_number": sheet.card.number,
            "slip_code": code_of(address),
            "slip_address": address,
            "urgent": sheet.card.urgency_text if sheet.card.urgency == "urgent" else "",
            "facts": _facts_of_referral(sheet),
            "criteria": list(sheet.card.criteria),
            "parts": [
                {
                    "title": part.title,
                    "answers": [list(each) for each in part.answers],
                    "by": f"{part.source}　{part.by}　{time_in_words(part.at)}",
                }
                for part in sheet.parts
            ],
        },
    )


async def consent_statement(*, actor: Actor, uid: str, now: datetime) -> Paper:
    found = await statement(actor=actor, uid=uid, now=now)
    sheet = found.sheet
    return Paper(
        kind=DocumentKind.CONSENT_STATEMENT,
        title="知情同意证明",
        subject_uid=sheet.card.uid,
        resident_uid=sheet.card.resident_uid,
        issuer=await issuer_of(
            actor=actor, permission=Permission.CONSENT_READ, among=(sheet.card.recipient_uid,)
        ),
        says={
            "facts": _facts_of_consent(found),
            "provisions": _provisions(sheet),
            "version": sheet.text_version,
            "sections": _sections(sheet),
            "signature": drawn(found.signature) if found.signature else None,
            "text_hash": sheet.text_hash,
        },
    )


async def settlement(*, actor: Actor, uid: str, now: datetime) -> Paper:
    """Return one month's statement by its sums: single residents stay on the screen, behind a sign-in."""
    sheet = await statement_sheet(actor=actor, uid=uid, now=now)
    card = sheet.card
    facts = [
        ("月份", card.month_words),
        ("养老机构", card.home),
        ("医疗机构", card.provider),
        ("状态", card.status_words),
        ("入账", time_in_words(sheet.settled_at)),
        ("收款日", day_in_words(sheet.paid_on) if sheet.paid_on else ""),
    ]
    return Paper(
        kind=DocumentKind.SETTLEMENT,
        title=f"{card.month_words}结算单",
        subject_uid=card.uid,
        resident_uid=None,
        issuer=await issuer_of(actor=actor, permission=Permission.STATEMENT_READ),
        says={
            "facts": [(name, value) for name, value in facts if value],
            "totals": [
                {"payer": payer, "lines": str(lines), "yuan": f"{fen / 100:,.2f} 元"}
                for payer, lines, fen in sheet.totals
            ],
            "owed": f"{card.fen / 100:,.2f} 元",
        },
    )


async def consent_form(*, actor: Actor, uid: str, now: datetime) -> bytes:
    """Return the form to be signed on paper: it proves nothing yet, so it has no number but the consent's own."""
    sheet = await consent_sheet(actor=actor, uid=uid, now=now)
    if sheet.card.status is not ConsentStatus.REQUESTED:
        raise NotToBeSigned
    says = {
        "title": "健康档案查看同意书",
        "issuer": sheet.card.recipient,
        "filing": sheet.card.uid,
        "code": code_of(sheet.card.uid),
        "answer_by": day_in_words(local_date(sheet.card.answer_by)),
        "sections": _sections(sheet),
        "provisions": _provisions(sheet),
    }
    return await pdf_of("consent_form", says)


def drawn(signature: Signature) -> str:
    """Draw a signature as SVG: numbers only, so nothing that was written can be anything but a line."""
    paths = "".join(
        f'<path d="M{" L".join(f"{x} {y}" for x, y in stroke)}"/>' for stroke in signature.strokes if stroke
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {signature.width} {signature.height}" '
        f'fill="none" stroke="#000" stroke-width="{max(1, signature.height // 60)}" '
        f'stroke-linecap="round" stroke-linejoin="round">{paths}</svg>'
    )


def day_in_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def time_in_words(instant: datetime | None) -> str:
    if instant is None:
        return ""
    local = instant.astimezone(SHANGHAI)
    return f"{day_in_words(local.date())} {local:%H:%M}"


def _facts_of_visit(card: VisitCard) -> list[tuple[str, str]]:
    facts = [
        ("养老机构", card.home_name),
        ("医疗机构", card.provider_name),
        ("约定时间", time_in_words(card.starts_at)),
        ("开始", time_in_words(card.started_at)),
        ("结束", time_in_words(card.finished_at)),
        ("医护", "、".join(card.clinicians)),
        ("在场证明", "；".join((card.evidence_text, *card.exceptions)).strip("；")),
        ("状态", card.status_text),
    ]
    return [(name, value) for name, value in facts if value]


def _facts_of_consent(found: Statement) -> list[tuple[str, str]]:
    card, decision = found.sheet.card, found.decision
    facts = [
        ("长者", card.resident),
        ("查看机构", card.recipient),
        ("目的", card.purpose_words),
        ("状态", card.status_words),
        ("决定时间", time_in_words(card.decided_at)),
        ("决定人", f"{decision.by}（{decision.words}）"),
        ("另一位见证人", decision.second_witness),
        ("依据存放", decision.evidence),
        ("看到哪天为止", day_in_words(local_date(card.until - card.until.resolution))),
        ("提前结束", time_in_words(card.ended_at)),
    ]
    return [(name, value) for name, value in facts if value]


def _facts_of_referral(sheet: SlipSheet) -> list[tuple[str, str]]:
    card, resident = sheet.card, sheet.resident
    sender, receiver = (card.lower_name, card.upper_name)
    if card.direction == "down":
        sender, receiver = receiver, sender
    facts = [
        ("姓名", resident.name),
        ("性别", SEX_WORDS[resident.sex]),
        ("年龄", f"{resident.age} 岁"),
        ("住在", "　".join(each for each in (resident.home, resident.bed) if each)),
        ("家庭住址", sheet.address),
        ("联系电话", sheet.home_phone),
        ("转出单位", sender),
        ("转诊医生", sheet.contact),
        ("转出日期", time_in_words(card.sent_at)),
        ("转入单位", receiver),
        ("转入科室", card.department or card.come_to),
        ("约定时间", time_in_words(card.come_at)),
    ]
    return [(name, value) for name, value in facts if value]


def _side(house: str, verdict: VisitVerdict | None, by: str | None) -> dict[str, str]:
    return {"house": house, "verdict": VERDICT_WORDS[verdict] if verdict else "还没有确认", "by": by or ""}


def _provisions(sheet: ConsentSheet) -> list[dict[str, Any]]:
    return [
        {"words": each.words, "restricted": each.restricted, "verdict": ANSWERS[each.verdict]}
        for each in sheet.card.provisions
    ]


def _sections(sheet: ConsentSheet) -> list[dict[str, str]]:
    return [{"heading": each.heading, "sentence": each.sentence} for each in sheet.sections]
