"""What family-doctor contracts refuse."""

from server.kit.errors import DomainError, Kind


class NotPrimaryCare(DomainError):
    """Only a primary-care institution has family-doctor teams."""

    code = "enrolments.not_primary_care"
    kind = Kind.CONFLICT
    message = "只有社区卫生服务中心和乡镇卫生院可以建家庭医生团队。请与所在地的卫生服务中心联系。"


class TeamClosed(DomainError):
    code = "enrolments.team_closed"
    kind = Kind.CONFLICT
    message = "这个团队已经不再签约。请刷新后另选一个团队。"


class TeamFull(DomainError):
    code = "enrolments.team_full"
    kind = Kind.CONFLICT
    message = "这个团队签约的人数已经满了。请另选一个团队，或先调高团队的人数上限。"


class TeamInUse(DomainError):
    code = "enrolments.team_in_use"
    kind = Kind.CONFLICT
    message = "这个团队还有没办完的申请或生效的签约。请先办完或转到别的团队，再关闭它。"


class TeamNameTaken(DomainError):
    """The center has an open team of this name."""

    code = "enrolments.team_name_taken"
    kind = Kind.CONFLICT
    message = "本机构已经有同名的团队。请换一个名称，例如加上服务的片区。"


class SaidMeanwhile(DomainError):
    """A colleague said the same at the same moment."""

    code = "enrolments.said_meanwhile"
    kind = Kind.CONFLICT
    message = "同事刚刚改过同一处。请刷新后查看，需要再改的重新保存。"


class CapacityTooSmall(DomainError):
    code = "enrolments.capacity_too_small"
    kind = Kind.INVALID
    message = "人数上限不能少于已经签约的人数，也不能超过规定的上限。请改一个数再保存。"


class NotAMember(DomainError):
    """Who is named works elsewhere, or has no medical post there."""

    code = "enrolments.not_a_member"
    kind = Kind.INVALID
    message = "团队成员必须在本机构有医护岗位。请先在“人员”里添加岗位，再选进团队。"


class NoSuchPackage(DomainError):
    code = "enrolments.no_such_package"
    kind = Kind.INVALID
    message = "这个服务包已经停用或不存在。请刷新后重新选择。"


class PackageNotMeant(DomainError):
    """The package is for a group to which nobody said that the resident belongs."""

    code = "enrolments.package_not_meant"
    kind = Kind.CONFLICT
    message = "这个服务包是给特定人群的，这位长者还没有登记为这类人群。请先登记并写明依据，或选基础包。"


class AlreadyEnrolled(DomainError):
    """At most one live contract a person; its renewal opens shortly before its end."""

    code = "enrolments.already_enrolled"
    kind = Kind.CONFLICT
    message = "这位长者已经有家庭医生，到期前一个月才能续签。要提前换团队，请先结束现在的签约。"


class AlreadyAsked(DomainError):
    code = "enrolments.already_asked"
    kind = Kind.CONFLICT
    message = "这位长者已经有一份申请在办理。请先办完那一份，或撤回后再申请。"


class ResidentGone(DomainError):
    code = "enrolments.resident_gone"
    kind = Kind.CONFLICT
    message = "这位长者已经登记离世，不能再签约。如有误，请先更正登记。"


class NotThisNow(DomainError):
    """The contract has moved on."""

    code = "enrolments.not_this_now"
    kind = Kind.CONFLICT
    message = "这份签约的状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class TextChanged(DomainError):
    """What was shown is not what would be signed (I14)."""

    code = "enrolments.text_changed"
    kind = Kind.CONFLICT
    message = "协议的内容和您看到的不一样了。请重新打开，看过之后再签。"


class SignerHasNoAuthority(DomainError):
    """Who signed on paper is neither the resident nor somebody who may sign for them today."""

    code = "enrolments.signer_has_no_authority"
    kind = Kind.CONFLICT
    message = "签字人没有替这位长者签约的代办权限。请由长者本人签字，或先办好代办授权（范围含“同意”）。"


class ReasonNeeded(DomainError):
    code = "enrolments.reason_needed"
    kind = Kind.INVALID
    message = "请写明依据或原因，它会和这份签约一起保存。"
