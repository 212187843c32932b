"""A copy holds everything: compared with the schema, and with what stands in the tables."""

import base64
import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.audit.models import AuditEntry
from server.audit.trail_models import AccessEntry
from server.authority.actor import Actor, system_actor
from server.booking.models import Appointment
from server.consent.rules import RecordCategory
from server.demo import Town
from server.documents import actions as documents
from server.documents.errors import Expired, NotReady, TooManyExports
from server.documents.models import ExportJob, ExportPart
from server.documents.rules import RIGHTS_GONE, SheetKind
from server.kit.errors import Forbidden, NotFound
from server.people.models import ProxyGrant, ProxyGrantScope, Resident
from server.people.rules import ProxyScope, ProxyStatus
from server.privacy import actions, queries
from server.privacy.actions.copies import write_copy
from server.privacy.errors import CopyOutdated
from server.privacy.queries.holdings import table_of
from server.privacy.rules import NOT_TOLD, OF_ACCOUNT, OF_RESIDENT, TOLD_BY_RECORDS, is_told
from server.records.models import RecordEntry
from tests.core.privacy.schema import person_columns, pointed_at, tables, tables_about_persons

ActorOf = Callable[[str], Awaitable[Actor]]
DECLARED = {each.column for each in (*OF_ACCOUNT, *OF_RESIDENT)} | set(TOLD_BY_RECORDS) | set(NOT_TOLD)


async def written(clock: Any) -> int:
    writers = {SheetKind.OWN_COPY: write_copy}
    return await documents.write_exports(actor=system_actor("worker"), clock=clock, writers=writers)


async def asked(actor: Actor, clock: Any, resident: str | None = None) -> str:
    card = await actions.ask_for_copy(actor=actor, resident_uid=resident, now=clock())
    return card.job.uid


async def fetched(actor: Actor, uid: str, clock: Any) -> zipfile.ZipFile:
    file = await queries.copy_file(actor=actor, uid=uid, now=clock())
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(file.content)))


async def copy_for(actor: Actor, clock: Any, resident: str | None = None) -> dict[str, Any]:
    uid = await asked(actor, clock, resident)
    assert await written(clock) == 1
    book = await fetched(actor, uid, clock)
    return {
        name.removesuffix(".json"): json.loads(book.read(name))
        for name in book.namelist()
        if name.endswith(".json")
    }


class TestTheMap:
    def test_names_every_column_that_leads_to_a_person(self) -> None:
        assert [each for each in person_columns() if each not in DECLARED] == []

    def test_names_every_table_from_which_some_way_leads_to_a_person(self) -> None:
        known = {each.split(".")[0] for each in DECLARED}
        assert tables_about_persons() - known == set()

    def test_names_nothing_that_is_not_there(self) -> None:
        there = {table._meta.db_table: {*table._meta.fields_map, *pointed_at(table)} for table in tables()}
        for column in DECLARED:
            table, _, by = column.partition(".")
            assert table in there, column
            assert not by or "__" in by or by in there[table], column

    @pytest.mark.parametrize(
        "column", ["token_hash", "phone_index", "place_key", "openid", "totp_sealed", "mac", "arrival_code"]
    )
    def test_keeps_back_what_opens_a_door_or_finds_somebody(self, column: str) -> None:
        assert not is_told(column)


class TestACopyOfOneself:
    async def test_holds_every_row_that_the_tables_hold(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        row = await Resident.get(uid=town.people.wang)

        copy = await copy_for(wang, clock)

        told = {name: rows for name, rows in copy.items() if name not in {"manifest", "resident/record"}}
        theirs: dict[
            str, set[Any]
        ] = {}  # nobody else's row is told; one without a uid is another's, shortened
        for prefix, holdings, person in (
            ("account", OF_ACCOUNT, wang.account_id),
            ("resident", OF_RESIDENT, row.id),
        ):
            for each in holdings:
                kept = table_of(each.table).filter(**{each.by: person})
                uids = {row["uid"] for row in told[f"{prefix}/{each.table}"]}
                before = set(await kept.filter(created_at__lt=clock()).values_list("uid", flat=True))
                assert before <= uids, each.column
                theirs.setdefault(f"{prefix}/{each.table}", {None}).update(
                    await kept.values_list("uid", flat=True)
                )
        assert {
            name for name, rows in told.items() if not {row["uid"] for row in rows} <= theirs[name]
        } == set()
        assert {part["file"] for part in copy["manifest"]["parts"]} == {f"{name}.json" for name in copy} - {
            "manifest.json"
        }

    async def test_opens_ones_own_numbers_and_reads_the_record(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        copy = await copy_for(await actor("wang"), clock)

        (register,) = copy["resident/resident"]
        assert register["name"] == "王桂兰"
        assert register["national_id"].startswith("330299")
        assert register["account"] == "本人"
        entries = await RecordEntry.filter(resident__uid=town.people.wang).count()
        assert len(copy["resident/record"]["entries"]) == entries

    async def test_tells_no_secret_and_nobody_elses_number(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        copy = await copy_for(await actor("wang"), clock)

        text = json.dumps(copy, ensure_ascii=False)
        names = {name for rows in copy.values() if isinstance(rows, list) for row in rows for name in row}
        assert not [name for name in names if not is_told(name)]
        assert "phone" not in {name for row in copy["resident/kinship"] for name in row}
        assert "password" not in text
        assert "openid" not in names

    async def test_has_a_page_that_a_person_can_read(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        uid = await asked(wang, clock)
        await written(clock)

        page = (await fetched(wang, uid, clock)).read("index.html").decode()

        assert "个人信息保护法第四十五条" in page
        assert "健康档案" in page
        assert "<script" not in page

    async def test_of_somebody_without_a_record_is_about_the_account_alone(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        copy = await copy_for(await actor("stranger"), clock)

        assert not [name for name in copy if name.startswith("resident/")]
        assert len(copy["account/account"]) == 1


class TestACopyForAProxy:
    async def test_tells_of_the_resident_what_the_grant_covers(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope=ProxyScope.BOOKING).delete()

        copy = await copy_for(daughter, clock, town.people.wang)

        assert not [name for name in copy if name.startswith("account/")]
        assert "resident/appointment" not in copy
        assert copy["resident/record"]["resident_uid"] == town.people.wang

    async def test_opens_no_sealed_number(self, town: Town, actor: ActorOf, clock: Any) -> None:
        copy = await copy_for(await actor("daughter"), clock, town.people.wang)

        assert "330299" not in json.dumps(copy)

    @pytest.mark.parametrize("persona", ["nephew", "stranger", "guardian", "nurse"])
    async def test_is_not_for_others(self, town: Town, actor: ActorOf, clock: Any, persona: str) -> None:
        with pytest.raises(NotFound):
            await asked(await actor(persona), clock, town.people.wang)

    async def test_is_not_written_once_the_grant_has_ended(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        uid = await asked(await actor("daughter"), clock, town.people.wang)
        await _end_the_daughters_grant(town)

        await written(clock)

        assert (await ExportJob.get(uid=uid)).failure == RIGHTS_GONE

    async def test_is_not_handed_out_once_the_grant_has_ended(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        uid = await asked(daughter, clock, town.people.wang)
        await written(clock)
        await _end_the_daughters_grant(town)

        with pytest.raises(NotFound):
            await fetched(daughter, uid, clock)

    async def test_is_not_handed_out_once_the_grant_covers_less(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        uid = await asked(daughter, clock, town.people.wang)
        await written(clock)
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope=ProxyScope.BOOKING).delete()

        with pytest.raises(CopyOutdated):
            await fetched(daughter, uid, clock)

    async def test_is_not_handed_out_once_the_grant_is_narrowed(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        uid = await asked(daughter, clock, town.people.wang)
        await written(clock)
        await ProxyGrant.filter(uid=town.people.daughter_grant).update(categories=[RecordCategory.MEDS])

        with pytest.raises(CopyOutdated):
            await fetched(daughter, uid, clock)

    async def test_is_handed_out_when_the_grant_has_grown(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        grant = ProxyGrant.filter(uid=town.people.daughter_grant)
        await grant.update(categories=[RecordCategory.MEDS])
        uid = await asked(daughter, clock, town.people.wang)
        await written(clock)
        await grant.update(categories=[])

        assert (await fetched(daughter, uid, clock)).namelist()

    async def test_of_oneself_is_not_handed_out_once_one_is_bound_to_another_row(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        wang = await actor("wang")
        uid = await asked(wang, clock)
        await written(clock)
        await Resident.filter(uid=town.people.wang).update(account_id=None)

        with pytest.raises(CopyOutdated):
            await fetched(wang, uid, clock)

    async def test_says_that_it_is_not_all_and_what_is_left_out(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        await ProxyGrantScope.filter(grant__uid=town.people.daughter_grant, scope=ProxyScope.BOOKING).delete()
        uid = await asked(daughter, clock, town.people.wang)
        await written(clock)

        book = await fetched(daughter, uid, clock)

        page, manifest = book.read("index.html").decode(), json.loads(book.read("manifest.json"))
        assert "全部信息" not in page
        assert "只有您的代办范围以内的" in page
        assert {"预约", "候补"} <= set(manifest["beyond_the_grant"])
        assert all(title in page for title in manifest["beyond_the_grant"])

    async def test_calls_the_proxy_somebody_else(self, town: Town, actor: ActorOf, clock: Any) -> None:
        copy = await copy_for(await actor("daughter"), clock, town.people.wang)

        (grant,) = [row for row in copy["resident/proxy_grant"] if row["uid"] == town.people.daughter_grant]
        assert (grant["proxy"], grant["resident"]) == ("他人", "本人")

    async def test_is_listed_without_a_name_once_the_grant_has_ended(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        await asked(daughter, clock, town.people.wang)
        (before,) = await queries.my_copies(actor=daughter, now=clock())
        await _end_the_daughters_grant(town)

        (after,) = await queries.my_copies(actor=daughter, now=clock())

        assert (before.about, after.about) == ("王桂兰", "不再由您代办的长者")


class TestTheFile:
    async def test_leaves_a_line_in_the_access_trail_each_time(
        self, town: Town, actor: ActorOf, clock: Any
    ) -> None:
        daughter = await actor("daughter")
        uid = await asked(daughter, clock, town.people.wang)
        await written(clock)

        for _ in range(2):
            await fetched(daughter, uid, clock)

        lines = await AccessEntry.filter(what="privacy.copy")
        assert [(each.basis, each.basis_uid) for each in lines] == [("proxy", town.people.daughter_grant)] * 2
        assert await AuditEntry.filter(action="documents.export_downloaded", subject_uid=uid).count() == 2

    async def test_is_sealed_while_it_lies(self, town: Town, actor: ActorOf, clock: Any) -> None:
        await asked(await actor("wang"), clock)
        await written(clock)

        assert await ExportPart.all().count()
        assert b"PK\x03\x04" not in b"".join([part.sealed for part in await ExportPart.all()])

    async def test_is_gone_after_a_day(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        uid = await asked(wang, clock)
        await written(clock)
        clock.advance(days=1)

        with pytest.raises(Expired):
            await fetched(wang, uid, clock)

    async def test_is_nobody_elses(self, town: Town, actor: ActorOf, clock: Any) -> None:
        uid = await asked(await actor("wang"), clock)
        await written(clock)

        with pytest.raises(NotFound):
            await fetched(await actor("daughter"), uid, clock)

    async def test_is_not_there_before_it_is_written(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        uid = await asked(wang, clock)

        with pytest.raises(NotReady):
            await fetched(wang, uid, clock)

    async def test_is_asked_for_a_few_times_at_once(self, town: Town, actor: ActorOf, clock: Any) -> None:
        wang = await actor("wang")
        for _ in range(3):
            await asked(wang, clock)

        with pytest.raises(TooManyExports):
            await asked(wang, clock)

    async def test_is_no_table_of_the_console(self, town: Town, actor: ActorOf, clock: Any) -> None:
        with pytest.raises(Forbidden):
            await documents.ask_for_export(
                actor=await actor("he"), kind=SheetKind.OWN_COPY, filters={}, reason="试试", now=clock()
            )

    async def test_of_a_long_life_is_whole(self, town: Town, actor: ActorOf, clock: Any) -> None:
        """Three thousand appointments: several batches of one table, none twice, none left out."""
        some = await Appointment.filter(resident__uid=town.people.wang).first() or await Appointment.first()
        wang = await Resident.get(uid=town.people.wang)
        await Appointment.bulk_create(
            [
                Appointment(
                    slot_id=some.slot_id, resident_id=wang.id, status=some.status, number=1, reason="复查",
                    source=some.source, arrival_code=f"long-life-{each}", on_behalf_basis="self",
                    created_at=clock() - timedelta(days=each),
                )
                for each in range(3000)
            ]
        )  # fmt: skip

        copy = await copy_for(await actor("wang"), clock)

        uids = [each["uid"] for each in copy["resident/appointment"]]
        assert len(uids) == len(set(uids)) >= 3000


async def _end_the_daughters_grant(town: Town) -> None:
    await ProxyGrant.filter(uid=town.people.daughter_grant).update(status=ProxyStatus.ENDED, live_key=None)
