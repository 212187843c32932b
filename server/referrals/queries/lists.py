"""Inbox, outbox, one referral with all that belongs to it, and what a family reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.identity.queries import HistoryLine, history_of
from server.kit.clock import day_bounds
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import resident_for
from server.referrals.access import (
    RELATIONS,
    referral_at_work,
    referral_of_code,
    referrals_of_family,
    referrals_of_own_institutions,
)
from server.referrals.errors import UnknownSlip
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp, ReferralPacket
from server.referrals.queries.cards import ReferralCard, StoryCard, referral_card, story_card
from server.referrals.queries.escalations import EscalationCard, escalation_card
from server.referrals.queries.follow_ups import FollowUpCard, follow_up_card
from server.referrals.rules import (
    OPEN,
    Direction,
    ReferralStatus,
    Urgency,
    is_code,
    read_code,
)

_READ = Permission.REFERRAL_READ
MOST_FOUND = 5
MOST_TOLD = 20  # of one resident's, the newest
MOST_EXPECTED = 500  # of one day: more than any desk sees


class Box(StrEnum):
    MINE = "mine"  # it is my institution's turn
    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class ReferralFilter:
    box: Box | None = None
    status: ReferralStatus | None = None
    urgency: Urgency | None = None
    late: bool = False
    open_only: bool = False


@dataclass(frozen=True)
class SentCard:
    """One sending: to whom, when, and the digest of what it was."""

    number: int
    recipient: str
    sent_at: datetime
    sent_by: str
    digest: str


@dataclass(frozen=True)
class ReferralSheet:
    """One referral with all that belongs to it, but what is in the record."""

    card: ReferralCard
    contact: str
    written_by: str
    appointment_uid: str | None
    sendings: tuple[SentCard, ...]
    escalations: tuple[EscalationCard, ...]
    follow_up: FollowUpCard | None
    history: tuple[HistoryLine, ...]
    may_read_packet: bool
    at_upper: bool  # whether the reader works for the treating side


@dataclass(frozen=True)
class ExpectedCard:
    uid: str
    resident_name: str
    upper_name: str
    come_at: datetime
    come_to: str


async def referrals(
    *, actor: Actor, wanted: ReferralFilter, wish: PageWish, now: datetime
) -> Page[ReferralCard]:
    """List those between the actor's institutions and others, the newest first."""
    rows = Referral.filter(referrals_of_own_institutions(actor=actor, permission=_READ))
    own = sorted(actor.institutions_with(_READ))
    if wanted.box is Box.MINE:
        rows = rows.filter(owner_id__in=own)
    elif wanted.box is not None:
        # What was written by the lower side goes up to the upper one, and the other way round.
        mine_below, mine_above = Q(lower_id__in=own), Q(upper_id__in=own)
        up, down = (mine_above, mine_below) if wanted.box is Box.IN else (mine_below, mine_above)
        rows = rows.filter(Q(up, direction=Direction.UP) | Q(down, direction=Direction.DOWN))
    if wanted.status is not None:
        rows = rows.filter(status=wanted.status)
    if wanted.urgency is not None:
        rows = rows.filter(urgency=wanted.urgency)
    if wanted.open_only:
        rows = rows.filter(status__in=sorted(OPEN))
    if wanted.late:
        rows = rows.filter(next_deadline__lte=now)
    page = await rows_of(rows.select_related(*RELATIONS), wish, by="created_at")
    return page.of(referral_card(row, actor=actor, now=now) for row in page.items)


async def count_in_turn(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """Return how many wait for my institution, and how many of these are late or urgent."""
    own = sorted(actor.institutions_with(Permission.REFERRAL_SEND))
    waiting = Referral.filter(owner_id__in=own)
    pressing = waiting.filter(
        Q(next_deadline__lte=now) | Q(urgency=Urgency.URGENT, status=ReferralStatus.SUBMITTED)
    )
    return await waiting.count(), await pressing.count()


async def expected_on(*, actor: Actor, day: date) -> Sequence[ExpectedCard]:
    """Return who is expected by a referral on one day, at either of the actor's desks; a seat shows itself."""
    first, after = day_bounds(day)
    rows = Referral.filter(
        referrals_of_own_institutions(actor=actor, permission=_READ),
        status__in=sorted((ReferralStatus.SCHEDULED, ReferralStatus.IN_TRANSIT)),
        come_at__gte=first,
        come_at__lt=after,
        appointment_id__isnull=True,
    )
    found = await rows.order_by("come_at", "id").limit(MOST_EXPECTED).select_related("resident", "upper")
    return [
        ExpectedCard(row.uid, row.resident.name, row.upper.name, row.come_at, row.come_to)
        for row in found
        if row.come_at is not None
    ]


async def referral_sheet(*, actor: Actor, uid: str, now: datetime) -> ReferralSheet:
    row = await referral_at_work(actor=actor, uid=uid, permission=_READ)
    packets = (
        ReferralPacket.filter(referral_id=row.id).order_by("-number").select_related("recipient", "sent_by")
    )
    late = (
        ReferralEscalation.filter(referral_id=row.id)
        .order_by("-id")
        .select_related("referral", "owner", "settled_by")
    )
    duty = (
        await ReferralFollowUp.filter(referral_id=row.id)
        .select_related("resident", "owner", "referral", "done_by")
        .first()
    )
    own = actor.institutions_with(_READ)
    return ReferralSheet(
        card=referral_card(row, actor=actor, now=now),
        contact=row.contact,
        written_by=row.written_by.name,
        appointment_uid=row.appointment.uid if row.appointment else None,
        sendings=tuple(
            SentCard(each.number, each.recipient.name, each.created_at, each.sent_by.name, each.digest)
            for each in await packets
        ),
        escalations=tuple([escalation_card(each, now=now) for each in await late]),
        follow_up=follow_up_card(duty, now=now) if duty else None,
        history=await history_of(subject_uid=row.uid),
        may_read_packet=bool(actor.institutions_with(Permission.RECORD_READ) & {row.lower_id, row.upper_id}),
        at_upper=row.upper_id in own,
    )


async def referral(*, actor: Actor, uid: str, now: datetime) -> ReferralCard:
    row = await referral_at_work(actor=actor, uid=uid, permission=_READ)
    return referral_card(row, actor=actor, now=now)


async def referral_by_code(*, actor: Actor, code: str, now: datetime) -> ReferralCard:
    """Find what a scanner reads from a slip, or somebody types; for its two institutions."""
    plain = read_code(code)
    row = await referral_of_code(actor=actor, code=plain) if is_code(plain) else None
    if row is None:
        raise UnknownSlip
    return await referral(actor=actor, uid=row.uid, now=now)


async def find_referrals(*, actor: Actor, text: str, now: datetime) -> Sequence[ReferralCard]:
    """Return a few open ones by the whole number of their slip or the beginning of a name."""
    code = read_code(text)
    begins = Q(resident__name__startswith=text)
    wanted = begins | Q(code=code) if is_code(code) else begins
    rows = Referral.filter(
        referrals_of_own_institutions(actor=actor, permission=_READ), wanted, status__in=sorted(OPEN)
    )
    found = await rows.order_by("-id").limit(MOST_FOUND).select_related(*RELATIONS)
    return [referral_card(row, actor=actor, now=now) for row in found]


async def open_stories(*, actor: Actor, resident_uid: str, most: int, now: datetime) -> tuple[StoryCard, ...]:
    """Return those under way, for a first screen; of somebody who is not the actor's family there are none."""
    rows = (
        Referral.filter(
            referrals_of_family(actor=actor, now=now), resident__uid=resident_uid, status__in=sorted(OPEN)
        )
        .order_by("-id")
        .limit(most)
        .select_related(*RELATIONS)
    )
    return tuple([story_card(row, now=now) for row in await rows])


async def stories(*, actor: Actor, resident_uid: str, now: datetime) -> tuple[StoryCard, ...]:
    """Return where a resident's referrals stand, in plain words, to themselves and their family."""
    resident = await resident_for(actor=as_family(actor), uid=resident_uid, permission=_READ, now=now)
    theirs = Q(resident_id=resident.id) | Q(resident__merged_into_id=resident.id)
    rows = (
        Referral.filter(referrals_of_family(actor=actor, now=now), theirs)
        .order_by("-id")
        .limit(MOST_TOLD)
        .select_related(*RELATIONS)
    )
    return tuple([story_card(row, now=now) for row in await rows])
