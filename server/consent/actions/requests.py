"""Ask for consent."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from server.alliance.access import institution_for
from server.alliance.models import Institution
from server.alliance.queries import agreement_in_force, parameter
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.actions.moves import end, live_key, tell
from server.consent.errors import AlreadyAsked, NotARecipient, NothingChosen, PeriodTooLong
from server.consent.models import Consent, ConsentProvision
from server.consent.queries import ConsentCard, card_of
from server.consent.rules import (
    CURRENT_TEXT,
    REQUESTABLE,
    SHAREABLE,
    ConsentEvent,
    Notice,
    Purpose,
    RecordCategory,
    Tie,
    hash_of,
    rendered,
)
from server.kit.clock import day_bounds, local_date
from server.kit.database import is_duplicate
from server.kit.errors import Invalid
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.models import Resident


@action
async def request_consent(
    *,
    actor: Actor,
    resident_uid: str,
    institution_uid: str,
    purpose: Purpose,
    categories: Sequence[RecordCategory],
    last_day: date,
    now: datetime,
) -> ConsentCard:
    """Ask a resident on behalf of the actor's institution. One request waits per recipient and purpose (I7)."""
    recipient = await institution_for(
        actor=actor, uid=institution_uid, permission=Permission.CONSENT_REQUEST, now=now
    )
    if not (recipient.kind.is_medical or recipient.kind is InstitutionKind.NURSING_HOME):
        raise NotARecipient
    resident = await resident_for(
        actor=actor, uid=resident_uid, permission=Permission.CONSENT_REQUEST, now=now
    )
    wanted = _ensure_request(purpose, categories)
    until = await _ensure_period(last_day, now)
    tie, home_id = await _tie_of(resident, recipient, now)
    text = rendered(
        CURRENT_TEXT,
        Notice(
            resident=resident.name,
            recipient=recipient.name,
            contact=recipient.phone or recipient.address or "请向本院护士站询问",
            purpose=purpose,
            categories=wanted,
            last_day=last_day,
        ),
    )
    await _lapse_unanswered(resident, recipient, purpose, now)
    row = Consent(
        resident=resident,
        recipient=recipient,
        purpose=purpose,
        tie=tie,
        home_id=home_id,
        requested_by_id=actor.account_id,
        answer_by=now + timedelta(days=await parameter("consent.answer_days", on=now)),
        until=until,
        text_version=CURRENT_TEXT.version,
        text=text,
        text_hash=hash_of(text),
        asked_key=live_key(resident.id, recipient.id, purpose),
        created_at=now,
    )
    try:
        await row.save()
    except Exception as error:
        if is_duplicate(error):
            raise AlreadyAsked from error
        raise
    await ConsentProvision.bulk_create(
        [
            ConsentProvision(consent=row, category=category, created_at=now)
            for category in REQUESTABLE
            if category in wanted
        ]
    )
    await tell(actor, row, "consent.requested", now)
    return await card_of(row, now=now)


async def _lapse_unanswered(
    resident: Resident, recipient: Institution, purpose: Purpose, now: datetime
) -> None:
    # A request whose time is over must not stand in the way of a new one until a sweep comes by.
    key = live_key(resident.id, recipient.id, purpose)
    for row in await Consent.filter(asked_key=key, answer_by__lte=now):
        await end(row, ConsentEvent.LAPSE, now, asked_key=None)


async def _tie_of(resident: Resident, recipient: Institution, now: datetime) -> tuple[Tie, int | None]:
    if resident.home_id is None:
        return Tie.NOTHING, None
    if resident.home_id == recipient.id:
        return Tie.RESIDENCE, recipient.id
    served = await agreement_in_force(home_id=resident.home_id, provider_id=recipient.id, now=now)
    return (Tie.AGREEMENT, resident.home_id) if served else (Tie.NOTHING, None)


async def _ensure_period(last_day: date, now: datetime) -> datetime:
    _, until = day_bounds(last_day)
    longest = await parameter("consent.longest_days", on=now)
    if not local_date(now) <= last_day <= local_date(now) + timedelta(days=longest):
        raise PeriodTooLong(fields={"last_day": PeriodTooLong.message})
    return until


def _ensure_request(purpose: Purpose, categories: Iterable[RecordCategory]) -> frozenset[RecordCategory]:
    wanted = frozenset(categories)
    if purpose not in SHAREABLE:
        raise Invalid(fields={"purpose": "请选择照护、诊疗、巡诊或转诊中的一种目的。"})
    if not wanted or not wanted <= frozenset(REQUESTABLE):
        raise NothingChosen(fields={"categories": "请至少选择一类需要查看的内容。"})
    return wanted
