"""The main job, step by step, as the people of the town would do it. Every step fails on the first wrong answer."""

import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.journey.people import HIDDEN, Desk, Phone, WrongAnswer, links, scanned
from tests.running import Running

CITY = ZoneInfo("Asia/Shanghai")
PATIENCE = 20.0  # seconds for the worker
ULID = "[0-9A-HJKMNP-TV-Z]{26}"


class Journey:
    """The town's people with their phones and desks, and what they learn on the way."""

    def __init__(self, town: Running) -> None:
        self.town = town
        base = town.base
        self.daughter, self.wang = Phone(base, "daughter"), Phone(base, "wang")
        self.nephew, self.stranger = Phone(base, "nephew"), Phone(base, "stranger")
        self.nurse = Phone(base, "nurse", "demo-phone-of-nurse")
        self.doctor = Phone(base, "doctor", "demo-phone-of-doctor")
        self.he, self.feng, self.zhao, self.jin = (
            Desk(base, login) for login in ("he", "feng", "zhao", "jin")
        )
        self.shen, self.qian = Desk(base, "shen"), Desk(base, "qian")
        self.known: dict[str, Any] = {}

    # ---- the people and their records

    def a_daughter_signs_in_and_sees_for_whom_she_may_act(self) -> str:
        answer = self.daughter.sign_in()
        expect("openid" not in json.dumps(answer), "openid left the server")
        [mother] = self.daughter.get("/residents")
        self.known["mother"], self.known["home"] = mother["uid"], mother["home_uid"]
        return f"{answer['account']['name']} → {mother['name']}，{mother['age']} 岁，{mother['home']} {mother['bed']}"

    def she_reads_the_summary_in_plain_words(self) -> str:
        summary = self.daughter.get(f"/residents/{self.known['mother']}/record/summary")
        text = json.dumps(summary, ensure_ascii=False)
        expect(
            "血压" in text and "卫生服务中心" in text, "the summary names neither the pressure nor its source"
        )
        missing = self.daughter.get(f"/residents/{self.known['mother']}/record/missing")
        return f"{len(text)} 字的一页摘要；还缺 {len(missing)} 项"

    def she_sees_who_has_looked(self) -> str:
        trail = self.daughter.get(f"/residents/{self.known['mother']}/record/access-trail")
        expect(any(line["reader"] == "陈晓敏" for line in trail["items"]), "her own look is not in the trail")
        return trail["items"][0]["words"]

    def those_without_authority_see_nothing(self) -> str:
        for phone in (self.nephew, self.stranger):
            phone.sign_in()
            expect(phone.get("/residents") == [], "somebody sees a resident without authority")
            problem = phone.get(f"/residents/{self.known['mother']}/record/summary", 404)
        absent = self.stranger.get(f"/residents/{'0' * 26}/record/summary", 404)
        strip = ("request_id",)
        expect(
            {k: v for k, v in problem.items() if k not in strip}
            == {k: v for k, v in absent.items() if k not in strip},
            "the refusals differ",
        )
        return problem["detail"]

    # ---- the roster

    def a_manager_imports_a_roster_with_a_fault_and_nothing_is_taken_in(self) -> str:
        self.he.sign_in()
        self.jin.sign_in()
        self.nurse.sign_in()
        before = len(self._residents())
        answer = self._upload(self.known["faulty_roster"])
        expect(len(self._residents()) == before, "a refused import changed something")
        expect("行" in answer, "the report names no row")
        return "名册有错：逐行说明，一个人也没有录入"

    def the_mended_roster_is_taken_in_whole_and_only_once(self) -> str:
        before = len(self._residents())
        self._upload(self.known["roster"])
        after = len(self._residents())
        self._upload(self.known["roster"])
        expect(len(self._residents()) == after > before, "the roster was not taken in once")
        return f"六家养老院一次导入；颐和从 {before} 位长者变为 {after} 位，重复导入不变"

    # ---- the green channel

    def she_books_at_a_hospital_with_an_agreement(self) -> str:
        hospital = next(
            each for each in self.daughter.get("/institutions")["items"] if "第一人民医院" in each["name"]
        )
        slots = self.daughter.get(
            f"/institutions/{hospital['uid']}/slots", resident=self.known["mother"], limit=100
        )["items"]
        self.known["hospital"], self.known["slots"] = hospital["uid"], slots
        green = next(
            slot for slot in slots if slot["pool"] == "green" and slot["for_you"] and slot["free"] > 0
        )
        wish = {"resident": self.known["mother"], "reason": "复查血压"}
        held = self.daughter.post(f"/slots/{green['uid']}/holds", wish)
        booked = self.daughter.post(f"/appointments/{held['uid']}/confirm", status=200)
        expect(booked["status"] == "booked", "the hold did not become an appointment")
        self.known["appointment"] = booked
        return f"{booked['institution_name']} {booked['department_name']} {booked['starts_at'][:16]} 第 {booked['number']} 号"

    def the_same_wish_sent_again_is_answered_alike_and_another_is_refused(self) -> str:
        other = self._free(after=self.known["appointment"]["starts_at"])
        wish, key = {"resident": self.known["mother"], "reason": "再看一次"}, f"journey-{time.time_ns()}"
        first = self.daughter.post(f"/slots/{other['uid']}/appointments", wish, key=key)
        again = self.daughter.post(f"/slots/{other['uid']}/appointments", wish, key=key)
        expect(first == again, "a repetition was answered differently")
        self.daughter.post(
            f"/slots/{other['uid']}/appointments", {**wish, "reason": "别的"}, status=422, key=key
        )
        refused = self.daughter.post(f"/slots/{other['uid']}/appointments", wish, status=409)
        self.known["second"] = first
        return refused["detail"]

    def she_moves_one_appointment_and_cancels_it(self) -> str:
        target = self._free(after=self.known["second"]["starts_at"])
        moved = self.daughter.post(
            f"/appointments/{self.known['second']['uid']}/reschedule", {"slot": target["uid"]}, status=200
        )
        ended = self.daughter.post(f"/appointments/{moved['uid']}/cancel", {"reason": "家里有事"}, status=200)
        return ended["status_text"]

    def the_hospital_sees_her_coming(self) -> str:
        self.zhao.sign_in()
        appointment = self.known["appointment"]
        day = appointment["starts_at"][:10]
        page = self.zhao.page("/admin/appointments", day=day)
        expect(appointment["uid"] in page, "the hospital does not see the appointment")
        return "医院的当日名单上有她；到诊当天登记"

    def two_hundred_rush_for_five_seats(self) -> str:
        slot = self._rush_slot()
        residents = [each["uid"] for each in self._residents()][:200]
        body = [{"resident": uid, "reason": "抢号"} for uid in residents]

        def book(wish: dict[str, str]) -> int:
            answer = self.nurse.client.post(
                f"/slots/{slot['uid']}/appointments",
                json=wish,
                headers={"Idempotency-Key": f"rush-{wish['resident']}"},
            )
            return answer.status_code

        with ThreadPoolExecutor(50) as crowd:
            told = Counter(crowd.map(book, body))
        expect(told == {201: 5, 409: 195}, f"the rush was answered {dict(told)} for five seats")
        return f"{len(residents)} 人抢 5 个号：成功 {told[201]}，被婉拒 {told[409]}，其他 0"

    # ---- the patrol visit

    def the_health_center_plans_a_visit(self) -> str:
        self.feng.sign_in()
        self.doctor.sign_in()
        form = self.feng.page("/admin/visits/plan")
        provider = next(
            each for each in self.daughter.get("/institutions")["items"] if "河东社区" in each["name"]
        )
        agreement = links(form, rf"agreement=({ULID})")
        planned = f"/admin/visits/plan?agreement={agreement[0]}" if agreement else "/admin/visits/plan"
        now = datetime.now(CITY)
        doctor = self.doctor.get("/session")["account"]["uid"]
        fields = {
            "home": self.known["home"], "provider": provider["uid"], "kind": "round",
            "starts_at": (now + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M"),
            "ends_at": (now + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"),
            "service": "patrol", "residents": [self.known["mother"]], "clinicians": [doctor], "due": "量血压",
        }  # fmt: skip
        answer = self.feng.submit(planned, "/admin/visits", fields)
        self.known["visit"] = answer.headers["location"].rsplit("/", 1)[-1]
        return "明确了时间、医生和要看的长者"

    def the_home_prints_a_plate(self) -> str:
        answer = self.he.submit(
            "/admin/plates", "/admin/plates", {"home": self.known["home"], "spots": ["201-1"]}, status=200
        )
        [self.known["plate"]] = scanned(answer.text)
        return f"床头牌上的码共 {len(self.known['plate'])} 个字符，能被相机读出"

    def forged_and_stale_codes_are_refused_and_written_down(self) -> str:
        nonce = self._nonce()
        forged = self.known["plate"][:-1] + ("A" if self.known["plate"][-1] != "A" else "B")
        self.known["forged"] = self._scan(forged, nonce, code=self._rotating(), status=None)
        stale = self._scan(self.known["plate"], nonce, code=self._rotating(), status=None)
        expect(not self._began(), "a forged or replayed scan started the visit")
        return f"{said(self.known['forged'])}；{said(stale)}"

    def the_doctor_scans_and_the_visit_begins(self) -> str:
        card = self._scan(self.known["plate"], self._nonce(), code=self._rotating(), status=201)
        expect(self._began(), "the visit did not begin")
        return said(card)

    def he_writes_down_what_he_found_and_finishes(self) -> str:
        visit = self.doctor.get(f"/visits/{self.known['visit']}")
        found = {
            "item": visit["items"][0]["uid"],
            "outcome": "seen",
            "systolic": 138,
            "diastolic": 82,
            "pulse": 70,
            "text": "精神好，睡眠可。",
        }
        refused = self.doctor.post(
            f"/visits/{visit['uid']}/results", {"results": [{**found, "systolic": 999}]}, status=422
        )
        self.doctor.post(f"/visits/{visit['uid']}/results", {"results": [found]}, status=200)
        self.doctor.post(f"/visits/{visit['uid']}/finish", status=200)
        return refused["detail"]

    def one_institution_cannot_confirm_for_both(self) -> str:
        self.doctor.post(f"/visits/{self.known['visit']}/attestation", {})
        refused = self.doctor.post(f"/visits/{self.known['visit']}/attestation", {}, status=409)
        expect(
            self.doctor.get(f"/visits/{self.known['visit']}")["status"] != "confirmed",
            "one side confirmed alone",
        )
        return refused["detail"]

    def the_home_confirms_and_now_it_counts(self) -> str:
        page = self.he.page("/admin/visits/waiting")
        expect(self.known["visit"] in page, "the home does not see the visit that waits for it")
        self.he.submit(
            f"/admin/visits/{self.known['visit']}", f"/admin/visits/{self.known['visit']}/confirm", {}
        )
        status = self.doctor.get(f"/visits/{self.known['visit']}")
        expect(status["status"] == "confirmed", "two institutions confirmed and it does not count")
        findings = self.daughter.get(
            f"/visits/{self.known['visit']}/residents/{self.known['mother']}/findings"
        )
        expect("138" in json.dumps(findings), "the family does not see the findings")
        return status["status_text"]

    # ---- what the family thinks of it

    def the_daughter_rates_the_visit(self) -> str:
        token = until(self._token_of_this_visit, "no rating token came for the confirmed visit")
        rating = self.daughter.post(
            f"/rating-tokens/{token['uid']}/rating",
            {"score": 2, "tags": [], "text": "等了很久，sim:review:20001"},
        )
        self.daughter.post(
            f"/rating-tokens/{token['uid']}/rating", {"score": 5, "tags": [], "text": ""}, status=409
        )
        self.known["rating"] = rating["uid"]
        return f"{rating['score']} 分"

    def the_bureau_moderates_the_text_and_cannot_touch_the_score(self) -> str:
        self.shen.sign_in()
        until(
            lambda: self.known["rating"] in self.shen.page("/admin/moderation"),
            "the text did not reach the moderation queue",
        )
        file = f"/admin/moderation/{self.known['rating']}"
        page = self.shen.page(file)
        [revision] = links(page, r'name="revision" value="(\d+)"')
        self.shen.submit(file, file, {"event": "publish", "revision": revision})
        mine = next(
            each for each in self.daughter.get("/ratings")["items"] if each["uid"] == self.known["rating"]
        )
        expect(mine["score"] == 2, "moderation changed the score")
        return mine["status_text"] if "status_text" in mine else mine["status"]

    def she_may_take_it_back_for_a_while_and_an_older_low_rating_has_its_case(self) -> str:
        mine = next(
            each for each in self.daughter.get("/ratings")["items"] if each["uid"] == self.known["rating"]
        )
        expect(mine["can_take_back_until"] is not None, "a rating just given cannot be taken back")
        page = self.feng.page("/admin/cases")
        [case, *_] = links(page, rf"/admin/cases/({ULID})")
        [step, *_] = links(self.feng.page(f"/admin/cases/{case}"), r'name="event" value="(\w+)"')
        self.feng.submit(
            f"/admin/cases/{case}", f"/admin/cases/{case}/steps", {"event": step, "reason": "已电话核实经过"}
        )
        return "本次评价还可撤回；上一条差评已立案，机构办了下一步"

    # ---- consent

    def the_home_asks_for_consent(self) -> str:
        form = "/admin/consent-requests/new"
        self.he.submit(
            f"{form}?resident={self.known['mother']}", "/admin/consent-requests",
            {
                "resident": self.known["mother"], "institution": self.known["home"], "purpose": "treatment",
                "categories": ["exam", "labs"], "last_day": (datetime.now(CITY) + timedelta(days=90)).strftime("%Y-%m-%d"),
            },
        )  # fmt: skip
        self.wang.sign_in()
        asked = next(each for each in self.wang.get("/consent-requests") if each["purpose"] == "treatment")
        self.known["consent"] = asked["uid"]
        return f"{asked['recipient']} 为{asked['purpose_words']}想看：{'、'.join(each['words'] for each in asked['provisions'])}"

    def the_mother_reads_the_text_and_grants_a_part(self) -> str:
        shown = self.wang.get(f"/consents/{self.known['consent']}")
        self.wang.get(f"/consents/{self.known['consent']}/preview", categories="exam")
        wrong = {"text_hash": "0" * 64, "categories": ["exam"]}
        self.wang.post(f"/consents/{self.known['consent']}/grant", wrong, status=409)
        granted = self.wang.post(
            f"/consents/{self.known['consent']}/grant", {**wrong, "text_hash": shown["text_hash"]}, status=200
        )
        expect(granted["status"] == "granted", "the consent was not granted")
        return granted["status_words"]

    def the_home_reads_exactly_that_and_leaves_a_line(self) -> str:
        page = self.he.page(f"/admin/records/{self.known['mother']}", purpose="treatment")
        expect("体检" in page, "the home does not see what was granted")
        trail = self.wang.get(f"/residents/{self.known['mother']}/record/access-trail", others_only="true")[
            "items"
        ]
        expect(
            any(line["basis"] == "consent" and line["reader"] == "何静" for line in trail),
            "the home's look left no line",
        )
        return trail[0]["words"]

    def the_mother_takes_it_back_and_the_next_read_obeys(self) -> str:
        self.wang.post(f"/consents/{self.known['consent']}/withdrawal", status=200)
        page = self.he.page(f"/admin/records/{self.known['mother']}", purpose="treatment")
        expect(
            "体检报告" not in page or "没有" in page, "the home still sees the record after the withdrawal"
        )
        self.daughter.get("/appointments")
        self.daughter.get(f"/institutions/{self.known['hospital']}/slots", resident=self.known["mother"])
        return "撤回后立即看不到；预约照常可用"

    def the_family_was_told(self) -> str:
        inbox = until(lambda: self.daughter.get("/inbox", limit=50)["items"], "the inbox stayed empty")
        expect(all("mmHg" not in each["text"] for each in inbox), "an inbox message holds findings")
        return f"收件箱 {len(inbox)} 条，例如：{inbox[0]['text']}"

    # ---- and the house is in order

    def every_invariant_holds_and_every_trail_verifies(self) -> str:
        checked, verified = self.town.command("check"), self.town.command("verify-audit", "--checkpoint")
        expect(checked.returncode == 0, checked.stderr + checked.stdout)
        expect(verified.returncode == 0, verified.stderr + verified.stdout)
        return f"{checked.stdout.strip()}；{verified.stdout.strip()}"

    def nothing_private_stands_in_the_log(self) -> str:
        log = self.town.log()
        for secret in ("330299", "138/82", "复查血压", "等了很久", str(self.known["plate"])):
            expect(secret not in log.replace("yunqiao", ""), "something private stands in the log")
        return f"{len(log.splitlines())} 行日志里没有证件、电话和病情"

    # ---- what the steps share

    def _residents(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self.nurse.get(
                f"/institutions/{self.known['home']}/residents",
                limit=100,
                **({"after": after} if after else {}),
            )
            found += page["items"]
            after = page["next"]
            if after is None:
                return found

    def _upload(self, content: bytes) -> str:
        """Hand in a workbook of six homes, as the manager of all six, and say yes where the preview offers it.

        Return the page that says what would come, or what came, of it.
        """
        files = {
            "roster": (
                "名册.xlsx",
                content,
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            )
        }
        hidden = dict(HIDDEN.findall(self.jin.page("/admin/residents/roster")))
        answer = self.jin.client.post(
            "/admin/residents/roster", data=hidden, files=files, follow_redirects=True
        )
        if 'name="ticket"' in answer.text:
            hidden = dict(HIDDEN.findall(answer.text))
            answer = self.jin.client.post(
                "/admin/residents/roster/import", data=hidden, follow_redirects=True
            )
        if answer.status_code >= 500:
            raise WrongAnswer(answer.text[:800])
        return answer.text

    def _free(self, after: str) -> dict[str, Any]:
        slots = self.daughter.get(
            f"/institutions/{self.known['hospital']}/slots", resident=self.known["mother"], limit=100
        )["items"]
        found = next(
            each for each in slots if each["starts_at"] > after and each["free"] > 1 and each["for_you"]
        )
        return dict(found)

    def _rush_slot(self) -> dict[str, Any]:
        """Have the hospital open one session of five seats in the evening after next."""
        day = (datetime.now(CITY) + timedelta(days=2)).strftime("%Y-%m-%d")
        department = self.known["slots"][0]["department_uid"]
        session = {
            "department": department,
            "day": day,
            "opens": "18:00",
            "closes": "18:30",
            "slot_minutes": 30,
            "capacity": 5,
            "green_capacity": 0,
            "reason": "专家加开",
        }
        self.zhao.submit("/admin/schedules", "/admin/schedules/extra", session)
        slots = self.nurse.get(
            f"/institutions/{self.known['hospital']}/slots", day=day, department=department, limit=100
        )["items"]
        return dict(next(each for each in slots if each["starts_at"][11:16] == "18:00"))

    def _nonce(self) -> str:
        return str(self.doctor.post("/visits/nonces", {})["nonces"][0])

    def _rotating(self) -> str:
        return str(self.nurse.get(f"/visits/{self.known['visit']}/rotating-code")["text"])

    def _scan(self, plate: str, nonce: str, *, code: str, status: int | None) -> Any:
        body = {
            "client_uid": new_ulid(), "plate": plate, "nonce": nonce, "code": code,
            "device_time": datetime.now(CITY).isoformat(timespec="seconds"),
        }  # fmt: skip
        answer = self.doctor.client.post(
            f"/visits/{self.known['visit']}/scans", json=body, headers={"Idempotency-Key": body["client_uid"]}
        )
        if status is not None and answer.status_code != status:
            raise WrongAnswer(answer.text[:800])
        if answer.status_code >= 500:
            raise WrongAnswer(answer.text[:800])
        return answer.json()

    def _began(self) -> bool:
        return bool(self.doctor.get(f"/visits/{self.known['visit']}")["started_at"])

    def _token_of_this_visit(self) -> dict[str, Any] | None:
        tokens = self.daughter.get("/rating-tokens", limit=50)["items"]
        visit = self.daughter.get(f"/visits/{self.known['visit']}")
        fresh = [
            each
            for each in tokens
            if each["source"] == "visit" and each["served_at"][:16] == (visit["finished_at"] or "")[:16]
        ]
        return fresh[0] if fresh else None


STEPS: Sequence[Callable[[Journey], str]] = (
    Journey.a_daughter_signs_in_and_sees_for_whom_she_may_act,
    Journey.she_reads_the_summary_in_plain_words,
    Journey.she_sees_who_has_looked,
    Journey.those_without_authority_see_nothing,
    Journey.a_manager_imports_a_roster_with_a_fault_and_nothing_is_taken_in,
    Journey.the_mended_roster_is_taken_in_whole_and_only_once,
    Journey.she_books_at_a_hospital_with_an_agreement,
    Journey.the_same_wish_sent_again_is_answered_alike_and_another_is_refused,
    Journey.she_moves_one_appointment_and_cancels_it,
    Journey.the_hospital_sees_her_coming,
    Journey.two_hundred_rush_for_five_seats,
    Journey.the_health_center_plans_a_visit,
    Journey.the_home_prints_a_plate,
    Journey.forged_and_stale_codes_are_refused_and_written_down,
    Journey.the_doctor_scans_and_the_visit_begins,
    Journey.he_writes_down_what_he_found_and_finishes,
    Journey.one_institution_cannot_confirm_for_both,
    Journey.the_home_confirms_and_now_it_counts,
    Journey.the_daughter_rates_the_visit,
    Journey.the_bureau_moderates_the_text_and_cannot_touch_the_score,
    Journey.she_may_take_it_back_for_a_while_and_an_older_low_rating_has_its_case,
    Journey.the_home_asks_for_consent,
    Journey.the_mother_reads_the_text_and_grants_a_part,
    Journey.the_home_reads_exactly_that_and_leaves_a_line,
    Journey.the_mother_takes_it_back_and_the_next_read_obeys,
    Journey.the_family_was_told,
    Journey.every_invariant_holds_and_every_trail_verifies,
    Journey.nothing_private_stands_in_the_log,
)


def expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise WrongAnswer(otherwise)


def said(card: dict[str, Any]) -> str:
    """The sentence of an answer, whatever the answer is about."""
    for name in (
        "detail",
        "sentence",
        "words",
        "evidence_text",
        "result_text",
        "message",
        "status_text",
        "result",
    ):
        if card.get(name):
            return str(card[name])
    return json.dumps(card, ensure_ascii=False)[:120]


def until(question: Callable[[], Any], otherwise: str) -> Any:
    """Ask again until the worker has done its part."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if found := question():
            return found
        time.sleep(0.3)
    raise WrongAnswer(otherwise)


def new_ulid() -> str:
    from ulid import ULID

    return str(ULID())


__all__ = ["STEPS", "Journey", "WrongAnswer"]
