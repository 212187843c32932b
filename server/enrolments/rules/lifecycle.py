"""The life of a contract: applied for, signed by both sides, active for a year, then ended or renewed."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from server.kit.moves import Moves


class EnrolmentStatus(StrEnum):
    APPLIED = "applied"  # one side's word is still missing
    SIGNED = "signed"  # by both; its first day has not come yet
    ACTIVE = "active"
    RENEWED = "renewed"  # the next contract took its place
    ENDED = "ended"


class EnrolmentEvent(StrEnum):
    AGREE = "agree"  # one side says yes
    COMPLETE = "complete"  # the other one has, too
    ACTIVATE = "activate"
    RENEW = "renew"
    END = "end"


class EndReason(StrEnum):
    EXPIRED = "expired"
    OWN_WISH = "own_wish"
    MOVED = "moved"
    CHANGED_TEAM = "changed_team"
    TEAM_CANNOT = "team_cannot"
    DIED = "died"
    WITHDRAWN = "withdrawn"  # an application, by whoever made it
    DECLINED = "declined"  # an application, by the team
    LAPSED = "lapsed"  # an application that nobody answered
    MERGED = "merged"  # the two rows of one person had one each
    BY_MISTAKE = "by_mistake"


class SignedHow(StrEnum):
    OWN = "own"
    PROXY = "proxy"
    PAPER_OWN = "paper_own"
    PAPER_PROXY = "paper_proxy"


_S, _E = EnrolmentStatus, EnrolmentEvent
ENROLMENT_MOVES: Moves[EnrolmentStatus, EnrolmentEvent] = Moves(
    {
        (_S.APPLIED, _E.AGREE): _S.APPLIED,
        (_S.APPLIED, _E.COMPLETE): _S.SIGNED,
        (_S.SIGNED, _E.ACTIVATE): _S.ACTIVE,
        (_S.ACTIVE, _E.RENEW): _S.RENEWED,
        (_S.APPLIED, _E.END): _S.ENDED,
        (_S.SIGNED, _E.END): _S.ENDED,
        (_S.ACTIVE, _E.END): _S.ENDED,
    }
)
OPEN = frozenset({_S.APPLIED, _S.SIGNED})  # on the way: at most one a person
OVER = frozenset({_S.RENEWED, _S.ENDED})
STATUS_WORDS: Mapping[EnrolmentStatus, str] = {
    _S.APPLIED: "申请中",
    _S.SIGNED: "已签，未到起始日",
    _S.ACTIVE: "生效",
    _S.RENEWED: "已续签",
    _S.ENDED: "已结束",
}
END_WORDS: Mapping[EndReason, str] = {
    EndReason.EXPIRED: "到期",
    EndReason.OWN_WISH: "本人或家属要求",
    EndReason.MOVED: "迁出",
    EndReason.CHANGED_TEAM: "换团队",
    EndReason.TEAM_CANNOT: "团队不能继续服务",
    EndReason.DIED: "去世",
    EndReason.WITHDRAWN: "撤回申请",
    EndReason.DECLINED: "团队没有接受",
    EndReason.LAPSED: "超期没有答复",
    EndReason.MERGED: "两份登记合并",
    EndReason.BY_MISTAKE: "登记有误",
}
BY_STAFF = (
    EndReason.OWN_WISH,
    EndReason.MOVED,
    EndReason.CHANGED_TEAM,
    EndReason.TEAM_CANNOT,
    EndReason.DECLINED,
    EndReason.BY_MISTAKE,
)
SIGNED_WORDS: Mapping[SignedHow, str] = {
    SignedHow.OWN: "本人在手机上签",
    SignedHow.PROXY: "代办人在手机上签",
    SignedHow.PAPER_OWN: "本人在纸上签",
    SignedHow.PAPER_PROXY: "代办人在纸上签",
}


def last_day_of(first: date) -> date:
    """Return the last day of a year that begins on this day; a year from 29 February ends on 28 February."""
    try:
        next_year = first.replace(year=first.year + 1)
    except ValueError:
        next_year = date(first.year + 1, 3, 1)
    return next_year - timedelta(days=1)
