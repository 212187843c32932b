"""The console's consent pages."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from server.consent.models import Consent
from server.consent.rules import Purpose
from server.demo import Town
from server.kit.clock import local_date

Console = Callable[[str], Awaitable[Any]]


class TestList:
    async def test_shows_what_the_house_asked_and_holds(self, town: Town, console: Console) -> None:
        page = await (await console("he")).get("/admin/consents")

        assert page.status_code == 200, page.text
        assert page.text.count("云桥市颐和养老院</td>") == 2
        assert town.consent.wang_health_center not in page.text  # hers to know
        assert town.consent.li_health_center in page.text  # he has no phone: the home witnesses for him

    async def test_narrows_by_status(self, town: Town, console: Console) -> None:
        page = await (await console("he")).get("/admin/consents?status=requested")

        assert "等您决定" in page.text
        assert f"/admin/consents/{town.consent.wang_pending}" in page.text
        assert f"/admin/consents/{town.consent.wang_yihe}" not in page.text

    async def test_is_not_for_the_bureau(self, town: Town, console: Console) -> None:
        assert (await (await console("qian")).get("/admin/consents")).status_code == 403


class TestSheet:
    async def test_shows_the_text_that_the_resident_reads(self, town: Town, console: Console) -> None:
        page = await (await console("he")).get(f"/admin/consents/{town.consent.wang_yihe}")

        assert page.status_code == 200, page.text
        assert "谁想看" in page.text
        assert "不会影响您住养、看病、预约和任何服务" in page.text

    async def test_another_houses_is_not_found(self, town: Town, console: Console) -> None:
        assert (
            await (await console("song")).get(f"/admin/consents/{town.consent.wang_yihe}")
        ).status_code == 404


class TestRequest:
    async def test_asks_a_resident(self, town: Town, console: Console, clock: Any) -> None:
        he = await console("he")
        form = await he.get("/admin/consent-requests/new")
        fields = {
            "resident": town.people.li,
            "institution": town.alliance.yihe,
            "purpose": "care",
            "categories": ["exam", "restricted_mental"],
            "last_day": str(local_date(clock()) + timedelta(days=90)),
        }

        answer = await he.submit("/admin/consent-requests", fields)

        assert "李福生" in form.text
        assert "特别敏感的内容" in form.text
        assert answer.status_code == 303, answer.text
        asked = await Consent.get(uid=answer.headers["location"].rsplit("/", 1)[-1])
        assert asked.purpose is Purpose.CARE
        assert (await he.get(answer.headers["location"])).status_code == 200

    async def test_says_what_is_wrong(self, town: Town, console: Console) -> None:
        he = await console("he")
        fields = {
            "resident": town.people.li, "institution": town.alliance.yihe, "purpose": "care", "categories": ["exam"],
            "last_day": "2020-01-01",
        }  # fmt: skip

        answer = await he.submit("/admin/consent-requests", fields)

        assert answer.status_code == 422
        assert "期限" in answer.text

    async def test_is_not_for_a_resident_of_another_home(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        song = await console("song")
        fields = {
            "resident": town.people.li, "institution": town.alliance.songhe, "purpose": "care", "categories": ["exam"],
            "last_day": str(local_date(clock()) + timedelta(days=90)),
        }  # fmt: skip

        assert (await song.submit("/admin/consent-requests", fields)).status_code == 404
