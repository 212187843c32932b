"""Whose sessions are open to whom: members of one alliance at the time, and what a bureau holds for all of them."""

from datetime import timedelta

import pytest
import pytest_asyncio

from server.alliance.models import CareAlliance, Institution, Membership
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.training import actions
from server.training.access import HOLD, guest_of, hosts_open_to, session_for
from server.training.actions import Planned
from server.training.errors import BadSession
from server.training.models import TrainingSession
from server.training.rules import OpenTo


@pytest_asyncio.fixture
async def places(town, clock) -> dict[str, Institution]:
    """Second hospital in another alliance, Songhe gone since today, Qinghe a member from tomorrow, bureaus in none."""
    names = {field: uid for field, uid in vars(town.alliance).items() if isinstance(uid, str)}
    rows = {row.uid: row for row in await Institution.all()}
    found = {name: rows[uid] for name, uid in names.items() if uid in rows}
    today = local_date(clock())
    other = CareAlliance(name="云桥市城东养医联合体", created_at=clock())
    await other.save()
    await Membership.filter(institution_id=found["second_hospital"].id).update(alliance_id=other.id)
    await Membership.filter(institution_id=found["songhe"].id).update(
        joined_on=today - timedelta(days=9), left_on=today
    )
    await Membership.filter(institution_id=found["qinghe"].id).update(joined_on=today + timedelta(days=1))
    await Membership.filter(institution__kind__in=["civil_affairs_bureau", "health_commission"]).delete()
    return found


class TestHosts:
    async def test_are_the_members_beside_one_today_and_every_bureau(self, places, clock):
        found = await hosts_open_to([places["yihe"].id], now=clock())
        names = {row.name for row in await Institution.filter(id__in=found)}
        assert names == {
            "云桥市第一人民医院", "云桥市河东社区卫生服务中心", "云桥市颐和养老院", "云桥市福寿养老院",
            "云桥市长青养老院", "云桥市和乐养老院", "云桥市民政局", "云桥市卫生健康局",
        }  # fmt: skip

    async def test_are_none_for_who_has_left_or_has_not_joined(self, places, clock):
        assert await hosts_open_to([places["songhe"].id], now=clock()) == []
        assert await hosts_open_to([places["qinghe"].id], now=clock()) == []


class TestAGuest:
    async def test_comes_from_a_member_of_the_hosts_alliance(self, places, clock):
        host = places["health_center"]

        async def comes(*names: str) -> int | None:
            return await guest_of(host=host, institution_ids=[places[name].id for name in names], now=clock())

        assert await comes("yihe") == places["yihe"].id
        assert await comes("second_hospital", "yihe") == places["yihe"].id
        assert [await comes(name) for name in ("second_hospital", "songhe", "qinghe")] == [None] * 3

    async def test_comes_from_any_alliance_to_a_bureau_and_from_none_to_who_has_left(self, places, clock):
        bureau = await Institution.get(kind="health_commission")
        mine = places["second_hospital"].id
        assert await guest_of(host=bureau, institution_ids=[mine], now=clock()) == mine
        assert await guest_of(host=bureau, institution_ids=[places["songhe"].id], now=clock()) is None
        yihe = [places["yihe"].id]
        assert await guest_of(host=places["songhe"], institution_ids=yihe, now=clock()) is None


class TestASession:
    async def test_of_others_is_seen_when_they_open_it_to_the_alliance(self, town, places, actor, clock):
        he, uid = await actor("he"), town.training.session
        ours = {"actor": he, "uid": uid, "permission": HOLD, "now": clock()}
        assert (await session_for(**ours)).uid == uid
        rows = TrainingSession.filter(uid=uid)
        await rows.update(open_to=next(each for each in OpenTo if each is not OpenTo.ALLIANCE))
        with pytest.raises(NotFound):
            await session_for(**ours)
        await rows.update(open_to=OpenTo.ALLIANCE, institution_id=places["second_hospital"].id)
        with pytest.raises(NotFound):
            await session_for(**ours)

    async def test_ends_after_it_begins(self, town, actor, clock):
        begins = clock() + timedelta(hours=2)
        planned = Planned("care_annual", "活动室", "周老师", begins, begins, 2)
        with pytest.raises(BadSession):
            await actions.plan_session(
                actor=await actor("he"), institution_uid=town.alliance.yihe, planned=planned, now=clock()
            )
