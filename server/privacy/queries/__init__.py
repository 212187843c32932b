"""What is told of copies, closing, clocks, requests and incidents."""

from server.privacy.queries.breaches import (
    BreachCard,
    BreachSheet,
    breach_sheet,
    breaches,
    count_breaches_open,
)
from server.privacy.queries.closing import ClosurePreview, KeptPart, closure_preview
from server.privacy.queries.copies import CopyCard, CopyFile, copy_file, my_copies
from server.privacy.queries.rectifications import (
    RectificationCard,
    RectificationSheet,
    count_rectifications_waiting,
    my_rectifications,
    rectification_sheet,
    rectifications,
)
from server.privacy.queries.retention import (
    ActivityCard,
    ClockCard,
    kept_for,
    processing_record,
    retention_clocks,
)

__all__ = [
    "ActivityCard",
    "BreachCard",
    "BreachSheet",
    "ClockCard",
    "ClosurePreview",
    "CopyCard",
    "CopyFile",
    "KeptPart",
    "RectificationCard",
    "RectificationSheet",
    "breach_sheet",
    "breaches",
    "closure_preview",
    "copy_file",
    "count_breaches_open",
    "count_rectifications_waiting",
    "kept_for",
    "my_copies",
    "my_rectifications",
    "processing_record",
    "rectification_sheet",
    "rectifications",
    "retention_clocks",
]
