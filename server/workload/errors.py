"""Refusals around the ledger of work."""

from server.kit.errors import DomainError, Kind


class MonthNotOver(DomainError):
    code = "workload.month_not_over"
    kind = Kind.CONFLICT
    message = "这个月还没有过完，下个月一号起才能关账。"


class MonthNotBegun(DomainError):
    code = "workload.month_not_begun"
    kind = Kind.INVALID
    message = "这个月还没有到，请选本月或以前的月份。"


class MonthClosed(DomainError):
    code = "workload.month_closed"
    kind = Kind.CONFLICT
    message = "这个月已经关账了。以后的确认和更正会记在当时的月份里。"
