"""What everybody may read without signing in."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.alliance.models import Institution
from server.demo import Town, cast
from server.feedback.models import Rating, RatingReply
from server.identity.models import Account
from server.kit.ids import new_uid
from server.visits.models import Visit
from server.visits.rules import VisitStatus
from tests.architecture.crowd import copy_of
from tests.core.feedback import given

Console = Callable[[str], Awaitable[Any]]
PERSONS = tuple(each.name for each in cast.CAST)


async def seen(address: str, path: str) -> httpx.Response:
    """Open a page as somebody who has no account."""
    async with httpx.AsyncClient(base_url=address) as stranger:
        return await stranger.get(f"/admin/public/{path}")


class TestWithoutSigningIn:
    @pytest.mark.parametrize("path", ["institutions", "guide", "privacy", "accessibility"])
    async def test_opens_and_names_no_person(self, town: Town, address: str, path: str) -> None:
        page = await seen(address, path)

        assert page.status_code == 200, page.text
        assert not any(name in page.text for name in PERSONS)
        assert "工作人员登录" in page.text

    async def test_works_for_somebody_signed_in_too(self, town: Town, console: Console) -> None:
        page = await (await console("he")).get("/admin/public/institutions")

        assert page.status_code == 200
        assert "工作人员登录" not in page.text


class TestDirectory:
    async def test_lists_homes_and_hospitals_with_beds_and_partners(self, town: Town, address: str) -> None:
        page = await seen(address, "institutions")

        assert all(
            name in page.text for name in ("云桥市颐和养老院", "云桥市第一人民医院", "120 张", "护理型 60 张")
        )
        assert "云桥市民政局" not in page.text

    async def test_finds_by_a_part_of_the_name(self, town: Town, address: str) -> None:
        found = await seen(address, "institutions?name=松鹤&kind=nursing_home")
        nothing = await seen(address, "institutions?name=没有这家")

        assert "云桥市松鹤养老院" in found.text
        assert "云桥市颐和养老院" not in found.text
        assert "没有找到" in nothing.text

    async def test_what_is_typed_is_escaped(self, town: Town, address: str) -> None:
        page = await seen(address, "institutions?name=<script>alert(1)</script>")

        assert "<script>alert" not in page.text


class TestInstitution:
    async def test_shows_partners_services_and_what_was_said_and_answered(
        self, town: Town, address: str
    ) -> None:
        feng = await Account.get(uid=town.identity.accounts["feng"])
        rating = await Rating.get(uid=town.feedback.praised)
        await RatingReply(
            rating_id=rating.id, text="谢谢您的肯定。", author_id=feng.id, created_at=rating.created_at
        ).save()

        page = await seen(address, f"institutions/{town.alliance.health_center}")

        assert page.status_code == 200, page.text
        assert all(
            words in page.text for words in ("云桥市颐和养老院", "医疗巡诊", "林医生讲得很慢", "谢谢您的肯定")
        )
        assert not any(name in page.text for name in PERSONS)

    async def test_few_ratings_are_named_too_few(self, town: Town, address: str) -> None:
        page = await seen(address, f"institutions/{town.alliance.health_center}")

        assert "样本太少" in page.text

    async def test_many_are_told_with_their_interval(self, town: Town, address: str, clock: Any) -> None:
        await given.many(town, "songhe", [5] * 81 + [2] * 182, now=clock())

        page = await seen(address, f"institutions/{town.alliance.songhe}")

        assert "263 条评价里，31% 打了 4 分或 5 分" in page.text
        assert "26% 到 37% 之间" in page.text

    async def test_a_text_that_is_not_published_is_not_there(self, town: Town, address: str) -> None:
        page = await seen(address, f"institutions/{town.alliance.first_hospital}")

        assert "说话冲" not in page.text

    async def test_what_is_not_listed_is_not_found(self, town: Town, address: str) -> None:
        await Institution.filter(uid=town.alliance.yihe).update(filed=False)

        for uid in (town.alliance.yihe, new_uid(), (await Institution.get(kind="civil_affairs_bureau")).uid):
            assert (await seen(address, f"institutions/{uid}")).status_code == 404


class TestPromises:
    async def test_are_told_where_there_are_enough_of_them(
        self, town: Town, address: str, clock: Any
    ) -> None:
        home, provider = town.alliance.yihe, town.alliance.health_center
        before = (await seen(address, f"institutions/{home}")).text
        row = await Visit.all().order_by("id").first().values()
        for number in range(1, 31):
            at = clock() - timedelta(days=number)
            status = VisitStatus.CONFIRMED if number % 3 else VisitStatus.MISSED
            await copy_of(Visit, row, starts_at=at, ends_at=at + timedelta(hours=1), status=status).save()

        page, hospital = [(await seen(address, f"institutions/{each}")).text for each in (home, provider)]
        listed = (await seen(address, "institutions?service=patrol")).text

        assert "满 10 次才公布" in before
        assert "两家机构都确认做了" in page
        assert "两家机构都确认做了" in hospital
        assert "云桥市第二人民医院" not in listed
        assert re.search(r"6\d%", listed)

    async def test_an_address_finds_as_well_as_a_name(self, town: Town, address: str) -> None:
        found = (await seen(address, "institutions?name=松林路")).text

        assert "云桥市松鹤养老院" in found
        assert "云桥市颐和养老院" not in found
        assert "执业许可" not in found
        assert (await seen(address, "institutions?service=<b>")).status_code == 422
