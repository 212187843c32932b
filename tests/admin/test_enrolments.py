"""Family doctors in the console: the lists, a contract on paper, teams, the rate."""

from typing import Any

from server.demo.cast import TOWN_NOW
from server.enrolments.models import Enrolment, EnrolmentPaper, FamilyTeam, PriorityGroup
from server.enrolments.rules import EnrolmentStatus

SCAN = {"file": ("scan.pdf", b"%PDF-1.7 signed", "application/pdf")}


class TestContracts:
    async def test_are_listed_for_the_center_and_the_home(self, town: Any, console: Any) -> None:
        for login in ("feng", "he"):
            page = await (await console(login)).get("/admin/enrolments")
            assert "王桂兰" in page.text
        assert "王桂兰" not in (await (await console("song")).get("/admin/enrolments")).text
        assert (await (await console("qian")).get("/admin/enrolments")).status_code == 403

    async def test_are_signed_on_paper_by_the_home_and_ended_by_the_center(
        self, town: Any, console: Any
    ) -> None:
        he, feng = await console("he"), await console("feng")
        path = f"/admin/enrolments/{town.enrolments.li}"
        assert "登记纸上的签字" in (await he.get(path)).text
        refused = await he.submit(f"{path}/paper", {"evidence": "柜"}, files={"file": ("a.txt", b"text", "text/plain")})  # fmt: skip
        assert refused.status_code == 422
        answer = await he.submit(f"{path}/paper", {"evidence": "档案柜 3 号"}, files=SCAN)
        assert answer.status_code == 303, answer.text
        assert (await Enrolment.get(uid=town.enrolments.li)).status is EnrolmentStatus.ACTIVE
        scan = (await EnrolmentPaper.get()).uid
        assert (await feng.get(f"{path}/papers/{scan}")).content.startswith(b"%PDF")
        assert (await he.submit(f"{path}/end", {"why": "moved", "text": "迁出"})).status_code == 403
        assert (await feng.submit(f"{path}/end", {"why": "moved", "text": "迁出"})).status_code == 303
        assert "迁出" in (await feng.get(path)).text

    async def test_an_application_is_accepted_from_the_first_page(self, town: Any, console: Any) -> None:
        await Enrolment.filter(uid=town.enrolments.li).update(accepted_at=None, signed_at=TOWN_NOW)
        feng = await console("feng")
        assert "份家庭医生申请等您确认" in (await feng.get("/admin")).text
        assert "李福生" in (await feng.get("/admin/enrolments?listed=for_team")).text
        answer = await feng.submit(f"/admin/enrolments/{town.enrolments.li}/accept")
        assert answer.status_code == 303, answer.text


class TestMissing:
    async def test_leads_from_the_list_to_an_offer(self, town: Any, console: Any) -> None:
        feng = await console("feng")
        assert "等长者或家属签字" in (await feng.get("/admin/enrolments/missing")).text
        await Enrolment.filter(uid=town.enrolments.li).delete()
        assert "还没有人提起过签约" in (await feng.get("/admin/enrolments/missing")).text
        path = f"/admin/enrolments/offers/{town.people.li}"
        await feng.submit(f"{path}/groups", {"groups": ["hypertension"], "source": "门诊病历"})
        assert await PriorityGroup.filter(source="门诊病历").count() == 1
        assert "慢病管理包" in (await feng.get(path)).text
        answer = await feng.submit(path, {"team": town.enrolments.team, "package": "chronic"})
        assert answer.status_code == 303, answer.text
        assert "每年 24 元" in (await feng.get(answer.headers["location"])).text


class TestTeams:
    async def test_are_formed_changed_and_closed(self, town: Any, console: Any) -> None:
        feng, accounts = await console("feng"), town.identity.accounts
        given = {
            "name": "二组",
            "leader": accounts["feng"],
            "members": [accounts["doctor"]],
            "capacity": "50",
        }
        assert (await feng.submit("/admin/enrolments/teams", given)).status_code == 303
        row = await FamilyTeam.get(name="二组")
        assert "二组" in (await feng.get("/admin/enrolments/teams")).text
        path = f"/admin/enrolments/teams/{row.uid}"
        assert (await feng.submit(path, {"capacity": "60"})).status_code == 303
        assert (await feng.submit(f"{path}/close")).status_code == 303
        assert (await feng.submit(f"/admin/enrolments/teams/{town.enrolments.team}/close")).status_code == 409


class TestRates:
    async def test_open_to_people_for_the_center_and_hide_few_from_the_bureau(
        self, town: Any, console: Any
    ) -> None:
        assert "/admin/enrolments/missing" in (await (await console("feng")).get("/admin/enrolments/rates")).text  # fmt: skip
        for login in ("tang", "qian"):
            page = await (await console(login)).get("/admin/enrolments/rates")
            assert page.status_code == 200
            assert "王桂兰" not in page.text
            assert "&lt;5" in page.text
