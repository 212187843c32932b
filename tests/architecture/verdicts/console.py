"""One request for every route of the console that takes a path, a form or a scene."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pyotp

from server.alliance.models import ServiceAgreement
from server.booking.models import Appointment
from server.demo import cast
from server.demo.people import WANG_NUMBER
from server.feedback.rules import CaseEvent
from server.identity.models import Account, Device, RoleGrant
from server.people.rules import Basis, EndReason
from server.visits.models import Plate
from tests.architecture.subjects import NOW, Sample
from tests.architecture.verdicts.scenes import Scenes

Make = Callable[[Scenes], Sample | Awaitable[Sample]]
WHY = {"reason": "经双方商量"}
TERMS = {
    "first_day": "2026-03-01", "last_day": "2027-02-28", "cooperation": ["patrol"], "items": "医疗巡诊 52",
    "fee_kind": "home_pays", "fee_yuan": "3000", "fee_cycle": "monthly", "weekdays": ["1"],
}  # fmt: skip
HOURS = {"opens": "13:00", "closes": "14:00", "slot_minutes": "30", "capacity": "3"}
ROSTER = "姓名,身份证号\r\n沈阿毛,330299195507150211".encode("gb18030")


def li(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"resident_uid": stage.town.people.li}, says)


def nurse(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"account_uid": stage.town.identity.accounts["nurse"]}, says)


def _post(stage: Scenes, role: str) -> str:
    return f"{stage.town.alliance.yihe}:{role}"


async def at(name: str, scene: Awaitable[str], says: Any = None) -> Sample:
    return Sample({name: await scene}, says)


async def _end_role(stage: Scenes) -> Sample:
    grant = await RoleGrant.get(account__uid=stage.town.identity.accounts["nurse"])
    return Sample({"grant_uid": grant.uid}, {"reason": "离职"})


async def _device(stage: Scenes, *, approved: bool) -> Sample:
    account = await Account.get(uid=stage.town.identity.accounts["nurse"])
    if approved:
        return Sample({"device_uid": (await Device.get(account_id=account.id)).uid})
    row = Device(account=account, secret_hash="0" * 64, label="新手机", created_at=NOW)
    await row.save()
    return Sample({"device_uid": row.uid})


async def _merge(stage: Scenes) -> Sample:
    twin = await stage.twin_of_wang()
    return Sample(says={"survivor": stage.town.people.wang, "absorbed": twin, **WHY})


async def _unmerge(stage: Scenes) -> Sample:
    return Sample(says={"absorbed": await stage.twin_merged(), **WHY})


async def _sign(stage: Scenes) -> Sample:
    uid = await stage.proposed()
    return Sample(
        {"agreement_uid": uid}, {"content_hash": (await ServiceAgreement.get(uid=uid)).content_hash}
    )


async def _arrive_by_code(stage: Scenes) -> Sample:
    return Sample(says={"code": (await Appointment.get(uid=await stage.booked_today())).arrival_code})


async def _noshow(stage: Scenes) -> Sample:
    return Sample({"appointment_uid": await stage.booked_today()}, at=NOW + timedelta(hours=7))


async def _claimed(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"call_uid": await stage.claimed()}, says)


async def _retire(stage: Scenes) -> Sample:
    plate = await Plate.filter(home__uid=stage.town.alliance.yihe).order_by("id").first()
    return Sample({"plate_uid": plate.uid})


def seat(stage: Scenes) -> dict[str, str]:
    return {"resident": stage.town.people.li, "slot": stage.town.booking.public_slot, "reason": "配药"}


def _agreement(says: Any = None) -> Make:
    return lambda stage: Sample({"agreement_uid": stage.town.alliance.yihe_first_hospital}, says)


def _proxy(says: Any = None, grant: str = "daughter_grant") -> Make:
    return lambda stage: Sample({"grant_uid": getattr(stage.town.people, grant)}, says)


SAMPLES: Mapping[str, Make] = {
    # Signing in
    "session.sign_in": lambda _: Sample(
        says={"login": "he", "password": cast.CONSOLE_PASSWORD, "code": pyotp.TOTP(cast.TOTP_SECRET).at(NOW)}
    ),
    "session.revoke_session": lambda stage: Sample({"session_uid": stage.keys["he"].uid}),
    "session.change_password": lambda _: Sample(
        says={"old_password": cast.CONSOLE_PASSWORD, "new_password": "tie-ma-bing-he-2026"}
    ),
    # Staff
    "staff.take_on": lambda stage: Sample(says={"name": "钱小红", "post": _post(stage, "nurse")}),
    "staff.member": nurse,
    "staff.grant_role": lambda stage: nurse(stage, {"post": _post(stage, "home_manager")}),
    "staff.end_role": _end_role,
    "staff.issue_bind_code": nurse,
    "staff.give_login": lambda stage: nurse(stage, {"login": "xiuying"}),
    "staff.reset_password": lambda stage: at("account_uid", stage.colleague_of_he()),
    "staff.close_account": lambda stage: nurse(stage, {"reason": "离职"}),
    "staff.approve_device": lambda stage: _device(stage, approved=False),
    "staff.withdraw_device": lambda stage: _device(stage, approved=True),
    # Residents
    "people.search": lambda _: Sample(says={"national_id": WANG_NUMBER}),
    "people.admit": lambda stage: Sample(
        says={
            "home": stage.town.alliance.yihe,
            "name": "沈阿毛",
            "sex": "male",
            "birth_date": "1955-07-15",
            "national_id": "330299195507150211",
            "bed": "301-1",
        }
    ),
    "people.import_roster": lambda stage: Sample(
        says={"home": stage.town.alliance.yihe}, files={"roster": ("名册.csv", ROSTER, "text/csv")}
    ),
    "people.resident": lambda stage: Sample({"resident_uid": stage.town.people.wang}),
    "people.discharge": lambda stage: li(stage, {"reason": "went_home"}),
    "people.change_bed": lambda stage: li(stage, {"bed": "203-1"}),
    "people.transition": lambda stage: li(stage, {"event": "hospitalize", "cause": "reported"}),
    "people.record_death": lambda stage: li(stage, {"day": "2026-03-01"}),
    "people.bind_account": lambda stage: li(stage, {"account": stage.town.identity.accounts["stranger"]}),
    "people.record_kinship": lambda stage: li(stage, {"name": "李大伟", "relation": "niece_nephew"}),
    "people.verify_proxy": _proxy(grant="nephew_grant"),
    "people.reject_proxy": _proxy({"reason": "not_verified"}, grant="nephew_grant"),
    "people.confirm_by_document": lambda stage: at(
        "grant_uid", stage.applied_for_li(Basis.DURABLE), {"document_ref": "公证 9 号"}
    ),
    "people.witness_proxy": lambda stage: at("grant_uid", stage.applied_for_li(), {"document_ref": "单 1"}),
    "people.suspend_proxy": _proxy({"reason": "safeguarding"}),
    "people.resume_proxy": lambda stage: at(
        "grant_uid", stage.daughter_suspended("he", EndReason.SAFEGUARDING)
    ),
    "people.end_proxy": _proxy({"reason": "abuse"}),
    "people.merge": _merge,
    "people.unmerge": _unmerge,
    # Agreements
    "alliance.draft": lambda stage: Sample(
        says={"home": stage.town.alliance.yihe, "provider": stage.town.alliance.second_hospital, **TERMS}
    ),
    "alliance.agreement": _agreement(),
    "alliance.successor_page": _agreement(),
    "alliance.draft_successor": _agreement(TERMS),
    "alliance.propose": lambda stage: at("agreement_uid", stage.drafted()),
    "alliance.sign": _sign,
    "alliance.file": lambda stage: at(
        "agreement_uid", stage.signed(), {"filing_number": "云卫备〔2026〕099"}
    ),
    "alliance.withdraw": lambda stage: at("agreement_uid", stage.proposed(), WHY),
    "alliance.suspend": _agreement(WHY),
    "alliance.resume": lambda stage: at("agreement_uid", stage.agreement_suspended(), WHY),
    "alliance.terminate": _agreement(WHY),
    # Consent, records, the trail
    "consent.consents": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    "consent.consent": lambda stage: Sample({"consent_uid": stage.town.consent.wang_yihe}),
    "consent.request_consent": lambda stage: Sample(
        says={
            "resident": stage.town.people.wang,
            "institution": stage.town.alliance.yihe,
            "purpose": "treatment",
            "categories": ["exam"],
            "last_day": "2026-06-01",
        }
    ),
    "records.record": lambda stage: Sample({"resident_uid": stage.town.people.wang}),
    "records.review": lambda stage: at(
        "emergency_uid", stage.emergency(), {"verdict": "justified", "remark": "有记录"}
    ),
    "audit.looks": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    "audit.deeds": lambda stage: Sample(query={"subject": stage.town.people.wang}),
    # Booking
    "booking.arrive_by_code": _arrive_by_code,
    "booking.arrive": lambda stage: at("appointment_uid", stage.booked_today()),
    "booking.fulfil": lambda stage: at("appointment_uid", stage.arrived_today()),
    "booking.noshow": _noshow,
    "booking.cancel": lambda stage: Sample(
        {"appointment_uid": stage.town.booking.li_tomorrow}, {"reason": "停诊"}
    ),
    "booking.report_error": lambda stage: Sample(
        {"appointment_uid": stage.town.booking.li_tomorrow}, {"reason": "录错"}
    ),
    "booking.strike_out": lambda stage: at("appointment_uid", stage.reported()),
    "booking.counter": lambda stage: Sample(
        query={
            "resident": stage.town.people.li,
            "institution": stage.town.alliance.first_hospital,
            "day": "2026-03-04",
        }
    ),
    "booking.booking_page": lambda stage: Sample(
        query={
            "resident": stage.town.people.li,
            "institution": stage.town.alliance.first_hospital,
            "day": "2026-03-04",
        }
    ),
    "booking.book_at_counter": lambda stage: Sample(says=seat(stage)),
    "booking.book_for_resident": lambda stage: Sample(says=seat(stage)),
    "booking.slip": lambda stage: Sample({"appointment_uid": stage.town.booking.li_tomorrow}),
    "booking.open_schedule": lambda stage: Sample(
        says={
            "department": stage.town.alliance.geriatrics,
            "weekday": "5",
            "starts_on": "2026-03-02",
            **HOURS,
        }
    ),
    "booking.add_extra_session": lambda stage: Sample(
        says={"department": stage.town.alliance.geriatrics, "day": "2026-03-08", "reason": "加诊", **HOURS}
    ),
    "booking.close_day": lambda stage: Sample(
        says={"department": stage.town.alliance.geriatrics, "day": "2026-03-03", "reason": "停电"}
    ),
    # Visits
    "visits.plan_form": lambda stage: Sample(query={"agreement": stage.town.alliance.yihe_health_center}),
    "visits.plan": lambda stage: Sample(
        says={
            "home": stage.town.alliance.yihe,
            "provider": stage.town.alliance.health_center,
            "kind": "round",
            "starts_at": "2026-03-05T14:00",
            "ends_at": "2026-03-05T16:00",
            "service": "patrol",
            "residents": [stage.town.people.wang],
            "clinicians": [stage.town.identity.accounts["doctor"]],
        }
    ),
    "visits.approve": lambda stage: at("correction_uid", stage.correction(), {}),
    "visits.refuse": lambda stage: at("correction_uid", stage.correction(), {"reason": "原来没错"}),
    "visits.visit": lambda stage: Sample({"visit_uid": stage.town.visits.confirmed}),
    "visits.findings": lambda stage: Sample(
        {"visit_uid": stage.town.visits.confirmed, "resident_uid": stage.town.people.wang}
    ),
    "visits.confirm": lambda stage: Sample({"visit_uid": stage.town.visits.waiting}, {}),
    "visits.dispute": lambda stage: Sample({"visit_uid": stage.town.visits.waiting}, {"reason": "没有来"}),
    "visits.resolve": lambda stage: at(
        "visit_uid", stage.disputed(), {"verdict": "confirmed", "reason": "核实来过"}
    ),
    "visits.cancel": lambda stage: Sample({"visit_uid": stage.town.visits.today}, {"reason": "大雪"}),
    "visits.correct": lambda stage: Sample(
        {"visit_uid": stage.town.visits.confirmed},
        {"reason": "记错", "item": stage.town.visits.confirmed_wang, "outcome": "absent"},
    ),
    "visits.print_plates": lambda stage: Sample(says={"home": stage.town.alliance.yihe, "spots": ["201-1"]}),
    "visits.retire": _retire,
    # Feedback and calls
    "feedback.reply": lambda stage: Sample({"rating_uid": stage.town.feedback.praised}, {"text": "谢谢您。"}),
    "feedback.propose_void": lambda stage: Sample(
        {"rating_uid": stage.town.feedback.low}, {"reason": "查实不符"}
    ),
    "feedback.moderation_file": lambda stage: Sample({"rating_uid": stage.town.feedback.waiting}),
    "feedback.moderate": lambda stage: Sample(
        {"rating_uid": stage.town.feedback.waiting}, {"event": "publish", "revision": "1"}
    ),
    "feedback.case": lambda stage: Sample({"case_uid": stage.town.feedback.case}),
    "feedback.take_step": lambda stage: Sample(
        {"case_uid": stage.town.feedback.case}, {"event": "rectify", "reason": "已改"}
    ),
    "feedback.uphold": lambda stage: at(
        "case_uid", stage.case_at(CaseEvent.APPEAL), {"reason": "应当提前告知"}
    ),
    "feedback.propose_case_void": lambda stage: Sample(
        {"case_uid": stage.town.feedback.case}, {"reason": "查实不符"}
    ),
    "feedback.decide_void": lambda stage: at(
        "void_uid", stage.void_proposed(), {"approve": "true", "reason": "属实"}
    ),
    "calls.claim": lambda stage: Sample({"call_uid": stage.town.notifications.call}),
    "calls.call": _claimed,
    "calls.slip": _claimed,
    "calls.release": _claimed,
    "calls.finish": lambda stage: _claimed(stage, {"outcome": "told"}),
}
