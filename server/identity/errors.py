"""How identity refuses."""

from datetime import datetime, timedelta

from server.kit.errors import DomainError, Kind


class WrongSignIn(DomainError):
    """One sentence for a wrong login, password or code, and for a closed account: guessing must learn nothing.

    Not of the kind that asks for a sign-in: whoever changes a password and mistypes the old one stays signed in.
    """

    code = "identity.wrong_sign_in"
    kind = Kind.INVALID
    message = "账号、密码或动态口令不对。请核对后重新输入；连续 5 次不对，要等 15 分钟。"


class SignInLocked(DomainError):
    """Too many tries; `retry_after` is in seconds. Says the same for logins that do not exist."""

    code = "identity.sign_in_locked"
    kind = Kind.TOO_MANY
    message = "连续输错次数太多，请在 15 分钟后再试。如果忘记密码，请联系本机构管理员。"

    def __init__(self, *, until: datetime, now: datetime) -> None:
        super().__init__()
        self.retry_after = max(1, -((now - until) // timedelta(seconds=1)))


class LoginCodeSeen(DomainError):
    code = "identity.login_code_seen"
    kind = Kind.CONFLICT
    message = "这次登录已经提交过了，请重新打开小程序再登录一次。"


class LoginCodeRefused(DomainError):
    code = "identity.login_code_refused"
    kind = Kind.SIGN_IN
    message = "登录凭证已经过期，请重新登录。"


class SignInRefused(DomainError):
    """WeChat calls the person high risk; neutral, since the person at the phone may be anybody."""

    code = "identity.sign_in_refused"
    kind = Kind.FORBIDDEN
    message = "暂时不能登录。请稍后再试，或请护理站的工作人员帮您办理。"


class WechatUnreachable(DomainError):
    code = "identity.wechat_unreachable"
    kind = Kind.BUSY
    message = "微信暂时没有回应，请过一会儿再试一次。"


class PhoneCodeRefused(DomainError):
    code = "identity.phone_code_refused"
    kind = Kind.INVALID
    message = "没有取到手机号，请再点一次“使用微信手机号”。"


class AccountClosed(DomainError):
    code = "identity.account_closed"
    kind = Kind.FORBIDDEN
    message = "这个账号已经停用。如果需要恢复，请联系您所在的机构或拨打 96345。"


class StillStaff(DomainError):
    """An account that somebody works with is the institution's matter, too."""

    code = "identity.still_staff"
    kind = Kind.CONFLICT
    message = "您在单位还有岗位，请先请单位管理员收回您的岗位，再注销账号。"


class NotTheSamePerson(DomainError):
    """The fresh login code belongs to another WeChat than the account."""

    code = "identity.not_the_same_person"
    kind = Kind.FORBIDDEN
    message = "现在这部手机上的微信，和要注销的账号不是同一个。请用您自己的微信打开后再试。"


class WrongBindCode(DomainError):
    code = "identity.wrong_bind_code"
    kind = Kind.INVALID
    message = "绑定码不对，或已经过期、用过。请管理员重新生成一个，10 分钟内输入。"


class NothingToBind(DomainError):
    code = "identity.nothing_to_bind"
    kind = Kind.CONFLICT
    message = "这位工作人员现在没有有效的岗位，请先给他添加岗位，再生成绑定码。"


class ConflictingDuties(DomainError):
    """GB/T 22239-2019: the system, security and audit administrators are three people."""

    code = "identity.conflicting_duties"
    kind = Kind.CONFLICT
    message = "系统管理员、审计员、审核员不能由同一个人担任，请换一个账号。"


class RoleDoesNotFit(DomainError):
    code = "identity.role_does_not_fit"
    kind = Kind.INVALID
    message = "这个岗位不属于这类机构，请重新选择岗位或机构。"


class RoleHeldAlready(DomainError):
    code = "identity.role_held_already"
    kind = Kind.CONFLICT
    message = "这段时间里他已经有这个岗位了。要改期限，请先结束原来的。"


class NotYoursToGive(DomainError):
    code = "identity.not_yours_to_give"
    kind = Kind.FORBIDDEN
    message = "您不能授予这个岗位。请联系系统管理员。"


class NotToYourself(DomainError):
    code = "identity.not_to_yourself"
    kind = Kind.FORBIDDEN
    message = "不能给自己添加、延长岗位或批准自己的设备，请另一位管理员操作。"


class PeriodBackwards(DomainError):
    code = "identity.period_backwards"
    kind = Kind.INVALID
    message = "结束日期要晚于开始日期，请重新填写。"


class LoginTaken(DomainError):
    code = "identity.login_taken"
    kind = Kind.CONFLICT
    message = "这个登录名已经有人用了，请换一个。"


class LoginNotUsable(DomainError):
    code = "identity.login_not_usable"
    kind = Kind.INVALID
    message = "登录名用 2 到 32 个小写字母、数字、点或短横，以字母开头。"


class WeakPassword(DomainError):
    code = "identity.weak_password"
    kind = Kind.INVALID
    message = "新密码太容易被猜到。请用至少 12 个字，不要含登录名，不要全是相同的字。"


class EndedAlready(DomainError):
    code = "identity.ended_already"
    kind = Kind.CONFLICT
    message = "这一项已经结束了，请刷新后查看。"


class ApprovedAlready(DomainError):
    code = "identity.approved_already"
    kind = Kind.CONFLICT
    message = "这台设备已经批准过了，请刷新后查看。"


class NamedByInstitution(DomainError):
    code = "identity.named_by_institution"
    kind = Kind.FORBIDDEN
    message = "工作人员的姓名由所在机构登记。如果写错了，请联系本机构管理员。"


class ProofNeeded(DomainError):
    code = "identity.proof_needed"
    kind = Kind.INVALID
    message = "这一步要再输一次动态口令。请看手机验证器，用还没有用过的 6 位数字。"


class ViewsFull(DomainError):
    code = "identity.views_full"
    kind = Kind.CONFLICT
    message = "常用查询已经有 20 个了，请先删掉几个。"


class TrainingInFuture(DomainError):
    code = "identity.training_in_future"
    kind = Kind.INVALID
    message = "完成日期还没有到，请在培训结束、拿到证书后再登记。"


class TrainingOver(DomainError):
    """A certificate that ends before it begins is a slip of the pen."""

    code = "identity.training_over"
    kind = Kind.INVALID
    message = "有效期要晚于完成日期，请对照证书重新填写。"


class StruckOutAlready(DomainError):
    code = "identity.struck_out_already"
    kind = Kind.CONFLICT
    message = "这条培训记录已经划去了，请刷新后查看。"


class RegistrationNeeded(DomainError):
    code = "identity.registration_needed"
    kind = Kind.INVALID
    message = "多点执业要填备案编号和备案有效期，请对照执业注册证书填写。"


class RegistrationBackwards(DomainError):
    code = "identity.registration_backwards"
    kind = Kind.INVALID
    message = "备案有效期要晚于开始的那一天，请对照证书重新填写。"


class PeriodNeeded(DomainError):
    code = "identity.period_needed"
    kind = Kind.INVALID
    message = "挂职和常驻联络员要写明到哪天止；到期前可以延长。"


class SecondedElsewhere(DomainError):
    code = "identity.seconded_elsewhere"
    kind = Kind.CONFLICT
    message = "这段时间里他已经在别的机构挂职。请改期限，或者先结束那边的挂职。"


class NothingProlonged(DomainError):
    code = "identity.nothing_prolonged"
    kind = Kind.INVALID
    message = "新的期限要晚于原来的，请重新填写；要提前结束，请用“结束岗位”。"
