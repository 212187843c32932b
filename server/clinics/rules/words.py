"""The next step in one sentence, and why a home that could have a clinic has none."""

from collections.abc import Mapping
from datetime import date

from server.clinics.rules.eligibility import Eligibility
from server.clinics.rules.lifecycle import ClinicStatus

_S = ClinicStatus
_NEXT: Mapping[ClinicStatus, str] = {
    _S.INTENDED: "请备齐材料向卫生健康部门递交申请，并登记受理编号。",
    _S.APPLIED: "材料在卫生健康部门，等登记许可或备案；有退回会写明原因。",
    _S.LICENSED: "可以开始运行；也可以先向医保部门申请定点，由卫生健康部门登记。",
    _S.INSURED: "已可用医保，请登记开始运行的日期。",
    _S.OPERATING: "运行中，留意许可到期日。",
    _S.LAPSED: "许可已过期，不能再执业：请换证后由卫生健康部门登记，或停办。",
}


def next_step(found: Eligibility, status: ClinicStatus | None, *, insured: bool = False) -> str:
    """Say what a home does next."""
    if status is None or status in {_S.WITHDRAWN, _S.CLOSED, _S.ELIGIBLE}:
        if not found.eligible:
            return "还没有达到鼓励申办的条件，不用申办；想办也可以登记意向。"
        return "符合申办条件：请商量办哪一种，登记意向。"
    if status is _S.OPERATING and not insured:
        return "运行中，还没有医保定点：可以向医保部门申请。"
    return _NEXT[status]


def why_none(
    found: Eligibility, status: ClinicStatus | None, *, reason: str = "", due_on: date | None = None
) -> str:
    """Say why an eligible home has none that works; empty where it has one, or need not."""
    if status in {_S.LICENSED, _S.INSURED, _S.OPERATING} or (status is None and not found.eligible):
        return ""
    if status is None or status is _S.ELIGIBLE:
        return "符合条件，还没有登记意向"
    said = {
        _S.INTENDED: "有意向，还没有递交申请",
        _S.APPLIED: "已递交，等批复",
        _S.LAPSED: "许可过期，没有换证",
        _S.WITHDRAWN: "申办已撤回",
        _S.CLOSED: "已停办",
    }[status]
    late = f"，应在 {due_on.year} 年 {due_on.month} 月 {due_on.day} 日前办" if due_on is not None else ""
    return f"{said}{f'：{reason}' if reason else ''}{late}"
