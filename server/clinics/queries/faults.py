"""The invariants of clinics and designations, asked of the tables themselves (K: this feature's own)."""

from datetime import date, datetime, timedelta

from server.clinics.models import ClinicStep, InHouseClinic, InsuranceDesignation
from server.clinics.rules import LICENSED, LIVE, ClinicStatus


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant."""
    found: list[str] = []
    last = {each.clinic_id: each for each in await ClinicStep.all().order_by("id")}
    for row in await InHouseClinic.all():
        live = row.status in LIVE
        open_ended = row.status is ClinicStatus.OPERATING and row.licence_until is None
        if live is not (row.live_key is not None) or (live and row.due_on is None and not open_ended):
            found.append(f"K1 clinic {row.uid} in {row.status} has not its key or its date")
        if row.id not in last or last[row.id].after != row.status:
            found.append(f"K2 the last step of clinic {row.uid} does not lead to {row.status}")
        if row.status in LICENSED and not row.licence_number:
            found.append(f"K3 clinic {row.uid} is licensed without a number")
    return found + await _overlaps()


async def _overlaps() -> list[str]:
    found: list[str] = []
    held: dict[tuple[int, str], date] = {}
    for row in await InsuranceDesignation.all().order_by("institution_id", "kind", "first_day", "id"):
        key = (row.institution_id, row.kind)
        if key in held and row.first_day < held[key]:
            found.append(f"K4 designation {row.uid} begins before the one before it is over")
        ends = [row.ended_on] if row.ended_on else []
        ends += [row.last_day + timedelta(days=1)] if row.last_day else []
        held[key] = max(held.get(key, date.min), min(ends, default=date.max))
    return found
