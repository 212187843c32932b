"""How consent refuses."""

from server.kit.errors import DomainError, Kind


class AlreadyDecided(DomainError):
    code = "consent.already_decided"
    kind = Kind.CONFLICT
    message = "这份征求已经有了决定，或者已经过期。请刷新后查看最新情况。"


class AlreadyAsked(DomainError):
    code = "consent.already_asked"
    kind = Kind.CONFLICT
    message = "已经为同一目的征求过同意，正在等待长者答复，不用重复发送。"


class NotInForce(DomainError):
    """A withdrawal of something that is not, or no longer, granted."""

    code = "consent.not_in_force"
    kind = Kind.CONFLICT
    message = "这份同意已经不在生效状态，不需要再撤回。请刷新后查看。"


class MoreThanAsked(DomainError):
    code = "consent.more_than_asked"
    kind = Kind.INVALID
    message = "只能同意对方征求的内容，不能多给。请重新选择。"


class NothingChosen(DomainError):
    code = "consent.nothing_chosen"
    kind = Kind.INVALID
    message = "一项都没有选。如果不想共享，请按“不同意”，不会影响任何服务。"


class SensitiveNeedsOwnLine(DomainError):
    """A restricted category came along with the ordinary ones (PIPL art. 29)."""

    code = "consent.sensitive_needs_own_line"
    kind = Kind.INVALID
    message = "特别敏感的内容要一项一项单独同意，不能和其他内容一起勾选。"


class TextChanged(DomainError):
    """The hash does not match the text kept with the request (I14)."""

    code = "consent.text_changed"
    kind = Kind.CONFLICT
    message = "告知书的内容和您刚才看到的不一致，请重新打开阅读后再决定。"


class PeriodTooLong(DomainError):
    code = "consent.period_too_long"
    kind = Kind.INVALID
    message = "期限不能早于今天，也不能超过规定的最长时间，请改短一些。"


class NotARecipient(DomainError):
    code = "consent.not_a_recipient"
    kind = Kind.INVALID
    message = "只有养老机构和医疗机构可以征求查看健康档案。"


class SignatureTooShort(DomainError):
    """A dot or a slip of the finger is nobody's name."""

    code = "consent.signature_too_short"
    kind = Kind.INVALID
    message = "签名太短，没有写完整。请按“清除”，再把名字写一遍。"


class SignatureTooLong(DomainError):
    code = "consent.signature_too_long"
    kind = Kind.INVALID
    message = "签名的笔画太多了。请按“清除”，再把名字写一遍。"


class SignatureOutside(DomainError):
    code = "consent.signature_outside"
    kind = Kind.INVALID
    message = "签名写到框外面去了。请按“清除”，在框里再写一遍。"


class WitnessNotNeeded(DomainError):
    code = "consent.witness_not_needed"
    kind = Kind.CONFLICT
    message = "长者自己有手机，请让长者在自己的手机上决定。"


class WitnessesMustDiffer(DomainError):
    code = "consent.witnesses_must_differ"
    kind = Kind.INVALID
    message = "需要两位不同的本院工作人员在场见证，发起征求的人不能当见证人。"


class PaperUnreadable(DomainError):
    """Neither a picture nor a PDF, whatever its name says."""

    code = "consent.paper_unreadable"
    kind = Kind.INVALID
    message = "这不是扫描件。请上传 JPEG、PNG 图片或 PDF 文件。"


class PaperTooLarge(DomainError):
    code = "consent.paper_too_large"
    kind = Kind.INVALID
    message = "扫描件太大了，一页不要超过 8 MB。请调低清晰度再扫一次。"


class TooManyPapers(DomainError):
    code = "consent.too_many_papers"
    kind = Kind.CONFLICT
    message = "一份同意书最多存 6 页扫描件，已经满了。"
