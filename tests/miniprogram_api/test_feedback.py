"""Rating, complaining and answering in the mini-program."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from server.demo import Town
from server.feedback.models import FeedbackCase
from server.kit.ids import new_uid

Api = Callable[[str], Awaitable[Any]]


class TestOpenTokens:
    async def test_the_daughter_sees_what_her_mother_may_rate(self, town: Town, api: Api) -> None:
        answer = await (await api("daughter")).get("/rating-tokens")

        assert answer.status_code == 200
        (card,) = answer.json()["items"]
        assert (card["uid"], card["resident"]) == (town.feedback.open_token, "王桂兰")
        assert card["institution"] == "云桥市河东社区卫生服务中心"
        assert (card["source"], card["source_uid"]) == ("visit", town.visits.confirmed)

    @pytest.mark.parametrize("persona", ["nephew", "stranger", "nurse"])
    async def test_others_see_none(self, town: Town, api: Api, persona: str) -> None:
        assert (await (await api(persona)).get("/rating-tokens")).json()["items"] == []

    async def test_a_nurse_sees_whom_she_may_help(self, town: Town, api: Api) -> None:
        answer = await (await api("other_nurse")).get("/rating-tokens/to-assist")

        assert [card["uid"] for card in answer.json()["items"]] == [town.feedback.to_assist]

    async def test_helping_is_not_for_families(self, town: Town, api: Api) -> None:
        assert (await (await api("daughter")).get("/rating-tokens/to-assist")).status_code == 403


class TestRate:
    async def test_works_and_the_text_is_published_after_the_check(
        self, town: Town, api: Api, worker_pass: Callable[[], Awaitable[int]]
    ) -> None:
        wang = await api("wang")
        body = {"score": 5, "tags": ["attitude"], "text": "大夫讲得明白，谢谢"}

        answer = await wang.post(f"/rating-tokens/{town.feedback.open_token}/rating", json=body)

        assert answer.status_code == 201, answer.text
        card = answer.json()
        assert (card["status"], card["capacity"]) == ("screening", "self")
        assert card["can_take_back_until"] is not None
        await worker_pass()
        mine = (await wang.get("/ratings")).json()["items"]
        assert next(each for each in mine if each["uid"] == card["uid"])["status"] == "published"

    async def test_a_double_tap_is_one_rating_with_one_answer(self, town: Town, api: Api) -> None:
        wang, key = await api("wang"), new_uid()
        url = f"/rating-tokens/{town.feedback.open_token}/rating"

        first = await wang.post(url, json={"score": 4}, headers={"Idempotency-Key": key})
        second = await wang.post(url, json={"score": 4}, headers={"Idempotency-Key": key})

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()

    async def test_a_second_rating_is_refused(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        url = f"/rating-tokens/{town.feedback.open_token}/rating"
        await wang.post(url, json={"score": 4})

        answer = await wang.post(url, json={"score": 1})

        assert (answer.status_code, answer.json()["code"]) == (409, "feedback.token_spent")

    async def test_nonsense_is_refused(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        for body in (
            {"score": 0}, {"score": 6}, {"score": True}, {"score": "5"}, {"score": 4.5}, {},
            {"score": 5, "text": "长" * 501}, {"score": 5, "tags": ["nonsense"]}, {"score": 5, "voided": True},
            {"score": 5, "text": "\u0000"},
        ):  # fmt: skip
            answer = await wang.post(f"/rating-tokens/{town.feedback.open_token}/rating", json=body)
            assert answer.status_code == 422, body

    async def test_a_stranger_hears_that_it_does_not_exist(self, town: Town, api: Api) -> None:
        stranger = await api("stranger")

        theirs = await stranger.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 1})
        nobodys = await stranger.post(f"/rating-tokens/{new_uid()}/rating", json={"score": 1})

        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json()["code"] == nobodys.json()["code"]

    async def test_needs_a_sign_in(self, town: Town, anonymous: Any) -> None:
        answer = await anonymous.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 1})

        assert answer.status_code == 401


class TestAssist:
    async def test_a_nurse_writes_it_down(self, town: Town, api: Api) -> None:
        answer = await (await api("other_nurse")).post(
            f"/rating-tokens/{town.feedback.to_assist}/assisted-rating", json={"score": 3, "text": "饭菜凉了"}
        )

        assert (answer.status_code, answer.json()["capacity"]) == (201, "assisted")

    async def test_not_for_somebody_with_a_phone(self, town: Town, api: Api) -> None:
        answer = await (await api("nurse")).post(
            f"/rating-tokens/{town.feedback.open_token}/assisted-rating", json={"score": 5}
        )

        assert (answer.status_code, answer.json()["code"]) == (409, "feedback.has_own_phone")


class TestTakeBackAndEdit:
    async def test_within_minutes_it_is_taken_back(self, town: Town, api: Api, clock: Any) -> None:
        wang = await api("wang")
        card = (
            await wang.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 1})
        ).json()

        assert (await wang.delete(f"/ratings/{card['uid']}")).status_code == 204

        again = (await wang.get("/rating-tokens")).json()["items"]
        assert [each["uid"] for each in again] == [town.feedback.open_token]

    async def test_later_it_stands(self, town: Town, api: Api, clock: Any) -> None:
        wang = await api("wang")
        card = (
            await wang.post(f"/rating-tokens/{town.feedback.open_token}/rating", json={"score": 1})
        ).json()
        clock.advance(minutes=10)

        answer = await wang.delete(f"/ratings/{card['uid']}")

        assert (answer.status_code, answer.json()["code"]) == (409, "feedback.already_counted")

    async def test_a_returned_text_says_why_and_can_be_rewritten(self, town: Town, api: Api) -> None:
        wang = await api("wang")
        body = {"score": 4, "text": "有事打 13800138000"}
        card = (await wang.post(f"/rating-tokens/{town.feedback.open_token}/rating", json=body)).json()
        assert (card["status"], "电话" in card["reason"]) == ("returned_for_edit", True)

        answer = await wang.put(f"/ratings/{card['uid']}/text", json={"text": "有事请联系机构"})

        assert (answer.status_code, answer.json()["status"], answer.json()["score"]) == (200, "screening", 4)


class TestPublished:
    async def test_everybody_reads_what_is_published_without_names(self, town: Town, api: Api) -> None:
        answer = await (await api("stranger")).get(f"/institutions/{town.alliance.health_center}/ratings")

        cards = answer.json()["items"]
        assert {card["uid"] for card in cards} == {town.feedback.praised, town.feedback.low}
        assert not any(name in answer.text for name in ("王桂兰", "李福生", "陈晓敏", "周正"))

    async def test_what_waits_is_not_there(self, town: Town, api: Api) -> None:
        answer = await (await api("stranger")).get(f"/institutions/{town.alliance.first_hospital}/ratings")

        assert answer.json()["items"] == []

    async def test_two_scores_are_not_shown(self, town: Town, api: Api) -> None:
        answer = await (await api("stranger")).get(f"/institutions/{town.alliance.health_center}/scores")

        assert answer.json()["scores"]["ranked"] == {"mean": None, "count": None, "hidden": True}


class TestCases:
    async def test_a_complaint_opens_a_case_that_its_author_follows(self, town: Town, api: Api) -> None:
        daughter = await api("daughter")
        body = {
            "resident": town.people.wang,
            "institution": town.alliance.yihe,
            "kind": "care",
            "text": "窗户漏风",
        }

        answer = await daughter.post("/complaints", json=body)

        assert answer.status_code == 201
        uid = answer.json()["uid"]
        assert [card["uid"] for card in (await daughter.get("/cases")).json()["items"]] == [uid]
        file = (await daughter.get(f"/cases/{uid}")).json()
        assert (file["text"], len(file["steps"])) == ("窗户漏风", 1)

    async def test_somebody_else_does_not_find_it(self, town: Town, api: Api) -> None:
        assert (await (await api("daughter")).get(f"/cases/{town.feedback.case}")).status_code == 404

    async def test_the_family_says_whether_it_is_settled(self, town: Town, api: Api) -> None:
        guardian, url = await api("guardian"), f"/cases/{town.feedback.case}"
        early = await guardian.post(f"{url}/settled")
        await FeedbackCase.filter(uid=town.feedback.case).update(status="callback")

        back = await guardian.post(f"{url}/unsettled", json={"reason": "还是迟到"})
        await FeedbackCase.filter(uid=town.feedback.case).update(status="callback")
        settled = await guardian.post(f"{url}/settled")

        assert (early.status_code, early.json()["code"]) == (409, "kit.illegal_move")
        assert (back.status_code, settled.status_code) == (204, 204)

    async def test_sending_it_back_needs_a_reason(self, town: Town, api: Api) -> None:
        answer = await (await api("guardian")).post(
            f"/cases/{town.feedback.case}/unsettled", json={"reason": ""}
        )

        assert answer.status_code == 422
