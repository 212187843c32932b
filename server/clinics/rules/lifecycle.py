"""How a clinic comes to be and ends (machine ⑭), whose turn it is, and by when.

Changed in the open (ADR 31): a clinic may operate before it is insured, since a designation is usually asked for by who has
worked for a while; then being insured stays a step of its record and a designation with its days. A licence that has run
out is `lapsed`, not ended: it is renewed, or the clinic is closed.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from server.kit.moves import Moves


class ClinicKind(StrEnum):
    MEDICAL_ROOM = "medical_room"
    NURSING_STATION = "nursing_station"
    NURSING_CENTER = "nursing_center"
    EXTENSION = "extension"  # of a partner hospital, inside the home


KIND_WORDS: Mapping[ClinicKind, str] = {
    ClinicKind.MEDICAL_ROOM: "医务室",
    ClinicKind.NURSING_STATION: "护理站",
    ClinicKind.NURSING_CENTER: "护理中心",
    ClinicKind.EXTENSION: "延伸医务室",
}


class ClinicStatus(StrEnum):
    ELIGIBLE = "eligible"  # by the census; there is no row yet
    INTENDED = "intended"
    APPLIED = "applied"
    LICENSED = "licensed"
    INSURED = "insured"
    OPERATING = "operating"
    LAPSED = "lapsed"  # the licence ran out
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class ClinicEvent(StrEnum):
    INTEND = "intend"
    APPLY = "apply"
    REFUSE = "refuse"
    LICENSE = "license"
    INSURE = "insure"  # a designation was recorded
    UNINSURE = "uninsure"  # and ended
    OPERATE = "operate"
    RENEW = "renew"
    LAPSE = "lapse"
    WITHDRAW = "withdraw"
    CLOSE = "close"


_S, _E = ClinicStatus, ClinicEvent
STATUS_WORDS: Mapping[ClinicStatus, str] = {
    _S.ELIGIBLE: "符合条件，未申办",
    _S.INTENDED: "有意向",
    _S.APPLIED: "已递交申请",
    _S.LICENSED: "已取得许可或备案",
    _S.INSURED: "已纳入医保定点",
    _S.OPERATING: "运行中",
    _S.LAPSED: "许可已过期",
    _S.WITHDRAWN: "已撤回",
    _S.CLOSED: "已停办",
}
EVENT_WORDS: Mapping[ClinicEvent, str] = {
    _E.INTEND: "登记意向",
    _E.APPLY: "递交申请",
    _E.REFUSE: "未批准，退回",
    _E.LICENSE: "登记许可或备案",
    _E.INSURE: "纳入医保定点",
    _E.UNINSURE: "医保定点结束",
    _E.OPERATE: "开始运行",
    _E.RENEW: "换证、延期",
    _E.LAPSE: "许可过期",
    _E.WITHDRAW: "撤回申办",
    _E.CLOSE: "停办",
}
CLINIC_MOVES: Moves[ClinicStatus, ClinicEvent] = Moves(
    {
        (_S.ELIGIBLE, _E.INTEND): _S.INTENDED,
        (_S.INTENDED, _E.APPLY): _S.APPLIED,
        (_S.INTENDED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.APPLIED, _E.WITHDRAW): _S.WITHDRAWN,
        (_S.APPLIED, _E.REFUSE): _S.INTENDED,
        (_S.APPLIED, _E.LICENSE): _S.LICENSED,
        (_S.LICENSED, _E.INSURE): _S.INSURED,
        (_S.OPERATING, _E.INSURE): _S.OPERATING,
        (_S.INSURED, _E.UNINSURE): _S.LICENSED,
        (_S.OPERATING, _E.UNINSURE): _S.OPERATING,
        (_S.LICENSED, _E.OPERATE): _S.OPERATING,
        (_S.INSURED, _E.OPERATE): _S.OPERATING,
        **{(status, _E.RENEW): status for status in (_S.LICENSED, _S.INSURED, _S.OPERATING)},
        (_S.LAPSED, _E.RENEW): _S.LICENSED,
        **{(status, _E.LAPSE): _S.LAPSED for status in (_S.LICENSED, _S.INSURED, _S.OPERATING)},
        **{(status, _E.CLOSE): _S.CLOSED for status in (_S.LICENSED, _S.INSURED, _S.OPERATING, _S.LAPSED)},
    }
)
ENDED = frozenset({_S.WITHDRAWN, _S.CLOSED})
LIVE = frozenset(ClinicStatus) - ENDED - {_S.ELIGIBLE}
LICENSED = frozenset({_S.LICENSED, _S.INSURED, _S.OPERATING})  # and the licence has not run out

HOME_EVENTS = frozenset({_E.APPLY, _E.OPERATE, _E.WITHDRAW, _E.CLOSE})
COMMISSION_EVENTS = frozenset({_E.REFUSE, _E.LICENSE, _E.RENEW})
NEEDS_PAPER = frozenset({_E.APPLY, _E.LICENSE, _E.RENEW})
NEEDS_REASON = frozenset({_E.REFUSE, _E.WITHDRAW, _E.CLOSE})


class Turn(StrEnum):
    HOME = "home"
    COMMISSION = "commission"


TURN: Mapping[ClinicStatus, Turn] = {
    status: Turn.COMMISSION if status is _S.APPLIED else Turn.HOME for status in LIVE
}


def steps_for(status: ClinicStatus, events: frozenset[ClinicEvent]) -> tuple[ClinicEvent, ...]:
    return tuple(event for event in ClinicEvent if event in events and CLINIC_MOVES.allows(status, event))


def due_on(
    status: ClinicStatus, *, today: date, days: Mapping[ClinicStatus, int], licence_until: date | None
) -> date | None:
    """Return by when the next step is owed: within so many days, and never after the licence has run out."""
    if status not in LIVE:
        return None
    owed = today + timedelta(days=days[status]) if status in days else None
    if status in LICENSED and licence_until is not None:
        return min(owed, licence_until) if owed is not None else licence_until
    return owed


def notice_due(
    *, today: date, last_day: date | None, notices: tuple[int, ...], reminded: int | None
) -> int | None:
    """Return the notice that has to go out before something runs out; the nearest, and none twice."""
    if last_day is None or last_day < today:
        return None
    left = (last_day - today).days
    near = [days for days in notices if left <= days and (reminded is None or days < reminded)]
    return min(near, default=None)
