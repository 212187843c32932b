"""Referrals in the console: from the resident's page to the slip, the inbox, the packet, the way back, and what is late."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.people.models import Resident
from server.people.rules import CareState
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.referrals.rules import ReferralStatus
from tests.conftest import ConsolePage

Console = Callable[[str], Awaitable[ConsolePage]]
SLIP = {
    "impression": "胸闷待查",
    "present": "今晨胸闷半小时",
    "criteria": ["examination"],
    "urgency": "routine",
}
BACK = {"diagnosis": "冠心病", "advice": "按时服药，两周后复查"}


async def written(town: Town, he: ConsolePage, **more: Any) -> str:
    says = {
        "direction": "up",
        "sender": town.alliance.yihe,
        "receiver": town.alliance.first_hospital,
        **SLIP,
        **more,
    }
    answer = await he.submit(f"/admin/residents/{town.people.wang}/referrals", says)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].rsplit("/", 1)[-1].split("?")[0]


async def step(page: ConsolePage, uid: str, event: str, reason: str = "") -> None:
    answer = await page.submit(f"/admin/referrals/{uid}/steps", {"event": event, "reason": reason})
    assert answer.status_code == 303, answer.text


async def text(page: ConsolePage, path: str) -> str:
    answer = await page.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


class TestTheWholeWay:
    async def test_from_the_residents_page_to_the_hospital_and_back(
        self, town: Town, console: Console
    ) -> None:
        he, zhao = await console("he"), await console("zhao")
        assert f"/admin/residents/{town.people.wang}/referrals/new" in await text(
            he, f"/admin/residents/{town.people.wang}"
        )
        form = await text(he, f"/admin/residents/{town.people.wang}/referrals/new")
        assert "需要上级机构检查才能明确诊断" in form
        assert "云桥市第一人民医院" in form
        uid = await written(town, he)
        page = f"/admin/referrals/{uid}"
        assert "发给对方" in await text(he, page)
        assert (await zhao.get(page)).status_code == 404  # a draft is nobody else's
        await step(he, uid, "submit")
        assert "王桂兰" in await text(zhao, "/admin/referrals?box=mine")
        assert "件转诊等我们处理" in await text(zhao, "/admin")
        await step(zhao, uid, "accept")
        assert "可以约的号" in await text(zhao, f"{page}/seat")
        seat = await zhao.submit(f"{page}/seat", {"slot": town.booking.green_slot})
        assert seat.status_code == 303, seat.text
        await self._there_and_back(town, he, zhao, uid)

    async def _there_and_back(self, town: Town, he: ConsolePage, zhao: ConsolePage, uid: str) -> None:
        page = f"/admin/referrals/{uid}"
        await step(he, uid, "depart")
        await step(zhao, uid, "receive")
        assert (await Resident.get(uid=town.people.wang)).care_state is CareState.INPATIENT
        assert "停餐" in await text(he, f"/admin/residents/{town.people.wang}")
        await step(zhao, uid, "plan_discharge")
        answer = await zhao.submit(f"{page}/back", BACK)
        assert answer.status_code == 303, answer.text
        assert "同意接回" in await text(he, page)
        answer = await he.submit(f"{page}/homecoming", {"care": "convalesce"})
        assert answer.status_code == 303, answer.text
        await step(he, uid, "arrive_home")
        await step(he, uid, "close")
        row = await Referral.get(uid=uid)
        assert row.status is ReferralStatus.CLOSED
        assert row.appointment_id is not None
        assert "没有要办的了" in await text(zhao, page)

    async def test_what_was_asked_for_is_changed_and_sent_again(self, town: Town, console: Console) -> None:
        he, zhao = await console("he"), await console("zhao")
        uid = await written(town, he)
        await step(he, uid, "submit")
        await step(zhao, uid, "return", "请写明血压")
        shown = await text(he, f"/admin/referrals/{uid}/edit")
        assert "请写明血压" in shown
        assert "胸闷待查" in shown
        answer = await he.submit(f"/admin/referrals/{uid}/edit", {**SLIP, "past": "血压 150/90"})
        assert answer.status_code == 303, answer.text
        await step(he, uid, "submit")
        assert "150/90" in await text(he, f"/admin/referrals/{uid}/packet")

    async def test_hospital_sends_somebody_down(self, town: Town, console: Console) -> None:
        he, zhao = await console("he"), await console("zhao")
        form = await text(zhao, f"/admin/residents/{town.people.li}/referrals/new?direction=down")
        assert "急性期后病情稳定，需要康复" in form
        says = {
            "direction": "down", "sender": town.alliance.first_hospital, "receiver": town.alliance.yihe,
            "criteria": ["rehabilitation"],
        }  # fmt: skip
        answer = await zhao.submit(f"/admin/residents/{town.people.li}/referrals", says)
        uid = answer.headers["location"].rsplit("/", 1)[-1].split("?")[0]
        assert (await he.get(f"/admin/referrals/{uid}")).status_code == 404
        assert (await Resident.get(uid=town.people.li)).care_state is CareState.INPATIENT
        await zhao.submit(f"/admin/referrals/{uid}/back", BACK)
        await he.submit(f"/admin/referrals/{uid}/homecoming", {"care": "return"})
        assert (await Resident.get(uid=town.people.li)).care_state is CareState.RESIDENTIAL


class TestThePacket:
    async def test_without_consent_is_closed_and_asks_for_it(self, town: Town, console: Console) -> None:
        he, zhao = await console("he"), await console("zhao")
        uid = await written(town, he)
        await step(he, uid, "submit")

        shown = await text(zhao, f"/admin/referrals/{uid}/packet")
        assert "现在还不能看" in shown
        assert "胸闷待查" not in shown
        assert "胸闷待查" in await text(he, f"/admin/referrals/{uid}/packet")

    async def test_slip_is_printed_and_looked_up(self, town: Town, console: Console) -> None:
        he, zhao = await console("he"), await console("zhao")
        uid = await written(town, he)
        await step(he, uid, "submit")
        printed = await he.submit(f"/admin/referrals/{uid}/print")
        assert printed.content.startswith(b"%PDF")
        code = (await Referral.get(uid=uid)).code

        typed = await zhao.submit("/admin/referrals/slip", {"code": f"{code[:5]}-{code[5:]}".lower()})
        assert typed.headers["location"] == f"/admin/referrals/{uid}"
        scanned = await zhao.submit(
            "/admin/referrals/slip", {"code": f"https://x/admin/referrals/slip/{code}"}
        )
        assert scanned.headers["location"] == f"/admin/referrals/{uid}"
        opened = await zhao.get(f"/admin/referrals/slip/{code}")
        assert opened.headers["location"] == f"/admin/referrals/{uid}"
        sun = await console("sun")
        assert (await sun.get(f"/admin/referrals/slip/{code}")).status_code == 404


class TestWhatIsLate:
    async def test_is_raised_to_the_bureau_without_a_name(
        self, town: Town, console: Console, clock: Any, worker_pass: Any
    ) -> None:
        he = await console("he")
        uid = await written(town, he, urgency="urgent")
        await step(he, uid, "submit")
        clock.advance(hours=25)
        await worker_pass()
        tang = await console("tang")
        assert "件转诊超时，等督办" in await text(tang, "/admin")
        shown = await text(tang, "/admin/referrals/late")
        assert "云桥市第一人民医院" in shown
        assert "王桂兰" not in shown
        late = await ReferralEscalation.get(open_key__isnull=False)
        answer = await tang.submit(f"/admin/referrals/late/{late.uid}", {"remark": "已电话", "hours": "2"})
        assert answer.status_code == 303
        assert (await Referral.get(uid=uid)).escalated_at is None
        assert "已电话" in await text(tang, "/admin/referrals/late?all=true")
        zhao = await console("zhao")
        assert "已电话" in await text(zhao, f"/admin/referrals/{uid}")

    async def test_follow_up_is_written_or_waived(self, town: Town, console: Console, clock: Any) -> None:
        he = await console("he")
        uid = await written(town, he, urgency="urgent")
        await step(he, uid, "submit")
        assert "待随访" in await text(he, "/admin/referrals/follow-ups")
        duty = await ReferralFollowUp.get(referral__uid=uid)
        says = {"outcome": "good", "remark": "已好转，按时服药"}
        answer = await he.submit(f"/admin/referrals/follow-ups/{duty.uid}", says)
        assert answer.status_code == 303, answer.text
        assert "已随访" in await text(he, "/admin/referrals/follow-ups?all=true")
        again = await he.submit(f"/admin/referrals/follow-ups/{duty.uid}/waive", {"reason": "多余"})
        assert again.status_code == 409


class TestRefusals:
    async def test_nothing_ticked(self, town: Town, console: Console) -> None:
        he = await console("he")
        says = {"direction": "up", "sender": town.alliance.yihe, "receiver": town.alliance.first_hospital}
        answer = await he.submit(
            f"/admin/residents/{town.people.wang}/referrals", {**says, **SLIP, "criteria": []}
        )
        assert answer.status_code == 422
        assert re.search("至少勾选一条", answer.text)

    @pytest.mark.parametrize("who", ["feng", "sun", "song"])
    async def test_somebody_elses(self, who: str, town: Town, console: Console) -> None:
        he, other = await console("he"), await console(who)
        uid = await written(town, he)
        await step(he, uid, "submit")
        for path in ("", "/edit", "/packet", "/seat"):
            assert (await other.get(f"/admin/referrals/{uid}{path}")).status_code == 404, path
        answer = await other.submit(f"/admin/referrals/{uid}/steps", {"event": "accept"})
        assert answer.status_code == 404

    async def test_not_ones_turn(self, town: Town, console: Console) -> None:
        he = await console("he")
        uid = await written(town, he)
        await step(he, uid, "submit")
        answer = await he.submit(f"/admin/referrals/{uid}/steps", {"event": "accept"})
        assert answer.status_code == 409
        assert "轮到对方" in answer.text
