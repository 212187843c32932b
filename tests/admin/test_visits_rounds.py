"""Rounds in the console: whom to see, plan it, and a whole round on one sheet."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from server.kit.ids import new_uid
from server.records.models import RecordEntry
from server.visits import actions
from server.visits.actions import PlannedItem
from server.visits.models import Visit, VisitItem
from server.visits.queries import VisitCard
from server.visits.rules import Outcome, VisitKind, VisitStatus
from tests.core.visits.phone import scanned

Console = Callable[[str], Awaitable[Any]]


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


@pytest_asyncio.fixture
async def out(town: Any, actor: Any, clock: Any) -> VisitCard:
    """Feng of the health center has gone out himself and scanned at Wang's bed."""
    feng, now = await actor("feng"), clock()
    card = await actions.plan_visit(
        actor=feng,
        home_uid=town.alliance.yihe,
        provider_uid=town.alliance.health_center,
        kind=VisitKind.ROUND,
        starts_at=now,
        ends_at=clock.instant.replace(hour=11),
        clinician_uids=[town.identity.accounts["feng"]],
        items=[PlannedItem(town.people.wang, "patrol"), PlannedItem(town.people.li, "patrol")],
        now=now,
    )
    scan = await scanned(town, feng, await actor("nurse"), card.uid, now=now)
    await actions.start_visit(actor=feng, visit_uid=card.uid, scanned=scan, now=now)
    return card


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


class TestDue:
    async def test_lists_who_is_due_and_plans_them(self, town: Any, console: Console) -> None:
        feng = await console("feng")
        await Visit.filter(uid=town.visits.today).update(status=VisitStatus.CANCELLED)
        page = (await feng.get("/admin/rounds/due")).text
        assert "一年 52 次，每 7 天看一次" in page
        assert f'name="residents" value="{town.people.wang}"' in page
        assert 'value="2026-03-05T14:00"' in page  # the agreed Thursday afternoon
        answer = await feng.submit("/admin/visits", plan(town, residents=[town.people.wang]))
        assert answer.status_code == 303
        assert town.people.wang not in (await feng.get("/admin/rounds/due")).text

    async def test_is_read_by_the_home_which_asks_the_provider(self, town: Any, console: Console) -> None:
        await Visit.filter(uid=town.visits.today).update(status=VisitStatus.CANCELLED)
        page = (await (await console("he")).get("/admin/rounds/due")).text
        assert "王桂兰" in page
        assert "0574-55500001" in page
        assert 'name="residents"' not in page

    async def test_shows_everybody_when_asked(self, console: Console) -> None:
        feng = await console("feng")
        assert "李福生" not in (await feng.get("/admin/rounds/due")).text
        assert "李福生" in (await feng.get("/admin/rounds/due?everybody=true")).text

    async def test_of_an_agreement_of_others_is_not_found(self, town: Any, console: Console) -> None:
        path = f"/admin/rounds/due?agreement={town.alliance.yihe_health_center}"
        assert (await (await console("song")).get(path)).status_code == 404

    async def test_without_a_promise_says_what_to_do(self, console: Console) -> None:
        assert "请先在" in (await (await console("song")).get("/admin/rounds/due")).text


class TestSheet:
    async def test_is_written_in_one_go(self, console: Console, out: VisitCard) -> None:
        wang, li = (item.uid for item in out.items)
        cells = {
            f"outcome-{wang}": "seen",
            f"systolic-{wang}": "130",
            f"diastolic-{wang}": "80",
            f"temperature-{wang}": "36.6",
            f"text-{wang}": "精神好",
            f"outcome-{li}": "absent",
            f"note-{li}": "去医院了",
        }
        feng = await console("feng")
        answer = await feng.submit(f"/admin/visits/{out.uid}/sheet", cells)
        assert answer.status_code == 303
        items = await VisitItem.filter(visit__uid=out.uid).order_by("bed")
        assert [(item.outcome, len(item.entries), item.note) for item in items] == [
            (Outcome.SEEN, 3, ""),
            (Outcome.ABSENT, 0, "去医院了"),
        ]
        again = (await feng.get(f"/admin/visits/{out.uid}/sheet")).text
        assert "已写 3 条" in again
        assert 'value="去医院了"' in again

    async def test_takes_numbers_alone_as_seen_and_leaves_empty_rows(
        self, console: Console, out: VisitCard
    ) -> None:
        wang = out.items[0].uid
        feng = await console("feng")
        await feng.submit(
            f"/admin/visits/{out.uid}/sheet", {f"pulse-{wang}": "70", f"pulse-{out.items[1].uid}": ""}
        )
        items = await VisitItem.filter(visit__uid=out.uid).order_by("bed")
        assert [item.outcome for item in items] == [Outcome.SEEN, None]

    @pytest.mark.parametrize(
        ("column", "typed", "said"),
        [
            ("pulse", "720", "心率应在"),
            ("pulse", "七十", "请填写整数"),
            ("temperature", "nan", "请填写一个正常的数字"),
            ("outcome", "asleep", "请从给出的选项中选择"),
        ],
    )
    async def test_says_beside_the_cell_what_is_wrong(
        self, console: Console, out: VisitCard, column: str, typed: str, said: str
    ) -> None:
        before = await RecordEntry.all().count()
        wang, li = (item.uid for item in out.items)
        feng = await console("feng")
        answer = await feng.submit(
            f"/admin/visits/{out.uid}/sheet", {f"{column}-{wang}": typed, f"pulse-{li}": "70"}
        )
        assert answer.status_code == 422
        assert said in answer.text
        assert f'data-field="{column}-{wang}"' in answer.text
        assert await RecordEntry.all().count() == before

    @pytest.mark.parametrize("name", ["mood-01M81A4VFBJ6HEP9JG0ACDP757", "pulse-x", "pulse"])
    async def test_refuses_cells_that_no_sheet_has(self, console: Console, out: VisitCard, name: str) -> None:
        answer = await (await console("feng")).submit(f"/admin/visits/{out.uid}/sheet", {name: "70"})
        assert answer.status_code == 422
        assert f'"{name}"' not in answer.text

    async def test_ends_the_visit_that_was_written_on_paper(
        self, console: Console, clock: Any, out: VisitCard
    ) -> None:
        feng = await console("feng")
        clock.advance(minutes=20)
        rows = {f"outcome-{item.uid}": "seen" for item in out.items}
        left = clock.instant.strftime("%Y-%m-%dT%H:%M")
        answer = await feng.submit(f"/admin/visits/{out.uid}/sheet", {**rows, "left_at": left})
        assert answer.status_code == 303
        row = await Visit.get(uid=out.uid)
        assert (row.status, row.exceptions) == (VisitStatus.FINISHED, ["ended_on_paper"])

    async def test_is_for_those_who_were_there(self, town: Any, console: Console, out: VisitCard) -> None:
        path = f"/admin/visits/{out.uid}/sheet"
        assert (await (await console("he")).get(path)).status_code == 403
        assert (await (await console("song")).get(path)).status_code == 404
        feng = await console("feng")
        assert (await feng.get(f"/admin/visits/{town.visits.today}/sheet")).status_code == 403

    async def test_sent_twice_is_written_once(self, console: Console, out: VisitCard) -> None:
        feng, key = await console("feng"), new_uid()
        cells = {f"pulse-{out.items[0].uid}": "70"}
        for _ in range(2):
            await feng.submit(f"/admin/visits/{out.uid}/sheet", cells, key=key)
        assert len((await VisitItem.get(uid=out.items[0].uid)).entries) == 1


class TestBlankSheet:
    async def test_has_a_row_for_everybody_and_nothing_to_send(self, town: Any, console: Console) -> None:
        page = (await (await console("feng")).get(f"/admin/visits/{town.visits.today}/sheet/blank")).text
        assert all(word in page for word in ("王桂兰", "李福生", "空腹血糖", "医护签名"))
        assert "写入健康档案" not in page

    async def test_is_not_for_the_home(self, town: Any, console: Console) -> None:
        page = await (await console("he")).get(f"/admin/visits/{town.visits.today}/sheet/blank")
        assert page.status_code == 403
