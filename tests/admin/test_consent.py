"""The console's consent pages."""

import html
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from typing import Any

import pytest
import pytest_asyncio

from server.audit.models import AuditEntry
from server.consent.access import effective_consents
from server.consent.actions import request_consent, withdraw_consent
from server.consent.models import Consent, ConsentPaper
from server.consent.rules import Purpose, RecordCategory
from server.demo import Town
from server.kit.clock import local_date
from server.kit.scans import LARGEST_PAPER
from server.people.models import Resident

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

        assert "等长者决定" in page.text
        assert f"/admin/consents/{town.consent.wang_pending}" in page.text
        assert f"/admin/consents/{town.consent.wang_yihe}" not in page.text

    async def test_narrows_by_resident_and_by_recipient(self, town: Town, console: Console) -> None:
        he = await console("he")

        of_li = await he.get(f"/admin/consents?resident={town.people.li}")
        to_center = await he.get(f"/admin/consents?recipient={town.alliance.health_center}")

        for page in (of_li, to_center):
            assert f"/admin/consents/{town.consent.li_health_center}" in page.text
            assert f"/admin/consents/{town.consent.wang_yihe}" not in page.text
            assert "共 1 条" in page.text

    async def test_is_read_page_by_page(self, console: Console) -> None:
        he = await console("he")
        whole = re.findall(r'href="/admin/consents/(\w{26})">', (await he.get("/admin/consents")).text)
        seen, path = [], "/admin/consents?limit=1"
        while path:
            page = (await he.get(path)).text
            seen += re.findall(r'href="/admin/consents/(\w{26})">', page)
            further = re.search(r'href="(/admin/consents\?[^"]*after=[^"]+)"', page)
            path = f"{html.unescape(further[1])}&limit=1" if further else ""

        assert len(whole) > 2
        assert seen == whole

    async def test_of_many_a_bed_finds_the_resident(
        self, town: Town, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(import_module("server.consent.queries.consents"), "MOST_CHOICES", 1)
        he = await console("he")

        many = await he.get("/admin/consents")
        found = await he.get("/admin/consents?bed=202")
        hers = await he.get(f"/admin/consents?resident={town.people.wang}")

        assert 'name="bed"' in many.text
        assert f'value="{town.people.wang}"' not in many.text
        assert f"/admin/consents/{town.consent.li_health_center}" in found.text
        assert f"/admin/consents/{town.consent.wang_yihe}" not in found.text
        assert f'<option value="{town.people.wang}" selected' in hers.text

    async def test_is_not_for_the_bureau(self, town: Town, console: Console) -> None:
        assert (await (await console("qian")).get("/admin/consents")).status_code == 403


class TestSheet:
    async def test_shows_the_text_that_the_resident_reads(self, town: Town, console: Console) -> None:
        page = await (await console("he")).get(f"/admin/consents/{town.consent.wang_yihe}")

        assert page.status_code == 200, page.text
        assert "谁想看" in page.text
        assert "不会影响您住养、看病、预约和任何服务" in page.text

    async def test_tells_who_decided_and_what_happened_since(self, town: Town, console: Console) -> None:
        page = await (await console("feng")).get(f"/admin/consents/{town.consent.li_health_center}")

        assert "代办人按授权代为决定" in page.text
        assert "周正" in page.text
        assert "征求同意" in page.text  # the history

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

    async def test_of_many_a_bed_finds_the_resident(
        self, town: Town, console: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(import_module("server.people.queries.choices"), "MOST_CHOICES", 1)
        he = await console("he")
        form = "/admin/consent-requests/new"

        many, found = await he.get(form), await he.get(f"{form}?bed=202")
        chosen = await he.get(f"{form}?resident={town.people.li}")
        elsewhere = await he.get(f"{form}?resident={town.people.zhao_yun}")

        assert 'name="bed"' in many.text
        assert "李福生" not in many.text
        assert "李福生" in found.text
        assert f'<option value="{town.people.li}" selected' in chosen.text
        assert town.people.zhao_yun not in elsewhere.text

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


PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 4000


@pytest_asyncio.fixture
async def asked(town: Town, actor: Any, clock: Any) -> str:
    """The health center asks Li Fusheng, who has no phone; his home may witness his answer."""
    card = await request_consent(
        actor=await actor("feng"),
        resident_uid=town.people.li,
        institution_uid=town.alliance.health_center,
        purpose=Purpose.TREATMENT,
        categories=(RecordCategory.EXAM, RecordCategory.MEDS, RecordCategory.RESTRICTED_MENTAL),
        last_day=local_date(clock()) + timedelta(days=90),
        now=clock(),
    )
    return card.uid


async def hand_in(page: Any, uid: str, scan: bytes) -> Any:
    return await page.submit(f"/admin/consents/{uid}/papers", files={"file": ("scan.png", scan, "image/png")})


class TestPaper:
    async def test_is_filed_sealed_and_given_back_as_it_was(
        self, town: Town, console: Console, asked: str
    ) -> None:
        he = await console("he")

        answer = await hand_in(he, asked, PICTURE)
        page = await he.get(f"/admin/consents/{asked}")
        row = await ConsentPaper.get(consent__uid=asked)
        back = await he.get(f"/admin/consents/{asked}/papers/{row.uid}")

        assert answer.status_code == 303, answer.text
        assert "第 1 页" in page.text
        assert back.content == PICTURE
        assert back.headers["content-type"] == "image/png"
        assert PICTURE[:100] not in row.sealed
        assert row.digest == sha256(PICTURE).hexdigest()
        added, read = [
            await AuditEntry.get(action=action, subject_uid=asked)
            for action in ("consent.paper_added", "consent.paper_read")
        ]
        assert added.detail["digest"] == row.digest
        assert read.detail["paper"] == row.uid

    async def test_is_known_by_its_first_bytes_not_by_its_name(
        self, town: Town, console: Console, asked: str
    ) -> None:
        he = await console("he")

        answer = await hand_in(he, asked, b"<html>" + PICTURE)

        assert answer.status_code == 422
        assert "consent.paper_unreadable" in answer.text

    async def test_may_be_as_large_as_is_said(self, town: Town, console: Console, asked: str) -> None:
        he, scan = await console("he"), PICTURE.ljust(LARGEST_PAPER, b"x")

        assert (await hand_in(he, asked, scan)).status_code == 303

        row = await ConsentPaper.get(consent__uid=asked)
        assert (await he.get(f"/admin/consents/{asked}/papers/{row.uid}")).content == scan

    async def test_is_refused_when_too_large(self, town: Town, console: Console, asked: str) -> None:
        he = await console("he")

        assert "consent.paper_too_large" in (await hand_in(he, asked, PICTURE.ljust(LARGEST_PAPER + 1))).text
        assert (await hand_in(he, asked, PICTURE.ljust(LARGEST_PAPER + 100_000))).status_code == 413
        assert await ConsentPaper.all().count() == 0

    async def test_has_six_pages_at_most(self, town: Town, console: Console, asked: str) -> None:
        he = await console("he")
        for _ in range(6):
            assert (await hand_in(he, asked, PICTURE)).status_code == 303

        assert "consent.too_many_papers" in (await hand_in(he, asked, PICTURE)).text

    async def test_is_not_for_somebody_with_a_phone(self, town: Town, console: Console) -> None:
        he = await console("he")

        answer = await hand_in(he, town.consent.wang_pending, PICTURE)

        assert "consent.witness_not_needed" in answer.text

    async def test_is_shown_to_who_asked_and_not_to_another_house(
        self, town: Town, console: Console, asked: str
    ) -> None:
        he, feng, song = await console("he"), await console("feng"), await console("song")
        await hand_in(he, asked, PICTURE)
        row = await ConsentPaper.get(consent__uid=asked)
        path = f"/admin/consents/{asked}/papers/{row.uid}"

        assert (await feng.get(path)).status_code == 200
        assert (await song.get(path)).status_code == 404
        assert (await hand_in(song, asked, PICTURE)).status_code == 404


class TestWitness:
    async def test_takes_down_a_yes_from_paper(
        self, town: Town, console: Console, asked: str, actor: Any, clock: Any
    ) -> None:
        he, feng = await console("he"), await console("feng")
        sheet = await he.get(f"/admin/consents/{asked}")
        fields = {
            "text_hash": (await Consent.get(uid=asked)).text_hash, "categories": ["exam"], "witness": town.identity.accounts["nurse"],
            "evidence": "档案柜三",
        }  # fmt: skip

        answer = await he.submit(f"/admin/consents/{asked}/grant", fields)

        assert "登记：长者同意" in sheet.text
        assert "李秀英" in sheet.text  # the nurse, as second witness
        assert answer.status_code == 303, answer.text
        row = await Consent.get(uid=asked)
        assert (row.status, row.basis, row.evidence) == ("granted", "witnessed", "档案柜三")
        after = await feng.get(f"/admin/consents/{asked}")
        assert "两位工作人员在场见证" in after.text
        assert "/admin/consents/" + asked + "/papers" not in after.text  # filing is the home's

    async def test_is_among_what_waits_today(self, town: Town, console: Console, asked: str) -> None:
        assert "份征求要当面读给长者听" in (await (await console("he")).get("/admin")).text
        assert "份征求要当面读给长者听" not in (await (await console("song")).get("/admin")).text

    async def test_takes_down_a_no_and_a_withdrawal(self, town: Town, console: Console, asked: str) -> None:
        he = await console("he")
        two = {"witness": town.identity.accounts["nurse"], "evidence": "档案柜三"}

        denied = await he.submit(f"/admin/consents/{asked}/deny", two)
        withdrawn = await he.submit(f"/admin/consents/{town.consent.li_health_center}/withdraw", two)

        assert denied.status_code == withdrawn.status_code == 303
        assert (await Consent.get(uid=asked)).status == "denied"
        assert (await Consent.get(uid=town.consent.li_health_center)).status == "withdrawn"

    async def test_needs_two_people_of_the_home(self, town: Town, console: Console, asked: str) -> None:
        he = await console("he")

        for second in ("he", "other_nurse", "feng"):
            fields = {"witness": town.identity.accounts[second], "evidence": "档案柜三"}
            answer = await he.submit(f"/admin/consents/{asked}/deny", fields)
            assert "consent.witnesses_must_differ" in answer.text

    async def test_is_not_who_asked(self, town: Town, console: Console, actor: Any, clock: Any) -> None:
        he = await console("he")
        card = await request_consent(
            actor=await actor("he"), resident_uid=town.people.li, institution_uid=town.alliance.yihe,
            purpose=Purpose.CARE, categories=(RecordCategory.EXAM,), last_day=local_date(clock()) + timedelta(days=9),
            now=clock(),
        )  # fmt: skip

        page = await he.get(f"/admin/consents/{card.uid}")

        assert "不能由您自己见证" in page.text
        assert "登记：长者同意" not in page.text

    async def test_of_another_home_is_not_found(self, town: Town, console: Console, asked: str) -> None:
        song = await console("song")
        fields = {"witness": town.identity.accounts["other_nurse"], "evidence": "档案柜三"}

        assert (await song.submit(f"/admin/consents/{asked}/deny", fields)).status_code == 404


class TestShared:
    async def test_lists_who_shares_what_until_when(self, town: Town, console: Console) -> None:
        page = await (await console("feng")).get("/admin/shared")

        assert page.status_code == 200, page.text
        assert "王桂兰" in page.text
        assert "李福生" in page.text
        assert "慢性病随访" in page.text
        assert f"/admin/records/{town.people.wang}?purpose=visit" in page.text
        assert "共 2 条" in page.text

    async def test_says_who_is_out_of_sight_since_they_moved(self, town: Town, console: Console) -> None:
        await Resident.filter(uid=town.people.li).update(home_id=None, bed=None, bed_key=None)

        page = await (await console("feng")).get("/admin/shared")

        assert "看不到了" in page.text
        assert f"/admin/records/{town.people.li}" not in page.text

    async def test_tells_what_ended_lately(
        self, town: Town, console: Console, actor: Any, clock: Any
    ) -> None:
        await withdraw_consent(actor=await actor("wang"), uid=town.consent.wang_health_center, now=clock())

        page = await (await console("feng")).get("/admin/shared")

        assert "最近三十天结束的" in page.text
        assert "已撤回" in page.text
        assert f"/admin/records/{town.people.wang}" not in page.text

    async def test_says_what_holds_exactly_as_the_record_does(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        """The page judges in the process what `effective_consents` asks of the tables: both must say the same."""
        feng = await console("feng")
        for change in ({}, {"home_id": None}):
            if change:
                await Resident.filter(uid=town.people.li).update(**change, bed=None, bed_key=None)
            li = await Resident.get(uid=town.people.li)
            center = (await Consent.get(uid=town.consent.li_health_center)).recipient_id
            held = await Consent.filter(
                effective_consents(
                    resident_id=li.id, institution_ids=[center], purpose=Purpose.VISIT, now=clock()
                )
            ).exists()
            listed = (await feng.get("/admin/shared")).text
            assert (f"/admin/records/{town.people.li}" in listed) is held

    async def test_is_empty_for_a_house_with_whom_nobody_shares(self, town: Town, console: Console) -> None:
        page = await (await console("song")).get("/admin/shared")

        assert "现在没有长者把档案共享给本机构" in page.text
        assert "王桂兰" not in page.text
