"""The invariants of referrals, asked of the tables themselves."""

from datetime import datetime

from server.people.models import CareStateChange
from server.people.rules import CareState
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp, ReferralPacket
from server.referrals.rules import ENDED, TURN, Direction, ReferralStatus, Side, Urgency


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant. That a deadline is not yet raised is the worker's, and its own metric's."""
    found: list[str] = []
    late = {row.referral_id: row for row in await ReferralEscalation.filter(open_key__isnull=False)}
    rows = await Referral.all().order_by("id").select_related("resident")
    for row in rows:
        found += _turn(row)
        if (row.id in late) is not (row.escalated_at is not None):
            found.append(f"I30 referral {row.uid} is escalated here and not there")
    return found + await _packets(rows) + await _care(rows) + await _duties(rows)


def _turn(row: Referral) -> list[str]:
    if row.status in ENDED:
        over = row.owner_id is None and row.next_deadline is None and row.open_key is None
        return [] if over and row.ended_at else [f"I30 referral {row.uid} has ended and is still somebody's"]
    owner = row.lower_id if TURN[row.status] is Side.LOWER else row.upper_id
    if row.owner_id != owner or row.next_deadline is None or row.open_key is None:
        return [f"I30 referral {row.uid} in {row.status} has not its one owner and deadline"]
    return []


async def _packets(rows: list[Referral]) -> list[str]:
    by_id = {row.id: row for row in rows}
    found = []
    for sent in await ReferralPacket.all():
        row = by_id[sent.referral_id]
        if sent.recipient_id not in {row.lower_id, row.upper_id} or row.sent_at is None:
            found.append(f"I32 packet {sent.uid} went to somebody else, or before anything was sent")
        if row.status in ENDED and row.readable_until is None:
            found.append(f"I32 packets of {row.uid} stay open for ever")
    return found


async def _care(rows: list[Referral]) -> list[str]:
    """I33: whoever was received on the way up lay in hospital from that very moment."""
    found = []
    for row in rows:
        if row.direction is not Direction.UP or row.received_at is None:
            continue
        then = CareStateChange.filter(
            resident_id__in=[row.resident_id, row.resident.merged_into_id or row.resident_id],
            state=CareState.INPATIENT,
            started_at__lte=row.received_at,
        )
        spans = [each.ended_at for each in await then]
        if not any(end is None or end > row.received_at for end in spans):
            found.append(f"I33 referral {row.uid} was received without the care state")
    return found


async def _duties(rows: list[Referral]) -> list[str]:
    owed = set(await ReferralFollowUp.all().values_list("referral_id", flat=True))
    return [
        f"I30 urgent referral {row.uid} was sent without its follow-up"
        for row in rows
        if row.urgency is Urgency.URGENT
        and row.sent_at is not None
        and row.status not in {ReferralStatus.DRAFT, ReferralStatus.RETURNED}
        and row.id not in owed
    ]
