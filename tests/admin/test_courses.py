"""Courses on the console: announced, their code on the screen, written down from paper, finished; and the rates."""

import html
from datetime import datetime

from server.identity.models import RoleGrant, TrainingRecord
from server.identity.rules import Engagement
from server.kit.clock import SHANGHAI
from server.training.models import TrainingSession
from server.training.rules import SessionStatus
from server.visits.models import Visit

AFTERNOON = datetime(2026, 3, 2, 14, 40, tzinfo=SHANGHAI)


def session_of(town, **says):
    return {
        "institution": town.alliance.yihe, "course": "care_annual", "place": "活动室", "trainer": "周老师",
        "starts_at": "2026-03-02T08:50", "minutes": "60", "seats": "5", "open_to": "own", **says,
    }  # fmt: skip


class TestASession:
    async def test_goes_from_the_list_to_the_certificate(self, console, town):
        he = await console("he")
        answer = await he.submit("/admin/courses", session_of(town))
        page = answer.headers["location"]
        assert "打开签到码" in (await he.get(page)).text
        screen = (await he.get(f"{page}/code")).text
        assert all(word in screen for word in ("data:image/svg+xml", 'hx-trigger="every 10s"', "已签到 0 位"))

        entered = await he.submit(
            f"{page}/attendances", {"person": town.identity.accounts["nurse"], "reason": "手机没电"}
        )
        finished = await he.submit(f"{page}/finish")

        assert (entered.status_code, finished.status_code) == (303, 303)
        shown = (await he.get(page)).text
        assert all(
            word in shown
            for word in ("李秀英", "纸面补登", "手机没电", "PX20260302-", "已结束", "结束培训并发证")
        )
        assert "打开签到码" not in shown
        assert await TrainingRecord.filter(course="care_annual").count() == 1

    async def test_with_nonsense_is_refused(self, console, town):
        he = await console("he")
        for says in ({"course": "juggling"}, {"minutes": "5"}, {"seats": "0"}, {"starts_at": "gestern"}):
            assert (await he.submit("/admin/courses", session_of(town, **says))).status_code == 422
        assert (
            await he.submit("/admin/courses", session_of(town, institution=town.alliance.songhe))
        ).status_code == 404
        assert await TrainingSession.all().count() == 1  # the town's own

    async def test_of_the_alliance_is_read_by_the_home_beside_and_held_by_the_host_alone(
        self, console, town, clock
    ):
        he, page = await console("he"), f"/admin/courses/{town.training.session}"
        shown = (await he.get(page)).text
        assert "本机构到场的人" in shown
        assert "取消这场培训" not in shown
        for step in ("finish", "cancel", "code"):
            path = f"{page}/{step}"
            answer = await he.get(path) if step == "code" else await he.submit(path, {"reason": "不办了"})
            assert answer.status_code == 404
        assert (await (await console("song")).get(page)).status_code == 200
        assert (await TrainingSession.get(uid=town.training.session)).status is SessionStatus.PLANNED

    async def test_that_is_over_waits_on_the_first_page(self, console, town, clock):
        clock.set(AFTERNOON.replace(hour=17))
        assert "场培训开完了" in (await (await console("feng")).get("/admin")).text
        assert "场培训开完了" not in (await (await console("he")).get("/admin")).text


class TestRates:
    async def test_open_to_people_for_the_institution_and_not_for_the_bureau(self, console, town):
        he, qian = await console("he"), await console("qian")
        people = f"/admin/training-rates/{town.alliance.yihe}"
        assert people in (await he.get("/admin/training-rates")).text
        assert "养老护理员岗前培训" in (await he.get(people)).text
        city = (await qian.get("/admin/training-rates")).text
        assert "云桥市颐和养老院" in city
        assert people not in city
        assert (await qian.get(people)).status_code == 404


class TestStaff:
    async def test_a_listed_course_is_chosen_and_ends_by_its_own_validity(self, console, town):
        feng = await console("feng")
        where = f"/admin/staff/{town.identity.accounts['doctor']}"
        says = {"place": town.alliance.health_center, "course": "emergency", "completed_on": "2026-02-01"}
        assert (await feng.submit(f"{where}/training", says)).status_code == 303
        assert "2028年1月31日" in (await feng.get(where)).text

    async def test_a_second_registration_is_given_shown_and_prolonged(self, console, town):
        sun, root = await console("sun"), await console("root")
        where = f"/admin/staff/{town.identity.accounts['doctor']}"
        post = {
            "post": f"{town.alliance.second_hospital}:clinician", "engagement": "multi_site",
            "registration_number": "云多执 0117", "registration_last_day": "2026-12-31",
        }  # fmt: skip
        without = {key: post[key] for key in ("post", "engagement")}
        refused = await root.submit(f"{where}/roles", without)
        assert (refused.status_code, "identity.registration_needed" in refused.text) == (422, True)
        assert (await root.submit(f"{where}/roles", post)).status_code == 303

        grant = await RoleGrant.get(engagement=Engagement.MULTI_SITE)
        page = (await sun.get(where)).text
        assert all(
            word in page
            for word in (
                "多点执业",
                "云多执 0117",
                "2026年12月31日",
                "别的执业机构",
                "云桥市河东社区卫生服务中心",
            )
        )
        says = {"registration_last_day": "2027-12-31", "reason": "延续备案"}
        assert (await sun.submit(f"/admin/staff/roles/{grant.uid}/prolong", says)).status_code == 303
        assert "2027年12月31日" in (await sun.get(where)).text


class TestPlanning:
    async def test_of_somebody_untrained_is_refused_with_a_sentence(self, console, town):
        feng = await console("feng")
        await TrainingRecord.filter(account__uid=town.identity.accounts["doctor"]).delete()
        says = {
            "home": town.alliance.yihe, "provider": town.alliance.health_center, "kind": "round",
            "starts_at": "2026-03-05T09:00", "ends_at": "2026-03-05T11:00", "service": "patrol",
            "residents": [town.people.wang], "clinicians": [town.identity.accounts["doctor"]],
        }  # fmt: skip
        form = (await feng.get(f"/admin/visits/plan?agreement={town.alliance.yihe_health_center}")).text
        assert "林致远（缺感染防控与手卫生、上门巡诊岗前培训）" in form
        before = await Visit.all().count()
        answer = await feng.submit("/admin/visits", says)
        assert answer.status_code == 409
        assert "3 月 5 日不能安排。请先在“培训与持证”里登记证书或安排培训，或换一位同事。" in html.unescape(
            answer.text
        )
        assert await Visit.all().count() == before
