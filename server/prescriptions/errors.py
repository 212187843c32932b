"""What long prescriptions refuse."""

from server.kit.errors import DomainError, Kind


class NoPrescribingRight(DomainError):
    """Nobody registered that this person may prescribe at this institution today."""

    code = "prescriptions.no_prescribing_right"
    kind = Kind.FORBIDDEN
    message = "您在本机构没有登记有效的处方权，不能开方。请联系医联体专员登记执业证书和期限。"


class NotFit(DomainError):
    """The prescription breaks a rule of long prescriptions; `fields` names each fault."""

    code = "prescriptions.not_fit"
    kind = Kind.INVALID
    message = "这张长期处方有几处不符合规定，请按提示核对后再提交。"


class AlreadyRunning(DomainError):
    code = "prescriptions.already_running"
    kind = Kind.CONFLICT
    message = "这位长者正在按另一张长期处方吃同一种药。请在那一张上续方，或先停了再开。"


class NoSuchDispenser(DomainError):
    """The pharmacy has no agreement with the institution that prescribes."""

    code = "prescriptions.no_such_dispenser"
    kind = Kind.CONFLICT
    message = "这家药店和本机构没有有效的配药协议。请另选一家，或由本机构药房配药。"


class NotThisNow(DomainError):
    code = "prescriptions.not_this_now"
    kind = Kind.CONFLICT
    message = "状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class RefillTaken(DomainError):
    """A colleague has just done it."""

    code = "prescriptions.refill_taken"
    kind = Kind.CONFLICT
    message = "同事刚刚已经办了这次续方。请刷新后查看新的处方。"


class RefillAsked(DomainError):
    code = "prescriptions.refill_asked"
    kind = Kind.CONFLICT
    message = "已经请过医生续方了，不用再请一次。医生办好会通知您。"


class ReasonNeeded(DomainError):
    code = "prescriptions.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因或依据，它会和处方一起保存。"


class TooMuch(DomainError):
    """More would be brought than was prescribed."""

    code = "prescriptions.too_much"
    kind = Kind.CONFLICT
    message = "送的数量超过了处方还没有送的数量。请核对后改少一些。"


class NothingPacked(DomainError):
    """Of every line nothing at all would be brought."""

    code = "prescriptions.nothing_packed"
    kind = Kind.INVALID
    message = "这次一样药也没有填数量。请至少填一种药送多少，再安排。"


class IdentitiesUnchecked(DomainError):
    """Who fetches for somebody else shows both their papers (长期处方管理规范)."""

    code = "prescriptions.identities_unchecked"
    kind = Kind.INVALID
    message = "家属代领要核对双方的身份证明。请核对后勾选，再登记交付。"


class RightExists(DomainError):
    code = "prescriptions.right_exists"
    kind = Kind.CONFLICT
    message = "这位同事在本机构已经登记了处方权。要改期限，请先结束原来的登记。"


class WrongPeriod(DomainError):
    code = "prescriptions.wrong_period"
    kind = Kind.INVALID
    message = "期限的最后一天要晚于今天。请核对证书或协议后重新填写。"


class NotAColleague(DomainError):
    code = "prescriptions.not_a_colleague"
    kind = Kind.INVALID
    message = "登记处方权的人必须在本机构有医护岗位。请先在“人员”里添加岗位。"


class NotAPharmacy(DomainError):
    code = "prescriptions.not_a_pharmacy"
    kind = Kind.INVALID
    message = "请选择登记在册的药店；已经有协议的，请先结束原来的。"
