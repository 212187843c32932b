"""Write a referral, change it while it is still one's own, and send what goes along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.alliance.rules import InstitutionKind
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import touch_consents
from server.consent.rules import Purpose, RecordCategory
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.people.access import resident_for
from server.people.actions import follow_event
from server.people.models import Resident
from server.people.rules import STATES_OF_A_STAY, CareCause, CareEvent
from server.records.actions import NewEntry, correct_entry, write_entries
from server.records.queries import EntryWish, packet
from server.records.rules import EntryKind
from server.referrals.access import bound_to_home, referral_at_work
from server.referrals.actions.moving import row_in_turn
from server.referrals.errors import (
    AlreadyOpen,
    NoLongerBound,
    NoPartner,
    NotThisNow,
    NotYoursToSend,
    ResidentGone,
)
from server.referrals.models import Referral, ReferralPacket
from server.referrals.queries.cards import ReferralCard, referral_card
from server.referrals.queries.packets import as_staff_of
from server.referrals.rules import (
    OUT,
    TURN,
    Direction,
    ReferralEvent,
    ReferralStatus,
    Side,
    SlipForm,
    Urgency,
    Way,
    check_list,
    checked_choice,
    checked_criteria,
    checked_slip,
    deadline_code,
    deadline_of,
    makes_urgent,
    new_code,
    packet_hash,
    purpose_of,
)

CORRECTED = "补充转诊单"
TAKING_PART = (
    InstitutionKind.NURSING_HOME,
    InstitutionKind.HOSPITAL,
    InstitutionKind.COMMUNITY_HEALTH_CENTER,
)


@dataclass(frozen=True)
class Wish:
    """What a referral says, as its writer fills it in."""

    criteria: tuple[str, ...]
    urgency: Urgency = Urgency.ROUTINE
    department: str = ""
    contact: str = ""
    slip: Mapping[str, str] = field(default_factory=dict, repr=False)  # of an up-referral
    entries: tuple[str, ...] = ()  # record entries that go along


@action
async def write_referral(
    *,
    actor: Actor,
    resident_uid: str,
    direction: Direction,
    from_uid: str,
    to_uid: str,
    wish: Wish,
    now: datetime,
) -> ReferralCard:
    """Write a referral: up as a draft, down where the treating side plans the discharge (A09).

    What the slip says goes into the record at once, as its author's own entry (category ENCOUNTER). Who is referred down
    lies in the hospital that says so: where nobody had noted that, the care state follows, citing this referral.
    """
    resident = await resident_for(actor=actor, uid=resident_uid, permission=Permission.REFERRAL_SEND, now=now)
    if resident.care_state not in STATES_OF_A_STAY:
        raise ResidentGone
    parties = (from_uid, to_uid)
    lower, upper = await _pair(actor, resident, direction, parties, now=now)
    criteria = checked_criteria(direction, wish.criteria)
    urgent = direction is Direction.UP and (wish.urgency is Urgency.URGENT or makes_urgent(criteria))
    urgency = Urgency.URGENT if urgent else Urgency.ROUTINE
    status = ReferralStatus.DRAFT if direction is Direction.UP else ReferralStatus.DISCHARGE_PLANNED
    hours = await parameter(deadline_code(status, urgency), on=now)
    row = Referral(
        resident=resident,
        lower=lower,
        upper=upper,
        owner=lower if TURN[status] is Side.LOWER else upper,
        direction=direction,
        urgency=urgency,
        status=status,
        next_deadline=deadline_of(hours=hours, status=status, come_at=None, now=now),
        code=new_code(),
        department=wish.department,
        contact=wish.contact or actor.name,
        check_list=check_list(direction).version,
        criteria=list(criteria),
        chosen=list(checked_choice(wish.entries)),
        written_by_id=actor.account_id,
        open_key=f"{resident.id}.{lower.id}.{upper.id}",
        created_at=now,
    )
    if direction is Direction.UP:
        row.out_slip = await write_slip(actor, resident, lower, OUT, wish.slip, now=now)
    else:
        await follow_event(
            actor=actor, resident_id=resident.id, event=CareEvent.HOSPITALIZE, cause=CareCause.REFERRAL,
            cause_uid=row.uid, now=now,
        )  # fmt: skip
    async with refusing_duplicates(AlreadyOpen):
        await row.save()
    await note(
        actor,
        "referrals.written",
        subject_kind="referral",
        subject_uid=row.uid,
        resident_id=resident.id,
        institution_id=row.owner_id,
        detail={"direction": direction, "urgency": urgency},
        now=now,
    )
    await row.fetch_related("resident__home")
    return referral_card(row, actor=actor, now=now)


@action
async def amend_referral(*, actor: Actor, uid: str, wish: Wish, now: datetime) -> ReferralCard:
    """Change a referral before it is sent, or when the other side has asked for more."""
    row = await row_in_turn(actor, uid, ReferralEvent.SUBMIT)
    criteria = checked_criteria(row.direction, wish.criteria)
    urgent = wish.urgency is Urgency.URGENT or makes_urgent(criteria)
    answers = checked_slip(OUT, wish.slip)
    card = await correct_entry(
        actor=actor, uid=row.out_slip or "", resident_uid=row.resident.uid, new=slip_entry(OUT, answers, now),
        reason=CORRECTED, now=now,
    )  # fmt: skip
    changed = await Referral.filter(id=row.id, moves=row.moves).update(
        criteria=list(criteria),
        check_list=check_list(row.direction).version,
        urgency=Urgency.URGENT if urgent else Urgency.ROUTINE,
        department=wish.department,
        contact=wish.contact or actor.name,
        chosen=list(checked_choice(wish.entries)),
        out_slip=card.uid,
        moves=row.moves + 1,
    )
    if not changed:
        raise NotThisNow
    await note(
        actor,
        "referrals.amended",
        subject_kind="referral",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.owner_id,
        now=now,
    )
    return referral_card(
        await referral_at_work(actor=actor, uid=uid, permission=Permission.REFERRAL_SEND),
        actor=actor,
        now=now,
    )


async def write_slip(
    actor: Actor,
    resident: Resident,
    institution: Institution,
    form: SlipForm,
    answers: Mapping[str, str],
    *,
    now: datetime,
) -> str:
    """Write a slip into the record as its author's entry and return its uid."""
    entry = slip_entry(form, checked_slip(form, answers), now)
    try:
        (card,) = await write_entries(
            actor=actor, resident_uid=resident.uid, entries=[entry], institution_uid=institution.uid, now=now
        )
    except NotFound:
        raise NoLongerBound from None
    return card.uid


def slip_entry(form: SlipForm, answers: Mapping[str, str], now: datetime) -> NewEntry:
    return NewEntry(
        kind=EntryKind.REFERRAL,
        code=f"referral-{form.code}",
        effective_at=now,
        body={"form": form.code, "version": form.version, **answers},
        category=RecordCategory.ENCOUNTER,
    )


async def send_packet(
    actor: Actor, row: Referral, *, way: Way, slip: str | None, entries: Sequence[str], now: datetime
) -> None:
    """Send what goes along: only what the sender may see itself at this moment, with the digest of exactly that (I32).

    The recipient's consent is asked when they read; it is touched here so that a withdrawal comes before or after, never
    in between.
    """
    sender, recipient = (row.lower, row.upper) if way is Way.UP else (row.upper, row.lower)
    wanted = [*([slip] if slip else []), *checked_choice(entries)]
    wish = EntryWish(as_staff_of(actor, sender.id), row.resident.uid, purpose_of(sender.kind), now)
    await touch_consents(
        resident_id=row.resident_id, institution_ids=[recipient.id], purpose=Purpose.CONTINUITY, now=now
    )
    cards = await packet(wish=wish, uids=wanted)
    if {card.uid for card in cards} != set(wanted):
        raise NotYoursToSend
    told = [
        {"uid": card.uid, "version": card.version, "body": card.body, "at": card.effective_at.isoformat()}
        for card in cards
    ]
    await ReferralPacket(
        referral_id=row.id,
        way=way,
        number=await ReferralPacket.filter(referral_id=row.id).count() + 1,
        recipient_id=recipient.id,
        entries=wanted,
        digest=packet_hash(told),
        sent_by_id=actor.account_id,
        created_at=now,
    ).save()


async def _pair(
    actor: Actor, resident: Resident, direction: Direction, parties: tuple[str, str], *, now: datetime
) -> tuple[Institution, Institution]:
    """Return the lower and the upper institution; both belong to where the resident lives, by residence or agreement."""
    from_uid, to_uid = parties
    own = actor.institutions_with(Permission.REFERRAL_SEND)
    sender = await Institution.filter(uid=from_uid, id__in=sorted(own)).first()
    receiver = await Institution.filter(uid=to_uid).first()
    if sender is None or receiver is None:
        raise NotFound
    lower, upper = (sender, receiver) if direction is Direction.UP else (receiver, sender)
    bound = await Institution.filter(
        bound_to_home(resident, now=now), id__in=[lower.id, upper.id], kind__in=sorted(TAKING_PART)
    ).count()
    both = 2
    if bound != both or upper.kind is InstitutionKind.NURSING_HOME:
        raise NoPartner(fields={"to": NoPartner.message})
    return lower, upper
