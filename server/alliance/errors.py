"""What the alliance refuses."""

from server.kit.errors import DomainError, Kind


class NoAgreement(DomainError):
    """Green channel, visits and shared work exist only under an agreement in force."""

    code = "alliance.no_agreement"
    kind = Kind.CONFLICT
    message = "两家机构之间目前没有生效的签约协议。请联系机构管理员查看协议状态。"


class AgreementChanged(DomainError):
    """What the signer read is not what is stored now."""

    code = "alliance.agreement_changed"
    kind = Kind.CONFLICT
    message = "协议内容在您阅读之后有改动，请重新打开协议，看过最新内容再签。"


class AlreadySigned(DomainError):
    code = "alliance.already_signed"
    kind = Kind.CONFLICT
    message = "本机构已经签过这份协议，不需要再签。请等待对方签署。"


class SignaturesDiffer(DomainError):
    """The two sides did not sign one and the same text (I18)."""

    code = "alliance.signatures_differ"
    kind = Kind.CONFLICT
    message = "双方签署的内容不一致，不能备案。请撤回后重新提出协议。"


class ReferralFee(DomainError):
    """A fee for sending someone somewhere: 医疗机构工作人员廉洁从业九项准则, item 6 (I21)."""

    code = "alliance.referral_fee"
    kind = Kind.CONFLICT
    message = "协议里有“推荐费”一类的条目，按廉洁从业九项准则不能备案。请退回双方删去该条目。"


class FilingNumberTaken(DomainError):
    code = "alliance.filing_number_taken"
    kind = Kind.CONFLICT
    message = "这个备案号已经用于另一份协议，请核对后重新填写。"


class AlreadyBound(DomainError):
    """The two institutions have an agreement already; a change of it is a new version of it (I20)."""

    code = "alliance.already_bound"
    kind = Kind.CONFLICT
    message = "两家机构已有生效的协议。如需调整，请在原协议上发起变更或续签。"


class WrongParties(DomainError):
    code = "alliance.wrong_parties"
    kind = Kind.INVALID
    message = "协议的甲方应为养老机构，乙方应为医疗机构。请重新选择。"


class WrongContent(DomainError):
    code = "alliance.wrong_content"
    kind = Kind.INVALID
    message = "协议内容有几处填写不对，请按提示修改后再提交。"


class WrongUscc(DomainError):
    code = "alliance.wrong_uscc"
    kind = Kind.INVALID
    message = "统一社会信用代码填写不对，应为 18 位数字和大写字母，请对照证照核对。"


class AlreadyThere(DomainError):
    code = "alliance.already_there"
    kind = Kind.CONFLICT
    message = "已经登记过，不需要重复登记。"


class ReasonNeeded(DomainError):
    code = "alliance.reason_needed"
    kind = Kind.INVALID
    message = "请填写原因，再提交。"


class SameSigner(DomainError):
    """One person cannot be both parties."""

    code = "alliance.same_signer"
    kind = Kind.CONFLICT
    message = "协议双方要由不同的人签署。请由另一方机构的负责人来签。"


class UnknownParameter(LookupError):
    """A policy number that nobody loaded: the installation is incomplete, which no visitor can mend."""


class CommissionMustResume(DomainError):
    code = "alliance.commission_must_resume"
    kind = Kind.CONFLICT
    message = "这份协议是卫健部门要求暂停的，整改后请联系卫健部门恢复。"


class CatalogueTooLate(DomainError):
    """Days that have begun are billed as they were published."""

    code = "alliance.catalogue_too_late"
    kind = Kind.INVALID
    message = "新的一版最早从明天起，并且要晚于上一版的开始日。请改一个日期。"


class NotAuthorised(DomainError):
    """No authorisation in force covers this text (A01)."""

    code = "alliance.not_authorised"
    kind = Kind.CONFLICT
    message = (
        "您没有在有效期内、能签这份协议的签约授权。请本机构出具授权书，由同事在“签约授权”里登记后再签；"
        "也可以打印盖章，上传纸质签署的扫描件。"
    )


class AuthorisationWrong(DomainError):
    code = "alliance.authorisation_wrong"
    kind = Kind.INVALID
    message = "授权的期限或范围填写不对，请核对后再登记。"


class AuthorisedOneself(DomainError):
    code = "alliance.authorised_oneself"
    kind = Kind.CONFLICT
    message = "不能给自己登记签约授权。请本机构的另一位同事或主管部门登记。"


class AuthorisationOver(DomainError):
    code = "alliance.authorisation_over"
    kind = Kind.CONFLICT
    message = "这份签约授权已经收回，不用再收。"


class PaperTooLarge(DomainError):
    code = "alliance.paper_too_large"
    kind = Kind.INVALID
    message = "扫描件太大，最多 8 MB。请降低分辨率后再上传。"


class PaperUnreadable(DomainError):
    code = "alliance.paper_unreadable"
    kind = Kind.INVALID
    message = "只收 JPG、PNG 图片或 PDF 扫描件，请重新选择文件。"


class TooManyPapers(DomainError):
    code = "alliance.too_many_papers"
    kind = Kind.CONFLICT
    message = "一份协议最多附 12 件扫描件，请合并成一个 PDF 再上传。"
