"""What is told of documents and tables."""

from server.documents.queries.exports import (
    ExportCard,
    ExportFile,
    count_ready,
    count_unwritten,
    export_card,
    export_file,
    my_exports,
)
from server.documents.queries.papers import consent_form
from server.documents.queries.plates import PlateLabel, plates_pdf
from server.documents.queries.verification import Comparison, VerifiedCard, compare, issued_document

__all__ = [
    "Comparison",
    "ExportCard",
    "ExportFile",
    "PlateLabel",
    "VerifiedCard",
    "compare",
    "consent_form",
    "count_ready",
    "count_unwritten",
    "export_card",
    "export_file",
    "issued_document",
    "my_exports",
    "plates_pdf",
]
