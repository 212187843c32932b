"""Whose figures and whose people somebody reaches, and which unit reports on which task."""

from datetime import date, timedelta
from typing import Any

import pytest

from server.alliance.models import Institution
from server.demo.indicators import PAGE
from server.indicators import access, actions, queries
from server.indicators.actions.projects import MOST_FILES
from server.indicators.errors import TooManyFiles
from server.indicators.models import IndicatorFact, IndicatorReport, ProjectEvidence, ProjectReport
from server.indicators.queries.evaluators.registry import indicator_of
from server.indicators.rules import State
from server.kit.errors import Forbidden, NotFound
from server.outbox.models import OutboxMessage
from tests.core.indicators.test_figures import APRIL, MARCH, WORKER, Acting, march_is_over
from tests.overtaken import meanwhile

SINCE, OTHER = date(2026, 3, 1), date(2026, 2, 1)


class TestPeople:
    async def laid_down(self, town: Any, code: str) -> None:
        """Of Yihe and of Songhe, each kept by another institution besides; and of another code and period."""
        houses = town.alliance
        told = [
            ("yihe", code, SINCE, houses.yihe, houses.health_center),
            ("songhe", code, SINCE, houses.songhe, houses.second_hospital),
            ("other code", "other", SINCE, houses.yihe, houses.health_center),
            ("other period", code, OTHER, houses.yihe, houses.health_center),
        ]
        for number, (key, of, since, home, keeper) in enumerate(told):
            await IndicatorFact(
                code=of, version=9, since=since, home=await Institution.get(uid=home),
                keeper_id=(await Institution.get(uid=keeper)).id, subject_id=number, subject_uid=key,
                state=State.UNMET, reason="", counted=1, met=0, known_from=MARCH, created_at=MARCH,
            ).save()  # fmt: skip

    async def open_to(self, acting: Acting, code: str, key: str) -> set[str]:
        definition = indicator_of(code, SINCE).definition
        rows = access.people_open_to(actor=await acting(key), definition=definition, since=SINCE)
        return set(await IndicatorFact.filter(rows, version=9).values_list("subject_uid", flat=True))

    @pytest.mark.parametrize(
        ("key", "found"),
        [("he", {"yihe"}), ("feng", {"yihe"}), ("song", {"songhe"}), ("zhao", set()), ("qian", set())],
    )
    async def test_open_to_their_home_and_to_who_keeps_them(
        self, town: Any, actor: Acting, key: str, found: set[str]
    ) -> None:
        await self.laid_down(town, "checkups")
        assert await self.open_to(actor, "checkups", key) == found

    async def test_where_the_home_does_not_know_them_open_to_who_keeps_them_alone(
        self, town: Any, actor: Acting
    ) -> None:
        await self.laid_down(town, "bp_control")
        assert await self.open_to(actor, "bp_control", "he") == set()
        assert "yihe" in await self.open_to(actor, "bp_control", "feng")

    async def test_what_is_about_nobody_opens_to_a_bureau_and_to_no_other_home(
        self, town: Any, actor: Acting
    ) -> None:
        await self.laid_down(town, "agreements")
        assert {"yihe", "songhe"} <= await self.open_to(actor, "agreements", "qian")
        assert await self.open_to(actor, "agreements", "song") == {"songhe"}

    async def test_what_is_no_longer_known_was_known_until_then(self, town: Any) -> None:
        await self.laid_down(town, "checkups")
        over, fact = MARCH + timedelta(days=1), IndicatorFact.filter(version=9, subject_uid="yihe")
        await fact.update(known_to=over)
        moments = (MARCH - timedelta(1), MARCH, over, None)
        known = [await fact.filter(access.known_on(moment)).exists() for moment in moments]
        assert known == [False, True, False, False]


class TestHomes:
    async def test_are_counted_once_they_are_filed(self, town: Any, actor: Acting) -> None:
        houses = town.alliance
        await Institution.filter(uid__in=[houses.health_center, houses.civil_affairs]).update(filed=True)
        everybody = {each.uid for each in await access.filed_homes()}
        assert len(everybody) == 6
        assert [each.uid for each in await access.own_homes(actor=await actor("he"))] == [houses.yihe]
        assert await access.own_homes(actor=await actor("feng")) == []

        await Institution.filter(uid=houses.yihe).update(filed=False)
        assert everybody - {each.uid for each in await access.filed_homes()} == {houses.yihe}
        assert await access.own_homes(actor=await actor("he")) == []


class TestTheProjectTable:
    async def reported(self, acting: Acting) -> str:
        return await actions.report_on_task(
            actor=await acting("qian"), task="sign", percent=100, words="都已签", now=MARCH
        )

    @pytest.mark.parametrize("key", ["he", "feng", "zheng"])
    async def test_is_the_bureaus(self, town: Any, actor: Acting, key: str) -> None:
        who, uid = await actor(key), await self.reported(actor)
        file = await actions.add_evidence(actor=await actor("qian"), report_uid=uid, scan=PAGE, now=MARCH)
        with pytest.raises(Forbidden):
            await queries.project_table(actor=who, now=MARCH)
        with pytest.raises(Forbidden):
            await queries.evidence_file(actor=who, uid=file)
        with pytest.raises(Forbidden):
            await actions.add_evidence(actor=who, report_uid=uid, scan=PAGE, now=MARCH)
        assert await ProjectEvidence.all().count() == 1

    async def test_of_a_task_is_written_by_the_unit_that_leads_it(self, town: Any, actor: Acting) -> None:
        tang, uid = await actor("tang"), await self.reported(actor)
        for task in ("sign", "no such task"):
            with pytest.raises(NotFound):
                await actions.report_on_task(actor=tang, task=task, percent=0, words="没有签", now=MARCH)
        with pytest.raises(NotFound):
            await actions.add_evidence(actor=tang, report_uid=uid, scan=PAGE, now=MARCH)
        assert await ProjectReport.all().count() == 1
        assert not await ProjectEvidence.exists()

    async def test_takes_so_many_files_and_no_more(self, town: Any, actor: Acting) -> None:
        qian, uid = await actor("qian"), await self.reported(actor)
        for _ in range(MOST_FILES):
            await actions.add_evidence(actor=qian, report_uid=uid, scan=PAGE, now=MARCH)
        with pytest.raises(TooManyFiles):
            await actions.add_evidence(actor=qian, report_uid=uid, scan=PAGE, now=MARCH)
        assert await ProjectEvidence.all().count() == MOST_FILES


async def test_two_workers_say_once_what_is_overdue(town: Any) -> None:
    await march_is_over()
    late = APRIL + timedelta(days=20)

    async def tell() -> int:
        return await actions.sweep_reports(actor=WORKER, now=late)

    with meanwhile("indicator_report", tell):
        await tell()
    told = await OutboxMessage.filter(topic="indicators.overdue").count()
    assert told == await IndicatorReport.filter(told_at__isnull=False).count() > 0
