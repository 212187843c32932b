"""Half a day at a home in the console: packed out of every room, changed by whoever plans, planned as one visit."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import ServiceAgreement
from server.authority.actor import Channel
from server.followups.models import ChronicEpisode
from server.identity.queries import actor_of
from server.kit.clock import local_date
from server.kit.ids import new_uid
from server.people.models import Resident
from server.people.rules import CareState
from server.training import actions as training
from server.visits.models import Visit, VisitAttendance, VisitItem
from server.visits.rules import VisitStatus

PAGE = "/admin/rounds/half-day"
CHOSEN = re.compile(r'<option value="([^"]+)" selected>')


def wish(town: Any, *who: str, **otherwise: Any) -> dict[str, Any]:
    return {
        "agreement": town.alliance.yihe_health_center,
        "starts_at": "2026-03-05T14:00",
        "ends_at": "2026-03-05T16:00",
        "clinicians": [town.identity.accounts[each] for each in who or ("doctor",)],
        **otherwise,
    }


def chosen(page: str) -> list[str]:
    return [html.unescape(each) for each in CHOSEN.findall(page)]


async def change(town: Any, **columns: Any) -> None:
    row = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
    await ServiceAgreement.filter(id=row.id).update(content={**row.content, **columns})


@pytest.fixture
async def nothing_planned(town: Any) -> None:
    await Visit.filter(uid=town.visits.today).update(status=VisitStatus.CANCELLED)


@pytest.mark.usefixtures("nothing_planned")
class TestProposal:
    async def test_asks_where_when_and_who_goes(self, town: Any, console: Any) -> None:
        feng = await console("feng")

        first = (await feng.get(PAGE)).text
        form = (await feng.get(PAGE, params={"agreement": town.alliance.yihe_health_center})).text

        assert town.alliance.yihe_health_center in first
        assert 'value="2026-03-05T14:00"' in form  # the agreed Thursday afternoon
        assert "协议里有：医疗巡诊、慢病随访、年度健康体检" in form
        assert "所以不排的：能力评估、中医体质辨识" in form

    async def test_does_all_that_is_due_for_somebody_in_one_stop(self, town: Any, console: Any) -> None:
        found = (await (await console("feng")).submit(f"{PAGE}/find", wish(town))).text

        wang = [each.split(":", 2) for each in chosen(found) if each.startswith(town.people.wang)]
        assert wang == [
            [town.people.wang, "patrol", "林致远 14:03"],
            [town.people.wang, "follow_up", "林致远 14:03"],
        ]
        assert not await Visit.filter(starts_at="2026-03-05T06:00:00+00:00").exists()

    async def test_puts_who_is_referred_and_not_asked_about_first(
        self, town: Any, console: Any, clock: Any
    ) -> None:
        yesterday = local_date(clock()) - timedelta(days=1)
        await ChronicEpisode.filter(uid=town.followups.li).update(check_back_by=yesterday)

        found = (
            await (await console("feng")).submit(f"{PAGE}/find", wish(town, ends_at="2026-03-05T14:15"))
        ).text

        assert [each.split(":")[:2] for each in chosen(found)] == [[town.people.li, "follow_up"]]
        assert "时间不够" in found

    async def test_leaves_out_who_is_in_hospital_and_says_so(self, town: Any, console: Any) -> None:
        await Resident.filter(uid=town.people.wang).update(care_state=CareState.INPATIENT)

        found = (await (await console("feng")).submit(f"{PAGE}/find", wish(town))).text

        assert town.people.wang not in "".join(chosen(found))
        assert "人在住院，回来以后再排。" in found

    async def test_assesses_only_with_a_certificate(self, town: Any, console: Any, clock: Any) -> None:
        row = await ServiceAgreement.get(uid=town.alliance.yihe_health_center)
        more = {
            "code": "ability",
            "name": "能力评估",
            "times_a_year": None,
            "free_quota": None,
            "price": None,
        }
        await change(town, items=[*row.content["items"], more])
        feng = await console("feng")

        without = (await feng.submit(f"{PAGE}/find", wish(town))).text
        manager = await actor_of(
            account_uid=town.identity.accounts["feng"], channel=Channel.CONSOLE, now=clock()
        )
        await training.record_certificate(
            actor=manager, account_uid=town.identity.accounts["doctor"], institution_uid=town.alliance.health_center,
            course="ability_assessor", completed_on=local_date(clock()), now=clock(),
        )  # fmt: skip
        with_it = (await feng.submit(f"{PAGE}/find", wish(town))).text

        assert "没有有资质的医护" in without
        assert ":ability:" not in "".join(chosen(without))
        assert ":ability:" in "".join(chosen(with_it))

    async def test_does_not_propose_again_what_is_on_a_list(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        found = chosen((await feng.submit(f"{PAGE}/find", wish(town))).text)
        await feng.submit(PAGE, plan(town, found))

        again = (await feng.submit(f"{PAGE}/find", wish(town))).text

        assert chosen(again) == []
        assert "没有到期的事" in again


class TestRefusals:
    @pytest.mark.parametrize(
        ("otherwise", "sentence"),
        [
            ({"clinicians": []}, "请至少选一位"),
            ({"ends_at": "2026-03-05T13:00"}, "时间不对"),
            ({"ends_at": "2026-03-05T18:01"}, "一趟最长半天"),
            ({"starts_at": "2026-03-01T09:00", "ends_at": "2026-03-01T11:00"}, "时间不对"),
        ],
    )
    async def test_say_what_to_do(
        self, town: Any, console: Any, otherwise: dict[str, Any], sentence: str
    ) -> None:
        answer = await (await console("feng")).submit(f"{PAGE}/find", wish(town, **otherwise))
        assert answer.status_code == 422
        assert sentence in answer.text

    async def test_is_the_providers_to_plan(self, town: Any, console: Any) -> None:
        he = await console("he")
        assert "请对方安排" in (await he.get(PAGE)).text
        assert (await he.get(PAGE, params={"agreement": town.alliance.yihe_health_center})).status_code == 404
        answer = await he.submit(f"{PAGE}/find", wish(town))
        assert answer.status_code == 409
        assert (await (await console("song")).submit(f"{PAGE}/find", wish(town))).status_code == 404
        assert (await (await console("qian")).get(PAGE)).status_code == 403

    async def test_takes_only_the_providers_own_people(self, town: Any, console: Any) -> None:
        answer = await (await console("feng")).submit(f"{PAGE}/find", wish(town, "zhao"))
        assert answer.status_code == 404


def plan(town: Any, errands: list[str], **otherwise: Any) -> dict[str, Any]:
    return {
        "home": town.alliance.yihe,
        "provider": town.alliance.health_center,
        "starts_at": "2026-03-05T14:00",
        "ends_at": "2026-03-05T16:00",
        "clinicians": [town.identity.accounts["doctor"]],
        "errand": errands,
        **otherwise,
    }


class TestPlanning:
    async def test_makes_one_visit_of_what_was_kept_with_who_and_when(self, town: Any, console: Any) -> None:
        errands = [f"{town.people.wang}:patrol:林致远 14:03", "", f"{town.people.wang}:follow_up:林致远"]

        answer = await (await console("feng")).submit(PAGE, plan(town, errands))

        assert answer.status_code == 303, answer.text
        row = await Visit.get(uid=answer.headers["location"].rsplit("/", 1)[1])
        items = await VisitItem.filter(visit_id=row.id).order_by("id").values_list("service", "due")
        assert items == [("patrol", "林致远 14:03"), ("follow_up", "林致远")]
        assert await VisitAttendance.filter(visit_id=row.id).count() == 1

    async def test_is_held_to_the_agreement_like_any_visit(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        stranger = await feng.submit(PAGE, plan(town, [f"{new_uid()}:patrol:林致远"]))
        unagreed = await feng.submit(PAGE, plan(town, [f"{town.people.wang}:ability:林致远"]))
        assert [stranger.status_code, unagreed.status_code] == [409, 409]
        assert "不在两家机构的协议项目里" in unagreed.text
