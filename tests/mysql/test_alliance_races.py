"""Two officers at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance import actions
from server.alliance.actions import NewVersion
from server.alliance.errors import CatalogueTooLate
from server.alliance.models import CatalogueItem
from server.authority.actor import Actor
from server.demo import Town
from server.kit.clock import local_date

pytestmark = pytest.mark.mysql


async def test_of_two_versions_published_at_once_one_follows_the_last(
    town: Town, actor: Callable[[str], Awaitable[Actor]], clock: Any
) -> None:
    tang = await actor("tang")
    last = await CatalogueItem.all().order_by("-version").first()
    assert last is not None
    new = NewVersion(
        price=last.price + 1, clause="x", effective_from=local_date(clock()) + timedelta(days=400)
    )

    found = await asyncio.gather(
        *(
            actions.publish_catalogue_version(actor=tang, code=last.code, new=new, now=clock())
            for _ in range(3)
        ),
        return_exceptions=True,
    )

    assert [type(each) for each in found].count(CatalogueTooLate) == 2
    assert await CatalogueItem.filter(code=last.code, version__gt=last.version).count() == 1
