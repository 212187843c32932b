"""What half-days refuse."""

from server.kit.errors import DomainError, Kind


class NobodyGoes(DomainError):
    code = "half_days.nobody_goes"
    kind = Kind.INVALID
    message = "还没有选这次去的医护。请至少选一位，再排一次。"


class NotHalfADay(DomainError):
    """The times are the wrong way round, over, or longer than half a day may be."""

    code = "half_days.not_half_a_day"
    kind = Kind.INVALID
    message = "时间不对：结束要晚于开始和现在，一趟最长半天。请重新填写。"


class NotYours(DomainError):
    """A home reads who is due; who comes, and when, the medical institution plans."""

    code = "half_days.not_yours"
    kind = Kind.CONFLICT
    message = "半天的巡诊由医疗机构来排。请按协议上的联系人，请对方安排。"
