"""How notifications refuse."""

from server.kit.errors import DomainError, Kind


class AlreadyClaimed(DomainError):
    code = "notifications.already_claimed"
    kind = Kind.CONFLICT
    message = "这通电话刚被另一位同事接手了，请拨打下一位。"


class NotYourCall(DomainError):
    code = "notifications.not_your_call"
    kind = Kind.CONFLICT
    message = "请先点“我来打”，接手后才能填写结果。"


class UnknownTemplate(DomainError):
    code = "notifications.unknown_template"
    kind = Kind.INVALID
    message = "没有这种提醒，请更新小程序后再试。"


class BadQuietHours(DomainError):
    code = "notifications.bad_quiet_hours"
    kind = Kind.INVALID
    message = "免打扰的开始和结束不能是同一时刻，请重新选择。"
