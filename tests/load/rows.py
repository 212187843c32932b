"""The appointments that a crowd made, as the tables hold them: read without the product's code."""

from tests.load.ledger import Row
from tests.rings import rows_of

REASON = "演练"  # by which what a crowd booked is told from what was there
BOOKED = (
    "SELECT a.uid, a.status, s.uid, r.uid FROM appointment a JOIN slot s ON s.id = a.slot_id"  # noqa: S608
    f" JOIN resident r ON r.id = a.resident_id WHERE a.reason = '{REASON}'"
)


def appointments(url: str) -> dict[str, Row]:
    return {uid: (status, slot, resident) for uid, status, slot, resident in rows_of(url, BOOKED)}
