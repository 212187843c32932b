"""How long each kind of data is kept, and what becomes of it then."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

EVERY = timedelta(days=1)  # how often a clock is gone through
BATCH = 1_000  # rows of one transaction


class Fate(StrEnum):
    DELETED = "deleted"
    EMPTIED = "emptied"  # the words go, the fact stays
    KEPT = "kept"  # the law sets a least, not a most: people decide, no program
    GONE_AT_ONCE = "gone_at_once"  # by the feature's own sweep, as soon as it is over


FATE_WORDS: Mapping[Fate, str] = {
    Fate.DELETED: "到期删除",
    Fate.EMPTIED: "到期抹去文字，只留事实",
    Fate.KEPT: "到期前不得删除；之后由机构决定，系统不自动删",
    Fate.GONE_AT_ONCE: "失效即删，不留",
}


@dataclass(frozen=True)
class RetentionClock:
    code: str
    what: str
    since: str  # from when it runs
    fate: Fate
    parameter: str = ""  # a policy number; empty where nothing is kept


CLOCKS: tuple[RetentionClock, ...] = (
    RetentionClock(
        "outpatient", "门急诊、巡诊的健康记录", "最后一次就诊", Fate.KEPT, "privacy.keep_outpatient_years"
    ),
    RetentionClock("inpatient", "住院的健康记录", "最后一次出院", Fate.KEPT, "privacy.keep_inpatient_years"),
    RetentionClock("trail", "谁看过档案", "查看", Fate.KEPT, "privacy.keep_audit_days"),
    RetentionClock("audit", "操作日志（谁办了什么）", "操作", Fate.KEPT, "privacy.keep_audit_days"),
    RetentionClock("consents", "知情同意和签名", "同意结束", Fate.KEPT, "privacy.keep_consent_days"),
    RetentionClock(
        "processing",
        "处理活动记录、影响评估、泄露登记",
        "记录",
        Fate.KEPT,
        "privacy.keep_processing_days",
    ),
    RetentionClock("accounts", "结算单和台账", "入账", Fate.KEPT, "privacy.keep_accounts_years"),
    RetentionClock("messages", "收件箱的消息", "发出", Fate.DELETED, "privacy.keep_messages_days"),
    RetentionClock("calls", "电话名单的内容和备注", "打完电话", Fate.EMPTIED, "privacy.keep_call_words_days"),
    RetentionClock("answers", "防重复提交的答复", "提交", Fate.DELETED, "privacy.keep_answers_days"),
    RetentionClock("news", "已处理的内部消息", "处理", Fate.DELETED, "privacy.keep_news_days"),
    RetentionClock(
        "invitations", "没有用上的代办邀请", "失效", Fate.DELETED, "privacy.keep_invitations_days"
    ),
    RetentionClock(
        "exports", "导出表格的记录（不含文件）", "导出", Fate.DELETED, "privacy.keep_exports_days"
    ),
    RetentionClock(
        "rectifications", "更正申请的文字", "办结", Fate.EMPTIED, "privacy.keep_rectifications_days"
    ),
    RetentionClock("files", "导出的文件、个人信息副本", "写好", Fate.GONE_AT_ONCE, "documents.export_hours"),
    RetentionClock("sessions", "登录状态、登录计数、绑定码", "失效", Fate.GONE_AT_ONCE),
    RetentionClock("nonces", "没有用过的扫码随机数", "失效", Fate.GONE_AT_ONCE),
)
SWEPT = tuple(each for each in CLOCKS if each.fate in {Fate.DELETED, Fate.EMPTIED})
UNIT_WORDS: Mapping[str, str] = {"days": "天", "years": "年", "hours": "小时"}
