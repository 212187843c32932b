"""Kinds of documents and tables, and the life of a table that is being written. Pure."""

import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from server.alliance.rules import Parameter
from server.kit.moves import Moves


class DocumentKind(StrEnum):
    HEALTH_SUMMARY = "health_summary"
    VISIT_SHEET = "visit_sheet"
    CONSENT_STATEMENT = "consent_statement"
    SETTLEMENT = "settlement"
    REFERRAL_SLIP = "referral_slip"


DOCUMENT_WORDS: Mapping[DocumentKind, str] = {
    DocumentKind.HEALTH_SUMMARY: "健康小结",
    DocumentKind.VISIT_SHEET: "巡诊记录单",
    DocumentKind.CONSENT_STATEMENT: "知情同意证明",
    DocumentKind.SETTLEMENT: "结算单",
    DocumentKind.REFERRAL_SLIP: "转诊单",
}


class SheetKind(StrEnum):
    """What is written for somebody by the worker.

    Each but the last is a list of the console, written out to its end under the same access and the same filters.
    """

    RESIDENTS = "residents"
    VISITS = "visits"
    APPOINTMENTS = "appointments"
    CONSENTS = "consents"
    RATINGS = "ratings"
    CASES = "cases"
    AGREEMENTS = "agreements"
    REFERRALS = "referrals"
    COVERAGE = "coverage"
    STATEMENTS = "statements"
    STATEMENT_LINES = "statement_lines"
    ASSESSMENTS = "assessments"
    FOLLOW_UPS = "follow_ups"
    CHECKUPS = "checkups"
    DEMANDS = "demands"
    COVERAGE_GAPS = "coverage_gaps"
    BED_CENSUS = "bed_census"
    CLINICS = "clinics"
    HOME_BEDS = "home_beds"
    INDICATORS = "indicators"
    WORKLOAD_LINES = "workload_lines"
    TRAINING_RATES = "training_rates"
    WITHOUT_DOCTOR = "without_doctor"
    PRESCRIPTIONS = "prescriptions"
    OWN_COPY = "own_copy"  # all that is held about a person, for them: the floor above writes it


SHEET_WORDS: Mapping[SheetKind, str] = {
    SheetKind.RESIDENTS: "长者名单",
    SheetKind.VISITS: "巡诊",
    SheetKind.APPOINTMENTS: "预约",
    SheetKind.CONSENTS: "知情同意",
    SheetKind.RATINGS: "评价",
    SheetKind.CASES: "投诉与差评",
    SheetKind.AGREEMENTS: "签约协议",
    SheetKind.REFERRALS: "转诊",
    SheetKind.COVERAGE: "签约覆盖",
    SheetKind.STATEMENTS: "结算单",
    SheetKind.STATEMENT_LINES: "结算单明细",
    SheetKind.ASSESSMENTS: "待评估名单",
    SheetKind.FOLLOW_UPS: "慢病随访",
    SheetKind.CHECKUPS: "体检名单",
    SheetKind.DEMANDS: "需求清单",
    SheetKind.COVERAGE_GAPS: "签约缺口",
    SheetKind.BED_CENSUS: "床位与利用率",
    SheetKind.CLINICS: "内设医疗机构",
    SheetKind.HOME_BEDS: "家庭病床",
    SheetKind.INDICATORS: "指标",
    SheetKind.WORKLOAD_LINES: "工作量明细",
    SheetKind.TRAINING_RATES: "岗前培训率和持证率",
    SheetKind.WITHOUT_DOCTOR: "还没有家庭医生的长者",
    SheetKind.PRESCRIPTIONS: "长期处方和续方",
    SheetKind.OWN_COPY: "个人信息副本",
}


class ExportStatus(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # its parts are deleted, the row stays


class ExportEvent(StrEnum):
    TAKE = "take"  # a worker begins, or begins anew after another one fell silent
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"


EXPORT_MOVES: Moves[ExportStatus, ExportEvent] = Moves(
    {
        (ExportStatus.WAITING, ExportEvent.TAKE): ExportStatus.RUNNING,
        (ExportStatus.RUNNING, ExportEvent.TAKE): ExportStatus.RUNNING,
        (ExportStatus.RUNNING, ExportEvent.FINISH): ExportStatus.READY,
        (ExportStatus.WAITING, ExportEvent.FAIL): ExportStatus.FAILED,
        (ExportStatus.RUNNING, ExportEvent.FAIL): ExportStatus.FAILED,
        (ExportStatus.WAITING, ExportEvent.CANCEL): ExportStatus.CANCELLED,
        (ExportStatus.RUNNING, ExportEvent.CANCEL): ExportStatus.CANCELLED,
        (ExportStatus.READY, ExportEvent.CANCEL): ExportStatus.CANCELLED,
        (ExportStatus.READY, ExportEvent.EXPIRE): ExportStatus.EXPIRED,
    }
)
UNFINISHED = (ExportStatus.WAITING, ExportStatus.RUNNING)
MOST_ATTEMPTS = 3
LEASE = timedelta(minutes=2)  # a worker that has written no page for so long is taken for dead
RIGHTS_GONE = "轮到写这份表格时，您已经没有导出它的权限。如果工作需要，请联系本机构管理员。"
TOO_LONG = "超过一百万行，一份表格放不下。请加上条件，分几份导出。"
BROKEN = "写表格时出了问题，试了几次都没有写成。请过一会儿重新导出；还不行，请把时间告诉管理员。"

# Crockford's letters: none of them is taken for another when it is read from paper.
NUMBER_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 12
_NUMBER = re.compile(f"[{NUMBER_LETTERS}]{{{NUMBER_LENGTH}}}")
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_number() -> str:
    """Return 60 random bits: nobody guesses the number of somebody else's document."""
    return "".join(secrets.choice(NUMBER_LETTERS) for _ in range(NUMBER_LENGTH))


def spelled(number: str) -> str:
    """Write a number as people read it out: in groups of four."""
    return "-".join(number[start : start + 4] for start in range(0, len(number), 4))


def read_number(text: str) -> str | None:
    """Read a number as somebody typed it; None when it cannot be one."""
    plain = text.strip().upper().translate(_MISREAD)
    return plain if _NUMBER.fullmatch(plain) else None


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "documents.valid_days",
        90,
        "days",
        "打印件自开出之日起视为最新的天数，过后核验页提示“已旧”（自拟）",
        "assumed",
    ),
    Parameter(
        "documents.export_hours", 24, "hours", "导出的表格可以下载的小时数，过后删除（自拟）", "assumed"
    ),
    Parameter("documents.exports_at_once", 3, "count", "一个人同时等待写出的表格份数上限（自拟）", "assumed"),
)
