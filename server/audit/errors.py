"""How the access trail refuses."""

from server.kit.errors import DomainError, Kind


class RightsChanged(DomainError):
    """Between asking what may be seen and writing that it was seen, somebody decided otherwise."""

    code = "audit.rights_changed"
    kind = Kind.CONFLICT
    message = "查看权限刚刚有变化，请刷新后再看。"
