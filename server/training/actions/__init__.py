"""What may be done about courses, attendance and certificates."""

from server.training.actions.attendance import attend, enter_attendance
from server.training.actions.certificates import record_certificate
from server.training.actions.sessions import Planned, cancel_session, finish_session, plan_session
from server.training.actions.sweeps import sweep_certificates, sweep_sessions

__all__ = [
    "Planned",
    "attend",
    "cancel_session",
    "enter_attendance",
    "finish_session",
    "plan_session",
    "record_certificate",
    "sweep_certificates",
    "sweep_sessions",
]
