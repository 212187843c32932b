"""How a statement and its lines live (machine ⑪).

The model's `accepted` and `settled` are one here: when the home accepts, the ledger is written in the same transaction, and
between the two nothing could be done that is not done better before or after. `line_disputed` is a state of lines, of
which a statement may hold several at once; the statement counts those that are open.
"""

from collections.abc import Mapping
from enum import StrEnum

from server.kit.moves import Moves


class StatementStatus(StrEnum):
    EMPTY = "empty"  # nothing was given and nothing is owed in this month
    OPEN = "open"  # drawn; the provider looks through it
    ISSUED = "issued"  # the home looks through it
    SETTLED = "settled"  # accepted, and in the ledger: closed
    PAID = "paid"


class StatementEvent(StrEnum):
    ISSUE = "issue"
    ACCEPT = "accept"
    PAY = "pay"
    UNPAY = "unpay"  # a payment that was noted by mistake is posted back


# The home has accepted: the ledger knows of it, and a line is taken back only by another.
CLOSED = frozenset({StatementStatus.SETTLED, StatementStatus.PAID})
STATEMENT_WORDS: Mapping[StatementStatus, str] = {
    StatementStatus.EMPTY: "本月没有要结算的",
    StatementStatus.OPEN: "待医疗机构出单",
    StatementStatus.ISSUED: "待养老机构确认",
    StatementStatus.SETTLED: "已确认，待收款",
    StatementStatus.PAID: "已结清",
}
STATEMENT_MOVES: Moves[StatementStatus, StatementEvent] = Moves(
    {
        (StatementStatus.OPEN, StatementEvent.ISSUE): StatementStatus.ISSUED,
        (StatementStatus.ISSUED, StatementEvent.ACCEPT): StatementStatus.SETTLED,
        (StatementStatus.SETTLED, StatementEvent.PAY): StatementStatus.PAID,
        (StatementStatus.PAID, StatementEvent.UNPAY): StatementStatus.SETTLED,
    }
)


class LineKind(StrEnum):
    SERVICE = "service"  # one service of a visit that both confirmed
    FEE = "fee"  # of the month
    REVERSAL = "reversal"  # takes back a line that no longer counts


class LineStatus(StrEnum):
    CLAIMED = "claimed"
    DISPUTED = "disputed"  # the home, or the look for double claims, says that it is wrong
    KEPT = "kept"  # the provider says why it stands
    ESCALATED = "escalated"  # the bureau decides
    UPHELD = "upheld"  # by the bureau
    WITHDRAWN = "withdrawn"


class LineEvent(StrEnum):
    DISPUTE = "dispute"
    KEEP = "keep"
    ESCALATE = "escalate"
    UPHOLD = "uphold"
    UNCOUNT = "uncount"  # its service was corrected away before the home accepted
    WITHDRAW = "withdraw"
    STRIKE = "strike"  # the bureau takes it out


LINE_WORDS: Mapping[LineStatus, str] = {
    LineStatus.CLAIMED: "照单",
    LineStatus.DISPUTED: "有异议，待医疗机构答复",
    LineStatus.KEPT: "医疗机构已说明",
    LineStatus.ESCALATED: "请主管部门裁定",
    LineStatus.UPHELD: "主管部门裁定保留",
    LineStatus.WITHDRAWN: "已撤下，不计",
}
_S, _E = LineStatus, LineEvent
LINE_MOVES: Moves[LineStatus, LineEvent] = Moves(
    {
        (_S.CLAIMED, _E.DISPUTE): _S.DISPUTED,
        (_S.CLAIMED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.DISPUTED, _E.KEEP): _S.KEPT,
        (_S.DISPUTED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.DISPUTED, _E.ESCALATE): _S.ESCALATED,  # a provider who does not answer in time stops nothing
        (_S.KEPT, _E.ESCALATE): _S.ESCALATED,
        (_S.KEPT, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.ESCALATED, _E.UPHOLD): _S.UPHELD,
        (_S.ESCALATED, _E.STRIKE): _S.WITHDRAWN,
        (_S.ESCALATED, _E.WITHDRAW): _S.WITHDRAWN,
        **{(each, _E.UNCOUNT): _S.WITHDRAWN for each in _S if each is not _S.WITHDRAWN},
    }
)
# While one of these is there the statement cannot be accepted; `Statement.in_dispute` counts them.
OPEN_LINES = frozenset({_S.DISPUTED, _S.ESCALATED})
STANDING_LINES = frozenset(LineStatus) - {_S.WITHDRAWN}


class Flag(StrEnum):
    """What the reader shall look at."""

    TWICE = "twice"  # the same service for the same person on the same day is claimed elsewhere
    LATE = "late"  # of a month before
    REFERRAL_FEE = "referral_fee"  # shown to the bureau (九项准则六)
