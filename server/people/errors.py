"""What the register of residents and proxies refuses."""

from server.kit.errors import DomainError, Kind


class WrongNationalId(DomainError):
    """Never repeats the number: the sentence says what is wrong with it."""

    code = "people.wrong_national_id"
    kind = Kind.INVALID
    message = "身份证号填写不对，请对照证件逐位核对后重新填写。"


class AlreadyRegistered(DomainError):
    code = "people.already_registered"
    kind = Kind.CONFLICT
    message = "这位长者已经登记过。如果是从别的机构转来，请由原机构办理退住后再入住，或由民政部门协助。"


class NotInHome(DomainError):
    code = "people.not_in_home"
    kind = Kind.CONFLICT
    message = "这位长者目前没有入住，不能办理退住。请刷新后查看最新情况。"


class AlreadyInHome(DomainError):
    code = "people.already_in_home"
    kind = Kind.CONFLICT
    message = "这位长者已经入住机构。调换床位请用“换床”，转到别的机构请用“转院舍”。"


class AlreadyThere(DomainError):
    code = "people.already_there"
    kind = Kind.CONFLICT
    message = "长者已经住在这家机构。只换床位请用“换床”，转院舍请选另一家机构。"


class BedTaken(DomainError):
    code = "people.bed_taken"
    kind = Kind.CONFLICT
    message = "这张床位已有人入住，请换一张床位。"


class ResidentDeceased(DomainError):
    code = "people.resident_deceased"
    kind = Kind.CONFLICT
    message = "这位长者已登记离世，不能再办理这项业务。"


class AccountTaken(DomainError):
    """One WeChat account is one person."""

    code = "people.account_taken"
    kind = Kind.CONFLICT
    message = "这个微信账号已经绑定了另一位长者，请先核对是否本人。"


class CannotMerge(DomainError):
    code = "people.cannot_merge"
    kind = Kind.CONFLICT
    message = "这两份登记不能合并：请选择两份不同的、尚未合并过的登记，并核对出生日期一致。"


class NotMerged(DomainError):
    code = "people.not_merged"
    kind = Kind.CONFLICT
    message = "这份登记没有合并过，或者已经撤销合并。请刷新后查看。"


class SecondPersonNeeded(DomainError):
    """Two different people must stand behind it."""

    code = "people.second_person_needed"
    kind = Kind.CONFLICT
    message = "这一步要由另一位工作人员来做：同一个人不能既经办又复核。"


class AlreadyApplied(DomainError):
    """Said alike of a resident whom we know and of one whom we do not."""

    code = "people.already_applied"
    kind = Kind.CONFLICT
    message = "您已经为这位长者提交过申请。请等待机构核对，不需要重复提交。"


class ResidentMustResume(DomainError):
    """The resident paused it themselves and has a phone: nobody else gives it back."""

    code = "people.resident_must_resume"
    kind = Kind.CONFLICT
    message = "这项代办是长者本人要求暂停的，只能由长者本人在手机上恢复。请先问问长者的意思。"


class HomeStaffCannotBeResident(DomainError):
    code = "people.home_staff_cannot_be_resident"
    kind = Kind.CONFLICT
    message = "这是本机构工作人员的微信，不能绑定为长者本人的账号。请用长者自己的手机扫码登录后再绑定。"


class StaffMustResume(DomainError):
    code = "people.staff_must_resume"
    kind = Kind.CONFLICT
    message = "这位代办人是为了保护您而暂停的，需要由养老机构或民政工作人员核实后恢复。"


class OwnApplication(DomainError):
    code = "people.own_application"
    kind = Kind.CONFLICT
    message = "不能审核或见证自己的代办申请，请由其他工作人员办理。"


class AskTheResident(DomainError):
    """A resident who can speak for themselves in the app is not spoken for by a witness."""

    code = "people.ask_the_resident"
    kind = Kind.CONFLICT
    message = "长者自己能用小程序，请让长者本人在“我的家人”里确认。"


class GuardianDocumentNeeded(DomainError):
    code = "people.guardian_document_needed"
    kind = Kind.CONFLICT
    message = "这种代办要凭监护或委托文件，由审核人员核对原件后办理，不能用本人确认代替。"


class TooManyProxies(DomainError):
    """I5."""

    code = "people.too_many_proxies"
    kind = Kind.CONFLICT
    message = "这位长者的代办人已经达到上限。请先结束一位不再需要的代办人，再确认新的。"


class TooManyApplications(DomainError):
    code = "people.too_many_applications"
    kind = Kind.TOO_MANY
    message = "您有多份代办申请还在等待核对，请先等结果，或撤回不需要的申请。"


class HomeStaffCannotBeProxy(DomainError):
    """I4: whoever is paid to care for somebody does not also speak for them."""

    code = "people.home_staff_cannot_be_proxy"
    kind = Kind.CONFLICT
    message = "长者所在机构的工作人员不能做这位长者的代办人。确需机构受托的，请走机构受托并由民政部门审核。"


class RatingNotForHome(DomainError):
    """I4: a home that is entrusted may never rate itself."""

    code = "people.rating_not_for_home"
    kind = Kind.INVALID
    message = "机构受托的代办不能包含“评价”，请去掉后再提交。"


class ReasonNeeded(DomainError):
    """T16."""

    code = "people.reason_needed"
    kind = Kind.INVALID
    message = "请选择或填写原因，再提交。"


class ScopeNeeded(DomainError):
    code = "people.scope_needed"
    kind = Kind.INVALID
    message = "请至少选择一项代办内容。"


class InvitationNotValid(DomainError):
    """Said alike of a code that never was, was used, was taken back, or is too old."""

    code = "people.invitation_not_valid"
    kind = Kind.INVALID
    message = "邀请码不对、已经用过，或者过期了。请让长者在“我的家人”里重新发一份邀请。"


class OwnInvitation(DomainError):
    code = "people.own_invitation"
    kind = Kind.CONFLICT
    message = "这是您自己发出的邀请，请转发给要替您办事的家人，由他们打开。"


class TooManyInvitations(DomainError):
    code = "people.too_many_invitations"
    kind = Kind.TOO_MANY
    message = "您有多份邀请还没有人用，请先收回不需要的，再发新的。"


class CodeToldBefore(DomainError):
    """The request was answered once; its code was kept nowhere and cannot be made again."""

    code = "people.code_told_before"
    kind = Kind.CONFLICT
    message = "这份邀请已经发出过，邀请码不能再显示。请在“我的家人”里收回它，再发一份新的。"


class TooManyCodes(DomainError):
    code = "people.too_many_codes"
    kind = Kind.TOO_MANY
    message = "邀请码试得太多次了，请过一个小时再试，或请长者重新发一份邀请。"


class WrongCareState(DomainError):
    code = "people.wrong_care_state"
    kind = Kind.CONFLICT
    message = "长者的照护状态已经变化，这一步现在不能做。请刷新后查看。"


class CauseNotCited(DomainError):
    """A referral changes the state by itself; nobody writes its name down by hand."""

    code = "people.cause_not_cited"
    kind = Kind.INVALID
    message = "“转诊”由转诊的办理自动登记，不能手工选。请选机构报告、出院或评估，或到“转诊”里办理。"


class NoNursingBed(DomainError):
    """I16."""

    code = "people.no_nursing_bed"
    kind = Kind.CONFLICT
    message = "护理型床位已经住满，不能再转为休养。请先腾出一张，或转为颐养，或登记实际的护理型床位数。"


class RosterUnreadable(DomainError):
    code = "people.roster_unreadable"
    kind = Kind.INVALID
    message = "这个文件打不开。请上传 .xlsx 工作簿，或 UTF-8、GB18030 编码的 .csv 文件。"


class RosterOvertaken(DomainError):
    """Somebody registered the same person or bed between the check and the writing."""

    code = "people.roster_overtaken"
    kind = Kind.CONFLICT
    message = "检查之后有人登记了名册里的长者或床位，所以一行也没有导入。请重新上传名册，再看一遍。"


class RosterPreviewOver(DomainError):
    """Said alike of a preview that is too old, was altered, or was somebody else's."""

    code = "people.roster_preview_over"
    kind = Kind.CONFLICT
    message = "这次预览已经过期，一行也没有导入。请重新选择名册文件，再检查一遍。"


class CensusUnsound(DomainError):
    code = "people.census_unsound"
    kind = Kind.INVALID
    message = "床位数字对不上：护理型床位不能多于床位，住院和休养的人数不能多于住着的人数。请核对后再填。"


class CensusSame(DomainError):
    code = "people.census_same"
    kind = Kind.CONFLICT
    message = "填的数字和现在的一样，没有要更正的。"


class CensusMoved(DomainError):
    code = "people.census_moved"
    kind = Kind.CONFLICT
    message = "刚刚有人更正了同一天的床位，请刷新后看最新的数字。"
