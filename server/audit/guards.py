"""Stop reads under way of several residents at once, when what ends concerns a whole home.

Lock order: as in `trail`, chain heads come last, in the order of their residents.
"""

from collections.abc import Sequence
from datetime import datetime

from tortoise.connection import get_connection
from tortoise.expressions import F

from server.audit.trail_models import AccessChainHead
from server.kit.database import placeholder


async def rights_changed_at_home(home_id: int, *, now: datetime) -> None:
    """Say `trail.rights_changed` of everybody who lives there, in the transaction that ends what the home agreed."""
    # This room stands below `people` and knows the register by its table only.
    _, rows = await get_connection("default").execute_query(
        f"SELECT id FROM resident WHERE home_id = {placeholder()} ORDER BY id",  # noqa: S608  only a placeholder is put in
        [home_id],
    )
    await rights_changed_for([row["id"] for row in rows], now=now)


async def rights_changed_for(residents: Sequence[int], *, now: datetime) -> None:
    """Raise the number of all of them in one statement; whoever has no chain yet is given one first."""
    if not residents:
        return
    # The ids are listed: a subquery in the UPDATE makes MariaDB walk, and lock, the heads of the whole city.
    heads = AccessChainHead.filter(resident_id__in=list(residents))
    founded = {head.resident_id for head in await heads}
    missing = [resident for resident in residents if resident not in founded]
    if missing:
        rows = [AccessChainHead(resident_id=resident, created_at=now) for resident in missing]
        await AccessChainHead.bulk_create(rows, ignore_conflicts=True)
    await heads.update(rights=F("rights") + 1)
