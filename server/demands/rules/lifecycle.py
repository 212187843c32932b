"""How a demand lives, and an answer to it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from server.kit.moves import Moves


class DemandStatus(StrEnum):
    OPEN = "open"  # published, whoever can may answer
    MATCHED = "matched"  # one answer was chosen; an agreement or a visit is to follow
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


DEMAND_WORDS: Mapping[DemandStatus, str] = {
    DemandStatus.OPEN: "等医疗机构答复",
    DemandStatus.MATCHED: "已选定，等落实",
    DemandStatus.SETTLED: "已落实",
    DemandStatus.WITHDRAWN: "已撤回",
}
LIVE = (DemandStatus.OPEN, DemandStatus.MATCHED)


class DemandEvent(StrEnum):
    MATCH = "match"
    REOPEN = "reopen"  # the chosen one steps back
    SETTLE = "settle"
    WITHDRAW = "withdraw"


_S = DemandStatus
_E = DemandEvent

DEMAND_MOVES: Moves[DemandStatus, DemandEvent] = Moves(
    {
        (_S.OPEN, _E.MATCH): _S.MATCHED,
        (_S.OPEN, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.MATCHED, _E.REOPEN): _S.OPEN,
        (_S.MATCHED, _E.SETTLE): _S.SETTLED,
        (_S.MATCHED, _E.WITHDRAW): _S.WITHDRAWN,
    }
)


class AnswerStatus(StrEnum):
    OFFERED = "offered"
    CHOSEN = "chosen"
    PASSED = "passed"  # another one was chosen; offered again if that one steps back
    WITHDRAWN = "withdrawn"


ANSWER_WORDS: Mapping[AnswerStatus, str] = {
    AnswerStatus.OFFERED: "已答复",
    AnswerStatus.CHOSEN: "已选定",
    AnswerStatus.PASSED: "选了别家",
    AnswerStatus.WITHDRAWN: "已撤回",
}


def is_late(status: DemandStatus, due_at: datetime, now: datetime) -> bool:
    """Tell whether its owner has let the term pass; the instant itself is past."""
    return status in LIVE and due_at <= now
