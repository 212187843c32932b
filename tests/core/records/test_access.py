"""Whose record is open to whom: several at once as each by itself, and nobody's for want of an account."""

from dataclasses import replace

import pytest
import pytest_asyncio

from server.audit.chain import AccessBasis
from server.consent import actions as consent
from server.consent.actions import Choice
from server.consent.queries import consent_sheet
from server.consent.rules import Purpose, RecordCategory
from server.kit.errors import NotFound
from server.kit.ids import new_uid
from server.kit.pages import PageWish
from server.records import queries
from server.records.access import view_of
from server.records.access.several import entries_seen, versions_seen, views_of
from server.records.models import RecordEntry
from server.records.rules import EntryKind
from tests.core.people import writes as people
from tests.core.records import writes
from tests.core.records.worlds import writer

EVERYBODY = ("wang", "li", "zhao_yun")
PURPOSES = (Purpose.CARE, Purpose.VISIT, Purpose.CONTINUITY)


async def one_by_one(actor, uids, purpose, now):
    found = {}
    for uid in uids:
        try:
            found[uid] = await view_of(actor=actor, resident_uid=uid, purpose=purpose, now=now)
        except NotFound:
            continue
    return found


@pytest_asyncio.fixture
async def residents(stage):
    """Return everybody's uid; entries were corrected, an outsider wrote, one consent was withdrawn, one half agreed to."""
    await (await writes.correct(stage)).run()
    outsider = await writer(stage.town, stage.now)
    await outsider.write(RecordCategory.EXAM, EntryKind.NOTE, days=1)
    wang, uid = await stage.actor("wang"), stage.town.consent.wang_pending
    sheet = await consent_sheet(actor=wang, uid=uid, now=stage.now)
    some = frozenset(sorted(each.category for each in sheet.card.provisions)[:1])
    choice = Choice(categories=some, restricted=frozenset(), text_hash=sheet.text_hash)
    await consent.grant_consent(actor=wang, uid=uid, choice=choice, now=stage.now)
    return [getattr(stage.town.people, key) for key in EVERYBODY]


class TestSeveralAtOnce:
    @pytest.mark.parametrize("gone", [None, "withdrawn", "merged"])
    @pytest.mark.parametrize(
        "key",
        [
            "doctor",
            "nurse",
            "other_nurse",
            "feng",
            "zhao",
            "sun",
            "jin",
            "wang",
            "daughter",
            "guardian",
            "stranger",
        ],
    )
    async def test_are_seen_as_each_by_itself(self, stage, residents, key, gone):
        if gone == "withdrawn":
            await consent.withdraw_consent(
                actor=await stage.actor("wang"), uid=stage.town.consent.wang_yihe, now=stage.now
            )
        elif gone == "merged":
            merged = await people.merge(stage)
            await merged.run()
            residents = [*residents[1:], merged.said["survivor_uid"]]
        actor = await stage.actor(key)
        for purpose in PURPOSES:
            single = await one_by_one(actor, residents, purpose, stage.now)
            together = await views_of(actor=actor, resident_uids=residents, purpose=purpose, now=stage.now)
            assert together == single
            await self.assert_same_rows(list(together.values()))

    async def assert_same_rows(self, views):
        for rows, of_one in ((entries_seen, "entries"), (versions_seen, "versions")) if views else ():
            ids = [row.id for view in views for row in await getattr(view, of_one)()]
            assert sorted([row.id for row in await rows(views)]) == sorted(ids)

    async def test_are_those_whom_the_reader_has_to_do_with(self, stage, residents):
        async def seen(key):
            return await views_of(
                actor=await stage.actor(key),
                resident_uids=residents,
                purpose=Purpose.TREATMENT,
                now=stage.now,
            )

        wang, li, zhao_yun = residents
        assert set(await seen("sun")) == {wang}  # her hospital wrote about Wang
        assert set(await seen("other_nurse")) == {zhao_yun}
        assert set(await seen("nurse")) == {wang, li}
        assert set(await seen("stranger")) == set()


class TestAView:
    async def test_of_who_has_no_account_is_not_everybodys(self, stage):
        """A member of staff reads as no account, and Zhao Yun has none: that makes nobody her."""
        with pytest.raises(NotFound):
            await view_of(
                actor=await stage.actor("nurse"), resident_uid=stage.town.people.zhao_yun,
                purpose=Purpose.TREATMENT, now=stage.now,
            )  # fmt: skip

    async def test_shows_what_is_current_and_agreed_to(self, stage, residents):
        view = await self.of(stage, "wang")
        old = await RecordEntry.get(uid=stage.town.records.wang_pressure)
        assert old.id not in [row.id for row in await view.entries()]
        assert old.id in [row.id for row in await view.versions()]
        held = {category for _, _, category in (await self.of(stage, "nurse", Purpose.CONTINUITY)).consents}
        agreed = await consent_sheet(
            actor=await stage.actor("wang"), uid=stage.town.consent.wang_pending, now=stage.now
        )
        denied = {each.category for each in agreed.card.provisions if str(each.verdict) == "deny"}
        assert denied
        assert held
        assert not denied & held

    async def test_says_by_what_right_and_for_whom(self, stage, residents):
        nurse, sun = await self.of(stage, "nurse"), await self.of(stage, "sun")
        own = [row for row in await nurse.entries() if row.source_id in nurse.institutions][:1]
        assert nurse.consents
        assert nurse.line("records.entry", own).basis is AccessBasis.AUTHOR
        assert sun.line("records.entry", []).institution_id == sun.institutions[0]

    async def test_of_several_houses_is_not_of_one(self, stage):
        assert (await self.of(stage, "nurse")).is_of_one_house
        assert not (await self.of(stage, "jin")).is_of_one_house

    async def of(self, stage, key, purpose=Purpose.CARE):
        return await view_of(
            actor=await stage.actor(key), resident_uid=stage.town.people.wang, purpose=purpose,
            now=stage.now,
        )  # fmt: skip


class TestAnEmergency:
    async def test_of_somebody_who_does_not_exist_is_not_found(self, stage):
        ready = await writes.read_in_emergency(stage)
        with pytest.raises(NotFound):
            await replace(ready, said={**ready.said, "resident_uid": new_uid()}).run()


@pytest.mark.parametrize("login", ["he", "feng", "root", "wang"])
async def test_the_trail_of_deeds_is_an_auditors(stage, login):
    asked = {"subject_uid": stage.town.people.wang, "page": PageWish()}
    assert await queries.deeds(actor=await stage.actor("zheng"), **asked)
    with pytest.raises(NotFound):
        await queries.deeds(actor=await stage.actor(login), **asked)
