"""What may be told about courses and certificates."""

from server.training.queries.faults import faults
from server.training.queries.mine import CertificateCard, MyTraining, NeedCard, my_training
from server.training.queries.rates import (
    PersonLine,
    RateBoard,
    RateCard,
    RatePeople,
    rate_people,
    rates,
)
from server.training.queries.sessions import (
    AttendanceCard,
    CourseChoice,
    CourseSessionCard,
    HostChoice,
    PersonChoice,
    SessionSheet,
    ShownCode,
    code_to_show,
    count_to_finish,
    course_choices,
    hosts,
    session_card,
    session_sheet,
    sessions,
)
from server.training.queries.standing import Assigned, ensure_trained, lacking, valid_courses

__all__ = [
    "Assigned",
    "AttendanceCard",
    "CertificateCard",
    "CourseChoice",
    "CourseSessionCard",
    "HostChoice",
    "MyTraining",
    "NeedCard",
    "PersonChoice",
    "PersonLine",
    "RateBoard",
    "RateCard",
    "RatePeople",
    "SessionSheet",
    "ShownCode",
    "code_to_show",
    "count_to_finish",
    "course_choices",
    "ensure_trained",
    "faults",
    "hosts",
    "lacking",
    "my_training",
    "rate_people",
    "rates",
    "session_card",
    "session_sheet",
    "sessions",
    "valid_courses",
]
