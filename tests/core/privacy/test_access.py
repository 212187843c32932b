"""Whose copies are there for whom, and that a clock takes nothing of what is younger along."""

from datetime import timedelta

import pytest

from server.documents import actions as documents
from server.documents.models import ExportJob, ExportPart
from server.documents.rules import SheetKind
from server.identity.models import Account
from server.kit.errors import NotFound
from server.notifications.models import Delivery
from server.notifications.rules import DeliveryChannel
from server.privacy import queries
from server.privacy.rules import SWEPT
from tests.core.privacy.test_retention import AGES, one_row, sweep

PARTS = {
    "messages": lambda row, now: Delivery(
        inbox_message_id=row.id, channel=DeliveryChannel.SUBSCRIPTION, template="t", created_at=now
    ),
    "exports": lambda row, now: ExportPart(job_id=row.id, number=1, sealed=b"", created_at=now),
}


@pytest.mark.parametrize("code", PARTS)
async def test_a_clock_leaves_the_parts_of_what_is_younger(town, clock, code):
    account = await Account.get(uid=town.identity.accounts["daughter"])
    age = timedelta(days=next(AGES[each.parameter] for each in SWEPT if each.code == code))
    made = []
    for by in (-1, 1):
        row = await one_row(code, account, clock() - age + timedelta(minutes=by))
        part = PARTS[code](row, clock())
        await part.save()
        made.append(part)
    await sweep(clock)
    assert [await type(each).filter(id=each.id).exists() for each in made] == [False, True]


async def test_a_table_of_another_kind_is_no_copy(stage):
    he = await stage.actor("he")
    card = await documents.ask_for_export(
        actor=he, kind=SheetKind.VISITS, filters={}, reason="季度", now=stage.now
    )
    assert await ExportJob.filter(uid=card.uid).exists()
    with pytest.raises(NotFound):
        await queries.copy_file(actor=he, uid=card.uid, now=stage.now)
