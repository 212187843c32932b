"""How this feature refuses."""

from server.kit.errors import DomainError, Kind


class NotThisNow(DomainError):
    """The table of moves does not list it, or somebody was faster."""

    code = "home_beds.not_this_now"
    kind = Kind.CONFLICT
    message = "家庭病床的进展已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class AlreadyHasOne(DomainError):
    """One bed a person."""

    code = "home_beds.already_has_one"
    kind = Kind.CONFLICT
    message = "这位长者已经有一张家庭病床在申请或在床，撤床之前不能再申请。请在原来那一张上接着办。"


class NotBound(DomainError):
    code = "home_beds.not_bound"
    kind = Kind.INVALID
    message = "家庭病床由与养老院有生效协议的医疗机构开设，请换一家，或先签协议。"


class NotLivingHere(DomainError):
    code = "home_beds.not_living_here"
    kind = Kind.CONFLICT
    message = "这位长者现在不住在养老院里，不能在这里办家庭病床。请与养老院核实。"


class InHospital(DomainError):
    """Never while in hospital."""

    code = "home_beds.in_hospital"
    kind = Kind.CONFLICT
    message = "这位长者正在住院，不能建床或记查床。出院回来以后再办。"


class CriteriaNotMet(DomainError):
    """The check-list decides, and it was gone through."""

    code = "home_beds.criteria_not_met"
    kind = Kind.INVALID
    message = (
        "收治条件没有全部满足，不能评估通过：前提要逐条都有，收治情形至少一条。不符合的请“不收”，写明原因。"
    )


class UnknownCriterion(DomainError):
    code = "home_beds.unknown_criterion"
    kind = Kind.INVALID
    message = "收治条件表已经换了新版本。请重新打开页面，再逐条核对。"


class NotOurStaff(DomainError):
    code = "home_beds.not_our_staff"
    kind = Kind.INVALID
    message = "责任医生、责任护士要从本机构在岗的医护里选。请重新选择。"


class TooOften(DomainError):
    """The local limits of a year."""

    code = "home_beds.too_often"
    kind = Kind.CONFLICT
    message = "这位长者今年的建床次数或天数已经用完，不能再建床。请按当地规定与医保部门确认。"


class RoundsOutOfBounds(DomainError):
    code = "home_beds.rounds_out_of_bounds"
    kind = Kind.INVALID
    message = "每周查床次数不能少于规定的最少次数，也不能多于 7 次。请重新填写。"


class ReasonNeeded(DomainError):
    code = "home_beds.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因，养老院和家属要看的。"


class WrongTime(DomainError):
    code = "home_beds.wrong_time"
    kind = Kind.INVALID
    message = "时间要在建床以后、现在以前。请核对后重新填写。"


class NotOpenThen(DomainError):
    """An emergency is marked only where the bed was open at that moment."""

    code = "home_beds.not_open_then"
    kind = Kind.CONFLICT
    message = "那个时间家庭病床没有开着，不能登记按门急诊结算。请核对时间。"


class NoLongerBound(DomainError):
    """The agreement with the home ended: nothing can be written into the record any more."""

    code = "home_beds.no_longer_bound"
    kind = Kind.CONFLICT
    message = "本机构与长者所住的养老院已经没有生效的协议，不能再往健康档案里写。请先续签协议，或写明原因后不带小结撤床。"
