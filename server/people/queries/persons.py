"""Who a row of the register is: its name, and the rows that are one person with it."""

from collections.abc import Iterable

from server.people.models import Resident


async def resident_name(resident_id: int) -> str:
    return (await Resident.get(id=resident_id)).name


async def same_person_ids(*, resident_id: int) -> list[int]:
    """Return the row, what it was merged into, and what was merged into that: all one person."""
    row = await Resident.get(id=resident_id)
    survivor = row.merged_into_id or row.id
    merged = await Resident.filter(merged_into_id=survivor)
    return sorted({survivor, *(each.id for each in merged)})


def person_of(row: Resident) -> int:
    """Return the id of the row that stands for this person now."""
    return row.merged_into_id or row.id


async def merged_into(resident_ids: Iterable[int]) -> dict[int, int]:
    """Return the rows that were merged into these, each with its survivor; most people have none."""
    rows = Resident.filter(merged_into_id__in=sorted(resident_ids))
    return dict(await rows.values_list("id", "merged_into_id"))
