"""Feedback in the console: ratings, moderation, cases, voids, scores."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from server.demo import Town
from server.feedback.models import FeedbackCase, Rating, RatingReply, RatingVoid
from server.kit.ids import new_uid
from tests.core.feedback import given

Console = Callable[[str], Awaitable[Any]]
NAMES = ("王桂兰", "李福生", "陈晓敏", "周正")


class TestRatings:
    async def test_the_health_center_sees_its_own_without_names(self, town: Town, console: Console) -> None:
        page = await (await console("feng")).get("/admin/feedback")

        assert page.status_code == 200
        assert "林医生讲得很慢" in page.text
        assert not any(name in page.text for name in NAMES)

    async def test_a_text_that_is_not_published_is_not_shown(self, town: Town, console: Console) -> None:
        page = await (await console("zhao")).get("/admin/feedback")

        assert "文字还没有公开" in page.text
        assert "说话冲" not in page.text

    async def test_the_institution_answers_once(self, town: Town, console: Console) -> None:
        feng = await console("feng")
        url = f"/admin/feedback/{town.feedback.praised}/reply"

        first = await feng.submit(url, {"text": "谢谢您，我们会继续努力。"})
        second = await feng.submit(url, {"text": "再谢一次"})

        assert (first.status_code, second.status_code) == (303, 409)
        assert await RatingReply.filter(rating__uid=town.feedback.praised).count() == 1

    async def test_a_reply_with_a_phone_number_is_refused(self, town: Town, console: Console) -> None:
        answer = await (await console("feng")).submit(
            f"/admin/feedback/{town.feedback.praised}/reply", {"text": "请打 13800138000"}
        )

        assert answer.status_code == 422

    async def test_another_institution_cannot_answer(self, town: Town, console: Console) -> None:
        answer = await (await console("zhao")).submit(
            f"/admin/feedback/{town.feedback.praised}/reply", {"text": "谢谢"}
        )

        assert answer.status_code == 404


class TestModeration:
    async def test_the_moderator_sees_the_queue_without_names_and_decides(
        self, town: Town, console: Console
    ) -> None:
        shen = await console("shen")
        queue = await shen.get("/admin/moderation")
        assert "说话冲" in queue.text
        assert not any(name in queue.text for name in NAMES)
        assert (await shen.get(f"/admin/moderation/{town.feedback.waiting}")).status_code == 200

        answer = await shen.submit(
            f"/admin/moderation/{town.feedback.waiting}", {"event": "publish", "revision": "1"}
        )

        assert answer.status_code == 303
        rating = await Rating.get(uid=town.feedback.waiting)
        assert (rating.status, rating.score) == ("published", 4)

    async def test_the_next_text_opens_by_itself_and_the_last_decision_can_be_taken_back(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        shen = await console("shen")
        (later,) = await given.many(
            town, "songhe", [2], text="等了一上午，没有人理。", now=clock() + timedelta(days=2)
        )
        url = f"/admin/moderation/{town.feedback.waiting}"

        decided = await shen.submit(url, {"event": "withhold", "revision": "1", "reason_code": "abuse"})
        following = await shen.get(decided.headers["location"])

        assert f'action="/admin/moderation/{later.uid}"' in following.text
        assert "撤销，改为公开" in following.text
        undone = await shen.submit(url, {"event": "publish", "revision": "1"})
        assert undone.status_code == 303
        assert (await Rating.get(uid=town.feedback.waiting)).status == "published"

    async def test_copies_and_earlier_texts_stand_beside(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        rows = await given.many(town, "songhe", [1] * 3, text="护士推了老人，我亲眼看见的。", now=clock())

        page = await (await console("shen")).get(f"/admin/moderation/{rows[0].uid}")

        assert "文字相似 2 条" in page.text
        assert "像同一篇反复提交" in page.text
        assert not any(name in page.text for name in NAMES)

    async def test_every_key_that_is_said_is_there(self, town: Town, console: Console) -> None:
        page = await (await console("shen")).get("/admin/moderation")

        said = set(re.findall(r"<kbd>(\w)</kbd>", page.text)) - {"j", "k"}
        assert said == set(re.findall(r'data-key="(\w)"', page.text)) == set("abcdefg1234")

    async def test_hiding_without_a_reason_is_refused(self, town: Town, console: Console) -> None:
        """T16."""
        answer = await (await console("shen")).submit(
            f"/admin/moderation/{town.feedback.waiting}", {"event": "withhold", "revision": "1"}
        )

        assert answer.status_code == 422

    async def test_a_move_that_is_not_listed_is_refused(self, town: Town, console: Console) -> None:
        answer = await (await console("shen")).submit(
            f"/admin/moderation/{town.feedback.praised}",
            {"event": "return", "revision": "1", "reason_code": "abuse"},
        )

        assert answer.status_code == 409

    @pytest.mark.parametrize("login", ["he", "feng", "xu", "zheng", "root"])
    async def test_is_for_moderators_and_bureaus(self, town: Town, console: Console, login: str) -> None:
        assert (await (await console(login)).get("/admin/moderation")).status_code == 403


class TestCases:
    async def test_the_list_masks_and_the_case_names(self, town: Town, console: Console) -> None:
        feng = await console("feng")

        listed = await feng.get("/admin/cases")
        opened = await feng.get(f"/admin/cases/{town.feedback.case}")

        assert "李**" in listed.text
        assert "李福生" not in listed.text
        assert "李福生" in opened.text

    async def test_what_falls_due_first_stands_on_top_with_its_clock(
        self, town: Town, console: Console, clock: Any
    ) -> None:
        """A case is opened while another, older one has more time left."""
        wang = (await Rating.get(uid=town.feedback.praised)).resident_id
        old = await FeedbackCase.get(uid=town.feedback.case)
        await FeedbackCase.filter(id=old.id).update(next_deadline=clock() + timedelta(days=2, hours=1))
        row = FeedbackCase(
            origin_uid=new_uid(), rating_id=old.rating_id, resident_id=wang, author_id=old.author_id, subject_id=old.subject_id,
            owner_id=old.owner_id, next_deadline=clock() - timedelta(hours=3), created_at=clock(),
        )  # fmt: skip
        await row.save()
        feng = await console("feng")

        every, late = await feng.get("/admin/cases"), await feng.get("/admin/cases?overdue=true")

        assert every.text.index("已超 3 小时") < every.text.index("还剩 2 天")
        assert "共 2 条" in every.text
        assert "已超 3 小时" in late.text
        assert "还剩" not in late.text

    async def test_lists_narrow_by_state_and_institution(self, town: Town, console: Console) -> None:
        qian = await console("qian")

        verifying = await qian.get("/admin/cases?status=verifying")
        elsewhere = await qian.get(f"/admin/cases?institution={town.alliance.yihe}")
        ended = await qian.get("/admin/cases?ended=true")

        assert town.feedback.case in verifying.text
        assert town.feedback.case not in elsewhere.text + ended.text

    async def test_the_case_says_the_next_step_first(self, town: Town, console: Console) -> None:
        page = await (await console("feng")).get(f"/admin/cases/{town.feedback.case}")

        assert page.text.index("提出整改") < page.text.index("怎么说的") < page.text.index("办理经过")
        assert "还剩" in page.text

    async def test_goes_from_step_to_step(self, town: Town, console: Console) -> None:
        feng, url = await console("feng"), f"/admin/cases/{town.feedback.case}/steps"

        for event in ("rectify", "call_back"):
            assert (await feng.submit(url, {"event": event, "reason": "已改"})).status_code == 303
            assert (await feng.get(f"/admin/cases/{town.feedback.case}")).status_code == 200

        assert (await FeedbackCase.get(uid=town.feedback.case)).status == "callback"

    async def test_a_step_without_a_word_is_refused(self, town: Town, console: Console) -> None:
        """T16."""
        answer = await (await console("feng")).submit(
            f"/admin/cases/{town.feedback.case}/steps", {"event": "rectify", "reason": ""}
        )

        assert answer.status_code == 422

    async def test_an_appeal_goes_to_the_bureau(self, town: Town, console: Console) -> None:
        await (await console("feng")).submit(
            f"/admin/cases/{town.feedback.case}/steps", {"event": "appeal", "reason": "当天有抢救"}
        )

        answer = await (await console("tang")).submit(
            f"/admin/cases/{town.feedback.case}/uphold", {"reason": "应当提前告知"}
        )

        assert answer.status_code == 303
        assert (await FeedbackCase.get(uid=town.feedback.case)).status == "upheld"

    async def test_another_house_does_not_find_it(self, town: Town, console: Console) -> None:
        assert (await (await console("he")).get(f"/admin/cases/{town.feedback.case}")).status_code == 404


class TestVoids:
    async def test_takes_two_persons(self, town: Town, console: Console) -> None:
        qian, tang = await console("qian"), await console("tang")
        await qian.submit(
            f"/admin/cases/{town.feedback.case}/void", {"reason": "查实不符", "proof_code": qian.proof_code}
        )
        void = await RatingVoid.get(status="proposed")
        waiting = await qian.get("/admin/voids")
        assert "等另一位同事" in waiting.text
        assert "说好上午来" in waiting.text  # what the second person has to judge

        verdict = {"approve": "true", "reason": "同意"}
        alone = await qian.submit(f"/admin/voids/{void.uid}", verdict)
        together = await tang.submit(f"/admin/voids/{void.uid}", {**verdict, "proof_code": tang.proof_code})

        assert (alone.status_code, together.status_code) == (403, 303)
        assert (await Rating.get(uid=town.feedback.low)).voided_at is not None

    @pytest.mark.parametrize("step", ["propose", "decide"])
    async def test_each_step_asks_for_a_fresh_code(self, town: Town, console: Console, step: str) -> None:
        qian, tang = await console("qian"), await console("tang")
        url = f"/admin/feedback/{town.feedback.low}/void"
        if step == "decide":
            await qian.submit(url, {"reason": "查实不符", "proof_code": qian.proof_code})
            url = f"/admin/voids/{(await RatingVoid.get(status='proposed')).uid}"

        answer = await tang.submit(
            url, {"approve": "true", "reason": "同意"} if step == "decide" else {"reason": "同意"}
        )

        assert answer.status_code in {403, 422}
        assert (await Rating.get(uid=town.feedback.low)).voided_at is None


class TestScores:
    async def test_the_bureau_sees_the_board_with_few_hidden(self, town: Town, console: Console) -> None:
        page = await (await console("qian")).get("/admin/scores")

        assert page.status_code == 200, page.text
        assert "样本太少，不排名" in page.text
        assert "%" not in page.text.partition("<table>")[2].partition("</table>")[0]

    async def test_one_institution_is_told_over_time(self, town: Town, console: Console, clock: Any) -> None:
        await given.many(town, "songhe", [5] * 4 + [2] * 2, now=clock())

        tang = await console("tang")

        board = await tang.get("/admin/scores")
        page = await tang.get(f"/admin/scores/{town.alliance.songhe}")

        assert f"/admin/scores/{town.alliance.songhe}" in board.text
        assert "2026 年第 1 季度，满意率 67%" in page.text

    async def test_an_institution_does_not(self, town: Town, console: Console) -> None:
        assert (await (await console("feng")).get("/admin/scores")).status_code == 403
