"""Feedback in the console: ratings, moderation, cases, voids, scores."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.feedback.models import FeedbackCase, Rating, RatingReply, RatingVoid

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
        await qian.submit(f"/admin/cases/{town.feedback.case}/void", {"reason": "查实不符"})
        void = await RatingVoid.get(status="proposed")
        assert "等另一位同事" in (await qian.get("/admin/voids")).text

        alone = await qian.submit(f"/admin/voids/{void.uid}", {"approve": "true", "reason": "同意"})
        together = await tang.submit(f"/admin/voids/{void.uid}", {"approve": "true", "reason": "同意"})

        assert (alone.status_code, together.status_code) == (403, 303)
        assert (await Rating.get(uid=town.feedback.low)).voided_at is not None


class TestScores:
    async def test_the_bureau_sees_the_board_with_few_hidden(self, town: Town, console: Console) -> None:
        page = await (await console("qian")).get("/admin/scores")

        assert page.status_code == 200
        assert "少于 5 条，不显示" in page.text

    async def test_an_institution_does_not(self, town: Town, console: Console) -> None:
        assert (await (await console("feng")).get("/admin/scores")).status_code == 403
