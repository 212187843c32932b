"""Who may act for residents: the work list of those who check."""

from collections.abc import Awaitable, Callable
from typing import Any

from server.demo import Town
from server.demo.people import LI_NUMBER
from server.people.models import ProxyGrant

Console = Callable[[str], Awaitable[Any]]


class TestProxies:
    async def test_verify_and_witness_by_two(self, town: Town, console: Console, api: Any) -> None:
        he, nurse, stranger = await console("he"), await api("nurse"), await api("stranger")
        applied = (
            await stranger.post(
                "/proxies",
                json={
                    "name": "李福生",
                    "national_id": LI_NUMBER,
                    "basis": "own_consent",
                    "relation": "friend",
                    "scopes": ["profile"],
                },
            )
        ).json()["uid"]

        page = await he.get("/admin/proxies")
        verified = await he.submit(f"/admin/proxies/{applied}/verify")
        first = await nurse.post(f"/proxies/{applied}/witness", json={"document_ref": "单 1"})
        second = await he.submit(f"/admin/proxies/{applied}/witness", {"document_ref": "单 1"})

        assert "陈大勇" in page.text
        assert (verified.status_code, first.status_code, second.status_code) == (303, 200, 303)
        assert [card["uid"] for card in (await stranger.get("/residents")).json()] == [town.people.li]

    async def test_suspend_resume_and_end(self, town: Town, console: Console, api: Any) -> None:
        he, daughter, uid = await console("he"), await api("daughter"), town.people.daughter_grant

        paused = await he.submit(f"/admin/proxies/{uid}/suspend", {"reason": "safeguarding"})
        seen = (await daughter.get("/residents")).json()
        resumed = await he.submit(f"/admin/proxies/{uid}/resume")
        ended = await he.submit(f"/admin/proxies/{uid}/end", {"reason": "abuse"})

        assert [each.status_code for each in (paused, resumed, ended)] == [303] * 3
        assert seen == []

    async def test_needs_a_reason(self, town: Town, console: Console) -> None:
        answer = await (await console("he")).submit(f"/admin/proxies/{town.people.daughter_grant}/end", {})

        assert answer.status_code == 422

    async def test_rejects(self, town: Town, console: Console) -> None:
        qian = await console("qian")

        page = await qian.get("/admin/proxies")
        answer = await qian.submit(
            f"/admin/proxies/{town.people.nephew_grant}/reject", {"reason": "not_verified"}
        )

        assert "王磊" in page.text
        assert answer.status_code == 303

    async def test_says_what_to_look_at_and_what_comes_next(self, town: Town, console: Console) -> None:
        he, uid = await console("he"), town.people.nephew_grant

        before = (await he.get(f"/admin/proxies/{uid}")).text
        await he.submit(f"/admin/proxies/{uid}/verify")
        after = (await he.get(f"/admin/proxies/{uid}")).text

        assert all(word in before for word in ("王磊", "申请人身份证件", "申请代办", "还没有"))
        assert "请长者在“我的家人”里点同意" in before
        assert all(word in after for word in ("待长者确认", "核对代办人身份", "何静"))

    async def test_lists_by_state_and_says_how_long_somebody_waits(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        clock.advance(days=3)
        he = await console("he")

        waiting = (await he.get("/admin/proxies")).text
        active = (await he.get("/admin/proxies?status=active")).text

        assert ("王磊" in waiting, "等了 4 天" in waiting, "周正" in waiting) == (True, True, False)
        assert ("王磊" in active, "周正" in active) == (False, True)

    async def test_what_is_due_for_review_is_kept_or_ended(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        uid = town.people.daughter_grant
        await ProxyGrant.filter(uid=uid).update(review_at=clock())
        he = await console("he")

        due = await he.get("/admin/proxies")
        kept = await he.submit(f"/admin/proxies/{uid}/review")
        again = await he.submit(f"/admin/proxies/{uid}/review")

        assert "陈晓敏" in due.text
        assert (kept.status_code, again.status_code) == (303, 409)
        assert "陈晓敏" not in (await he.get("/admin/proxies")).text

    async def test_another_home_does_not_see_them(self, town: Town, console: Console) -> None:
        song = await console("song")

        assert "王磊" not in (await song.get("/admin/proxies")).text
        assert (await song.get(f"/admin/proxies/{town.people.nephew_grant}")).status_code == 404
        assert (await song.submit(f"/admin/proxies/{town.people.daughter_grant}/review")).status_code == 404
        assert (await song.submit(f"/admin/proxies/{town.people.nephew_grant}/verify")).status_code == 404
