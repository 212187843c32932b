"""How feedback refuses."""

from server.kit.errors import DomainError, Kind


class TokenSpent(DomainError):
    """One rating per confirmed service (I40)."""

    code = "feedback.token_spent"
    kind = Kind.CONFLICT
    message = "这次服务已经评价过了。可以在“评价服务”里看到。"


class TokenExpired(DomainError):
    code = "feedback.token_expired"
    kind = Kind.CONFLICT
    message = "这次服务的评价时间已经过了。以后的服务欢迎您随时评价；要反映问题，请点“我要反映问题”。"


class HasOwnPhone(DomainError):
    """Staff rate only for those who cannot do it themselves."""

    code = "feedback.has_own_phone"
    kind = Kind.CONFLICT
    message = "这位长者可以用自己的手机评价，请把手机交给长者本人，或请家属来评价。"


class AlreadyCounted(DomainError):
    """The score is frozen once it counts (I41)."""

    code = "feedback.already_counted"
    kind = Kind.CONFLICT
    message = "评价已经生效，不能收回了。文字需要修改或撤下，请联系审核员；服务有问题，请点“我要反映问题”。"


class NotAwaitingEdit(DomainError):
    code = "feedback.not_awaiting_edit"
    kind = Kind.CONFLICT
    message = "这条评价现在不需要修改。请刷新后查看最新状态。"


class AlreadyDecided(DomainError):
    code = "feedback.already_decided"
    kind = Kind.CONFLICT
    message = "这条内容刚刚被处理过，状态已经变化。请刷新后再看。"


class ReasonNeeded(DomainError):
    code = "feedback.reason_needed"
    kind = Kind.INVALID
    message = "请选择或写明理由，再提交。"


class ReplyRefused(DomainError):
    code = "feedback.reply_refused"
    kind = Kind.INVALID
    message = "回复里有不适合公开的内容（如电话、身份证号、广告或不文明用语），请修改后再发。"


class AlreadyReplied(DomainError):
    code = "feedback.already_replied"
    kind = Kind.CONFLICT
    message = "这条评价已经回复过了。"


class CallbackWaiting(DomainError):
    """The family is given time to say whether it is settled before the institution may close."""

    code = "feedback.callback_waiting"
    kind = Kind.CONFLICT
    message = "回访后还没到等候期限，请等家属确认；家属确认后会自动办结。"


class ReopenTooLate(DomainError):
    code = "feedback.reopen_too_late"
    kind = Kind.CONFLICT
    message = "这件事办结已久，不能再退回重办。如果问题还在，请点“我要反映问题”再说一次，我们会马上受理。"


class VoidPending(DomainError):
    code = "feedback.void_pending"
    kind = Kind.CONFLICT
    message = "这条评价已有作废申请在等另一位同事复核。"


class SecondPersonNeeded(DomainError):
    """Two persons, never the same one twice."""

    code = "feedback.second_person_needed"
    kind = Kind.FORBIDDEN
    message = "作废评价需要两个人分别确认，请换另一位有权限的同事复核。"


class NoBureau(DomainError):
    """An appeal must have an owner (a case is never without one)."""

    code = "feedback.no_bureau"
    kind = Kind.CONFLICT
    message = "系统里还没有登记受理申诉的主管部门，请联系系统管理员。"
