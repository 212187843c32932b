"""The lives of a prescription, of its refill, and of what is brought."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from server.kit.moves import Moves


class PrescriptionStatus(StrEnum):
    ACTIVE = "active"
    FINISHED = "finished"  # its last day is over
    STOPPED = "stopped"


class PrescriptionEvent(StrEnum):
    FINISH = "finish"
    STOP = "stop"


class StopReason(StrEnum):
    CHANGED = "changed"
    REACTION = "reaction"
    UNSTABLE = "unstable"
    HOSPITAL = "hospital"
    OWN_WISH = "own_wish"
    BY_MISTAKE = "by_mistake"
    DIED = "died"


class RefillStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    WAIVED = "waived"


class RefillEvent(StrEnum):
    ASK = "ask"  # the resident's side asks for it
    TAKE = "take"  # a colleague takes it over
    REFILL = "refill"
    WAIVE = "waive"


class DeliveryStatus(StrEnum):
    ASSIGNED = "assigned"
    HANDED_OVER = "handed_over"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class DeliveryEvent(StrEnum):
    HAND_OVER = "hand_over"  # the one who brings it writes down who signed
    RECEIVE = "receive"  # the nurse says so under her own name
    CLOSE = "close"
    CANCEL = "cancel"


class Receiver(StrEnum):
    NURSE = "nurse"
    RESIDENT = "resident"
    RELATIVE = "relative"


class Proof(StrEnum):
    OWN_ACCOUNT = "own_account"
    SIGNED_SLIP = "signed_slip"


_P, _F, _D = PrescriptionStatus, RefillStatus, DeliveryStatus
PRESCRIPTION_MOVES: Moves[PrescriptionStatus, PrescriptionEvent] = Moves(
    {
        (_P.ACTIVE, PrescriptionEvent.FINISH): _P.FINISHED,
        (_P.ACTIVE, PrescriptionEvent.STOP): _P.STOPPED,
    }
)
REFILL_MOVES: Moves[RefillStatus, RefillEvent] = Moves(
    {
        (_F.OPEN, RefillEvent.ASK): _F.OPEN,
        (_F.OPEN, RefillEvent.TAKE): _F.OPEN,
        (_F.OPEN, RefillEvent.REFILL): _F.DONE,
        (_F.OPEN, RefillEvent.WAIVE): _F.WAIVED,
    }
)
DELIVERY_MOVES: Moves[DeliveryStatus, DeliveryEvent] = Moves(
    {
        (_D.ASSIGNED, DeliveryEvent.HAND_OVER): _D.HANDED_OVER,
        (_D.ASSIGNED, DeliveryEvent.RECEIVE): _D.HANDED_OVER,
        (_D.HANDED_OVER, DeliveryEvent.CLOSE): _D.CLOSED,
        (_D.ASSIGNED, DeliveryEvent.CANCEL): _D.CANCELLED,
    }
)
STATUS_WORDS: Mapping[PrescriptionStatus, str] = {
    _P.ACTIVE: "在用",
    _P.FINISHED: "已吃完",
    _P.STOPPED: "已停",
}
STOP_WORDS: Mapping[StopReason, str] = {
    StopReason.CHANGED: "换药",
    StopReason.REACTION: "不良反应",
    StopReason.UNSTABLE: "病情变化",
    StopReason.HOSPITAL: "住院",
    StopReason.OWN_WISH: "本人不愿继续",
    StopReason.BY_MISTAKE: "开错",
    StopReason.DIED: "去世",
}
BY_DOCTOR = tuple(reason for reason in StopReason if reason is not StopReason.DIED)
DELIVERY_WORDS: Mapping[DeliveryStatus, str] = {
    _D.ASSIGNED: "待送达",
    _D.HANDED_OVER: "已交付，待核对",
    _D.CLOSED: "已完成",
    _D.CANCELLED: "已取消",
}
RECEIVER_WORDS: Mapping[Receiver, str] = {
    Receiver.NURSE: "养老院护士",
    Receiver.RESIDENT: "长者本人",
    Receiver.RELATIVE: "家属代领",
}
PROOF_WORDS: Mapping[Proof, str] = {Proof.OWN_ACCOUNT: "护士用自己的账号确认", Proof.SIGNED_SLIP: "签收单"}


def refill_days(first_on: date, first_end: date, *, ahead: int) -> tuple[date, date]:
    """Return from when a refill stands on the list and by when it is to be done: before the last day of the first line."""
    due = max(first_on, first_end - timedelta(days=1))
    return max(first_on, min(due, first_end - timedelta(days=ahead))), due
