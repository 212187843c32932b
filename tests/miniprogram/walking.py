"""Every page of the mini-program with something on it: who opens it, at which address, after what others did, after which taps."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server import demo
from server.authority.actor import system_actor
from server.booking.actions import cancel_by_provider
from server.booking.models import Appointment, Slot
from server.consent.actions import request_consent
from server.consent.rules import Purpose, RecordCategory
from server.documents.actions import write_exports
from server.documents.rules import SheetKind
from server.home_beds.rules import HomeBedStatus
from server.kit.clock import local_date
from server.kit.ids import new_uid
from server.privacy.actions import ask_for_copy, decide_rectification
from server.privacy.actions.copies import write_copy
from server.privacy.rules import RectificationEvent
from server.referrals.rules import ReferralEvent
from tests.architecture.verdicts.scenes import Scenes
from tests.miniprogram.phone import Phone
from tests.miniprogram.tools import SOURCE, pages_of


@dataclass(frozen=True)
class Walk:
    """What a stop may need to be made ready: the town, the server's clock, other people's phones, and the core."""

    town: demo.Town
    clock: Any
    api: Any
    actor: Any


Ready = Callable[[Walk], Awaitable[str]]  # answers with the rest of the query
Errand = Callable[[Phone], Awaitable[None]]


@dataclass(frozen=True)
class Stop:
    page: str  # as in app.json, without "pages/"
    persona: str
    query: str = ""
    ready: Ready | None = None
    errand: Errand | None = None  # what is tapped before one looks
    name: str = ""  # of the picture, where a page has several
    start: str = ""  # the page that is opened first, where the errand leads on

    @property
    def title(self) -> str:
        return f"{self.page}-{self.name or self.persona}".replace("/", "-")

    async def address(self, walk: Walk) -> str:
        more = await self.ready(walk) if self.ready else ""
        query = "&".join(each for each in (self.query, more) if each)
        return f"pages/{self.start or self.page}" + (f"?{query}" if query else "")


def every_page() -> set[str]:
    app = json.loads((SOURCE / "app.json").read_text())
    return {each.removeprefix("pages/") for each in pages_of(app)}


# ---- what others did before


def entry(code: str) -> Ready:
    async def found(walk: Walk) -> str:
        client = await walk.api("wang")
        answer = await client.get(f"/residents/{walk.town.people.wang}/record/entries?limit=100")
        return "uid=" + str(next(each["uid"] for each in answer.json()["items"] if each["code"] == code))

    return found


async def looked_at(walk: Walk) -> str:
    nurse = await walk.api("nurse")
    await nurse.get(f"/residents/{walk.town.people.wang}/record/summary?purpose=care")
    return ""


async def begun(walk: Walk) -> str:
    """Let the doctor have scanned plate and rotating code."""
    doctor, nurse, visit = await walk.api("doctor"), await walk.api("nurse"), walk.town.visits.today
    nonce = (await doctor.post("/visits/nonces", json={})).json()["nonces"][0]
    code = (await nurse.get(f"/visits/{visit}/rotating-code")).json()["text"]
    scan = {
        "client_uid": new_uid(), "plate": walk.town.visits.plate_code("201-1"), "nonce": nonce, "code": code,
        "device_time": walk.clock().isoformat(),
    }  # fmt: skip
    answer = await doctor.post(f"/visits/{visit}/scans", json=scan)
    assert answer.json()["result"] == "accepted", answer.text
    return ""


async def asked_of_li(walk: Walk) -> str:
    """Li has no phone: what is asked of him is read to him by the nurse."""
    card = await request_consent(
        actor=await walk.actor("he"),
        resident_uid=walk.town.people.li,
        institution_uid=walk.town.alliance.yihe,
        purpose=Purpose.CARE,
        categories=(RecordCategory.MEDS, RecordCategory.CHRONIC, RecordCategory.RESTRICTED_MENTAL),
        last_day=local_date(walk.clock()) + timedelta(days=90),
        now=walk.clock(),
    )
    return f"uid={card.uid}"


async def booked(walk: Walk) -> str:
    client = await walk.api("daughter")
    slot = await _free_slot(walk)
    body = {"resident": walk.town.people.wang, "reason": "复查"}
    answer = await client.post(f"/slots/{slot}/appointments", json=body)
    assert answer.status_code == 201, answer.text
    return f"uid={answer.json()['uid']}"


async def waiting(walk: Walk) -> str:
    client = await walk.api("daughter")
    today = local_date(walk.clock())
    body = {
        "resident": walk.town.people.wang,
        "department": walk.town.alliance.geriatrics,
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=7)).isoformat(),
        "reason": "复查",
    }
    assert (await client.post("/waitlist", json=body)).status_code == 201
    return ""


async def offered(walk: Walk) -> str:
    """Let a seat become free for which Li waits: his guardian has to decide."""
    town, guardian, nurse = walk.town, await walk.api("guardian"), await walk.api("other_nurse")
    saturday = (local_date(walk.clock()) + timedelta(days=5)).isoformat()
    waits = {
        "resident": town.people.li, "department": town.alliance.cardiology,
        "first_day": saturday, "last_day": saturday, "reason": "心慌",
    }  # fmt: skip
    assert (await guardian.post("/waitlist", json=waits)).status_code == 201
    booked = (await nurse.get("/appointments", params={"resident": town.people.zhao_yun})).json()["items"]
    body = {"resident": town.people.wang, "reason": "复查"}
    last = await (await walk.api("wang")).post(
        f"/slots/{town.booking.almost_full_slot}/appointments", json=body
    )
    assert last.status_code == 201, last.text
    gone = await nurse.post(f"/appointments/{booked[0]['uid']}/cancel", json={"reason": ""})
    assert gone.status_code == 200, gone.text
    [offer] = (await guardian.get("/offers")).json()
    return f"uid={offer['uid']}"


async def called_off(walk: Walk) -> str:
    """Book a seat that the hospital then cancels."""
    address = await booked(walk)
    await cancel_by_provider(
        actor=await walk.actor("zhao"),
        appointment_uid=address.removeprefix("uid="),
        reason="医生出诊临时取消",
        now=walk.clock(),
    )
    return address


async def returned(walk: Walk) -> str:
    """Write a text that may not be shown as it is."""
    client = await walk.api("daughter")
    opinion = {"score": 2, "text": "找小陈 13900001111 就行"}
    answer = await client.post(f"/rating-tokens/{walk.town.feedback.open_token}/rating", json=opinion)
    return f"uid={answer.json()['uid']}"


async def invited(walk: Walk) -> str:
    client = await walk.api("wang")
    body = {"relation": "grandchild", "scopes": ["record", "booking"]}
    await client.post(f"/residents/{walk.town.people.wang}/invitations", json=body)
    return ""


async def copied(walk: Walk) -> str:
    """Have one copy written, and another one asked for."""
    wang, writers = await walk.actor("wang"), {SheetKind.OWN_COPY: write_copy}
    await ask_for_copy(actor=wang, resident_uid=None, now=walk.clock())
    await write_exports(actor=system_actor("worker"), clock=walk.clock, writers=writers)
    await ask_for_copy(actor=wang, resident_uid=None, now=walk.clock())
    return ""


async def answered(walk: Walk) -> str:
    """Let one request be answered, and another one wait."""
    wang = await walk.api("wang")
    path = f"/residents/{walk.town.people.wang}/rectifications"
    asked = (await wang.post(path, json={"text": "床位写错了，我住 201-2"})).json()
    await decide_rectification(
        actor=await walk.actor("he"),
        uid=asked["uid"],
        event=RectificationEvent.DECLINE,
        answer="当面核对过了，您住的是 201-1 床，床头牌已经换成大字的。",
        now=walk.clock(),
    )
    await wang.post(path, json={"text": "出生日期应该是三月"})
    return ""


async def assessed(walk: Walk) -> str:
    """Have Wang's ability assessed by two: the care level follows."""
    return f"uid={await Scenes(walk.town).assessment_final()}"


async def doubted(walk: Walk) -> str:
    return f"uid={await Scenes(walk.town).assessment_disputed()}"


async def sent_on(walk: Walk) -> str:
    """Have Wang referred to the hospital, which has said when and where."""
    way = (ReferralEvent.SUBMIT, ReferralEvent.ACCEPT, ReferralEvent.SCHEDULE)
    return f"uid={await Scenes(walk.town).referred(*way)}"


async def examined(walk: Walk) -> str:
    await Scenes(walk.town).report()
    return ""


async def followed(walk: Walk) -> str:
    await Scenes(walk.town).followed_up(systolic=185)
    return f"uid={walk.town.followups.wang}"


async def cared_for(walk: Walk) -> str:
    """Have all of it: level, referral, check-up, follow-up."""
    for happened in (assessed, sent_on, examined, followed):
        await happened(walk)
    return ""


async def bed_asked(walk: Walk) -> str:
    return f"uid={await Scenes(walk.town).home_bed()}"


async def bed_opened(walk: Walk) -> str:
    return f"uid={await Scenes(walk.town).home_bed(HomeBedStatus.OPENED)}"


async def without_doctor(walk: Walk) -> str:
    """Have Wang end her contract: she may sign anew."""
    gone = await (await walk.api("wang")).post(f"/family-doctor/{walk.town.enrolments.wang}/leave")
    assert gone.status_code == 200, gone.text
    return ""


async def medicine_brought(walk: Walk) -> str:
    """Have a medicine prescribed to Wang, of which some is on its way."""
    return f"uid={await Scenes(walk.town).medicine_packed()}"


async def screening(walk: Walk) -> str:
    """Let the nurse have begun the five-item screen of Wang."""
    body = {"questionnaire": "selfcare", "reason": "routine"}
    path = f"/residents/{walk.town.people.wang}/assessments"
    return "kind=assessment&uid=" + str((await (await walk.api("nurse")).post(path, json=body)).json()["uid"])


async def _free_slot(walk: Walk) -> str:
    client = await walk.api("daughter")
    answer = await client.get(
        f"/institutions/{walk.town.alliance.first_hospital}/slots",
        params={"resident": walk.town.people.wang, "limit": 100},
    )
    return str(next(each["uid"] for each in answer.json()["items"] if each["free"] and each["for_you"]))


# ---- what is tapped before one looks


def choosing(*steps: str) -> Errand:
    """Tap in turn: `=words` chooses one of several, anything else is a button."""

    async def errand(it: Phone) -> None:
        for step in steps:
            await it.settled()
            if step.startswith("="):
                await it.choose(step[1:])
            else:
                await it.tap(step)

    return errand


async def lost(it: Phone) -> None:
    """Let the database lose what this phone was told of, and start again."""
    [kept] = await it.kept("receipts")
    await Appointment.filter(uid=kept["uid"]).delete()
    await Slot.filter(uid=kept["slot"]).update(booked=0)
    await it.open()
    await it.reads("系统里现在查不到了")


def stops(town: demo.Town) -> list[Stop]:
    mine, lis = f"resident={town.people.wang}", f"resident={town.people.li}"
    hospital = f"{mine}&institution={town.alliance.first_hospital}&department={town.alliance.geriatrics}"
    visits, pending = town.visits, f"uid={town.consent.wang_pending}"
    today = f"visit={visits.today}"
    screened = ("=可自理", "下一题") * 4 + ("=可自理",)
    follow = f"kind=followup&uid={town.followups.wang}"
    return [
        *(Stop("home/home", each) for each in ("wang", "daughter", "nurse", "stranger")),
        Stop("home/home", "daughter", ready=booked, start="booking/appointment", errand=lost, name="lost"),
        Stop("home/who", "daughter"),
        Stop("welcome/welcome", "stranger"),
        Stop("welcome/welcome", "nurse"),
        Stop("call/call", "wang", start="home/home", errand=choosing("有急事，打电话")),
        Stop("inbox/inbox", "daughter"),
        *(
            Stop(f"settings/{each}", "wang")
            for each in ("settings", "type", "quiet", "devices", "export", "correct", "leave", "privacy", "agree")
        ),
        Stop("settings/leave", "daughter"),
        Stop("settings/copies", "wang", ready=copied),
        Stop("settings/corrections", "wang", ready=answered),
        Stop("record/record", "wang", mine),
        Stop("record/category", "wang", mine, start="record/record", errand=choosing("慢性病随访")),
        Stop("record/entry", "wang", mine, ready=entry("85354-9")),
        Stop("record/trend", "wang", f"{mine}&code=85354-9"),
        Stop("record/missing", "wang", mine),
        Stop("record/trail", "wang", mine, ready=looked_at),
        Stop("record/objection", "wang", mine, ready=entry("85354-9")),
        Stop("care/care", "wang", mine, ready=cared_for),
        Stop("care/care", "daughter", mine, name="nothing-yet"),
        Stop("care/care", "doctor", mine),
        Stop("care/care", "nurse", mine),
        Stop("care/level", "wang", mine, ready=assessed),
        Stop("care/result", "daughter", mine, ready=assessed),
        Stop("care/result", "daughter", mine, ready=doubted, errand=choosing("看每一项怎么评的"), name="doubted"),
        Stop("care/doubt", "daughter", mine, ready=assessed),
        Stop("care/referral", "daughter", mine, ready=sent_on),
        Stop("care/checkup", "wang", mine, name="due"),
        Stop("care/checkup", "wang", mine, ready=examined, errand=choosing("看每一项的结果"), name="found"),
        Stop("care/followup", "wang", mine, ready=followed),
        Stop("bed/bed", "wang", mine, ready=bed_opened),
        Stop("bed/bed", "daughter", mine, name="nothing"),
        Stop("bed/ask", "daughter", mine),
        Stop("bed/withdraw", "daughter", mine, ready=bed_asked),
        Stop("doctor/doctor", "wang", mine),
        Stop("doctor/doctor", "guardian", lis, name="offered"),
        Stop("doctor/choose", "wang", mine, ready=without_doctor),
        Stop("doctor/contract", "guardian", f"{lis}&uid={town.enrolments.li}"),
        Stop("doctor/leave", "wang", f"{mine}&uid={town.enrolments.wang}"),
        Stop("medicine/medicine", "wang", mine, ready=medicine_brought),
        Stop("duty/training", "nurse"),
        Stop("duty/workload", "doctor", "month=2026-02-01"),
        Stop("duty/deliveries", "nurse", ready=medicine_brought),
        Stop("duty/delivery", "nurse", ready=medicine_brought),
        Stop("round/sheet", "doctor", follow, name="choice"),
        Stop("round/sheet", "doctor", follow, errand=choosing("=家庭", "下一题", "=无症状", "下一题", "下一题"), name="pad"),
        Stop("round/sheet", "doctor", follow, errand=choosing("看整张单子", "生活方式"), name="list"),
        Stop("round/sheet", "nurse", ready=screening, name="screen"),
        Stop("round/sheet", "nurse", ready=screening, errand=choosing(*screened, "看看填的", "都对，交上去"), name="handed-in"),
        Stop("visits/visits", "daughter", mine),
        Stop("visits/visit", "daughter", f"uid={visits.confirmed}&{mine}"),
        Stop("visits/dispute", "nurse", f"uid={visits.waiting}"),
        Stop("booking/where", "daughter", mine, name="where"),
        Stop("booking/where", "daughter", hospital, name="what-for"),
        Stop("booking/where", "daughter", f"{hospital}&ask=company", name="company"),
        Stop("booking/when", "daughter", hospital, start="booking/where",
             errand=choosing("=复查", "下一步", "下一步，选日子"), name="days"),
        Stop("booking/when", "daughter", hospital, start="booking/where",
             errand=choosing("=复查", "下一步", "下一步，选日子", "后天（周三）"), name="times"),
        Stop("booking/check", "daughter", hospital, start="booking/where",
             errand=choosing("=复查", "下一步", "下一步，选日子", "后天（周三）", "上午 9 点")),
        Stop("booking/appointments", "daughter", mine, ready=booked),
        Stop("booking/appointment", "daughter", ready=booked),
        Stop("booking/waitlist", "daughter", mine, ready=waiting),
        Stop("booking/appointment", "daughter", ready=called_off, name="called-off"),
        Stop("booking/offer", "guardian", ready=offered),
        Stop("booking/offer", "daughter", "uid=01ARZ3NDEKTSV4RRFFQ69G5FAV", name="gone"),
        Stop("consent/consents", "wang", mine),
        Stop("consent/consent", "wang", pending),
        Stop("consent/preview", "wang", pending),
        Stop("consent/sign", "wang", pending, start="consent/consent", errand=choosing("同意")),
        Stop("family/family", "wang", mine, ready=invited),
        Stop("family/invite", "wang", mine, name="who"),
        Stop("family/invite", "wang", mine, errand=choosing("=孙辈", "下一步"), name="what"),
        Stop("family/join", "nephew"),
        Stop("family/apply", "nephew"),
        Stop("family/proxy", "wang", f"uid={town.people.daughter_grant}&{mine}"),
        Stop("feedback/rate", "wang", f"token={town.feedback.open_token}", name="score"),
        Stop("feedback/rate", "wang", f"token={town.feedback.open_token}&step=2", name="tags"),
        Stop("feedback/rate", "wang", f"token={town.feedback.open_token}&step=3", name="words"),
        Stop("feedback/ratings", "wang"),
        Stop("feedback/complaint", "wang", mine),
        Stop("feedback/case", "guardian", f"uid={town.feedback.case}"),
        Stop("feedback/text", "daughter", ready=returned),
        Stop("feedback/text", "wang", f"uid={town.feedback.waiting}", name="nothing"),
        Stop("round/round", "nurse"),
        Stop("round/round", "doctor"),
        Stop("round/visit", "doctor", today, ready=begun),
        Stop("round/scan", "doctor", today),
        Stop("round/code", "nurse", today),
        Stop("round/findings", "doctor", f"{today}&item={visits.today_wang}", ready=begun,
             errand=choosing("=已看"), name="list"),
        Stop("round/findings", "doctor", f"{today}&item={visits.today_wang}", ready=begun,
             errand=choosing("=已看", "收缩压（高压）"), name="pad"),
        Stop("round/attest", "nurse", f"visit={visits.waiting}"),
        Stop("round/queue", "doctor"),
        Stop("witness/witness", "nurse", ready=asked_of_li),
        Stop("witness/consent", "nurse", ready=asked_of_li, name="read"),
        Stop("witness/consent", "nurse", ready=asked_of_li, errand=choosing("读完了，老人听明白了"), name="answer"),
        Stop("witness/rating", "other_nurse", f"token={town.feedback.to_assist}"),
    ]  # fmt: skip
