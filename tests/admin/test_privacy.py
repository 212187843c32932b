"""In the console: clocks, the record of processing, the register of incidents, and what must be put right."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.demo import Town
from server.kit.idempotency import AnsweredRequest
from server.privacy.models import Breach, BreachNotice, Rectification, RetentionRun
from server.privacy.rules import ACTIVITIES, CLOCKS

Console = Callable[[str], Awaitable[Any]]
WRONG = "床位写错了，我住 201-2"


def leak(**fields: Any) -> dict[str, Any]:
    return {
        "what": "一台电脑丢了",
        "known_at": "2026-03-02T08:30",
        "kinds": ["contact", "health"],
        "people": "12",
        "harm": "可能被骗",
        "measures": "正在找",
        **fields,
    }


async def recorded(page: Any) -> str:
    answer = await page.submit("/admin/breaches", leak())
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].split("?")[0])


@pytest.fixture
async def wrong(town: Town, api: Any) -> str:
    answer = await (await api("daughter")).post(
        f"/residents/{town.people.wang}/rectifications", json={"text": WRONG}
    )
    return str(answer.json()["uid"])


class TestTheClocks:
    @pytest.mark.parametrize("login", ["qian", "tang", "root", "zheng"])
    async def test_are_shown_with_their_law_and_their_last_run(
        self, town: Town, console: Console, worker_pass: Any, login: str
    ) -> None:
        for _ in range(8):
            await worker_pass()

        html = (await (await console(login)).get("/admin/privacy")).text

        assert all(each.what in html for each in CLOCKS)
        assert "医疗机构病历管理规定" in html
        assert "等第一次清理" not in html

    async def test_lead_the_auditor_to_the_lines_of_their_runs(
        self, town: Town, console: Console, worker_pass: Any, clock: Any
    ) -> None:
        await AnsweredRequest.all().update(created_at=clock() - timedelta(days=30))
        for _ in range(8):
            await worker_pass()
        run = await RetentionRun.exclude(removed_at=None).first()
        assert run is not None
        link = f"/admin/audit/subjects?subject={run.uid}"

        auditor, bureau = await console("zheng"), await console("qian")
        shown, hidden = [(await each.get("/admin/privacy")).text for each in (auditor, bureau)]

        assert (link in shown, link in hidden) == (True, False)
        assert "操作日志里" not in shown
        assert (await auditor.get(link)).status_code == 200

    @pytest.mark.parametrize("login", ["he", "zhao", "shen", "xu"])
    async def test_are_for_those_who_oversee(self, town: Town, console: Console, login: str) -> None:
        page = await console(login)

        assert (await page.get("/admin/privacy")).status_code == 403
        assert (await page.get("/admin/privacy/processing")).status_code == 403


class TestTheRecordOfProcessing:
    async def test_names_purpose_basis_recipients_and_retention_of_each(
        self, town: Town, console: Console
    ) -> None:
        html = (await (await console("zheng")).get("/admin/privacy/processing")).text

        assert all(each.name in html and each.purpose in html for each in ACTIVITIES)
        assert "住院的健康记录：30 年" in html
        assert "敏感，先评估" in html


class TestAnIncident:
    async def test_is_recorded_noticed_and_closed_with_a_fresh_code(
        self, town: Town, console: Console
    ) -> None:
        root = await console("root")
        path = await recorded(root)
        early = await root.submit(f"{path}/close", {"conclusion": "找到了", "proof_code": root.proof_code})
        for audience in ("authority", "people"):
            notice = {"audience": audience, "told_at": "2026-03-02T08:50", "how": "电话"}
            assert (await root.submit(f"{path}/notices", notice)).status_code == 303

        waiting = (await root.get("/admin")).text
        closed = await root.submit(f"{path}/close", {"conclusion": "找到了", "proof_code": root.proof_code})

        assert (early.status_code, "privacy.notices_owed" in early.text) == (409, True)
        assert "泄露事件没有结案" in waiting
        assert closed.status_code == 303, closed.text
        assert "已结案" in (await root.get(path)).text
        assert await BreachNotice.filter(breach__uid=path.rsplit("/", 1)[-1]).count() == 2

    async def test_is_not_closed_without_a_fresh_code(self, town: Town, console: Console) -> None:
        root = await console("root")
        path = await recorded(root)

        answer = await root.submit(f"{path}/close", {"conclusion": "找到了"})

        assert "identity.proof_needed" in answer.text

    async def test_counts_its_hours_aloud(self, town: Town, console: Console, clock: Any) -> None:
        root = await console("root")
        path = await recorded(root)
        await Breach.all().update(authority_due_at=clock() - timedelta(hours=5))

        assert "已超 5 小时" in (await root.get(path)).text

    @pytest.mark.parametrize(
        "wrong",
        [
            {"known_at": "2026-03-03T08:30"},
            {"happened_at": "2026-03-02T08:59"},
            {"kinds": []},
            {"people": "-1"},
            {"what": ""},
        ],
    )
    async def test_is_refused_where_it_cannot_be_so(
        self, town: Town, console: Console, wrong: dict[str, Any]
    ) -> None:
        root = await console("root")

        answer = await root.submit("/admin/breaches", leak(**wrong))

        assert answer.status_code == 422
        assert await Breach.all().count() == 1  # the town's own

    @pytest.mark.parametrize("login", ["he", "zhao", "zheng", "shen"])
    async def test_is_not_for_others(self, town: Town, console: Console, login: str) -> None:
        page = await console(login)

        assert (await page.submit("/admin/breaches", leak())).status_code == 403
        assert (await page.get("/admin/breaches")).status_code == 403


class TestARectification:
    async def test_waits_on_the_first_page_and_is_answered(
        self, town: Town, console: Console, wrong: str
    ) -> None:
        he = await console("he")
        assert "更正申请等答复" in (await he.get("/admin")).text
        assert WRONG in (await he.get("/admin/rectifications")).text

        answer = await he.submit(
            f"/admin/rectifications/{wrong}/decision", {"event": "correct", "answer": "已改到 201-2"}
        )

        assert answer.status_code == 303, answer.text
        sheet = (await he.get(f"/admin/rectifications/{wrong}")).text
        assert "已改到 201-2" in sheet
        assert "答复：已更正" in sheet
        assert WRONG not in (await he.get("/admin/rectifications")).text
        assert WRONG in (await he.get("/admin/rectifications?all=true")).text

    async def test_is_nobody_elses(self, town: Town, console: Console, wrong: str) -> None:
        song = await console("song")

        assert (await song.get(f"/admin/rectifications/{wrong}")).status_code == 404
        assert WRONG not in (await song.get("/admin/rectifications?all=true")).text

    @pytest.mark.parametrize("fields", [{"event": "withdraw", "answer": "好"}, {"event": "decline"}, {}])
    async def test_is_answered_in_words_and_with_a_verdict(
        self, town: Town, console: Console, wrong: str, fields: dict[str, str]
    ) -> None:
        answer = await (await console("he")).submit(f"/admin/rectifications/{wrong}/decision", fields)

        assert answer.status_code == 422
        assert (await Rectification.get(uid=wrong)).status == "open"
