"""Printing in the console, and the public page that verifies what was printed."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from server.demo import Town
from server.documents.models import IssuedDocument
from tests.core.documents.reading import needs_font

Console = Callable[[str], Awaitable[Any]]


async def number() -> str:
    return str((await IssuedDocument.all().order_by("-id").first()).number)


@needs_font
class TestPrinting:
    @pytest.mark.parametrize(
        ("page", "fields"),
        [
            ("records/{wang}/print", {"purpose": "care"}),
            ("visits/{visit}/print", {}),
            ("consents/{consent}/print", {}),
            ("consents/{pending}/form", {}),
        ],
    )
    async def test_hands_out_a_pdf_as_often_as_it_is_pressed(
        self, town: Town, console: Console, page: str, fields: dict[str, str]
    ) -> None:
        he = await console("he")
        path = page.format(
            wang=town.people.wang, visit=town.visits.confirmed, consent=town.consent.wang_yihe,
            pending=town.consent.wang_pending,
        )  # fmt: skip

        answers = [await he.submit(f"/admin/{path}", fields, key="0" * 26) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [200, 200]
        assert all(answer.content.startswith(b"%PDF-") for answer in answers)
        assert answers[0].headers["content-type"] == "application/pdf"
        assert "attachment" in answers[0].headers["content-disposition"]

    @pytest.mark.parametrize("login", ["song", "sun"])
    async def test_of_what_is_not_theirs_is_not_found(self, town: Town, console: Console, login: str) -> None:
        page = await console(login)

        for path in (
            f"records/{town.people.wang}/print",
            f"visits/{town.visits.confirmed}/print",
            f"consents/{town.consent.wang_yihe}/print",
            f"consents/{town.consent.wang_pending}/form",
        ):
            assert (await page.submit(f"/admin/{path}")).status_code == 404

    async def test_is_not_for_the_bureau(self, town: Town, console: Console) -> None:
        qian = await console("qian")

        assert (await qian.submit(f"/admin/records/{town.people.wang}/print")).status_code == 403

    async def test_of_plates_gives_a_sheet_of_labels(self, town: Town, console: Console) -> None:
        he = await console("he")

        answer = await he.submit(
            "/admin/plates/labels", {"home": town.alliance.yihe, "spots": ["201-1", "door"]}
        )

        assert answer.status_code == 200, answer.text
        assert answer.content.startswith(b"%PDF-")


@needs_font
class TestVerification:
    async def test_tells_anybody_what_stands_on_the_paper_and_no_more(
        self, town: Town, console: Console, address: str
    ) -> None:
        he = await console("he")
        await he.submit(f"/admin/records/{town.people.wang}/print", {"purpose": "care"})

        async with httpx.AsyncClient(base_url=address) as stranger:
            page = await stranger.get(f"/admin/public/verify/{await number()}")

        assert page.status_code == 200, page.text
        assert "云桥市颐和养老院" in page.text
        assert "健康小结" in page.text
        assert "王**" in page.text
        assert "王桂兰" not in page.text
        assert "青霉素" not in page.text

    async def test_compares_a_file_that_is_handed_in(
        self, town: Town, console: Console, address: str
    ) -> None:
        he = await console("he")
        paper = await he.submit(f"/admin/records/{town.people.wang}/print", {"purpose": "care"})
        path = f"/admin/public/verify/{await number()}"

        async with httpx.AsyncClient(base_url=address) as stranger:
            same, other = [
                await stranger.post(path, files={"file": ("a.pdf", content, "application/pdf")})
                for content in (paper.content, paper.content[:-1])
            ]

        assert "一字不差" in same.text
        assert "不一样" in other.text

    async def test_takes_the_number_as_it_is_typed(self, town: Town, console: Console, address: str) -> None:
        he = await console("he")
        await he.submit(f"/admin/records/{town.people.wang}/print", {"purpose": "care"})

        async with httpx.AsyncClient(base_url=address) as stranger:
            empty = await stranger.get("/admin/public/verify")
            found = await stranger.get("/admin/public/verify", params={"number": (await number()).lower()})

        assert "纸上的编号" in empty.text
        assert "健康小结" in found.text

    async def test_knows_nothing_of_other_numbers(self, town: Town, address: str) -> None:
        async with httpx.AsyncClient(base_url=address) as stranger:
            page = await stranger.get("/admin/public/verify/0123456789AB")

        assert page.status_code == 404
        assert "documents.unknown_number" in page.text
