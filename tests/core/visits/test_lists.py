"""Lists at a desk: narrowed, found by a word, and what may be confirmed without opening."""

from datetime import date

import pytest

from server.kit.pages import PageWish
from server.visits import actions, queries
from server.visits.actions import ItemResult
from server.visits.errors import MustBeOpened, SameHands
from server.visits.models import Visit
from server.visits.queries import VisitFilter, VisitRow
from server.visits.rules import Outcome, Reason, ScanResult, VisitStatus
from tests.core.visits.conftest import Ask, Round

WISH = PageWish(counted=True)


class TestRows:
    async def rows(self, morning: Round, who: str = "he", **wanted: object) -> dict[str, VisitRow]:
        page = await queries.visit_rows(
            actor=getattr(morning, who),
            wanted=VisitFilter(**wanted),  # type: ignore[arg-type]
            wish=WISH,
            now=morning.now,
        )
        assert page.total == len(page.items)
        return {row.card.uid: row for row in page.items}

    async def test_say_how_many_were_seen_and_what_is_next(self, morning: Round) -> None:
        town = morning.town.visits
        home, provider = await self.rows(morning), await self.rows(morning, "feng")
        assert {uid: (row.lines.seen, row.next) for uid, row in home.items()} == {
            town.today: (0, "到时出示动态码"),
            town.waiting: (1, "等您确认"),
            town.confirmed: (1, ""),
        }
        assert (provider[town.today].next, provider[town.waiting].next) == ("到场后扫码开始", "等对方确认")

    @pytest.mark.parametrize(
        ("wanted", "found"),
        [
            ({"status": VisitStatus.CONFIRMED}, ["confirmed"]),
            ({"first_day": date(2026, 2, 27)}, ["today", "waiting"]),
            ({"last_day": date(2026, 2, 27)}, ["confirmed", "waiting"]),
            ({"first_day": date(2026, 2, 24), "last_day": date(2026, 2, 26)}, []),
        ],
    )
    async def test_can_be_narrowed(self, morning: Round, wanted: dict[str, object], found: list[str]) -> None:
        rows = await self.rows(morning, **wanted)
        assert set(rows) == {getattr(morning.town.visits, key) for key in found}

    async def test_can_be_narrowed_to_a_partner_of_either_side(self, morning: Round) -> None:
        town = morning.town.alliance
        assert len(await self.rows(morning, partner_uid=town.health_center)) == 3
        assert len(await self.rows(morning, "feng", partner_uid=town.yihe)) == 3
        assert await self.rows(morning, partner_uid=town.first_hospital) == {}

    async def test_offer_the_partners_of_every_agreement(self, morning: Round) -> None:
        names = {each.text for each in await queries.visit_partners(actor=morning.he)}
        assert names == {"云桥市河东社区卫生服务中心", "云桥市第一人民医院"}


class TestFinding:
    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("颐和", ["today", "waiting", "confirmed"]),
            ("2月27日", ["waiting"]),
            ("2-23", ["confirmed"]),
            ("2026年3月2日", ["today"]),
            ("202-1", ["today", "waiting"]),
            ("2月31日", []),
            ("松鹤", []),
        ],
    )
    async def test_goes_by_home_day_or_bed(self, morning: Round, words: str, found: list[str]) -> None:
        visits = await queries.find_visits(actor=morning.he, text=words, now=morning.now)
        assert [each.uid for each in visits] == [getattr(morning.town.visits, key) for key in found]

    async def test_finds_nothing_of_others(self, morning: Round, actor: Ask) -> None:
        assert await queries.find_visits(actor=await actor("song"), text="颐和", now=morning.now) == ()


class TestConfirmingUnopened:
    async def test_confirms_what_needs_no_second_look(self, morning: Round) -> None:
        card = await actions.attest_unopened(
            actor=morning.he, visit_uid=morning.town.visits.waiting, now=morning.now
        )
        assert card.status is VisitStatus.CONFIRMED

    @pytest.mark.parametrize(
        "changed",
        [
            {"exceptions": [Reason.TOO_SHORT]},
            {"evidence": ScanResult.EXCEPTION},
            {"status": VisitStatus.DISPUTED},
        ],
    )
    async def test_refuses_what_has_to_be_looked_at(self, morning: Round, changed: dict[str, object]) -> None:
        await Visit.filter(uid=morning.town.visits.waiting).update(**changed)
        with pytest.raises(MustBeOpened):
            await actions.attest_unopened(
                actor=morning.he, visit_uid=morning.town.visits.waiting, now=morning.now
            )
        page = await queries.waiting_rows(actor=morning.he, wish=WISH, now=morning.now)
        assert [row.must_be_opened for row in page.items] == [True]

    async def test_refuses_an_urgent_finding(self, morning: Round) -> None:
        await morning.start()
        items = (morning.town.visits.today_wang, morning.town.visits.today_li)
        results = [ItemResult(item, Outcome.SEEN, urgent=item == items[0]) for item in items]
        await actions.record_results(
            actor=morning.doctor, visit_uid=morning.uid, results=results, now=morning.now
        )
        morning.clock.advance(minutes=30)
        await actions.finish_visit(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        with pytest.raises(MustBeOpened):
            await actions.attest_unopened(actor=morning.he, visit_uid=morning.uid, now=morning.now)

    async def test_keeps_to_two_people(self, morning: Round) -> None:
        """I35 holds here as everywhere."""
        uid = morning.town.visits.waiting
        await Visit.filter(uid=uid).update(provider_by_id=morning.he.account_id)
        with pytest.raises(SameHands):
            await actions.attest_unopened(actor=morning.he, visit_uid=uid, now=morning.now)
