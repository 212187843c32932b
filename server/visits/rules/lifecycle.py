"""What may happen to a visit, in what order.

The model's `confirmed_by_both` and `en_route` are left out: the agreement already binds both sides, and nobody downstream
reads whether a car is on its way. `resolved(confirmed|void)` is `confirmed` or `void`; `corrected` is `confirmed` again,
one version on. While a correction is open the visit counts nowhere.
"""

from enum import StrEnum

from server.kit.moves import Moves


class VisitKind(StrEnum):
    ROUND = "round"  # 巡诊
    FOLLOW_UP = "follow_up"  # 随访


class VisitStatus(StrEnum):
    PLANNED = "planned"
    STARTED = "started"
    FINISHED = "finished"
    ATTESTED_PROVIDER = "attested_provider"
    ATTESTED_HOST = "attested_host"
    CONFIRMED = "confirmed"  # the only state that counts anywhere (I36)
    DISPUTED = "disputed"
    CORRECTION_REQUESTED = "correction_requested"
    VOID = "void"
    CANCELLED = "cancelled"
    MISSED = "missed"


class VisitEvent(StrEnum):
    START = "start"
    START_LATE = (
        "start_late"  # scanned in time without a network, received after the visit was marked as missed
    )
    FINISH = "finish"
    ATTEST_PROVIDER = "attest_provider"
    ATTEST_HOST = "attest_host"
    DISPUTE = "dispute"
    RESOLVE_CONFIRMED = "resolve_confirmed"
    RESOLVE_VOID = "resolve_void"
    CANCEL = "cancel"
    ABANDON = "abandon"  # started and never finished
    MISS = "miss"
    REQUEST_CORRECTION = "request_correction"
    APPROVE_CORRECTION = "approve_correction"
    REFUSE_CORRECTION = "refuse_correction"


_S = VisitStatus
_E = VisitEvent

VISIT_MOVES: Moves[VisitStatus, VisitEvent] = Moves(
    {
        (_S.PLANNED, _E.START): _S.STARTED,
        (_S.PLANNED, _E.CANCEL): _S.CANCELLED,
        (_S.PLANNED, _E.MISS): _S.MISSED,
        (_S.MISSED, _E.START_LATE): _S.STARTED,
        (_S.STARTED, _E.FINISH): _S.FINISHED,
        (_S.STARTED, _E.ABANDON): _S.VOID,
        (_S.FINISHED, _E.ATTEST_PROVIDER): _S.ATTESTED_PROVIDER,
        (_S.FINISHED, _E.ATTEST_HOST): _S.ATTESTED_HOST,
        (_S.ATTESTED_HOST, _E.ATTEST_PROVIDER): _S.CONFIRMED,
        (_S.ATTESTED_PROVIDER, _E.ATTEST_HOST): _S.CONFIRMED,
        (_S.FINISHED, _E.DISPUTE): _S.DISPUTED,
        (_S.ATTESTED_PROVIDER, _E.DISPUTE): _S.DISPUTED,
        (_S.ATTESTED_HOST, _E.DISPUTE): _S.DISPUTED,
        (_S.DISPUTED, _E.RESOLVE_CONFIRMED): _S.CONFIRMED,
        (_S.DISPUTED, _E.RESOLVE_VOID): _S.VOID,
        (_S.CONFIRMED, _E.REQUEST_CORRECTION): _S.CORRECTION_REQUESTED,
        (_S.CORRECTION_REQUESTED, _E.APPROVE_CORRECTION): _S.CONFIRMED,
        (_S.CORRECTION_REQUESTED, _E.REFUSE_CORRECTION): _S.CONFIRMED,
    }
)

WAITING = frozenset({_S.FINISHED, _S.ATTESTED_PROVIDER, _S.ATTESTED_HOST})
FILLED_IN = frozenset(
    {_S.STARTED, _S.FINISHED}
)  # what was found may be written: nobody has attested to it yet
# Somebody still has something to do before the visit counts, or never will.
NOT_SETTLED = WAITING | {_S.PLANNED, _S.STARTED, _S.DISPUTED, _S.CORRECTION_REQUESTED}
BEFORE_FINISH = frozenset({_S.PLANNED, _S.STARTED, _S.CANCELLED, _S.MISSED})


class Side(StrEnum):
    PROVIDER = "provider"
    HOST = "host"

    @property
    def other(self) -> "Side":
        return Side.HOST if self is Side.PROVIDER else Side.PROVIDER


ATTEST = {Side.PROVIDER: VisitEvent.ATTEST_PROVIDER, Side.HOST: VisitEvent.ATTEST_HOST}


class Verdict(StrEnum):
    """What one side says about a finished visit; what both say alike, holds."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    VOID = "void"


RESOLVE = {Verdict.CONFIRMED: VisitEvent.RESOLVE_CONFIRMED, Verdict.VOID: VisitEvent.RESOLVE_VOID}


class Outcome(StrEnum):
    SEEN = "seen"
    ABSENT = "absent"
    REFUSED = "refused"


class CorrectionStatus(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"


class PlateKind(StrEnum):
    BED = "bed"
    DOOR = "door"
