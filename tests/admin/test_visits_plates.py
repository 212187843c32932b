"""Plates in the console: what a camera reads from a printed page, and what ends."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import zxingcpp

from server.kit.ids import new_uid
from server.people.models import Resident
from server.visits import actions, queries
from server.visits.models import Plate
from server.visits.rules import PlateKind
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


async def homes_in_numbers(actor: Any, clock: Any) -> dict[str, tuple[int, int]]:
    walls = await queries.plate_walls(actor=actor, now=clock())
    return {home.name: (home.beds, home.plates) for home in walls.homes}


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

    async def test_show_where_none_hangs_and_have_those_ticked(self, console: Console, clock: Any) -> None:
        he = await console("he")
        assert "都有床牌" in (await he.get("/admin/plates")).text
        await Plate.filter(bed="202-1").update(valid_to=clock())
        page = (await he.get("/admin/plates")).text
        assert "还有 1 处没有床牌" in page
        assert 'value="202-1" checked' in page
        assert 'value="201-1" checked' not in page

    async def test_can_be_narrowed_to_those_that_ended(self, console: Console, clock: Any) -> None:
        he = await console("he")
        await Plate.filter(bed="202-1").update(valid_to=clock())
        page = (await he.get("/admin/plates?state=ended")).text
        listed = page[page.index("<tbody>") :]
        assert "202-1 床" in listed
        assert "201-1 床" not in listed

    async def test_of_several_homes_are_printed_one_home_at_a_time(self, town: Any, console: Console) -> None:
        jin = await console("jin")
        every = (await jin.get("/admin/plates")).text
        yihe = (await jin.get(f"/admin/plates?home={town.alliance.yihe}")).text
        assert all(home in every for home in ("颐和养老院", "松鹤养老院", "使用中的床牌"))
        assert ("打印所选" in every, "打印所选" in yihe, "201-1 床" in yihe) == (False, True, True)

    async def test_are_counted_by_the_beds_that_have_one(
        self, town: Any, console: Console, actor: Any, clock: Any
    ) -> None:
        """While an older plate is to be changed a bed has two; one of an empty bed is of no use to anybody."""
        he, jin = await console("he"), await actor("jin")
        wang = await Resident.get(uid=town.people.wang)
        before = await homes_in_numbers(jin, clock)
        await he.submit("/admin/plates", {"home": town.alliance.yihe, "spots": ["201-1", "202-1"]})
        assert await homes_in_numbers(jin, clock) == before

        await Resident.filter(id=wang.id).update(bed=None)

        beds, plates = before["云桥市颐和养老院"]
        assert (await homes_in_numbers(jin, clock))["云桥市颐和养老院"] == (beds - 1, plates - 1)
        assert (await queries.plate_walls(actor=await actor("he"), now=clock())).homes == ()

    async def test_of_a_home_of_others_are_not_found(self, town: Any, console: Console) -> None:
        page = await (await console("he")).get(f"/admin/plates?home={town.alliance.songhe}")
        assert page.status_code == 404

    async def test_of_a_large_home_are_offered_by_the_sheet_those_without_one_first(
        self, town: Any, console: Console, clock: Any
    ) -> None:
        wang = await Resident.get(uid=town.people.wang)
        for number in range(70):
            await Resident(
                name=f"长者{number}",
                birth_date=wang.birth_date,
                home_id=wang.home_id,
                bed=f"9{number:02}-1",
                created_at=clock(),
            ).save()
        he = await console("he")
        page = (await he.get("/admin/plates")).text
        assert "还有 70 处没有床牌" in page
        assert page.count('name="spots"') == page.count(" checked> <span>9") == 60
        found = (await he.get("/admin/plates?bed=201")).text
        assert re.findall(r'name="spots"[^>]* value="([^"]+)"', found) == ["201-1"]
        assert "没有这样开头的床" in (await he.get("/admin/plates?bed=Z")).text
