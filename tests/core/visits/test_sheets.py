"""A whole round on one sheet: all rows or none, every fault beside its cell, and an end that was written on paper."""

from datetime import timedelta

import pytest

from server.kit.errors import Forbidden, NotFound
from server.records.errors import ImplausibleValue
from server.records.models import RecordEntry
from server.visits import actions, queries
from server.visits.actions import ItemResult
from server.visits.errors import EndsBeforeStart, ItemsOpen, NotThisNow
from server.visits.models import VisitItem
from server.visits.queries import VisitCard
from server.visits.rules import Outcome, VisitStatus
from server.visits.rules.findings import Findings
from tests.core.visits.conftest import Round


def rows(morning: Round) -> list[ItemResult]:
    return [
        ItemResult(morning.town.visits.today_wang, Outcome.SEEN, Findings(systolic=130, diastolic=80)),
        ItemResult(morning.town.visits.today_li, Outcome.ABSENT, note="去医院了"),
    ]


async def write(morning: Round, *results: ItemResult, **more: object) -> VisitCard:
    return await actions.write_sheet(
        actor=morning.doctor,
        visit_uid=morning.uid,
        results=results,
        now=morning.now,
        **more,  # type: ignore[arg-type]
    )


class TestWriting:
    async def test_writes_every_row(self, morning: Round) -> None:
        await morning.start()
        card = await write(morning, *rows(morning))
        assert [(item.outcome, item.findings, item.note) for item in card.items] == [
            (Outcome.SEEN, 1, ""),
            (Outcome.ABSENT, 0, "去医院了"),
        ]
        assert card.status is VisitStatus.STARTED

    async def test_names_every_faulty_cell_and_writes_nothing(self, morning: Round) -> None:
        await morning.start()
        wang, li = morning.town.visits.today_wang, morning.town.visits.today_li
        before = await RecordEntry.all().count()
        with pytest.raises(ImplausibleValue) as refusal:
            await write(
                morning,
                ItemResult(wang, Outcome.SEEN, Findings(pulse=720, temperature=36.5, systolic=120)),
                ItemResult(li, Outcome.SEEN, Findings(systolic=80, diastolic=120)),
            )
        assert set(refusal.value.fields) == {f"pulse-{wang}", f"diastolic-{wang}", f"diastolic-{li}"}
        assert await RecordEntry.all().count() == before
        assert await VisitItem.filter(visit__uid=morning.uid, outcome=None).count() == 2

    async def test_takes_no_numbers_of_somebody_who_was_not_seen(self, morning: Round) -> None:
        await morning.start()
        wang = morning.town.visits.today_wang
        with pytest.raises(ImplausibleValue) as refusal:
            await write(morning, ItemResult(wang, Outcome.ABSENT, Findings(pulse=70)))
        assert set(refusal.value.fields) == {f"outcome-{wang}"}

    async def test_of_a_line_of_another_visit_is_not_found(self, morning: Round) -> None:
        await morning.start()
        with pytest.raises(NotFound):
            await write(morning, ItemResult(morning.town.visits.confirmed_wang, Outcome.SEEN))

    async def test_is_for_those_who_were_there(self, morning: Round) -> None:
        await morning.start()
        for who in (morning.feng, morning.nurse):
            with pytest.raises(Forbidden):
                await actions.write_sheet(
                    actor=who, visit_uid=morning.uid, results=rows(morning), now=morning.now
                )

    async def test_is_possible_after_the_end_until_somebody_has_attested(self, morning: Round) -> None:
        ended = await morning.finish()
        morning.clock.advance(hours=1)
        wang = ItemResult(morning.town.visits.today_wang, Outcome.SEEN, Findings(pulse=70))
        assert (await write(morning, wang)).items[0].findings == 1
        written = await RecordEntry.filter(code="8867-4").order_by("-id").first()
        assert written is not None
        assert written.effective_at == ended.finished_at  # it was measured then, not typed then

        await actions.attest(actor=morning.nurse, visit_uid=morning.uid, now=morning.now)
        with pytest.raises(NotThisNow):
            await write(morning, wang)

    async def test_is_not_possible_before_the_scan(self, morning: Round) -> None:
        with pytest.raises(NotThisNow):
            await write(morning, *rows(morning))


class TestLeaving:
    async def test_ends_the_visit_when_it_was_written_down_and_flags_it(self, morning: Round) -> None:
        await morning.start()
        left = morning.clock.advance(minutes=40)
        morning.clock.advance(hours=3)
        card = await write(morning, *rows(morning), left_at=left)
        assert (card.status, card.finished_at) == (VisitStatus.FINISHED, left)
        assert card.exceptions == ("先记在纸上，回来后补填，结束时间是手填的。请核对离开的时间。",)
        assert await queries.faults(now=morning.now) == []

    async def test_keeps_the_other_flags(self, morning: Round) -> None:
        await morning.start()
        left = morning.clock.advance(minutes=2)
        card = await write(morning, *rows(morning), left_at=left)
        assert [sentence[:6] for sentence in card.exceptions] == ["巡诊时间偏短", "先记在纸上，"]

    async def test_asks_about_everybody_beside_their_row(self, morning: Round) -> None:
        await morning.start()
        left = morning.clock.advance(minutes=40)
        with pytest.raises(ItemsOpen) as refusal:
            await write(morning, rows(morning)[0], left_at=left)
        assert set(refusal.value.fields) == {f"outcome-{morning.town.visits.today_li}"}

    @pytest.mark.parametrize("minutes", [0, -5, 61])
    async def test_lies_between_the_start_and_now(self, morning: Round, minutes: int) -> None:
        await morning.start()
        left = morning.now + timedelta(minutes=minutes)
        morning.clock.advance(minutes=60)
        with pytest.raises(EndsBeforeStart) as refusal:
            await write(morning, *rows(morning), left_at=left)
        assert set(refusal.value.fields) == {"left_at"}
        assert (await morning.row()).status is VisitStatus.STARTED


class TestOpening:
    async def test_shows_the_round_with_its_columns(self, morning: Round) -> None:
        await morning.start()
        sheet = await queries.open_sheet(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        assert [item.bed for item in sheet.card.items] == ["201-1", "202-1"]
        assert [measure.key for measure in sheet.measures][:3] == ["systolic", "diastolic", "pulse"]
        assert sheet.under_way

    async def test_blank_is_for_whoever_of_the_provider_goes_out(self, morning: Round) -> None:
        sheet = await queries.blank_sheet(actor=morning.feng, visit_uid=morning.uid, now=morning.now)
        assert len(sheet.card.items) == 2
        with pytest.raises(Forbidden):
            await queries.blank_sheet(actor=morning.he, visit_uid=morning.uid, now=morning.now)

    async def test_to_write_is_for_those_who_were_there_once_it_began(self, morning: Round) -> None:
        with pytest.raises(NotThisNow):
            await queries.open_sheet(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)
        await morning.start()
        with pytest.raises(Forbidden):
            await queries.open_sheet(actor=morning.feng, visit_uid=morning.uid, now=morning.now)
