"""Read the record. Every answer about a resident leaves one line in their access trail before it is given."""

from server.records.queries.audits import DeedCard, deeds
from server.records.queries.cards import EntryCard, EntryWish, ObjectionCard
from server.records.queries.chains import ChainCheck, ChainFault, check_chains
from server.records.queries.emergencies import EmergencyCard, ReviewsWaiting, emergency_reads, reviews_waiting
from server.records.queries.exports import RecordExport, export
from server.records.queries.faults import faults
from server.records.queries.packets import packet
from server.records.queries.preview import Preview, PreviewGroup, preview
from server.records.queries.summaries import DueCard, SentenceCard, SummaryCard, missing, summary
from server.records.queries.timelines import (
    CategoryCount,
    TrendCard,
    TrendPoint,
    categories,
    entry_history,
    timeline,
    trend,
)
from server.records.queries.trails import (
    LookCard,
    access_trail,
    residents_overseen,
    trail_of_resident,
)
from server.records.queries.versions import EntryPlace, entries_within, entry_place

__all__ = [
    "CategoryCount",
    "ChainCheck",
    "ChainFault",
    "DeedCard",
    "DueCard",
    "EmergencyCard",
    "EntryCard",
    "EntryPlace",
    "EntryWish",
    "LookCard",
    "ObjectionCard",
    "Preview",
    "PreviewGroup",
    "RecordExport",
    "ReviewsWaiting",
    "SentenceCard",
    "SummaryCard",
    "TrendCard",
    "TrendPoint",
    "access_trail",
    "categories",
    "check_chains",
    "deeds",
    "emergency_reads",
    "entries_within",
    "entry_history",
    "entry_place",
    "export",
    "faults",
    "missing",
    "packet",
    "preview",
    "residents_overseen",
    "reviews_waiting",
    "summary",
    "timeline",
    "trail_of_resident",
    "trend",
]
