"""What an incident is about, and who must be told of it (PIPL art. 57)."""

from collections.abc import Mapping
from enum import StrEnum


class DataKind(StrEnum):
    IDENTITY = "identity"
    CONTACT = "contact"
    HEALTH = "health"
    WHEREABOUTS = "whereabouts"
    FEEDBACK = "feedback"
    ACCOUNT = "account"
    STAFF = "staff"


DATA_KIND_WORDS: Mapping[DataKind, str] = {
    DataKind.IDENTITY: "姓名、身份证号",
    DataKind.CONTACT: "电话、住址",
    DataKind.HEALTH: "健康档案（敏感）",
    DataKind.WHEREABOUTS: "住处、就诊和巡诊行程",
    DataKind.FEEDBACK: "评价和投诉",
    DataKind.ACCOUNT: "登录标记、登录记录",
    DataKind.STAFF: "工作人员信息",
}


class BreachStatus(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class BreachAudience(StrEnum):
    AUTHORITY = "authority"
    PEOPLE = "people"
    INSTITUTION = "institution"
    POLICE = "police"


AUDIENCE_WORDS: Mapping[BreachAudience, str] = {
    BreachAudience.AUTHORITY: "网信等主管部门",
    BreachAudience.PEOPLE: "受影响的个人",
    BreachAudience.INSTITUTION: "有关机构",
    BreachAudience.POLICE: "公安机关",
}
DUTIES = (BreachAudience.AUTHORITY, BreachAudience.PEOPLE)  # whom the law names: each has a clock
