"""Hand out papers and tables."""

from server.documents.actions.exporting import (
    ask_for_export,
    cancel_export,
    forget_exports,
    sweep_expired_exports,
)
from server.documents.actions.printing import (
    Printed,
    print_consent_statement,
    print_health_summary,
    print_referral_slip,
    print_settlement,
    print_visit_sheet,
)
from server.documents.actions.writing import (
    Lost,
    Refused,
    Shift,
    Taken,
    Written,
    write_exports,
)

__all__ = [
    "Lost",
    "Printed",
    "Refused",
    "Shift",
    "Taken",
    "Written",
    "ask_for_export",
    "cancel_export",
    "forget_exports",
    "print_consent_statement",
    "print_health_summary",
    "print_referral_slip",
    "print_settlement",
    "print_visit_sheet",
    "sweep_expired_exports",
    "write_exports",
]
