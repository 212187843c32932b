"""Consents as lists, cards and sheets, and the choices of the form that asks for one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

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
from server.kit.pages import Page, PageWish, rows_of_many
from server.people.access import of_residents_visible_to
from server.people.queries import ResidentChoices, choices_of, resident_choices
from server.people.queries.choices import MOST_CHOICES

LOOKED_AT = 300  # of the newest consents, for what a list can be narrowed by


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
class ConsentChoices:
    """What a list of consents can be narrowed by; the institutions are those of its newest `LOOKED_AT` consents."""

    residents: ResidentChoices
    recipients: tuple[ChoiceCard, ...]


async def consents(
    *,
    actor: Actor,
    resident_uid: str | None,
    status: ConsentStatus | None,
    recipient_uid: str | None = None,
    bed: str | None = None,
    wish: PageWish,
    now: datetime,
) -> Page[ConsentCard]:
    """Return the consents the actor may see: a family's own, or those of the actor's institution; newest first."""
    wanted = consents_visible_to(actor=actor, permission=Permission.CONSENT_READ, now=now)
    if resident_uid is not None:
        wanted &= Q(resident__uid=resident_uid)
    if recipient_uid is not None:
        wanted &= Q(recipient__uid=recipient_uid)
    if status is not None:
        wanted &= _stands_at(status, now)
    if bed is not None:
        wanted &= Q(resident__bed__startswith=bed)
    page = await rows_of_many(
        Consent.filter(wanted), wish, related=("resident", "recipient"), by="created_at"
    )
    return page.of(await cards_of(page.items, now))


async def consent_choices(*, actor: Actor, resident_uid: str | None, now: datetime) -> ConsentChoices:
    """Return whom and what the actor's list is about, to narrow it to one; `resident_uid` is chosen already."""
    visible = consents_visible_to(actor=actor, permission=Permission.CONSENT_READ, now=now)
    newest = Consent.filter(visible).order_by("-created_at", "-id").limit(LOOKED_AT)
    seen: list[Any] = await newest.values_list("resident_id", "recipient_id")
    people = {resident_id for resident_id, _ in seen}
    more = len(people) > MOST_CHOICES or len(seen) == LOOKED_AT
    if more:  # only who was chosen before, if the actor's list is about them
        theirs = Consent.filter(visible, resident__uid=resident_uid or "").limit(1)
        people = set(await theirs.values_list("resident_id", flat=True)) if resident_uid else set()
    recipients = await Institution.filter(id__in=sorted({each for _, each in seen})).order_by("id")
    return ConsentChoices(
        residents=ResidentChoices(await choices_of(resident_ids=people), more),
        recipients=tuple(ChoiceCard(row.uid, row.name) for row in recipients),
    )


async def own_recipients(*, actor: Actor) -> frozenset[str]:
    """Return the uids of the institutions where the actor reads what was consented to."""
    own = sorted(actor.institutions_with(Permission.RECORD_READ))
    return frozenset(map(str, await Institution.filter(id__in=own).values_list("uid", flat=True)))


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


async def residents_to_ask(
    *, actor: Actor, bed: str | None = None, resident_uid: str | None = None, now: datetime
) -> ResidentChoices:
    """Return the residents whom the actor's institution may ask: those of the home, and of the homes it serves."""
    return await resident_choices(
        actor=actor, permission=Permission.CONSENT_REQUEST, bed=bed, chosen=resident_uid, now=now
    )


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
