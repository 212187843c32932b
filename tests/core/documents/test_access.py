"""In whose name somebody prints, and that nothing which is done to one table touches another."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from server.authority.actor import Actor, system_actor
from server.authority.permissions import Permission
from server.demo import Town
from server.documents import actions, queries
from server.documents.access import issuer_of
from server.documents.actions import writing
from server.documents.models import ExportJob, ExportPart
from server.documents.rules import LEASE, RIGHTS_GONE, ExportStatus
from tests.core.documents.test_exports import asked, written
from tests.overtaken import meanwhile

ActorOf = Callable[[str], Awaitable[Actor]]
WORKER = system_actor("worker")


async def parts_of(uid: str) -> int:
    return await ExportPart.filter(job__uid=uid).count()


@pytest_asyncio.fixture
async def theirs(town: Town, actor: ActorOf, clock: Any) -> str:
    """A table of somebody else, written a moment later than those of the tests would end."""
    assert town
    clock.advance(minutes=30)
    uid = await asked(await actor("song"), clock)
    assert await written(clock) == 1
    clock.advance(minutes=-30)
    return uid


class TestAPaper:
    @pytest.mark.parametrize(
        ("among", "issuer"), [(("songhe", "health_center"), "songhe"), ((), "yihe"), (("hele",), "hele")]
    )
    async def test_is_of_the_institution_that_it_is_about(
        self, town: Town, actor: ActorOf, among: tuple[str, ...], issuer: str
    ) -> None:
        """Of several at which somebody works."""
        houses = town.alliance
        found = await issuer_of(
            actor=await actor("jin"),
            permission=Permission.VISIT_READ,
            among=tuple(getattr(houses, each) for each in among),
        )
        assert found is not None
        assert found.uid == getattr(houses, issuer)


class TestAnothersTable:
    async def test_stays_when_one_is_cancelled(self, actor: ActorOf, clock: Any, theirs: str) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await written(clock)
        await actions.cancel_export(actor=he, uid=uid, now=clock())
        assert (await parts_of(uid), await parts_of(theirs)) == (0, 1)

    async def test_stays_when_somebody_leaves(self, actor: ActorOf, clock: Any, theirs: str) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        await written(clock)
        await actions.forget_exports(actor=he, now=clock())
        assert (await parts_of(uid), await parts_of(theirs)) == (0, 1)
        assert await ExportJob.all().values_list("uid", flat=True) == [theirs]

    async def test_stays_when_the_time_of_one_is_over(self, actor: ActorOf, clock: Any, theirs: str) -> None:
        uid = await asked(await actor("he"), clock)
        await written(clock)
        clock.advance(hours=24)
        assert await actions.sweep_expired_exports(actor=WORKER, now=clock()) == 1
        assert (await parts_of(uid), await parts_of(theirs)) == (0, 1)

    async def test_stays_when_one_is_begun_anew_or_refused(
        self, actor: ActorOf, clock: Any, theirs: str
    ) -> None:
        await asked(await actor("he"), clock)
        job = await writing._take(actor=WORKER, now=clock())
        assert await writing._fail(job=job, sentence=RIGHTS_GONE, now=clock()) == 1
        assert await parts_of(theirs) == 1


class TestAWorkerThatWakesUp:
    async def silent(self, uid: str, clock: Any) -> writing.Taken:
        """Another worker has taken over and finished what it was at."""
        job = await writing._take(actor=WORKER, now=clock())
        assert job is not None
        clock.advance(seconds=LEASE.total_seconds())
        assert await written(clock) == 1
        assert await parts_of(uid) == 1
        return job

    async def test_takes_no_finished_table_away(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        job = await self.silent(uid, clock)

        assert await writing._fail(job=job, sentence=RIGHTS_GONE, now=clock()) == 0

        assert (await ExportJob.get(uid=uid)).status is ExportStatus.READY
        assert (await queries.export_file(actor=he, uid=uid, now=clock())).content

    async def test_finishes_nothing_a_second_time(self, town: Town, actor: ActorOf, clock: Any) -> None:
        he = await actor("he")
        uid = await asked(he, clock)
        job = await self.silent(uid, clock)

        with pytest.raises(writing.Lost):
            await writing._finish(
                job=job, written=writing.Written(he, 9), size=9, digest="0" * 64, now=clock()
            )

        assert (await ExportJob.get(uid=uid)).rows != 9


async def test_what_was_cancelled_at_this_moment_does_not_expire(
    town: Town, actor: ActorOf, clock: Any
) -> None:
    he = await actor("he")
    uid = await asked(he, clock)
    await written(clock)
    clock.advance(hours=24)

    async def cancel() -> None:
        await actions.cancel_export(actor=he, uid=uid, now=clock())

    with meanwhile("export_job", cancel):
        assert await actions.sweep_expired_exports(actor=WORKER, now=clock()) == 0
    assert (await ExportJob.get(uid=uid)).status is ExportStatus.CANCELLED
