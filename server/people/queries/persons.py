"""Who a row of the register is: its name, and the rows that are one person with it."""

from collections.abc import Iterable

from server.people.models import Resident


async def resident_name(resident_id: int) -> str:
    return (await Resident.get(id=resident_id)).name


async def same_person_ids(*, resident_id: int) -> list[int]:
    """Return the row, what it was merged into, and what was merged into that: all one person."""
    return await ids_of_person(await Resident.get(id=resident_id))


async def ids_of_person(row: Resident) -> list[int]:
    """Return what `same_person_ids` does, of a row that is at hand."""
    survivor = person_of(row)
    return sorted({survivor, *(await merged_into([survivor]))})


def person_of(row: Resident) -> int:
    """Return the id of the row that stands for this person now."""
    return row.merged_into_id or row.id


async def persons_of(resident_ids: Iterable[int]) -> dict[int, int]:
    """Return for each row the one that stands for its person now."""
    ids = sorted(set(resident_ids))
    rows = Resident.filter(id__in=ids, merged_into_id__isnull=False) if ids else None
    survivors = dict(await rows.values_list("id", "merged_into_id")) if rows is not None else {}
    return {each: survivors.get(each, each) for each in ids}


async def merged_into(resident_ids: Iterable[int]) -> dict[int, int]:
    """Return the rows that were merged into these, each with its survivor; most people have none."""
    rows = Resident.filter(merged_into_id__in=sorted(resident_ids))
    return dict(await rows.values_list("id", "merged_into_id"))
