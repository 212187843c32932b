"""What a roster would do is decided once, and a yes holds for that alone."""

import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.authority.actor import Actor
from server.demo import Town
from server.demo.people import LI_NUMBER, WANG_NUMBER, ZHAO_YUN_NUMBER
from server.demo.roster import town_roster
from server.kit import sealing
from server.kit.engines.counting import counted
from server.kit.errors import DomainError
from server.people import actions, queries
from server.people.models import Resident
from server.people.roster import read_roster
from server.people.rules import PREVIEW_LASTS, RosterStep, StayEnd

Actors = Callable[[str], Awaitable[Actor]]
NEW = {"name": "沈阿毛", "national_id": "330299195507150211", "bed": "301-1"}
WANG = {"name": "王桂兰", "national_id": WANG_NUMBER, "bed": "201-1", "phone": "13900001936"}


async def previewed(actor: Actor, rows: Any, now: Any, home: str | None) -> queries.RosterPreview:
    return await queries.roster_preview(
        actor=actor, home_uid=home, rows=rows, file_digest="sha256:00", now=now
    )


async def refused(actor: Actor, ticket: str, now: Any, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        await actions.import_previewed_roster(actor=actor, ticket=ticket, now=now)
    assert refusal.value.code == code


class TestSteps:
    async def test_every_kind_and_the_import_counts_the_same(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        jin, now = await actor("jin"), clock()
        await actions.discharge(actor=jin, resident_uid=town.people.li, reason=StayEnd.WENT_HOME, now=now)
        home = {"home": "云桥市颐和养老院"}
        rows = [
            {**NEW, "home": "云桥市松鹤养老院"},
            {**WANG, **home},
            {"name": "李福生", "national_id": LI_NUMBER, **home},
            {"name": "赵云珍", "national_id": ZHAO_YUN_NUMBER, "phone": "13811112222", **home},
        ]

        preview = await previewed(jin, rows, now, None)
        report = await actions.import_previewed_roster(actor=jin, ticket=preview.ticket, now=now)

        assert [(line.row, line.step, line.returns, line.new_phone) for line in preview.lines] == [
            (2, RosterStep.ADMIT, False, False),
            (3, RosterStep.NOTHING, False, False),
            (4, RosterStep.ADMIT, True, False),
            (5, RosterStep.TRANSFER, False, True),
        ]
        assert (report.admitted, report.moved, report.updated, report.unchanged) == (2, 1, 0, 1)
        moved = await Resident.get(uid=town.people.zhao_yun)
        assert (moved.bed, moved.phone_index is not None) == (
            None,
            True,
        )  # a bed of the old home is none here
        assert await queries.faults(now=now) == []

    async def test_changes_nothing_and_asks_little(self, town: Town, actor: Actors, clock: Any) -> None:
        assert town
        jin = await actor("jin")
        rows = read_roster("a.xlsx", town_roster(homes=6, residents=1300)).rows

        with counted() as statements:
            preview = await previewed(jin, rows, clock(), None)

        assert preview.counts == {RosterStep.ADMIT: 1300}
        assert len(statements) < 16
        assert all(sql.startswith("SELECT") for sql in statements)
        assert await Resident.all().count() == 3


class TestTicket:
    async def test_that_another_release_packed_otherwise_is_over(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        assert town
        jin = await actor("jin")
        sealed = sealing.seal_bytes(
            b"not packed by this one", place=f"people.roster_preview|{jin.account_uid}"
        )

        await refused(jin, base64.b64encode(sealed).decode(), clock(), "people.roster_preview_over")

    async def test_tells_nothing_to_who_reads_the_page(self, town: Town, actor: Actors, clock: Any) -> None:
        preview = await previewed(await actor("he"), [NEW], clock(), town.alliance.yihe)

        packed = base64.b64decode(preview.ticket)

        assert NEW["national_id"].encode() not in packed
        assert NEW["national_id"] not in repr(preview)

    @pytest.mark.parametrize(
        ("who", "later"),
        [("song", timedelta(0)), ("he", PREVIEW_LASTS), ("he", -timedelta(seconds=1))],
    )
    async def test_is_for_one_person_and_for_half_an_hour(
        self, town: Town, actor: Actors, clock: Any, who: str, later: timedelta
    ) -> None:
        ticket = (await previewed(await actor("he"), [NEW], clock(), town.alliance.yihe)).ticket

        await refused(await actor(who), ticket, clock() + later, "people.roster_preview_over")

    async def test_holds_as_it_was_made_only(self, town: Town, actor: Actors, clock: Any) -> None:
        he = await actor("he")
        ticket = (await previewed(he, [NEW], clock(), town.alliance.yihe)).ticket

        await refused(he, ticket[:-12] + "AAAA" + ticket[-8:], clock(), "people.roster_preview_over")

    async def test_is_good_to_the_last_second(self, town: Town, actor: Actors, clock: Any) -> None:
        he = await actor("he")
        ticket = (await previewed(he, [NEW], clock(), town.alliance.yihe)).ticket
        last = clock() + PREVIEW_LASTS - timedelta(seconds=1)

        assert (await actions.import_previewed_roster(actor=he, ticket=ticket, now=last)).admitted == 1

    async def test_with_faults_there_is_none(self, town: Town, actor: Actors, clock: Any) -> None:
        preview = await previewed(await actor("he"), [NEW, {"name": ""}], clock(), town.alliance.yihe)

        assert (preview.ticket, preview.faulty_rows, len(preview.lines)) == ("", 1, 1)

    async def test_when_a_line_means_something_else_by_now(
        self, town: Town, actor: Actors, clock: Any
    ) -> None:
        he, now = await actor("he"), clock()
        ticket = (await previewed(he, [{**WANG, "bed": "203-1"}], now, town.alliance.yihe)).ticket
        await actions.change_bed(actor=he, resident_uid=town.people.wang, bed="204-1", now=now)

        await refused(he, ticket, now, "people.roster_overtaken")

        assert (await Resident.get(uid=town.people.wang)).bed == "204-1"
