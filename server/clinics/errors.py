"""How this feature refuses."""

from server.kit.errors import DomainError, Kind


class NotThisNow(DomainError):
    """The table of moves does not list it, or somebody was faster."""

    code = "clinics.not_this_now"
    kind = Kind.CONFLICT
    message = "申办的进展已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class AlreadyOnTheWay(DomainError):
    """A home has one of a kind at a time."""

    code = "clinics.already_on_the_way"
    kind = Kind.CONFLICT
    message = "这家养老机构已经有一个同类的内设医疗机构在申办或在运行，请在原来那一件上接着办。"


class PartnerNeeded(DomainError):
    """An extension is somebody's."""

    code = "clinics.partner_needed"
    kind = Kind.INVALID
    message = "延伸医务室由一家医院派出，请选择与本院有生效协议的医疗机构；其他种类不用选。"


class PaperNeeded(DomainError):
    code = "clinics.paper_needed"
    kind = Kind.INVALID
    message = "请写上文书的编号和日期，方便以后查对。"


class WrongDays(DomainError):
    code = "clinics.wrong_days"
    kind = Kind.INVALID
    message = "日期不对：文书日期不能在今天之后，有效期要到开始日期以后。请对照文书修改。"


class ReasonNeeded(DomainError):
    code = "clinics.reason_needed"
    kind = Kind.INVALID
    message = "请写明原因，对方和主管部门要看的。"


class NothingToDesignate(DomainError):
    """Only a licensed institution is paid by the insurance."""

    code = "clinics.nothing_to_designate"
    kind = Kind.CONFLICT
    message = "这家机构还没有取得执业许可或备案的医疗机构，不能登记医保定点。请先登记许可。"


class DesignationOver(DomainError):
    code = "clinics.designation_over"
    kind = Kind.CONFLICT
    message = "这项定点已经登记过结束了，请刷新后查看。"


class AlreadyDesignated(DomainError):
    code = "clinics.already_designated"
    kind = Kind.CONFLICT
    message = "这家机构的这种定点还在有效期内。要更换，请先登记原来的定点结束。"
