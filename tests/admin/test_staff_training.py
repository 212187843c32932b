"""Courses and certificates: written down, struck out, and told before they run out."""

from datetime import date

import pytest

from server.audit.models import AuditEntry
from server.identity.models import TrainingRecord


def where(town, key="nurse"):
    return f"/admin/staff/{town.identity.accounts[key]}"


def course(town, **says):
    return {
        "place": town.alliance.yihe,
        "title": "养老护理员岗前培训",
        "certificate_number": "浙护 0012",
        "completed_on": "2025-04-01",
        "last_day": "2026-03-31",
        **says,
    }


class TestRecord:
    async def test_is_kept_and_shown_with_its_last_day(self, console, town):
        he = await console("he")

        answer = await he.submit(f"{where(town)}/training", course(town))
        page = (await he.get(where(town))).text

        assert (answer.status_code, answer.headers["location"]) == (303, where(town))
        row = await TrainingRecord.get(title="养老护理员岗前培训")
        assert row.expires_on == date(2026, 4, 1)  # the 31st still counts
        assert all(word in page for word in ("浙护 0012", "2026年3月31日", "快到期"))
        assert await AuditEntry.filter(action="identity.training_recorded", subject_uid=row.uid).exists()

    @pytest.mark.parametrize(
        ("says", "code"),
        [
            ({"completed_on": "2026-03-03"}, "identity.training_in_future"),
            ({"last_day": "2025-03-31"}, "identity.training_over"),
        ],
    )
    async def test_with_impossible_days_is_refused(self, console, town, says, code):
        answer = await (await console("he")).submit(f"{where(town)}/training", course(town, **says))

        assert answer.status_code == 422
        assert code in answer.text
        assert not await TrainingRecord.filter(title="养老护理员岗前培训").exists()

    @pytest.mark.parametrize("says", [{"title": ""}, {"completed_on": ""}, {"completed_on": "1900-01-01"}])
    async def test_with_nonsense_is_refused(self, console, town, says):
        answer = await (await console("he")).submit(f"{where(town)}/training", course(town, **says))

        assert answer.status_code == 422

    async def test_about_staff_of_another_home_or_at_another_home_is_not_possible(self, console, town):
        he = await console("he")

        other_person = await he.submit(f"{where(town, 'other_nurse')}/training", course(town))
        other_place = await he.submit(f"{where(town)}/training", course(town, place=town.alliance.songhe))

        assert (other_person.status_code, other_place.status_code) == (404, 404)


class TestStrikeOut:
    async def test_leaves_the_line_to_be_seen_and_counts_it_no_longer(self, console, town):
        he = await console("he")
        await he.submit(f"{where(town)}/training", course(town))
        row = await TrainingRecord.get(title="养老护理员岗前培训")

        first = await he.submit(f"/admin/staff/training/{row.uid}/strike-out", {"reason": "登记错人"})
        again = await he.submit(f"/admin/staff/training/{row.uid}/strike-out", {"reason": "登记错人"})

        assert (first.status_code, first.headers["location"], again.status_code) == (303, where(town), 409)
        assert "已划去" in (await he.get(where(town))).text
        assert "浙护 0012" not in (await he.get("/admin/staff/training")).text

    async def test_of_another_home_is_not_found(self, console, town):
        he, song = await console("he"), await console("song")
        await he.submit(f"{where(town)}/training", course(town))
        row = await TrainingRecord.get(title="养老护理员岗前培训")

        answer = await song.submit(f"/admin/staff/training/{row.uid}/strike-out", {"reason": "登记错人"})

        assert answer.status_code == 404
        assert "浙护 0012" not in (await song.get("/admin/staff/training")).text


class TestBoard:
    async def test_tells_what_runs_out_who_has_nothing_and_who_has_what(self, console, town):
        he = await console("he")
        await he.submit(f"{where(town)}/training", course(town))

        page = (await he.get("/admin/staff/training")).text
        due, nothing, every = page.split("<h2>")[1:4]

        assert ("李秀英" in due, "浙护 0012" in due) == (True, True)
        assert ("何静" in nothing, "李秀英" in nothing, "孙小芳" in nothing) == (True, False, False)
        assert "李秀英" in every

    async def test_what_was_renewed_is_no_longer_due(self, console, town):
        he = await console("he")
        await he.submit(f"{where(town)}/training", course(town))
        waiting = (await he.get("/admin")).text
        await he.submit(
            f"{where(town)}/training", course(town, completed_on="2026-02-20", last_day="2028-02-19")
        )

        assert "项培训证书快到期或已过期" in waiting
        assert "项培训证书" not in (await he.get("/admin")).text

    async def test_is_not_for_those_who_manage_nobody(self, console, town):
        assert (await (await console("qian")).get("/admin/staff/training")).status_code == 403

    async def test_the_list_of_staff_says_how_each_stands(self, console, town):
        he = await console("he")
        nothing = (await he.get("/admin/staff")).text
        await he.submit(f"{where(town)}/training", course(town, last_day="2026-03-01"))
        run_out = (await he.get("/admin/staff")).text

        assert ("没有记录" in nothing, "已批准" in nothing) == (True, True)
        assert ("已过期" in nothing, "已过期" in run_out) == (False, True)
