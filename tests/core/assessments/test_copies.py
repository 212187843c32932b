"""A copy of what is held has every sheet, and for a narrowed proxy only those of their categories."""

import pytest

from server.people.models import ProxyGrant
from server.privacy.queries.holdings import parts_of, rights_of, rows_of, whose_copy
from tests.core.assessments.conftest import Desk

ABILITY = {"resident/assessment", "resident/assessment_dispute", "resident/care_level"}


async def told(desk: Desk, by: str) -> dict[str, int]:
    whose = await whose_copy(actor=await desk.actor(by), resident_uid=desk.town.people.wang, now=desk.clock())
    rights = await rights_of(whose, now=desk.clock())
    parts = [part for part in parts_of(whose, rights) if part.name in ABILITY]
    return {part.name: sum([len(rows) async for rows in rows_of(part, whose)]) for part in parts}


@pytest.mark.parametrize("by", ["wang", "daughter"])
async def test_has_the_sheet_the_dispute_and_the_care_level(desk: Desk, by: str) -> None:
    await desk.disputed()
    assert await told(desk, by) == dict.fromkeys(ABILITY, 1)


@pytest.mark.parametrize(("category", "found"), [("ability", 1), ("exam", 0)])
async def test_for_a_narrowed_proxy_has_their_categories_only(desk: Desk, category: str, found: int) -> None:
    await desk.disputed()
    await ProxyGrant.filter(uid=desk.town.people.daughter_grant).update(categories=[category])
    assert await told(desk, "daughter") == dict.fromkeys(ABILITY, found)
