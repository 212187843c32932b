"""Tables: asked for, written with the rights of that moment, fetched, and gone."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from server.audit.models import AuditEntry
from server.authority.actor import Actor, system_actor
from server.demo import Town, cast
from server.documents import actions, queries
from server.documents.actions import writing
from server.documents.errors import AlreadyOver, Expired, NotAFilter, NotReady, TooManyExports
from server.documents.models import ExportJob, ExportPart
from server.documents.queries.sheets import SHEETS, Column
from server.documents.queries.workbooks import About, TableFile
from server.documents.rules import BROKEN, LEASE, MOST_ATTEMPTS, RIGHTS_GONE, ExportStatus, SheetKind
from server.identity.models import RoleGrant
from server.kit.errors import Forbidden, NotFound
from server.kit.pages import PageWish
from server.people.models import Resident
from server.people.queries import residents

ActorOf = Callable[[str], Awaitable[Actor]]


async def asked(actor: Actor, clock: Any, kind: SheetKind = SheetKind.RESIDENTS, **filters: str) -> str:
    card = await actions.ask_for_export(
        actor=actor, kind=kind, filters=filters, reason="季度汇报", now=clock()
    )
    return card.uid


async def written(clock: Any) -> int:
    return await actions.write_exports(actor=system_actor("worker"), clock=clock)


async def book_of(actor: Actor, uid: str, clock: Any) -> Any:
    file = await queries.export_file(actor=actor, uid=uid, now=clock())
    return openpyxl.load_workbook(io.BytesIO(file.content))


class TestATable:
    async def test_holds_the_list_to_its_end_and_says_what_it_means(
        self, town: Town, actor: ActorOf, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writing, "MOST", 1)  # several pages
        he = await actor("he")
        listed = await _all_residents(he, clock)
        uid = await asked(he, clock)

        assert await written(clock) == 1

        book = await book_of(he, uid, clock)
        data = list(book["数据"].iter_rows(values_only=True))
        notes = dict(book["说明"].iter_rows(max_col=2, values_only=True))
        assert data[0][0] == "编号"
        assert [row[0] for row in data[1:]] == [card.uid for card in listed]
        assert len(listed) > 1
        assert book["数据"].freeze_panes == "A2"
        assert book["数据"].auto_filter.ref == f"A1:H{len(data)}"
        assert notes["行数"] == str(len(listed))
        assert notes["用途"] == "季度汇报"
        assert notes["导出人"] == "何静"
        assert {column.title for column in SHEETS[SheetKind.RESIDENTS].columns} <= notes.keys()
        assert "不要转发" in notes["注意"]

    async def test_shows_nobody_by_name_or_number(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await written(clock)

        text = str([list(sheet.iter_rows(values_only=True)) for sheet in await book_of(he, uid, clock)])

        assert "王**" in text
        assert "王桂兰" not in text
        assert "330299" not in text

    @pytest.mark.parametrize("kind", list(SHEETS))
    async def test_can_be_made_of_every_list(
        self, town: Town, actor: ActorOf, clock: Any, kind: SheetKind
    ) -> None:
        whose = await actor(
            "feng"
            if kind in {SheetKind.FOLLOW_UPS, SheetKind.PRESCRIPTIONS, SheetKind.WORKLOAD_LINES}
            else "he"
        )
        uid = await asked(whose, clock, kind)

        assert await written(clock) == 1

        heading = next((await book_of(whose, uid, clock))["数据"].iter_rows(values_only=True))
        assert list(heading) == [column.title for column in SHEETS[kind].columns]

    async def test_keeps_the_conditions_of_its_list(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock, SheetKind.CONSENTS, status="requested")
        await written(clock)

        book = await book_of(he, uid, clock)

        assert {row[5] for row in book["数据"].iter_rows(min_row=2, values_only=True)} == {"等您决定"}
        assert dict(book["说明"].iter_rows(max_col=2, values_only=True))["条件"] == "状态：等您决定"


class TestACell:
    @pytest.mark.parametrize(
        "text",
        ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "=1+1", "\t=1+1", "http://example.org", "007"],
    )
    def test_is_text_and_never_a_formula_or_a_link(self, tmp_path: Any, text: str) -> None:
        table = TableFile(tmp_path / "t.xlsx", (Column("列", "含义", lambda card: card),))
        table.add([text])
        table.close(About("表", "全部", "某人", cast.TOWN_NOW, text))

        book = openpyxl.load_workbook(tmp_path / "t.xlsx")

        for cell in (book["数据"]["A2"], book["说明"]["B6"]):
            assert cell.value == text
            assert cell.data_type == "s"
            assert cell.hyperlink is None


class TestAsking:
    async def test_leaves_a_line_with_the_reason(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("he"), clock, SheetKind.CONSENTS, status="granted")

        line = await AuditEntry.get(action="documents.export_asked", subject_uid=uid)
        assert line.reason == "季度汇报"
        assert line.detail == {"kind": "consents", "filters": {"status": "granted"}}

    async def test_is_refused_for_a_list_that_is_not_theirs(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        with pytest.raises(Forbidden):
            await asked(await actor("qian"), clock, SheetKind.RESIDENTS)

    @pytest.mark.parametrize("filters", [{"nonsense": "1"}, {"status": "nonsense"}])
    async def test_is_refused_for_a_condition_that_the_list_has_not(
        self, town: Town, actor: ActorOf, clock: Any, filters: dict[str, str]
    ) -> None:
        with pytest.raises(NotAFilter):
            await asked(await actor("he"), clock, SheetKind.CONSENTS, **filters)

    async def test_is_refused_while_several_are_waiting(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        for _ in range(3):
            await asked(he, clock)

        with pytest.raises(TooManyExports):
            await asked(he, clock)


class TestWriting:
    async def test_by_two_workers_at_once_makes_one_file(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        uid = await asked(await actor("he"), clock)

        done = await asyncio.gather(written(clock), written(clock))

        assert sum(done) == 1
        assert (await ExportJob.get(uid=uid)).attempts == 1

    async def test_stops_when_the_right_is_gone(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await RoleGrant.filter(account_id=he.account_id).update(ends_at=clock())

        assert await written(clock) == 1

        row = await ExportJob.get(uid=uid)
        assert (row.status, row.failure) == (ExportStatus.FAILED, RIGHTS_GONE)
        assert await ExportPart.all().count() == 0

    async def test_holds_only_what_the_asker_may_see_when_it_is_written(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await Resident.filter(uid=town.people.li).update(home_id=None, bed=None, bed_key=None)

        await written(clock)

        shown = {row[0] for row in (await book_of(he, uid, clock))["数据"].iter_rows(values_only=True)}
        assert town.people.wang in shown
        assert town.people.li not in shown

    async def test_is_taken_over_when_a_worker_fell_silent(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        uid = await asked(await actor("he"), clock)
        silent = await writing._take(actor=system_actor("worker"), now=clock())
        assert await written(clock) == 0  # somebody is at it

        clock.advance(seconds=LEASE.total_seconds())
        assert await written(clock) == 1

        with pytest.raises(writing.Lost):
            await writing._keep_part(job=silent, number=9, part=b"late", now=clock())
        assert (await ExportJob.get(uid=uid)).status is ExportStatus.READY

    async def test_is_given_up_after_some_attempts_with_a_sentence(
        self, town: Town, actor: ActorOf, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def breaks(*_: Any) -> None:
            raise OSError

        monkeypatch.setattr(writing, "_fill", breaks)
        uid = await asked(await actor("he"), clock)
        for _ in range(MOST_ATTEMPTS + 1):
            assert await written(clock) == 0
            clock.advance(seconds=LEASE.total_seconds())

        row = await ExportJob.get(uid=uid)
        assert (row.status, row.failure) == (ExportStatus.FAILED, BROKEN)

    async def test_stops_at_the_next_page_when_the_worker_must_end(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        uid = await asked(await actor("he"), clock)
        calls = iter([False])

        done = await actions.write_exports(
            actor=system_actor("worker"), clock=clock, is_over=lambda: next(calls, True)
        )

        assert done == 0
        assert (await ExportJob.get(uid=uid)).status is ExportStatus.RUNNING  # until its lease runs out


class TestFetching:
    async def test_leaves_a_line_each_time(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await written(clock)
        assert await queries.count_ready(actor=he, now=clock()) == 1

        for _ in range(2):
            await queries.export_file(actor=he, uid=uid, now=clock())

        assert await AuditEntry.filter(action="documents.export_downloaded", subject_uid=uid).count() == 2
        assert await queries.count_ready(actor=he, now=clock()) == 0
        (card,) = (await queries.my_exports(actor=he, wish=PageWish(), now=clock())).items
        assert card.downloads == 2

    async def test_is_not_for_anybody_else(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("he"), clock)
        await written(clock)

        for somebody in ("jin", "song"):
            with pytest.raises(NotFound):
                await queries.export_file(actor=await actor(somebody), uid=uid, now=clock())

    async def test_is_refused_before_it_is_written(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)

        with pytest.raises(NotReady):
            await queries.export_file(actor=he, uid=uid, now=clock())

    async def test_ends_after_a_day_and_the_file_is_deleted(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await written(clock)
        assert await ExportPart.all().count() == 1

        clock.advance(hours=24)

        with pytest.raises(Expired):
            await queries.export_file(actor=he, uid=uid, now=clock())
        assert await actions.sweep_expired_exports(actor=system_actor("worker"), now=clock()) == 1
        assert await ExportPart.all().count() == 0
        assert (await ExportJob.get(uid=uid)).status is ExportStatus.EXPIRED


class TestCancelling:
    async def test_deletes_what_was_written(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await written(clock)

        await actions.cancel_export(actor=he, uid=uid, now=clock())

        assert await ExportPart.all().count() == 0
        with pytest.raises(AlreadyOver):
            await actions.cancel_export(actor=he, uid=uid, now=clock())

    async def test_stops_the_writing(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        job = await writing._take(actor=system_actor("worker"), now=clock())

        await actions.cancel_export(actor=he, uid=uid, now=clock())

        with pytest.raises(writing.Lost):
            await writing.go_on(job, clock() + timedelta(seconds=1), rows=500)

    async def test_is_not_for_anybody_else(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("he"), clock)

        with pytest.raises(NotFound):
            await actions.cancel_export(actor=await actor("jin"), uid=uid, now=clock())


async def _all_residents(actor: Actor, clock: Any) -> list[Any]:
    return list((await residents(actor=actor, wish=PageWish(limit=500), now=clock())).items)
