"""What visits refuse."""

from datetime import date

from server.kit.errors import DomainError, Kind


class NotThisNow(DomainError):
    """The visit is in a state that does not allow the step."""

    code = "visits.not_this_now"
    kind = Kind.CONFLICT
    message = "这次巡诊的状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class BadWindow(DomainError):
    code = "visits.bad_window"
    kind = Kind.INVALID
    message = "计划时间不对：结束要晚于开始，且不能早于现在。请重新填写。"


class NotOnAgreement(DomainError):
    """The service is not among what the two institutions agreed on (I39)."""

    code = "visits.not_on_agreement"
    kind = Kind.CONFLICT
    message = "所选服务不在两家机构的协议项目里。请改选协议内的项目，或先变更协议。"


class NotOfThisHome(DomainError):
    code = "visits.not_of_this_home"
    kind = Kind.CONFLICT
    message = "名单里有人不住在这家养老机构。请核对入住名单后重新选择。"


class NotOfThisProvider(DomainError):
    code = "visits.not_of_this_provider"
    kind = Kind.CONFLICT
    message = "所选医护人员目前不在这家医疗机构任职。请重新选择。"


class ItemsOpen(DomainError):
    """Nobody of the round is silently dropped: each resident was seen, was away, or declined."""

    code = "visits.items_open"
    kind = Kind.CONFLICT
    message = "还有长者没有记录结果。请逐位选择“已看”“不在”或“本人不愿意”，再结束巡诊。"


class EndsBeforeStart(DomainError):
    """I37: the end lies after the start."""

    code = "visits.ends_before_start"
    kind = Kind.INVALID
    message = "结束时间要晚于开始时间。请核对手机时间后重试。"


class Elsewhere(DomainError):
    """I37: nobody is in two places at once."""

    code = "visits.elsewhere"
    kind = Kind.CONFLICT
    message = "同一时间您还有另一次巡诊记录。请先结束那一次，再继续这一次。"


class SameHands(DomainError):
    """I35: two institutions and two people confirm; nobody confirms for both sides."""

    code = "visits.same_hands"
    kind = Kind.CONFLICT
    message = "双方确认必须由两家机构的两个人分别完成。您已代表另一方确认过，请由本机构的同事确认。"


class MustBeOpened(DomainError):
    """From a list one confirms only what needs no second look."""

    code = "visits.must_be_opened"
    kind = Kind.CONFLICT
    message = "这次巡诊有要核对的情况或紧急发现，请打开看过之后再确认。"


class SideNeeded(DomainError):
    """The actor works for both institutions and has not said for which one they speak."""

    code = "visits.side_needed"
    kind = Kind.INVALID
    message = "您在两家机构都有职务，请先选择这次代表哪一方。"


class ReasonNeeded(DomainError):
    code = "visits.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因，对方和主管部门会看到。"


class ShownToThemselves(DomainError):
    """Whoever performs the visit may not also show the code that proves it."""

    code = "visits.shown_to_themselves"
    kind = Kind.FORBIDDEN
    message = "您是这次巡诊的医护人员，动态码要由养老机构的同事出示。"


class NothingToCorrect(DomainError):
    code = "visits.nothing_to_correct"
    kind = Kind.INVALID
    message = "更正内容与现有记录相同。请修改时间或结果后再提交。"


class TooManyNonces(DomainError):
    code = "visits.too_many_nonces"
    kind = Kind.TOO_MANY
    message = "离线凭证已经领满。用掉或过期后可以再领。"


class TooManyBeds(DomainError):
    code = "visits.too_many_beds"
    kind = Kind.INVALID
    message = "一次最多打印 60 张床牌，请分批打印。"


class TooManyOfARound(DomainError):
    code = "visits.too_many_of_a_round"
    kind = Kind.INVALID
    message = "一次巡诊最多安排 60 位长者，请分成几次安排。"


class RegistrationOver(DomainError):
    """A24: whose registration at a place is over is not sent from there, from that day on."""

    code = "visits.registration_over"
    kind = Kind.CONFLICT
    message = (
        "有人在这家机构的执业备案到那天已经到期，不能安排。请先办理延续并在“人员与岗位”里登记，或换一位同事。"
    )

    @staticmethod
    def sentence_of(who: str, day: date) -> str:
        return f"{who}在这家机构的执业备案到 {day.month} 月 {day.day} 日已经到期，不能安排。请先办理延续并在“人员与岗位”里登记，或换一位同事。"


class PlateEnded(DomainError):
    """The plate was retired before, or its overlap with a newer one is over."""

    code = "visits.plate_ended"
    kind = Kind.CONFLICT
    message = "这块牌已经停用了，不用再停用一次。"
