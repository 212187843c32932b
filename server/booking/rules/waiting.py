"""Who waits, in what order, and what becomes of an offer."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from server.kit.moves import Moves


class WaitStatus(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REMOVED = "removed"


class WaitEvent(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    RETURN = "return"  # declined or timed out: back into the queue
    REMOVE = "remove"


WAIT_MOVES: Moves[WaitStatus, WaitEvent] = Moves(
    {
        (WaitStatus.WAITING, WaitEvent.OFFER): WaitStatus.OFFERED,
        (WaitStatus.OFFERED, WaitEvent.ACCEPT): WaitStatus.ACCEPTED,
        (WaitStatus.OFFERED, WaitEvent.RETURN): WaitStatus.WAITING,
        (WaitStatus.WAITING, WaitEvent.REMOVE): WaitStatus.REMOVED,
        (WaitStatus.OFFERED, WaitEvent.REMOVE): WaitStatus.REMOVED,
    }
)


class OfferStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


class OfferEvent(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    LAPSE = "lapse"


OFFER_MOVES: Moves[OfferStatus, OfferEvent] = Moves(
    {
        (OfferStatus.OFFERED, OfferEvent.ACCEPT): OfferStatus.ACCEPTED,
        (OfferStatus.OFFERED, OfferEvent.DECLINE): OfferStatus.DECLINED,
        (OfferStatus.OFFERED, OfferEvent.LAPSE): OfferStatus.LAPSED,
    }
)


class Urgency(StrEnum):
    DISPLACED = "displaced"  # the provider cancelled on them: first in line (I27)
    SOON = "soon"  # staff say it should not wait
    ROUTINE = "routine"


URGENCY_RANK: Mapping[Urgency, int] = {Urgency.DISPLACED: 0, Urgency.SOON: 1, Urgency.ROUTINE: 2}

URGENCY_WORDS: Mapping[Urgency, str] = {
    Urgency.DISPLACED: "，医院取消过这位老人的号，所以先补",
    Urgency.SOON: "，医生护士说了要尽快看",
    Urgency.ROUTINE: "",
}


def tie_break(*, slot_uid: str, entry_uid: str) -> int:
    """Draw a lot for those who joined in the same moment: nobody can choose it, anybody can recompute it (I29)."""
    return int.from_bytes(hashlib.sha256(f"{slot_uid}|{entry_uid}".encode()).digest()[:6])


def queue_order(
    *, urgency: Urgency, joined_at: datetime, slot_uid: str, entry_uid: str
) -> tuple[int, datetime, int]:
    """Sort the waiting: urgency, then who has waited longest, then the lot (I29)."""
    return URGENCY_RANK[urgency], joined_at, tie_break(slot_uid=slot_uid, entry_uid=entry_uid)


def queue_explained(*, urgency: Urgency, joined: str, ahead: int) -> str:
    place = "排在第一位" if ahead == 0 else f"前面还有 {ahead} 位"
    return (
        f"{place}，{joined} 登记的{URGENCY_WORDS[urgency]}。"
        "有人退号，先登记的先得；医院取消过号的、医生护士说要尽快看的，排在前面。"
        "正好同时登记的，由电脑抽签，谁也做不了手脚。"
    )
