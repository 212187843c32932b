"""What is measured at a bedside, and how it reads in the health record. Plausible ranges are the record's own."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from server.consent.rules import RecordCategory
from server.records.errors import ImplausibleValue
from server.records.rules import BLOOD_PRESSURE, EntryKind, checked_body

# Column of the bedside table -> LOINC code of the record.
MEASURED = {
    "pulse": "8867-4",
    "temperature": "8310-5",
    "glucose": "1558-6",
    "spo2": "59408-5",
    "weight": "29463-7",
}
NOTE = "round-note"


@dataclass(frozen=True)
class Findings:
    """One resident's row of the table that a clinician fills in; what was not measured stays empty."""

    systolic: int | None = None  # mmHg
    diastolic: int | None = None
    pulse: int | None = None  # a minute
    temperature: float | None = None  # ℃
    glucose: float | None = None  # mmol/L, fasting
    spo2: int | None = None  # %
    weight: float | None = None  # kg
    text: str = ""


@dataclass(frozen=True)
class FoundEntry:
    kind: EntryKind
    category: RecordCategory
    code: str
    body: dict[str, Any]


def entries_of(found: Findings) -> tuple[FoundEntry, ...]:
    """Return the entries to write; refuse with `ImplausibleValue`, naming the faulty column of the row."""
    return tuple(_entry(column, kind, code, body) for column, kind, code, body in _rows(found))


def faults_of(found: Findings) -> dict[str, str]:
    """Return what cannot be true, all of it, by the columns of the row."""
    faults: dict[str, str] = {}
    for column, kind, code, body in _rows(found):
        try:
            _entry(column, kind, code, body)
        except ImplausibleValue as fault:
            faults.update(fault.fields)
    return faults


def _entry(column: str, kind: EntryKind, code: str, body: dict[str, Any]) -> FoundEntry:
    try:
        return FoundEntry(kind, RecordCategory.HOMEBED, code, checked_body(kind, code, body))
    except ImplausibleValue as fault:
        names = {
            name: column if name == "body.value" else name.removeprefix("body.") for name in fault.fields
        }
        raise ImplausibleValue(
            fault.sentence, fields={names[name]: sentence for name, sentence in fault.fields.items()}
        ) from None


def _rows(found: Findings) -> Iterator[tuple[str, EntryKind, str, dict[str, Any]]]:
    pressure = {"systolic": found.systolic, "diastolic": found.diastolic}
    if any(value is not None for value in pressure.values()):
        yield "systolic", EntryKind.OBSERVATION, BLOOD_PRESSURE, pressure
    for column, code in MEASURED.items():
        value = getattr(found, column)
        if value is not None:
            yield column, EntryKind.OBSERVATION, code, {"value": value}
    if found.text.strip():
        yield "text", EntryKind.NOTE, NOTE, {"text": found.text}
