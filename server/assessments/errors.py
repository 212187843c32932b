"""What assessments refuse."""

from server.kit.errors import DomainError, Kind


class AnswersInvalid(DomainError):
    """Answers that are missing, unknown or impossible; `fields` names each by its cell."""

    code = "assessments.answers_invalid"
    kind = Kind.INVALID
    message = "还有没答或答得不对的题，已在题目旁标出。请逐题改好后再签名。"


class NoSuchQuestionnaire(DomainError):
    code = "assessments.no_such_questionnaire"
    kind = Kind.INVALID
    message = "没有这张评估表。请返回，从列出的评估表里选一张。"


class AlreadyBegun(DomainError):
    """One live sheet per resident and questionnaire."""

    code = "assessments.already_begun"
    kind = Kind.CONFLICT
    message = "这位长者的这张表已经有人开始填、还没有签完。请打开那一份继续，或请填表人先作废。"


class NotThisNow(DomainError):
    code = "assessments.not_this_now"
    kind = Kind.CONFLICT
    message = "这份评估的状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class SameAssessor(DomainError):
    code = "assessments.same_assessor"
    kind = Kind.FORBIDDEN
    message = "第二位评估员不能是第一位签名的人。请由另一位评估员用自己的账号签名。"


class ClinicianMustSign(DomainError):
    code = "assessments.clinician_must_sign"
    kind = Kind.CONFLICT
    message = "这张表由一名护士或医生完成。您填的请先保存，再请护士或医生来签名。"


class ClinicianNeeded(DomainError):
    code = "assessments.clinician_needed"
    kind = Kind.CONFLICT
    message = "两位评估员里至少要有一位护士或医生。请由护士或医生来签第二个名。"


class AssessedBefore(DomainError):
    """Whoever signed what is in dispute does not sign the re-assessment."""

    code = "assessments.assessed_before"
    kind = Kind.FORBIDDEN
    message = "您签过有异议的那一次评估，不能再参加复评。请由另外的评估员来评。"


class ReasonNeeded(DomainError):
    code = "assessments.reason_needed"
    kind = Kind.INVALID
    message = "请写明理由，让对方知道是为什么。"


class DisputeTooLate(DomainError):
    code = "assessments.dispute_too_late"
    kind = Kind.CONFLICT
    message = "提出异议的期限已经过了。如果身体状况有变化，请让养老院安排一次新的评估。"


class AlreadyDecided(DomainError):
    """The same result was disputed and upheld."""

    code = "assessments.already_decided"
    kind = Kind.CONFLICT
    message = "对这次结果的异议已经答复过了。如果身体状况有变化，请让养老院安排一次新的评估。"


class OwnSignature(DomainError):
    """Who signed does not judge what is said against it, nor does who said it."""

    code = "assessments.own_signature"
    kind = Kind.FORBIDDEN
    message = "签过这份评估或提出异议的人不能自己答复异议。请由本机构另一位负责人答复，或安排复评。"
