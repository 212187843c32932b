"""Needs of homes in the console, both sides; who may sign; beds over time."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.alliance.models import AgreementSignature, ServiceAgreement, SigningAuthority
from server.authority.actor import system_actor
from server.demands.models import Demand, DemandAnswer
from server.demo import Town, cast
from server.people.actions import sweep_census
from server.people.models import BedCensusEntry
from tests.admin.test_alliance import proposed

Console = Callable[[str], Awaitable[Any]]
SCAN = {"file": ("scan.pdf", b"%PDF-1.4 by hand", "application/pdf")}
PERSONS = ("王桂兰", "李福生", "赵云珍")


class TestDemands:
    async def test_from_the_register_to_an_agreement(self, town: Town, console: Console) -> None:
        qian, feng, song = await console("qian"), await console("feng"), await console("song")
        form = await qian.get("/admin/demands/new", params={"home": town.alliance.songhe})
        assert "少于 5 位" in form.text
        assert not any(name in form.text for name in PERSONS)
        sent = {"home": town.alliance.songhe, "rounds": "30", "assessment": "3", "note": "最好上午"}
        assert (await qian.submit("/admin/demands", sent)).status_code == 303

        row = await Demand.get(need="rounds")
        page = f"/admin/demands/{row.uid}"
        assert "项养老机构的需求等您答复" in (await feng.get("/admin")).text
        seen = await feng.get(page)
        assert all(words in seen.text for words in ("30 位", "能承接多少位长者", "最好上午"))
        offer = {"institution": town.alliance.health_center, "people": "40", "from_day": "2026-03-04"}
        wrong = await feng.submit(f"{page}/answers", offer)
        assert "请至少选一个能去的星期" in wrong.text
        offered = await feng.submit(f"{page}/answers", {**offer, "weekdays": ["2", "5"]})
        assert offered.status_code == 303, offered.text

        answer = await DemandAnswer.get()
        assert "项需求有人答复，等您选定" in (await song.get("/admin")).text
        assert "周二、周五" in (await song.get(page)).text
        assert (await song.submit(f"{page}/answers/{answer.uid}/choose")).status_code == 303
        drafted = await song.submit(f"{page}/agreement")
        assert drafted.headers["location"].startswith("/admin/agreements/")
        assert "需求：30 位" in (await song.get(drafted.headers["location"])).text
        assert "打开协议" in (await feng.get(page)).text
        assert (
            await feng.submit(f"{page}/answers/{answer.uid}/withdraw", {"reason": "人手不够"})
        ).status_code == 303
        assert (await Demand.get(uid=row.uid)).status == "open"
        withdrawn = await qian.submit(f"{page}/withdraw", {"reason": "另行安排"})
        assert withdrawn.status_code == 303
        assert "已撤回：另行安排" in (await qian.get(page)).text

    async def test_lists_are_narrowed_and_others_see_nothing(self, town: Town, console: Console) -> None:
        qian = await console("qian")
        await qian.submit("/admin/demands", {"home": town.alliance.songhe, "rounds": "30", "mood": "9"})

        narrowed = await qian.get("/admin/demands", params={"need": "mood", "status": "open"})
        assert narrowed.text.count('<th scope="row">') == 1
        assert "没有符合条件的需求" in (await (await console("he")).get("/admin/demands")).text
        assert (await (await console("root")).get("/admin/demands")).status_code == 403
        assert (await (await console("song")).submit("/admin/demands", {})).status_code == 403

    async def test_gaps_lead_to_who_is_near_and_to_a_list(self, town: Town, console: Console) -> None:
        page = await (await console("qian")).get("/admin/demands/gaps")

        assert all(
            words in page.text
            for words in ("3.7 公里", "还能承接 1 家", "替它公布需求", "协议已到期，请续签")
        )
        assert "看缺口和就近" in (await (await console("tang")).get("/admin/board/agreements")).text


class TestSigners:
    async def test_registered_with_a_code_used_and_taken_back(self, town: Town, console: Console) -> None:
        he = await console("he")
        who = f"{town.identity.accounts['jin']}:{town.alliance.yihe}"
        form = {
            "who": who,
            "document": "授权〔2026〕9 号",
            "first_day": "2026-03-01",
            "last_day": "2026-12-31",
        }
        limits = {"cooperation": ["patrol"], "most_yuan": "5000.50", "proof_code": he.proof_code}
        answer = await he.submit("/admin/agreements/signers", {**form, **limits})
        assert answer.status_code == 303, answer.text

        page = await he.get("/admin/agreements/signers")
        assert all(words in page.text for words in ("授权〔2026〕9 号", "单笔不超过 5000.50 元", "金萍"))
        row = await SigningAuthority.get(document="授权〔2026〕9 号")
        taken = await he.submit(f"/admin/agreements/signers/{row.uid}/revoke", {"reason": "换人了"})
        assert taken.status_code == 303
        assert "换人了" in (await he.get("/admin/agreements/signers")).text

    async def test_without_one_the_page_says_what_to_do_and_paper_is_taken(
        self, town: Town, console: Console
    ) -> None:
        he = await console("he")
        where = await proposed(he, town)
        text = (await ServiceAgreement.get(uid=where.rsplit("/", 1)[-1])).content_hash
        await SigningAuthority.filter(uid=town.signing.he).update(revoked_at=cast.TOWN_NOW)

        refused = await he.submit(f"{where}/sign", {"content_hash": text})
        assert (refused.status_code, "出具授权书" in refused.text) == (409, True)
        paper = await he.submit(
            f"{where}/sign-on-paper", {"content_hash": text, "signer": "何静"}, files=SCAN
        )
        assert paper.status_code == 303, paper.text
        row = await AgreementSignature.get(agreement__uid=where.rsplit("/", 1)[-1])
        assert (row.way, row.signer) == ("paper", "何静")
        shown = await he.get(where)
        link = re.search(r'href="(/admin/agreements/\w+/papers/\w+)"', shown.text)
        assert link
        assert "纸质，何静签字盖章" in shown.text
        assert (await he.get(link[1])).content == SCAN["file"][1]
        assert (await (await console("song")).get(link[1])).status_code == 404

    async def test_every_field_of_the_paper_comes_back_for_the_next_version(
        self, town: Town, console: Console
    ) -> None:
        he = await console("he")
        more = {
            "number": "协〔2026〕7", "home_filing": "浙民备 0007", "home_beds": "120", "home_residents": "96",
            "provider_licence": "33028100100002", "practice_filing": "执备 12", "items": "医疗巡诊 52 收费：机构\n体检 1 免费1",
        }  # fmt: skip
        where = await proposed(he, town, **more)

        page = (await he.get(where)).text
        assert all(words in page for words in ("协〔2026〕7", "浙民备 0007", "床位 120，入住 96", "执备 12"))
        uid = where.rsplit("/", 1)[-1]
        assert (await ServiceAgreement.get(uid=uid)).content["items"][0]["fee"] == "home_pays"
        next_one = (await he.get(f"{where}/successor")).text
        assert all(words in next_one for words in ('value="浙民备 0007"', "收费：机构"))

    async def test_an_attachment_is_added_to_a_draft_only(self, town: Town, console: Console) -> None:
        he, where = await console("he"), f"/admin/agreements/{town.alliance.yihe_health_center}"
        late = await he.submit(f"{where}/attachments", {"name": "价目"}, files=SCAN)
        assert late.status_code == 409

        wrong = {"file": ("x.exe", b"MZ", "application/pdf")}
        again = await he.submit(f"{where}/successor", {
            "first_day": "2026-05-01", "last_day": "2027-04-30", "cooperation": ["patrol"], "items": "医疗巡诊 52",
        })  # fmt: skip
        draft = again.headers["location"]
        assert (await he.submit(f"{draft}/attachments", {"name": "价目"}, files=wrong)).status_code == 422
        assert (await he.submit(f"{draft}/attachments", {"name": "价目"}, files=SCAN)).status_code == 303
        assert ">价目</a>" in (await he.get(draft)).text


class TestCensus:
    @pytest.mark.parametrize("span", ["month", "quarter", "year"])
    async def test_shows_the_day_the_curve_and_the_targets(
        self, town: Town, console: Console, span: str
    ) -> None:
        await sweep_census(actor=system_actor("worker"), now=cast.TOWN_NOW + timedelta(days=1))

        he = (await (await console("he")).get("/admin/census", params={"span": span})).text
        qian = (await (await console("qian")).get("/admin/census", params={"span": span})).text

        assert all(
            words in he for words in ("2026年3月2日 24 时", "利用率 1.67%", "离目标 60% 还差 10.00 个百分点")
        )
        assert "人数少于 5，不显示" in qian
        assert "更正</h2>" in he
        assert "更正</h2>" not in qian

    async def test_is_put_right_by_the_home(self, town: Town, console: Console) -> None:
        await sweep_census(actor=system_actor("worker"), now=cast.TOWN_NOW + timedelta(days=1))
        he, where = await console("he"), f"/admin/census/{town.alliance.yihe}/corrections"
        right = {
            "day": "2026-03-02",
            "beds": "120",
            "nursing_beds": "72",
            "residents": "90",
            "inpatient": "1",
            "convalescent": "2",
        }

        answer = await he.submit(where, {**right, "reason": "漏登"})
        other = await (await console("song")).submit(where, {**right, "reason": "漏登"})

        assert (answer.status_code, other.status_code) == (303, 404)
        page = (await he.get("/admin/census")).text
        assert all(words in page for words in ("占 60.00%，达到目标 60%", "+88", "漏登"))
        assert await BedCensusEntry.filter(home__uid=town.alliance.yihe).count() == 2

    async def test_before_the_first_day_says_so(self, town: Town, console: Console) -> None:
        assert "还没有记下的日子" in (await (await console("qian")).get("/admin/census")).text
