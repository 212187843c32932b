"""Consents as lists, cards and sheets, and the choices of the form that asks for one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Q, Subquery

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family, consent_for, consents_visible_to
from server.consent.models import Consent, ConsentProvision, ConsentSignature
from server.consent.rules import (
    CATEGORY_WORDS,
    PURPOSE_WORDS,
    REQUESTABLE,
    RESTRICTED,
    SHAREABLE,
    STATUS_WORDS,
    ConsentStatus,
    DecisionBasis,
    Purpose,
    RecordCategory,
    Verdict,
)
from server.kit.pages import Page, PageWish, page_of
from server.people.access import of_residents_visible_to, residents_visible_to
from server.people.models import Resident

MOST_CHOICES = 500  # in one list of a form


@dataclass(frozen=True)
class ProvisionCard:
    category: RecordCategory
    words: str
    restricted: bool  # to be decided on a line of its own
    verdict: Verdict


@dataclass(frozen=True)
class ConsentCard:
    uid: str
    resident_uid: str
    resident: str
    recipient_uid: str
    recipient: str
    purpose: Purpose
    purpose_words: str
    status: ConsentStatus  # as it stands at this instant, whether or not a sweep has come by
    status_words: str
    provisions: tuple[ProvisionCard, ...]
    requested_at: datetime
    answer_by: datetime
    until: datetime
    decided_at: datetime | None
    basis: DecisionBasis | None
    ended_at: datetime | None
    signed: bool  # somebody wrote their name under it


@dataclass(frozen=True)
class SectionCard:
    heading: str
    sentence: str


@dataclass(frozen=True)
class ConsentSheet:
    """One consent with the text to be read before deciding; `text_hash` goes back with the decision (I14)."""

    card: ConsentCard
    text_version: str
    text_hash: str
    sections: tuple[SectionCard, ...]


@dataclass(frozen=True)
class ChoiceCard:
    """A word that a request form offers."""

    value: str
    words: str
    restricted: bool = False


@dataclass(frozen=True)
class ResidentChoice:
    uid: str
    name: str
    bed: str | None


async def consents(
    *,
    actor: Actor,
    resident_uid: str | None,
    status: ConsentStatus | None,
    recipient_uid: str | None = None,
    wish: PageWish,
    now: datetime,
) -> Page[ConsentCard]:
    """Return the consents the actor may see: a family's own, or those of the actor's institution; newest first."""
    visible = consents_visible_to(actor=actor, permission=Permission.CONSENT_READ, now=now)
    rows = Consent.filter(visible)
    if resident_uid is not None:
        rows = rows.filter(resident__uid=resident_uid)
    if recipient_uid is not None:
        rows = rows.filter(recipient__uid=recipient_uid)
    if status is not None:
        rows = rows.filter(_stands_at(status, now))
    page = await page_of(rows.select_related("resident", "recipient"), wish, itself, by="created_at")
    return page.of(await cards_of(page.items, now))


async def recipients_seen(*, actor: Actor, now: datetime) -> tuple[ChoiceCard, ...]:
    """Return the institutions on the actor's list, to narrow it to one."""
    visible = consents_visible_to(actor=actor, permission=Permission.CONSENT_READ, now=now)
    asking = Subquery(Consent.filter(visible).values("recipient_id"))
    rows = await Institution.filter(id__in=asking).order_by("id").limit(MOST_CHOICES)
    return tuple(ChoiceCard(row.uid, row.name) for row in rows)


async def own_recipients(*, actor: Actor) -> frozenset[str]:
    """Return the uids of the institutions where the actor reads what was consented to."""
    own = sorted(actor.institutions_with(Permission.RECORD_READ))
    return frozenset(map(str, await Institution.filter(id__in=own).values_list("uid", flat=True)))


async def residents_seen(*, actor: Actor, now: datetime) -> tuple[ResidentChoice, ...]:
    """Return the residents on the actor's list, to narrow it to one."""
    visible = consents_visible_to(actor=actor, permission=Permission.CONSENT_READ, now=now)
    asked = Subquery(Consent.filter(visible).values("resident_id"))
    rows = await Resident.filter(id__in=asked).order_by("home_id", "bed", "id").limit(MOST_CHOICES)
    return tuple(ResidentChoice(row.uid, row.name, row.bed) for row in rows)


async def waiting_for_me(*, actor: Actor, now: datetime) -> tuple[ConsentCard, ...]:
    """Return what the actor may decide now, as resident or proxy; the oldest first."""
    mine = of_residents_visible_to(
        "resident", actor=as_family(actor), permission=Permission.CONSENT_DECIDE, now=now
    )
    rows = Consent.filter(mine, _stands_at(ConsentStatus.REQUESTED, now)).select_related(
        "resident", "recipient"
    )
    return await cards_of(await rows.order_by("id").limit(100), now)


async def waiting_for_witness(*, actor: Actor, now: datetime) -> tuple[ConsentCard, ...]:
    """Return the requests to residents of the actor's home who have no account of their own."""
    rows = Consent.filter(_to_witness(actor, now))
    return await cards_of(await rows.select_related("resident", "recipient").order_by("id").limit(100), now)


async def count_waiting_for_witness(*, actor: Actor, now: datetime) -> int:
    return await Consent.filter(_to_witness(actor, now)).count()


def _to_witness(actor: Actor, now: datetime) -> Q:
    mine = consents_visible_to(actor=actor, permission=Permission.CONSENT_WITNESS, now=now)
    return Q(mine, _stands_at(ConsentStatus.REQUESTED, now), resident__account_id__isnull=True)


async def consent_sheet(*, actor: Actor, uid: str, now: datetime) -> ConsentSheet:
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_READ, now=now)
    return await sheet_of(row, now=now)


async def residents_to_ask(*, actor: Actor, now: datetime) -> tuple[ResidentChoice, ...]:
    """Return the residents whom the actor's institution may ask: those of the home, and of the homes it serves."""
    reachable = residents_visible_to(actor=actor, permission=Permission.CONSENT_REQUEST, now=now)
    rows = (
        await Resident.filter(reachable, died_at__isnull=True).order_by("home_id", "bed").limit(MOST_CHOICES)
    )
    return tuple(ResidentChoice(row.uid, row.name, row.bed) for row in rows)


async def recipients_for(*, actor: Actor) -> tuple[ChoiceCard, ...]:
    """Return the institutions on whose behalf the actor may ask."""
    own = sorted(actor.institutions_with(Permission.CONSENT_REQUEST))
    rows = await Institution.filter(id__in=own).order_by("id")
    return tuple(ChoiceCard(row.uid, row.name) for row in rows)


def category_choices() -> tuple[ChoiceCard, ...]:
    return tuple(
        ChoiceCard(category, CATEGORY_WORDS[category], restricted=category in RESTRICTED)
        for category in REQUESTABLE
    )


def purpose_choices() -> tuple[ChoiceCard, ...]:
    return tuple(ChoiceCard(purpose, PURPOSE_WORDS[purpose]) for purpose in Purpose if purpose in SHAREABLE)


def status_at(row: Consent, now: datetime) -> ConsentStatus:
    """Return the status by the clock: sweeps only write down what is true already (I9)."""
    if row.status is ConsentStatus.GRANTED and row.until <= now:
        return ConsentStatus.EXPIRED
    if row.status is ConsentStatus.REQUESTED and row.answer_by <= now:
        return ConsentStatus.LAPSED
    return ConsentStatus(row.status)


async def card_of(row: Consent, *, now: datetime) -> ConsentCard:
    """Return the card of a row whose resident and recipient are loaded."""
    return (await cards_of([row], now))[0]


async def sheet_of(row: Consent, *, now: datetime) -> ConsentSheet:
    sections = (paragraph.split("\n", 1) for paragraph in row.text.split("\n\n"))
    return ConsentSheet(
        card=await card_of(row, now=now),
        text_version=row.text_version,
        text_hash=row.text_hash,
        sections=tuple(SectionCard(heading, sentence) for heading, sentence in sections),
    )


async def cards_of(rows: Sequence[Consent], now: datetime) -> tuple[ConsentCard, ...]:
    ids = [row.id for row in rows]
    provisions = await ConsentProvision.filter(consent_id__in=ids).order_by("id") if rows else []
    decided = [row.id for row in rows if row.decided_at is not None]
    signed = await _signed(decided) if decided else frozenset()
    return tuple(
        _card(
            row,
            [each for each in provisions if each.consent_id == row.id],
            signed=row.id in signed,
            now=now,
        )
        for row in rows
    )


async def _signed(ids: Sequence[int]) -> frozenset[int]:
    found = await ConsentSignature.filter(consent_id__in=ids).values_list("consent_id", flat=True)
    return frozenset(int(str(each)) for each in found)


def _card(
    row: Consent, provisions: Iterable[ConsentProvision], *, signed: bool, now: datetime
) -> ConsentCard:
    status = status_at(row, now)
    return ConsentCard(
        uid=row.uid,
        resident_uid=row.resident.uid,
        resident=row.resident.name,
        recipient_uid=row.recipient.uid,
        recipient=row.recipient.name,
        purpose=row.purpose,
        purpose_words=PURPOSE_WORDS[row.purpose],
        status=status,
        status_words=STATUS_WORDS[status],
        provisions=tuple(
            ProvisionCard(
                each.category, CATEGORY_WORDS[each.category], each.category in RESTRICTED, each.verdict
            )
            for each in provisions
            if each.category is not RecordCategory.UNLABELED
        ),
        requested_at=row.created_at,
        answer_by=row.answer_by,
        until=row.until,
        decided_at=row.decided_at,
        basis=row.basis,
        ended_at=row.ended_at,
        signed=signed,
    )


def itself(row: Consent) -> Consent:
    return row


def _stands_at(status: ConsentStatus, now: datetime) -> Q:
    """Return the condition for rows whose status, by the clock, is this one."""
    if status is ConsentStatus.REQUESTED:
        return Q(status=status, answer_by__gt=now)
    if status is ConsentStatus.GRANTED:
        return Q(status=status, until__gt=now)
    if status is ConsentStatus.EXPIRED:
        return Q(status=status) | Q(status=ConsentStatus.GRANTED, until__lte=now)
    if status is ConsentStatus.LAPSED:
        return Q(status=status) | Q(status=ConsentStatus.REQUESTED, answer_by__lte=now)
    return Q(status=status)
