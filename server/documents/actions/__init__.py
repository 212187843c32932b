"""Hand out papers and tables."""

from server.documents.actions.exporting import ask_for_export, cancel_export, sweep_expired_exports
from server.documents.actions.printing import (
    Printed,
    print_consent_statement,
    print_health_summary,
    print_visit_sheet,
)
from server.documents.actions.writing import write_exports

__all__ = [
    "Printed",
    "ask_for_export",
    "cancel_export",
    "print_consent_statement",
    "print_health_summary",
    "print_visit_sheet",
    "sweep_expired_exports",
    "write_exports",
]
