"""How the health record refuses."""

from server.kit.errors import DomainError, Kind


class ImplausibleValue(DomainError):
    """A body that cannot be what its kind says; `fields` names each fault."""

    code = "records.implausible_value"
    kind = Kind.INVALID
    message = "填写的数值或内容不合理，请核对后重新填写。"


class Superseded(DomainError):
    """Somebody else corrected this entry first."""

    code = "records.superseded"
    kind = Kind.CONFLICT
    message = "这条记录已经有更新的版本，请刷新后在最新版本上更正。"


class ReviewDone(DomainError):
    code = "records.review_done"
    kind = Kind.CONFLICT
    message = "这次紧急查阅已经复核过了，请刷新后查看结论。"


class OwnRead(DomainError):
    code = "records.own_read"
    kind = Kind.FORBIDDEN
    message = "不能复核自己的紧急查阅，请由另一位负责人复核。"
