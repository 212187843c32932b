"""One request for every route of the mini-program that takes a path, a body or a scene."""

import itertools
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from server.booking.models import Appointment
from server.consent.models import Consent
from server.demo.assessments import ability_answers
from server.demo.people import ZHAO_YUN_NUMBER
from server.feedback.rules import CaseEvent
from server.home_beds.rules import HomeBedStatus
from server.kit.ids import new_uid
from server.people.rules import EndReason
from server.records.rules import BLOOD_PRESSURE
from tests.architecture.subjects import NOW, Sample
from tests.architecture.verdicts.medicine_scenes import DRUG_BODY
from tests.architecture.verdicts.referral_scenes import BACK, RECEIVED, SLIP, TO_THE_DOCTOR, E
from tests.architecture.verdicts.scenes import Scenes
from tests.core.followups.filled import FORM, PRESSURE

Make = Callable[[Scenes], Sample | Awaitable[Sample]]
fresh = itertools.count(880_000)
RATING = {"score": 5, "tags": ["attitude"], "text": "讲得明白，谢谢"}
NOTE = {
    "kind": "note",
    "code": "care",
    "effective_at": NOW.isoformat(),
    "body": {"text": "胃口好"},
    "category": "basic",
}
WITNESSED = "签字单 2026-03-02-1"


def of_wang(stage: Scenes, **more: str) -> dict[str, str]:
    return {"resident_uid": stage.town.people.wang, **more}


def _booking(stage: Scenes) -> dict[str, Any]:
    return {"resident": stage.town.people.wang, "reason": "复查"}


def _witness(stage: Scenes) -> dict[str, Any]:
    return {"evidence": WITNESSED, "second": stage.town.identity.accounts["he"]}


def own_code(who: str) -> dict[str, str]:
    return {"code": f"sim:{who}:{next(fresh)}"}


async def _copy_file(stage: Scenes) -> Sample:
    return Sample({"copy_uid": await stage.copied()}, own_code)


async def _wrong(stage: Scenes) -> Sample:
    return Sample({"rectification_uid": await stage.said_to_be_wrong()})


async def _bind(stage: Scenes) -> Sample:
    return Sample(says={"code": await stage.bind_code()})


async def _grant(stage: Scenes) -> Sample:
    uid = stage.town.consent.wang_pending
    text_hash = (await Consent.get(uid=uid)).text_hash
    return Sample({"consent_uid": uid}, {"text_hash": text_hash, "categories": ["ability"]})


async def grant_witnessed(stage: Scenes) -> Sample:
    uid = await stage.li_asked()
    text_hash = (await Consent.get(uid=uid)).text_hash
    return Sample({"consent_uid": uid}, {"text_hash": text_hash, "categories": ["exam"], **_witness(stage)})


async def _deny_witnessed(stage: Scenes) -> Sample:
    return Sample({"consent_uid": await stage.li_asked()}, _witness(stage))


async def proxy(grant: Awaitable[str], says: Any = None) -> Sample:
    return Sample({"grant_uid": await grant}, says)


async def _invitation(stage: Scenes) -> Sample:
    return Sample(of_wang(stage, invitation_uid=(await stage.invited()).uid))


async def _redeem(stage: Scenes) -> Sample:
    return Sample(says={"code": (await stage.invited()).code})


async def _receipt(stage: Scenes) -> Sample:
    card = await stage.booked()
    row = await Appointment.get(uid=card.uid).select_related("slot", "resident")
    asked = {"slot": row.slot.uid, "resident": row.resident.uid, "starts_at": card.starts_at.isoformat()}
    return Sample({"appointment_uid": card.uid}, query={**asked, "receipt": card.receipt})


async def _appointment(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"appointment_uid": (await stage.booked()).uid}, says)


async def _confirm_hold(stage: Scenes) -> Sample:
    return Sample({"appointment_uid": await stage.held()})


def li_draft(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"assessment_uid": stage.town.assessments.li_draft}, says)


async def _assessment(scene: Awaitable[str], says: Any = None) -> Sample:
    return Sample({"assessment_uid": await scene}, says)


async def _home_bed(stage: Scenes, until: HomeBedStatus, says: Any) -> Sample:
    return Sample({"bed_uid": await stage.home_bed(until)}, says)


async def _entry(stage: Scenes) -> Sample:
    return Sample({"entry_uid": await stage.waiting()})


async def _offer(stage: Scenes) -> Sample:
    return Sample({"offer_uid": await stage.offered()})


async def _scan(stage: Scenes) -> Sample:
    return Sample(
        {"visit_uid": stage.town.visits.today}, {**await stage.scanned(), "device_time": NOW.isoformat()}
    )


async def _results(stage: Scenes) -> Sample:
    found = {"item": stage.town.visits.today_wang, "outcome": "seen", "pulse": 72}
    return Sample({"visit_uid": await stage.started()}, {"results": [found]})


async def _finish(stage: Scenes) -> Sample:
    return Sample({"visit_uid": await stage.seen()}, at=NOW.replace(minute=25))


def _batch(stage: Scenes) -> Sample:
    event = {
        "client_uid": new_uid(),
        "kind": "finish",
        "visit": stage.town.visits.today,
        "device_time": NOW.isoformat(),
    }
    return Sample(says={"events": [event]})


async def _take_back(stage: Scenes) -> Sample:
    return Sample({"rating_uid": await stage.rated_just_now()})


async def _edit_text(stage: Scenes) -> Sample:
    return Sample({"rating_uid": await stage.withheld()}, {"text": "看得好，等得久。"})


async def _called_back(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"case_uid": await stage.case_at(CaseEvent.RECTIFY, CaseEvent.CALL_BACK)}, says)


def _referral(*events: E, says: Any = None) -> Make:
    async def made(stage: Scenes) -> Sample:
        return Sample({"referral_uid": await stage.referred(*events, to=TO_THE_DOCTOR)}, says)

    return made


async def _seat_for_referral(stage: Scenes) -> Sample:
    uid = await stage.referred(E.SUBMIT, E.ACCEPT, to=TO_THE_DOCTOR)
    return Sample({"referral_uid": uid}, {"slot": await stage.seat_at_the_center()})


def _follow_up(says: Any) -> Make:
    async def made(stage: Scenes) -> Sample:
        return Sample({"follow_up_uid": await stage.follow_up_owed(to=TO_THE_DOCTOR)}, says)

    return made


def wang_up(stage: Scenes) -> dict[str, Any]:
    between = {"sender": stage.town.alliance.yihe, "receiver": stage.town.alliance.health_center}
    return {"direction": "up", **between, "criteria": ["examination"], "slip": SLIP}


async def _sign_in_to_a_course(stage: Scenes) -> Sample:
    return Sample(says=await stage.staffing_code())


async def _check_back(stage: Scenes) -> Sample:
    return Sample({"follow_up_uid": await stage.advised_to_go()}, {"note": "已住院"})


def _record(**query: str) -> Make:
    return lambda stage: Sample(of_wang(stage), query=query)


async def _ask_for_doctor(stage: Scenes) -> Sample:
    """Ask for what was offered before, in the same words."""
    shown = await stage.medicine_text_hash()
    says = {"team": stage.town.enrolments.team, "package": "senior", "text_hash": shown}
    return Sample({"resident_uid": await stage.medicine_li_without_contract()}, says)


async def _sign_contract(stage: Scenes) -> Sample:
    uid = stage.town.enrolments.li
    return Sample({"enrolment_uid": uid}, {"text_hash": await stage.medicine_text_hash()})


async def _medicines(stage: Scenes) -> Sample:
    return Sample(of_wang(stage, prescription_uid=await stage.medicine_prescribed()))


async def _refill(stage: Scenes) -> Sample:
    return Sample({"refill_uid": await stage.medicine_refill()}, DRUG_BODY)


async def _stop_prescription(stage: Scenes) -> Sample:
    uid = await stage.medicine_prescribed()
    return Sample({"prescription_uid": uid}, {"why": "reaction", "text": "干咳"})


async def _brought(stage: Scenes) -> Sample:
    return Sample({"delivery_uid": await stage.medicine_packed()})


SAMPLES: Mapping[str, Make] = {
    # Who one is
    "session.sign_in": lambda _: Sample(says={"code": f"sim:daughter:{next(fresh)}"}),
    "session.bind": _bind,
    "session.register_phone": lambda _: Sample(
        says=lambda who: {"code": f"simphone:{who}:13800001111:{next(fresh)}"}
    ),
    "session.state_name": lambda _: Sample(says={"name": "陈小敏"}),
    "session.revoke_session": lambda stage: Sample({"session_uid": stage.keys["daughter"].uid}),
    # What the law gives them over what is held
    "privacy.close": lambda _: Sample(says=own_code),
    "privacy.ask_for_copy": lambda stage: Sample(says={"resident": stage.town.people.wang}),
    "privacy.copy_file": _copy_file,
    "rectifications.ask_for_rectification": lambda stage: Sample(
        of_wang(stage), {"text": "我没有贫血", "entry": stage.town.records.wang_checkup}
    ),
    "rectifications.withdraw": _wrong,
    "home.home": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    # Residents and those who act for them
    "people.residents_of_home": lambda stage: Sample({"institution_uid": stage.town.alliance.yihe}),
    "people.proxies": lambda stage: Sample(of_wang(stage)),
    "people.apply_for_proxy": lambda _: Sample(
        says={
            "name": "赵云珍",
            "national_id": ZHAO_YUN_NUMBER,
            "basis": "own_consent",
            "relation": "friend",
            "scopes": ["profile"],
        }
    ),
    "people.invitations": lambda stage: Sample(of_wang(stage)),
    "people.invite_proxy": lambda stage: Sample(
        of_wang(stage), {"relation": "friend", "scopes": ["profile"]}
    ),
    "people.revoke_invitation": _invitation,
    "people.redeem_invitation": _redeem,
    "people.withdraw_proxy": lambda stage: Sample({"grant_uid": stage.town.people.nephew_grant}),
    "people.confirm_proxy": lambda stage: proxy(stage.nephew_verified()),
    "people.decline_proxy": lambda stage: proxy(stage.nephew_verified()),
    "people.witness_proxy": lambda stage: proxy(stage.applied_for_li(), {"document_ref": WITNESSED}),
    "people.suspend_proxy": lambda stage: Sample(
        {"grant_uid": stage.town.people.daughter_grant}, {"reason": "resident_wish"}
    ),
    "people.resume_proxy": lambda stage: proxy(stage.daughter_suspended("wang", EndReason.RESIDENT_WISH)),
    "people.end_proxy": lambda stage: Sample(
        {"grant_uid": stage.town.people.daughter_grant}, {"reason": "resident_wish"}
    ),
    # Institutions
    "alliance.departments": lambda stage: Sample({"institution_uid": stage.town.alliance.first_hospital}),
    "alliance.partners": lambda stage: Sample({"institution_uid": stage.town.alliance.yihe}),
    # Consent
    "consent.consents": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    "consent.colleagues": lambda stage: Sample({"institution_uid": stage.town.alliance.yihe}),
    "consent.sheet": lambda stage: Sample({"consent_uid": stage.town.consent.wang_yihe}),
    "consent.previewed": lambda stage: Sample({"consent_uid": stage.town.consent.wang_pending}),
    "consent.grant": _grant,
    "consent.deny": lambda stage: Sample({"consent_uid": stage.town.consent.wang_pending}),
    "consent.withdraw": lambda stage: Sample({"consent_uid": stage.town.consent.wang_yihe}),
    "consent.grant_witnessed": grant_witnessed,
    "consent.deny_witnessed": _deny_witnessed,
    "consent.withdraw_witnessed": lambda stage: Sample(
        {"consent_uid": stage.town.consent.li_health_center}, _witness(stage)
    ),
    # Assessments
    "assessments.of_resident": lambda stage: Sample(of_wang(stage)),
    "assessments.begin": lambda stage: Sample(
        of_wang(stage), {"questionnaire": "gbt42195", "reason": "routine"}
    ),
    "assessments.result": lambda stage: _assessment(stage.assessment_final()),
    "assessments.work": li_draft,
    "assessments.save": lambda stage: li_draft(stage, {"answers": {"B-1-1": "4"}}),
    "assessments.sign": lambda stage: li_draft(stage, {"answers": ability_answers()}),
    "assessments.agree": lambda stage: _assessment(stage.assessment_proposed("he"), {"edits": 1}),
    "assessments.give_back": lambda stage: _assessment(stage.assessment_proposed(), {"reason": "再看看"}),
    "assessments.discard": lambda stage: li_draft(stage, {}),
    "assessments.dispute": lambda stage: _assessment(stage.assessment_final(), {"text": "评轻了"}),
    # The record
    "records.summary": _record(),
    "records.timeline": _record(),
    "records.categories": _record(),
    "records.trend": lambda stage: Sample(of_wang(stage, code=BLOOD_PRESSURE)),
    "records.missing": _record(),
    "records.history": lambda stage: Sample(of_wang(stage, entry_uid=stage.town.records.wang_checkup)),
    "records.export": _record(),
    "records.access_trail": _record(),
    "records.write": lambda stage: Sample(of_wang(stage), {"entries": [NOTE]}),
    "records.correct": lambda stage: Sample(
        of_wang(stage, entry_uid=stage.town.records.wang_yihe_note), {"entry": NOTE, "reason": "补充"}
    ),
    "records.object_to": lambda stage: Sample(
        of_wang(stage, entry_uid=stage.town.records.wang_checkup), {"text": "我没有贫血"}
    ),
    "records.read_in_emergency": lambda stage: Sample(
        of_wang(stage), {"reason": "fall", "explanation": "走廊跌倒"}
    ),
    # Health over the year
    "training.attend": _sign_in_to_a_course,
    "followups.enroll": lambda stage: Sample(
        says={"resident": stage.town.people.wang, "disease": "diabetes", "evidence": "2024 年出院小结"}
    ),
    "followups.form": lambda stage: Sample({"episode_uid": stage.town.followups.wang}),
    "followups.record": lambda stage: Sample(
        {"episode_uid": stage.town.followups.wang}, {"answers": PRESSURE, "version": FORM["form_version"]}
    ),
    "followups.check_back": _check_back,
    "followups.mine": lambda stage: Sample(of_wang(stage)),
    "checkups.mine": lambda stage: Sample(of_wang(stage)),
    # Home beds
    "home_beds.mine": lambda stage: Sample(of_wang(stage)),
    "home_beds.apply": lambda stage: Sample(
        of_wang(stage), {"institution": stage.town.alliance.health_center}
    ),
    "home_beds.withdraw": lambda stage: _home_bed(stage, HomeBedStatus.APPLIED, {"reason": "不要了"}),
    "home_beds.write_round": lambda stage: _home_bed(
        stage, HomeBedStatus.OPENED, {"complaint": "无", "examination": "平稳", "plan": "继续"}
    ),
    "home_beds.emergency": lambda stage: _home_bed(
        stage, HomeBedStatus.OPENED, {"happened_at": NOW.isoformat(), "taken_to": "市第一人民医院"}
    ),
    # Family doctors and long prescriptions
    "enrolments.family_doctor": lambda stage: Sample({"resident_uid": stage.town.people.li}),
    "enrolments.offer": lambda stage: Sample(
        {"resident_uid": stage.town.people.li},
        query={"team": stage.town.enrolments.team, "package": "base"},
    ),
    "enrolments.ask_for": _ask_for_doctor,
    "enrolments.sign": _sign_contract,
    "enrolments.leave": lambda stage: Sample({"enrolment_uid": stage.town.enrolments.wang}),
    "prescriptions.medicines": _medicines,
    "prescriptions.ask_refill": _medicines,
    "prescriptions.prescribe": lambda stage: Sample(of_wang(stage), DRUG_BODY),
    "prescriptions.refill": _refill,
    "prescriptions.stop": _stop_prescription,
    "prescriptions.delivery": _brought,
    "prescriptions.receive": _brought,
    # Booking
    "booking.open_slots": lambda stage: Sample(
        {"institution_uid": stage.town.alliance.first_hospital}, query={"resident": stage.town.people.wang}
    ),
    "booking.book_slot": lambda stage: Sample({"slot_uid": stage.town.booking.public_slot}, _booking(stage)),
    "booking.hold_slot": lambda stage: Sample({"slot_uid": stage.town.booking.public_slot}, _booking(stage)),
    "booking.appointments": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    "booking.appointment": lambda stage: Sample({"appointment_uid": stage.town.booking.wang_fulfilled}),
    "booking.check_receipt": _receipt,
    "booking.confirm_hold": _confirm_hold,
    "booking.describe": lambda stage: _appointment(stage, {"reason": "膝盖疼", "companion_note": "女儿陪"}),
    "booking.reschedule": lambda stage: _appointment(stage, {"slot": stage.town.booking.later_slot}),
    "booking.cancel": lambda stage: _appointment(stage, {"reason": "不去了"}),
    "booking.join_waitlist": lambda stage: Sample(
        says={
            **_booking(stage),
            "department": stage.town.alliance.cardiology,
            "first_day": "2026-03-07",
            "last_day": "2026-03-07",
        }
    ),
    "booking.leave_waitlist": _entry,
    "booking.accept_offer": _offer,
    "booking.decline_offer": _offer,
    # Visits
    "visits.visits_of_resident": lambda stage: Sample(of_wang(stage)),
    "visits.visit": lambda stage: Sample({"visit_uid": stage.town.visits.today}),
    "visits.findings": lambda stage: Sample(of_wang(stage, visit_uid=stage.town.visits.confirmed)),
    "visits.rotating_code": lambda stage: Sample({"visit_uid": stage.town.visits.today}),
    "visits.prepare": lambda _: Sample(says={}),
    "visits.offline_batch": _batch,
    "visits.start": _scan,
    "visits.record": _results,
    "visits.finish": _finish,
    "visits.attest": lambda stage: Sample({"visit_uid": stage.town.visits.waiting}, {}),
    "visits.dispute": lambda stage: Sample({"visit_uid": stage.town.visits.waiting}, {"reason": "没有来"}),
    # Referrals
    "referrals.new": lambda stage: Sample(of_wang(stage)),
    "referrals.write": lambda stage: Sample(of_wang(stage), wang_up(stage)),
    "referrals.stories": lambda stage: Sample(of_wang(stage)),
    "referrals.referral": _referral(E.SUBMIT),
    "referrals.amend": _referral(says={"criteria": ["examination"], "slip": SLIP}),
    "referrals.step": _referral(E.SUBMIT, says={"event": "accept"}),
    "referrals.schedule": _referral(
        E.SUBMIT, E.ACCEPT, says={"come_at": NOW.replace(hour=14).isoformat(), "come_to": "急诊"}
    ),
    "referrals.seat": _seat_for_referral,
    "referrals.offer_back": _referral(*RECEIVED, E.PLAN_DISCHARGE, says={"slip": BACK}),
    "referrals.accept_back": _referral(*RECEIVED, E.PLAN_DISCHARGE, E.OFFER_BACK, says={"care": "return"}),
    "referrals.packet": _referral(E.SUBMIT),
    "referrals.open_in_emergency": _referral(E.SUBMIT, says={"reason": "acute", "explanation": "昏迷"}),
    "referrals.do_follow_up": _follow_up({"outcome": "good", "remark": "好转"}),
    "referrals.waive_follow_up": _follow_up({"reason": "已住院"}),
    # Feedback
    "feedback.rate": lambda stage: Sample({"token_uid": stage.town.feedback.open_token}, RATING),
    "feedback.assist_rating": lambda stage: Sample({"token_uid": stage.town.feedback.to_assist}, RATING),
    "feedback.take_back": _take_back,
    "feedback.edit_text": _edit_text,
    "feedback.published_ratings": lambda stage: Sample(
        {"institution_uid": stage.town.alliance.health_center}
    ),
    "feedback.scores": lambda stage: Sample({"institution_uid": stage.town.alliance.health_center}),
    "feedback.complain": lambda stage: Sample(
        says={
            "resident": stage.town.people.wang,
            "institution": stage.town.alliance.yihe,
            "kind": "care",
            "text": "夜里按铃没有人来",
        }
    ),
    "feedback.my_case": lambda stage: Sample({"case_uid": stage.town.feedback.case}),
    "feedback.confirm_callback": _called_back,
    "feedback.reopen": lambda stage: _called_back(stage, {"reason": "还是晚来"}),
    # Messages
    "inbox.mark_read": lambda stage: Sample({"message_uid": stage.town.notifications.unread}),
    "inbox.report_choices": lambda _: Sample(says={"choices": {"tmpl_visit_report": "accept"}}),
    "inbox.set_quiet_hours": lambda _: Sample(says={"starts": "21:00", "ends": "07:00"}),
}
