"""What may be told of home beds. What was found at one is in the health record, and leaves its line in the trail."""

from server.home_beds.queries.cards import BedCard, BedStory
from server.home_beds.queries.counts import BedCounts, InstitutionCount, bed_counts
from server.home_beds.queries.facts import OpenBeds, open_beds_of, rounds_a_week_in
from server.home_beds.queries.faults import faults
from server.home_beds.queries.lists import (
    WORK_WORDS,
    BedBoard,
    BedFilter,
    Work,
    bed_board,
    bed_rows,
    count_beds,
    find_beds,
    stories,
)
from server.home_beds.queries.sheets import BedNote, BedSheet, NewBedSheet, bed_sheet, new_bed_sheet
from server.home_beds.queries.staff import StaffChoice

__all__ = [
    "WORK_WORDS",
    "BedBoard",
    "BedCard",
    "BedCounts",
    "BedFilter",
    "BedNote",
    "BedSheet",
    "BedStory",
    "InstitutionCount",
    "NewBedSheet",
    "OpenBeds",
    "StaffChoice",
    "Work",
    "bed_board",
    "bed_counts",
    "bed_rows",
    "bed_sheet",
    "count_beds",
    "faults",
    "find_beds",
    "new_bed_sheet",
    "open_beds_of",
    "rounds_a_week_in",
    "stories",
]
