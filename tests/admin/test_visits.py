"""Visits in the console: plan, confirm, settle, correct, print."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import zxingcpp

from server.kit.ids import new_uid
from server.visits import actions
from server.visits.models import Plate, Visit, VisitCorrection, VisitItem
from server.visits.rules import Outcome, PlateKind, VisitStatus
from tests.core.visits.phone import code_on_the_screen, nonce_for, scanned

Console = Callable[[str], Awaitable[Any]]
SVG = re.compile(r'<svg[^>]*viewBox="0 0 (\d+) (\d+)"[^>]*>.*?d="([^"]+)".*?</svg>', re.DOTALL)
STROKE = re.compile(r"([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?")
ZOOM = 4


def read_qr(page: str) -> list[str]:
    """Read every QR code drawn on a page, as a camera would: draw its strokes, then decode the picture."""
    return [_decoded(int(width), path) for width, _, path in SVG.findall(page)]


def _decoded(size: int, path: str) -> str:
    rows = [bytearray(b"\xff" * size) for _ in range(size)]
    x = y = 0.0
    for word, first, second in STROKE.findall(path):
        if word == "h":
            for column in range(int(x), int(x + float(first))):
                rows[int(y)][column] = 0
            x += float(first)
        else:
            x, y = (0.0, 0.0) if word == "M" else (x, y)
            x, y = x + float(first), y + float(second)
    large = b"".join(bytes(dot for dot in row for _ in range(ZOOM)) * ZOOM for row in rows)
    picture = memoryview(large).cast("B", shape=[size * ZOOM, size * ZOOM])
    return str(zxingcpp.read_barcodes(picture)[0].text)


def plan(town: Any, **otherwise: Any) -> dict[str, Any]:
    return {
        "home": town.alliance.yihe,
        "provider": town.alliance.health_center,
        "kind": "round",
        "starts_at": "2026-03-05T14:00",
        "ends_at": "2026-03-05T16:00",
        "service": "patrol",
        "residents": [town.people.wang, town.people.li],
        "clinicians": [town.identity.accounts["doctor"]],
        "due": "量血压",
        **otherwise,
    }


class TestList:
    @pytest.mark.parametrize("login", ["he", "feng"])
    async def test_both_institutions_see_their_visits(self, town: Any, console: Console, login: str) -> None:
        page = await (await console(login)).get("/admin/visits")
        assert page.status_code == 200
        for uid in (town.visits.today, town.visits.confirmed, town.visits.waiting):
            assert f"/admin/visits/{uid}" in page.text

    async def test_others_see_none(self, town: Any, console: Console) -> None:
        page = await (await console("song")).get("/admin/visits")
        assert page.status_code == 200
        assert town.visits.today not in page.text

    async def test_can_be_narrowed_to_a_state(self, town: Any, console: Console) -> None:
        page = await (await console("he")).get("/admin/visits?status=confirmed")
        assert town.visits.confirmed in page.text
        assert town.visits.today not in page.text

    @pytest.mark.parametrize("login", ["qian", "xu", "zheng", "root", "shen"])
    async def test_is_not_for_those_without_a_part(self, town: Any, console: Console, login: str) -> None:
        page = await console(login)
        for path in (
            "/admin/visits",
            f"/admin/visits/{town.visits.today}",
            "/admin/plates",
            "/admin/visits/plan",
        ):
            assert (await page.get(path)).status_code == 403


class TestPlan:
    async def test_offers_people_and_services_of_the_agreement(self, town: Any, console: Console) -> None:
        he = await console("he")
        pairs = await he.get("/admin/visits/plan")
        assert town.alliance.yihe_health_center in pairs.text
        form = await he.get(f"/admin/visits/plan?agreement={town.alliance.yihe_health_center}")
        assert all(word in form.text for word in ("王桂兰", "李福生", "医疗巡诊", "林致远"))
        assert "赵云珍" not in form.text

    async def test_of_an_agreement_of_others_is_not_found(self, town: Any, console: Console) -> None:
        song = await console("song")
        path = f"/admin/visits/plan?agreement={town.alliance.yihe_health_center}"
        assert (await song.get(path)).status_code == 404

    async def test_is_kept_in_the_city_s_time(self, town: Any, console: Console) -> None:
        answer = await (await console("feng")).submit("/admin/visits", plan(town))
        assert answer.status_code == 303
        row = await Visit.get(uid=answer.headers["location"].rsplit("/", 1)[1])
        assert row.starts_at.isoformat() == "2026-03-05T06:00:00+00:00"
        assert await VisitItem.filter(visit_id=row.id).count() == 2

    async def test_sent_twice_is_one_visit(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        key = new_uid()
        before = await Visit.all().count()
        for _ in range(2):
            assert (await feng.submit("/admin/visits", plan(town), key=key)).status_code == 303
        assert await Visit.all().count() == before + 1

    async def test_that_cannot_be_says_what_to_do(self, town: Any, console: Console) -> None:
        answer = await (await console("feng")).submit("/admin/visits", plan(town, ends_at="2026-03-05T13:00"))
        assert answer.status_code == 422
        assert "结束要晚于开始" in answer.text


class TestConfirm:
    async def test_shows_what_was_found_and_how_well_it_is_proved(self, town: Any, console: Console) -> None:
        page = (await (await console("he")).get(f"/admin/visits/{town.visits.waiting}")).text
        for words in ("李福生", "已看", "在场证明充分", "院方动态码", "林致远", "医疗机构已确认"):
            assert words in page

    async def test_by_the_home_counts(self, town: Any, console: Console) -> None:
        he = await console("he")
        answer = await he.submit(f"/admin/visits/{town.visits.waiting}/confirm")
        assert answer.status_code == 303
        assert (await Visit.get(uid=town.visits.waiting)).status is VisitStatus.CONFIRMED
        assert "双方已确认" in (await he.get(answer.headers["location"])).text

    async def test_again_by_the_health_center_is_refused(self, town: Any, console: Console) -> None:
        answer = await (await console("feng")).submit(f"/admin/visits/{town.visits.waiting}/confirm")
        assert answer.status_code == 409

    async def test_by_others_finds_nothing(self, town: Any, console: Console) -> None:
        for login in ("song", "zhao"):
            answer = await (await console(login)).submit(f"/admin/visits/{town.visits.waiting}/confirm")
            assert answer.status_code == 404

    async def test_waits_in_the_list_of_the_side_that_is_silent(self, town: Any, console: Console) -> None:
        assert town.visits.waiting in (await (await console("he")).get("/admin/visits/waiting")).text
        assert town.visits.waiting not in (await (await console("feng")).get("/admin/visits/waiting")).text

    async def test_a_dispute_ends_when_both_say_void(self, town: Any, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        url = f"/admin/visits/{town.visits.waiting}"
        await he.submit(f"{url}/dispute", {"reason": "当天没有来"})
        assert "当天没有来" in (await feng.get(url)).text
        for page in (he, feng):
            answer = await page.submit(f"{url}/resolve", {"verdict": "void", "reason": "查实"})
            assert answer.status_code == 303
        assert (await Visit.get(uid=town.visits.waiting)).status is VisitStatus.VOID

    async def test_a_planned_visit_is_called_off_with_a_reason(self, town: Any, console: Console) -> None:
        he = await console("he")
        url = f"/admin/visits/{town.visits.today}/cancel"
        assert (await he.submit(url, {})).status_code == 422
        assert (await he.submit(url, {"reason": "台风停诊"})).status_code == 303
        assert (await Visit.get(uid=town.visits.today)).status is VisitStatus.CANCELLED


class TestCorrection:
    async def test_is_asked_by_one_and_approved_by_the_other(self, town: Any, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        fields = {"item": town.visits.confirmed_wang, "outcome": "absent", "reason": "当天去医院了"}
        url = f"/admin/visits/{town.visits.confirmed}/corrections"
        assert (await he.submit(url, fields)).status_code == 303
        correction = await VisitCorrection.get(visit__uid=town.visits.confirmed)
        decide = f"/admin/visits/corrections/{correction.uid}/approve"

        assert (await he.submit(decide)).status_code == 409  # not by the one who asked
        page = (await feng.get("/admin/visits/corrections")).text
        assert "王桂兰：已看 → 不在" in page
        assert (await feng.submit(decide)).status_code == 303

        row = await Visit.get(uid=town.visits.confirmed)
        assert (row.status, row.version) == (VisitStatus.CONFIRMED, 2)
        assert (await VisitItem.get(uid=town.visits.confirmed_wang)).outcome is Outcome.ABSENT

    async def test_without_a_reason_is_refused(self, town: Any, console: Console) -> None:
        fields = {"item": town.visits.confirmed_wang, "outcome": "absent"}
        url = f"/admin/visits/{town.visits.confirmed}/corrections"
        assert (await (await console("he")).submit(url, fields)).status_code == 422

    async def test_can_be_sent_back(self, town: Any, console: Console) -> None:
        he, feng = await console("he"), await console("feng")
        fields = {"finished_at": "2026-02-23T09:40", "reason": "记早了"}
        await feng.submit(f"/admin/visits/{town.visits.confirmed}/corrections", fields)
        correction = await VisitCorrection.get(visit__uid=town.visits.confirmed)
        answer = await he.submit(f"/admin/visits/corrections/{correction.uid}/refuse", {"reason": "没有记早"})
        assert answer.status_code == 303
        row = await Visit.get(uid=town.visits.confirmed)
        assert (row.status, row.version) == (VisitStatus.CONFIRMED, 1)


class TestFindings:
    async def test_are_read_by_those_who_wrote_them(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        page = await feng.get(f"/admin/visits/{town.visits.confirmed}/residents/{town.people.wang}")
        assert "心率 72 次/分" in page.text

    async def test_of_others_are_not_found(self, town: Any, console: Console) -> None:
        song = await console("song")
        path = f"/admin/visits/{town.visits.confirmed}/residents/{town.people.wang}"
        assert (await song.get(path)).status_code == 404


class TestPlates:
    async def test_are_printed_scanned_and_start_a_visit(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        he = await console("he")
        spots = {"home": town.alliance.yihe, "spots": ["201-1", "door"]}
        page = await he.submit("/admin/plates", spots)
        assert page.status_code == 200
        assert "云桥市颐和养老院" in page.text
        printed = read_qr(page.text)
        assert [len(code) for code in printed] == [30, 30]
        assert not any(code in page.text for code in printed)  # drawn, not written

        doctor, nurse, now = await actor("doctor"), await actor("nurse"), clock()
        nonce = await nonce_for(doctor, now=now)
        code = await code_on_the_screen(nurse, town.visits.today, now=now)
        scan = await scanned(
            town, doctor, nurse, town.visits.today, now=now, plate=printed[0], nonce=nonce, code=code
        )
        verdict = await actions.start_visit(actor=doctor, visit_uid=town.visits.today, scanned=scan, now=now)
        assert verdict.result == "accepted"

    async def test_of_one_printing_are_not_printed_again_by_a_second_press(
        self, town: Any, console: Console
    ) -> None:
        he = await console("he")
        before, key = await Plate.all().count(), new_uid()
        fields = {"home": town.alliance.yihe, "spots": ["201-1"]}
        assert (await he.submit("/admin/plates", fields, key=key)).status_code == 200
        assert (await he.submit("/admin/plates", fields, key=key)).status_code == 303
        assert await Plate.all().count() == before + 1

    async def test_leave_no_code_in_the_database(self, town: Any, console: Console, clock: Any) -> None:
        from server.kit.idempotency import AnsweredRequest

        he = await console("he")
        page = await he.submit("/admin/plates", {"home": town.alliance.yihe, "spots": ["201-1"]})
        (code,) = read_qr(page.text)
        kept = await Plate.get(bed="201-1", valid_to=None)
        answers = await AnsweredRequest.all().values_list("answer", flat=True)
        assert code not in f"{dict(kept)}{answers}"

    async def test_old_ones_end_after_a_week_and_can_be_ended_at_once(
        self, town: Any, console: Console, clock: Any
    ) -> None:
        he = await console("he")
        await he.submit("/admin/plates", {"home": town.alliance.yihe, "spots": ["201-1"]})
        old, new = await Plate.filter(bed="201-1").order_by("id")
        assert (old.valid_to, new.valid_to) == (clock() + timedelta(days=7), None)
        assert "201-1 床" in (await he.get("/admin/plates")).text

        assert (await he.submit(f"/admin/plates/{new.uid}/retire")).status_code == 303
        assert (await Plate.get(id=new.id)).valid_to == clock()

    async def test_of_another_home_cannot_be_printed_or_ended(self, town: Any, console: Console) -> None:
        song = await console("song")
        fields = {"home": town.alliance.yihe, "spots": ["201-1"]}
        assert (await song.submit("/admin/plates", fields)).status_code == 404
        door = await Plate.get(kind=PlateKind.DOOR)
        assert (await song.submit(f"/admin/plates/{door.uid}/retire")).status_code == 404
