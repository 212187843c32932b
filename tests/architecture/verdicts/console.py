"""One request for every route of the console that takes a path, a form or a scene."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pyotp

from server.alliance.models import Department, Institution, ServiceAgreement
from server.booking.actions import close_day
from server.booking.models import Appointment, Schedule, WaitlistOffer
from server.demo import cast
from server.demo.assessments import ability_answers
from server.demo.people import WANG_NUMBER
from server.feedback.rules import CaseEvent
from server.home_beds.rules import CURRENT, HomeBedStatus
from server.identity.models import Account, Device, RoleGrant
from server.people.models import ProxyGrant
from server.people.rules import Basis, EndReason
from server.visits.models import Plate
from tests.architecture.subjects import NOW, Sample
from tests.architecture.verdicts.beds_scenes import TICKED
from tests.architecture.verdicts.health_scenes import REPORTS
from tests.architecture.verdicts.medicine_scenes import DRUG_FORM
from tests.architecture.verdicts.paper_scenes import SCAN, TWO
from tests.architecture.verdicts.referral_scenes import BACK, RECEIVED, SLIP, E
from tests.architecture.verdicts.scenes import Scenes
from tests.core.followups.filled import FORM, PRESSURE

PAPER = {"file": ("scan.pdf", SCAN, "application/pdf")}
Make = Callable[[Scenes], Sample | Awaitable[Sample]]
WHY = {"reason": "经双方商量"}
SESSION = {
    "course": "emergency", "place": "三楼", "trainer": "周老师", "starts_at": "2026-03-05T14:00", "minutes": "90", "seats": "20",
    "open_to": "alliance",
}  # fmt: skip
COURSE = {"title": "养老护理员岗前培训", "completed_on": "2025-04-01", "last_day": "2027-03-31"}
TERMS = {
    "first_day": "2026-03-01", "last_day": "2027-02-28", "cooperation": ["patrol"], "items": "医疗巡诊 52",
    "fee_kind": "home_pays", "fee_yuan": "3000", "fee_cycle": "monthly", "weekdays": ["1"],
}  # fmt: skip
LEAK = {
    "what": "一台电脑丢了",
    "known_at": NOW.strftime("%Y-%m-%dT%H:%M"),
    "kinds": ["contact"],
    "people": "3",
    "harm": "可能被骗",
    "measures": "正在找",
}
HOURS = {"opens": "13:00", "closes": "14:00", "slot_minutes": "30", "capacity": "3"}
ROSTER = "姓名,身份证号\r\n沈阿毛,330299195507150211".encode("gb18030")


PAID = {"paid_on": NOW.date().isoformat(), "bank_reference": "回单 0001"}


def li(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"resident_uid": stage.town.people.li}, says)


async def figures_of(stage: Scenes, code: str = "") -> Sample:
    await stage.indicators_counted()
    return Sample({"code": code} if code else {})


async def _project_file(stage: Scenes) -> Sample:
    report = await stage.project_reported()
    return Sample({"code": "sign", "project_report_uid": report}, {}, files=PAPER)


def nurse(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"account_uid": stage.town.identity.accounts["nurse"]}, says)


def _post(stage: Scenes, role: str) -> str:
    return f"{stage.town.alliance.yihe}:{role}"


async def at(name: str, scene: Awaitable[str], says: Any = None, *, files: Any = None) -> Sample:
    return Sample({name: await scene}, says, files=files)


async def under(scene: Awaitable[dict[str, str]], says: Any = None) -> Sample:
    return Sample(await scene, says)


async def _import_reports(stage: Scenes) -> Sample:
    uid, ticket = await stage.looked_at()
    return Sample({"campaign_uid": uid}, {"ticket": ticket})


async def _report(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"campaign_uid": await stage.campaign_open(), "resident_uid": stage.town.people.wang}, says)


def two(stage: Scenes) -> dict[str, str]:
    """Return the second witness and where the sheet is kept."""
    return {"witness": stage.town.identity.accounts["nurse"], **TWO}


async def _paper(stage: Scenes) -> Sample:
    consent, paper = await stage.paper_filed()
    return Sample({"consent_uid": consent, "paper_uid": paper})


async def _grant(stage: Scenes) -> Sample:
    uid = await stage.asked_without_a_phone()
    says = {"text_hash": await stage.text_hash_of(uid), "categories": ["exam"], **two(stage)}
    return Sample({"consent_uid": uid}, says)


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


async def _previewed(stage: Scenes) -> Sample:
    return Sample(says={"ticket": await stage.roster_previewed_by("he", ROSTER)})


async def _due_for_review(stage: Scenes) -> Sample:
    await ProxyGrant.filter(uid=stage.town.people.daughter_grant).update(review_at=NOW)
    return Sample({"grant_uid": stage.town.people.daughter_grant})


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


def room(stage: Scenes) -> dict[str, str]:
    return {"department": stage.town.alliance.cardiology, "room": "3 诊室"}


async def said_of(scene: Awaitable[str], says: dict[str, str], *, as_: str = "") -> Sample:
    """Say it once the scene has been played; its uid goes into the form under a name, where it is wanted."""
    uid = await scene
    return Sample(says={**says, as_: uid} if as_ else says)


async def _missed(stage: Scenes) -> Sample:
    return Sample({"appointment_uid": await stage.booked_today()}, room(stage), at=NOW + timedelta(hours=7))


async def _offered_to_li(stage: Scenes) -> str:
    """Call Li's day off, and offer another seat."""
    instead = {stage.town.booking.li_tomorrow: stage.town.booking.green_slot}
    await close_day(
        actor=await stage.acting("zhao"), department_uid=stage.town.alliance.geriatrics,
        day=NOW.date() + timedelta(days=1), reason="停电", replacements=instead, now=NOW,
    )  # fmt: skip
    return (await WaitlistOffer.get(slot__uid=stage.town.booking.green_slot)).uid


async def _tuesday(stage: Scenes) -> str:
    return (await Schedule.get(department__uid=stage.town.alliance.geriatrics, weekday=1)).uid


async def _copy_week(stage: Scenes) -> Sample:
    """Copy cardiology's week into an empty department."""
    hospital = await Institution.get(uid=stage.town.alliance.first_hospital)
    empty = Department(institution=hospital, name="康复医学科", created_at=NOW)
    await empty.save()
    return Sample(
        says={"department": empty.uid, "source": stage.town.alliance.cardiology, "first_day": "2026-03-02"}
    )


def bus(stage: Scenes, **who: Any) -> dict[str, Any]:
    return {
        "provider": stage.town.alliance.first_hospital, "day": "2026-03-04", "half": "morning", "bus_seats": "4",
        **who,
    }  # fmt: skip


def li_draft(stage: Scenes, says: Any = None) -> Sample:
    return Sample({"assessment_uid": stage.town.assessments.li_draft}, says)


def _ability_cells() -> dict[str, str]:
    """Return the form's cells of a whole ability assessment."""
    whole = ability_answers()
    return {code: value for code, value in whole.items() if isinstance(value, str)} | {"A-4-1:none": "true"}


def wang_up(stage: Scenes, **more: Any) -> dict[str, Any]:
    return {
        "direction": "up", "sender": stage.town.alliance.yihe, "receiver": stage.town.alliance.first_hospital,
        "criteria": ["examination"], **SLIP, **more,
    }  # fmt: skip


def _agreement(says: Any = None) -> Make:
    return lambda stage: Sample({"agreement_uid": stage.town.alliance.yihe_first_hospital}, says)


SCANNED = {"file": ("scan.pdf", b"%PDF-1.4 signed", "application/pdf")}


def _demand(scene: str, says: Any = None, **how: Any) -> Make:
    async def made(stage: Scenes) -> Sample:
        return Sample(await getattr(stage, scene)(**how), says)

    return made


async def _answer(stage: Scenes) -> Sample:
    def says(person: str) -> dict[str, Any]:
        houses = {"zhao": "first_hospital", "sun": "second_hospital"}
        own = getattr(stage.town.alliance, houses.get(person, "health_center"))
        return {"institution": own, "people": "20", "weekdays": ["2"], "from_day": "2026-03-09"}

    return Sample(await stage.demand_published(), says)


async def _sign_on_paper(stage: Scenes) -> Sample:
    uid = await stage.proposed()
    text = (await ServiceAgreement.get(uid=uid)).content_hash
    return Sample({"agreement_uid": uid}, {"content_hash": text, "signer": "何静"}, files=SCANNED)


async def _beds(stage: Scenes) -> Sample:
    await stage.beds_kept()
    return Sample(query={"home": stage.town.alliance.yihe})


async def _beds_corrected(stage: Scenes) -> Sample:
    right = {"beds": "120", "nursing_beds": "60", "residents": "5", "inpatient": "0", "convalescent": "0"}
    return Sample(await stage.beds_kept(), {"day": NOW.date().isoformat(), **right, **WHY})


def _proxy(says: Any = None, grant: str = "daughter_grant") -> Make:
    return lambda stage: Sample({"grant_uid": getattr(stage.town.people, grant)}, says)


async def _offer_contract(stage: Scenes) -> Sample:
    resident = await stage.medicine_li_without_contract()
    return Sample({"resident_uid": resident}, {"team": stage.town.enrolments.team, "package": "base"})


async def _contract_scan(stage: Scenes) -> Sample:
    uid, page = await stage.medicine_contract_on_paper()
    return Sample({"enrolment_uid": uid, "paper_uid": page})


async def _pharmacy(stage: Scenes) -> Sample:
    house = await stage.medicine_pharmacy_house()
    return Sample(says={"pharmacy": house, "number": "配 2", "last_on": "2027-03-01"})


async def _right_again(stage: Scenes) -> Sample:
    await stage.medicine_right_ended()
    return Sample(
        says={"account": stage.town.identity.accounts["doctor"], "licence": "虚构 3", "last_on": "2027-03-01"}
    )


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
    "training.record_training": lambda stage: nurse(stage, {"place": stage.town.alliance.yihe, **COURSE}),
    "training.strike_out_training": lambda stage: at("training_uid", stage.trained(), WHY),
    "find.find": lambda _: Sample(says={"words": "王"}),
    "views.keep": lambda _: Sample(
        says={"title": "结束了的", "path": "/admin/visits", "query": "status=finished"}
    ),
    "views.forget": lambda stage: at("view_uid", stage.view_of_he()),
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
    "people.transfer": lambda stage: li(stage, {"home": stage.town.alliance.songhe, **WHY}),
    "roster.import_roster": _previewed,
    "roster.preview_roster": lambda stage: Sample(
        says={"home": stage.town.alliance.yihe}, files={"roster": ("名册.csv", ROSTER, "text/csv")}
    ),
    "people.resident": lambda stage: Sample({"resident_uid": stage.town.people.wang}),
    "people.discharge": lambda stage: li(stage, {"reason": "went_home"}),
    "people.change_bed": lambda stage: li(stage, {"bed": "203-1"}),
    "people.transition": lambda stage: li(stage, {"event": "hospitalize", "cause": "reported"}),
    "people.record_death": lambda stage: li(stage, {"day": "2026-03-01"}),
    "people.bind_account": lambda stage: li(stage, {"account": stage.town.identity.accounts["stranger"]}),
    "people.record_kinship": lambda stage: li(stage, {"name": "李大伟", "relation": "niece_nephew"}),
    "proxies.proxy": _proxy(grant="nephew_grant"),
    "proxies.review_proxy": _due_for_review,
    "proxies.verify_proxy": _proxy(grant="nephew_grant"),
    "proxies.reject_proxy": _proxy({"reason": "not_verified"}, grant="nephew_grant"),
    "proxies.confirm_by_document": lambda stage: at(
        "grant_uid", stage.applied_for_li(Basis.DURABLE), {"document_ref": "公证 9 号"}
    ),
    "proxies.witness_proxy": lambda stage: at("grant_uid", stage.applied_for_li(), {"document_ref": "单 1"}),
    "proxies.suspend_proxy": _proxy({"reason": "safeguarding"}),
    "proxies.resume_proxy": lambda stage: at(
        "grant_uid", stage.daughter_suspended("he", EndReason.SAFEGUARDING)
    ),
    "proxies.end_proxy": _proxy({"reason": "abuse"}),
    "merges.merge": _merge,
    "merges.unmerge": _unmerge,
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
    "alliance.attach": lambda stage: at(
        "agreement_uid", stage.drafted(), {"name": "收费清单"}, files=SCANNED
    ),
    "alliance.paper": _demand("agreement_with_paper"),
    "alliance.sign_on_paper": _sign_on_paper,
    "alliance.authorise": lambda stage: Sample(
        says={
            "who": f"{stage.town.identity.accounts['jin']}:{stage.town.alliance.yihe}",
            "document": "授权 9",
            "first_day": "2026-03-01",
            "last_day": "2027-03-01",
        }
    ),
    "alliance.revoke": lambda stage: Sample({"authority_uid": stage.town.signing.he}, WHY),
    # What homes need, and their beds
    "demands.publish": lambda stage: Sample(says={"home": stage.town.alliance.songhe, "rounds": "20"}),
    "demands.new": lambda stage: Sample(query={"home": stage.town.alliance.yihe}),
    "demands.demand": _demand("demand_answered"),
    "demands.answer": _answer,
    "demands.withdraw_answer": _demand("demand_answered", WHY),
    "demands.choose": _demand("demand_answered"),
    "demands.draft": _demand("demand_matched", by="sun"),
    "demands.settle": _demand("demand_matched", {"how": "已上门"}),
    "demands.withdraw": _demand("demand_published", WHY),
    "census.census": _beds,
    "census.correct": _beds_corrected,
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
    "consent.add_paper": lambda stage: at("consent_uid", stage.asked_without_a_phone(), files=PAPER),
    "consent.paper": _paper,
    "consent.grant": _grant,
    "consent.deny": lambda stage: at("consent_uid", stage.asked_without_a_phone(), two(stage)),
    "consent.withdraw": lambda stage: Sample(
        {"consent_uid": stage.town.consent.li_health_center}, two(stage)
    ),
    # What leaves the house
    "documents.health_summary": lambda stage: Sample({"resident_uid": stage.town.people.wang}, {}),
    "documents.visit_sheet": lambda stage: Sample({"visit_uid": stage.town.visits.confirmed}),
    "documents.consent_statement": lambda stage: Sample({"consent_uid": stage.town.consent.wang_yihe}),
    "documents.consent_form": lambda stage: Sample({"consent_uid": stage.town.consent.wang_pending}),
    "documents.verify": lambda stage: at("number", stage.issued()),
    "documents.compare": lambda stage: at("number", stage.issued(), files=PAPER),
    "exports.ask_for_export": lambda _: Sample(says={"kind": "consents", "reason": "季度汇报"}),
    "exports.cancel": lambda stage: at("export_uid", stage.exported()),
    "exports.export_file": lambda stage: at("export_uid", stage.exported()),
    # What is owed to people over what is held
    "rectifications.rectification": lambda stage: at("rectification_uid", stage.said_to_be_wrong()),
    "rectifications.decide": lambda stage: at(
        "rectification_uid", stage.said_to_be_wrong(), {"event": "decline", "answer": "没有错"}
    ),
    "settlement.statement": lambda stage: Sample(stage.statement()),
    "settlement.line": lambda stage: Sample(stage.one_line()),
    "settlement.issue": lambda stage: under(stage.drawn()),
    "settlement.accept": lambda stage: Sample(stage.statement()),
    "settlement.pay": lambda stage: under(stage.accepted(), PAID),
    "settlement.unpay": lambda stage: under(stage.paid(), WHY),
    "settlement.dispute": lambda stage: Sample(stage.one_line(), WHY),
    "settlement.keep": lambda stage: under(stage.doubted(), WHY),
    "settlement.withdraw": lambda stage: Sample(stage.one_line(), WHY),
    "settlement.escalate": lambda stage: under(stage.explained(), WHY),
    "settlement.rule": lambda stage: under(stage.escalated(), {"stands": "true", "ruling": "有约定"}),
    "settlement.publish": lambda _: Sample(
        {"code": "follow_up"},
        {"yuan": "25.00", "clause": "云医保〔2026〕3 号", "effective_from": "2026-04-01"},
    ),
    "documents.settlement": lambda stage: Sample(stage.statement()),
    "privacy.record_breach": lambda _: Sample(says=LEAK),
    "privacy.breach": lambda stage: at("breach_uid", stage.leaked()),
    "privacy.note_notice": lambda stage: at(
        "breach_uid",
        stage.leaked(),
        {"audience": "people", "told_at": NOW.strftime("%Y-%m-%dT%H:%M"), "how": "电话"},
    ),
    "privacy.close": lambda stage: at("breach_uid", stage.leaked_and_told(), {"conclusion": "找到了"}),
    "records.record": lambda stage: Sample({"resident_uid": stage.town.people.wang}),
    "records.review": lambda stage: at(
        "emergency_uid", stage.emergency(), {"verdict": "justified", "remark": "有记录"}
    ),
    "audit.looks": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    "audit.chains": lambda stage: Sample(query={"resident": stage.town.people.wang}),
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
    "bookings.cancel": lambda stage: Sample(
        {"appointment_uid": stage.town.booking.li_tomorrow}, {"reason": "老人发热"}
    ),
    "bookings.move_page": lambda stage: Sample({"appointment_uid": stage.town.booking.li_tomorrow}),
    "bookings.move": lambda stage: Sample(
        {"appointment_uid": stage.town.booking.li_tomorrow},
        {"slot": stage.town.booking.green_slot, "reason": "家属那天能来"},
    ),
    "queue.arrive": _arrive_by_code,
    "queue.accept": lambda stage: at("offer_uid", _offered_to_li(stage)),
    "queue.decline": lambda stage: at("offer_uid", _offered_to_li(stage)),
    "queue.call_next": lambda stage: said_of(stage.arrived_today(), room(stage)),
    "queue.call": lambda stage: said_of(stage.arrived_today(), room(stage), as_="appointment"),
    "queue.take_back": lambda stage: at("appointment_uid", stage.called_today(), room(stage)),
    "queue.done": lambda stage: at("appointment_uid", stage.arrived_today(), room(stage)),
    "queue.missed": _missed,
    "schedules.schedule": lambda stage: at("schedule_uid", _tuesday(stage)),
    "schedules.open_schedule": lambda stage: Sample(
        says={
            "department": stage.town.alliance.geriatrics,
            "weekday": "5",
            "starts_on": "2026-03-02",
            **HOURS,
        }
    ),
    "schedules.replace_schedule": lambda stage: at(
        "schedule_uid", _tuesday(stage), {"first_day": "2026-03-02", **HOURS}
    ),
    "schedules.end_schedule": lambda stage: at(
        "schedule_uid", _tuesday(stage), {"first_day": "2026-03-02", "reason": "医生进修"}
    ),
    "schedules.copy_day": lambda stage: Sample(
        says={
            "department": stage.town.alliance.geriatrics,
            "weekday": "0",
            "to": ["5"],
            "first_day": "2026-03-02",
        }
    ),
    "schedules.copy_week": _copy_week,
    "schedules.add_extra_session": lambda stage: Sample(
        says={"department": stage.town.alliance.geriatrics, "day": "2026-03-08", "reason": "加诊", **HOURS}
    ),
    "schedules.closing": lambda stage: Sample(
        query={"department": stage.town.alliance.geriatrics, "day": "2026-03-03"}
    ),
    "schedules.close_day": lambda stage: Sample(
        says={"department": stage.town.alliance.geriatrics, "day": "2026-03-03", "reason": "停电"}
    ),
    "trips.new_trip": lambda stage: Sample(query={"provider": stage.town.alliance.first_hospital}),
    "trips.find_seats": lambda stage: Sample(
        says=bus(stage, wish=[f"{stage.town.people.li}:{stage.town.alliance.geriatrics}"])
    ),
    "trips.book_trip": lambda stage: Sample(
        says=bus(
            stage, rider=[f"{stage.town.people.li}:{stage.town.booking.green_slot}"], reason=["血压复查"]
        )
    ),
    "trips.trip": lambda stage: at("trip_uid", stage.trip_booked()),
    "trips.add_rider": lambda stage: at(
        "trip_uid",
        stage.trip_booked(),
        {"resident": stage.town.people.wang, "department": stage.town.alliance.cardiology, "reason": "配药"},
    ),
    "trips.cancel_trip": lambda stage: at("trip_uid", stage.trip_booked(), {"reason": "车坏了"}),
    # Referrals
    "referrals.new": lambda stage: Sample({"resident_uid": stage.town.people.wang}),
    "referrals.write": lambda stage: Sample({"resident_uid": stage.town.people.wang}, wang_up(stage)),
    "referrals.look_up": lambda stage: said_of(stage.slip_code(), {}, as_="code"),
    "referrals.look_up_scanned": lambda stage: at("code", stage.slip_code()),
    "referrals.referral": lambda stage: at("referral_uid", stage.referred(E.SUBMIT)),
    "referrals.edit": lambda stage: at("referral_uid", stage.referred()),
    "referrals.amend": lambda stage: at(
        "referral_uid", stage.referred(), {"criteria": ["examination"], **SLIP}
    ),
    "referrals.step": lambda stage: at("referral_uid", stage.referred(E.SUBMIT), {"event": "accept"}),
    "referrals.schedule": lambda stage: at(
        "referral_uid", stage.referred(E.SUBMIT, E.ACCEPT), {"come_at": "2026-03-02T14:00"}
    ),
    "referrals.seats": lambda stage: at("referral_uid", stage.referred(E.SUBMIT, E.ACCEPT)),
    "referrals.seat": lambda stage: at(
        "referral_uid", stage.referred(E.SUBMIT, E.ACCEPT), {"slot": stage.town.booking.green_slot}
    ),
    "referrals.offer_back": lambda stage: at(
        "referral_uid", stage.referred(*RECEIVED, E.PLAN_DISCHARGE), BACK
    ),
    "referrals.accept_back": lambda stage: at(
        "referral_uid", stage.referred(*RECEIVED, E.PLAN_DISCHARGE, E.OFFER_BACK), {"care": "return"}
    ),
    "referrals.packet": lambda stage: at("referral_uid", stage.referred(E.SUBMIT)),
    "referrals.open_in_emergency": lambda stage: at(
        "referral_uid",
        stage.referred(*RECEIVED, E.PLAN_DISCHARGE, E.OFFER_BACK),
        {"reason": "acute", "explanation": "昏迷"},
    ),
    "referrals.do_follow_up": lambda stage: at(
        "follow_up_uid", stage.follow_up_owed(), {"outcome": "good", "remark": "好转"}
    ),
    "referrals.waive_follow_up": lambda stage: at("follow_up_uid", stage.follow_up_owed(), WHY),
    "referrals.settle": lambda stage: at(
        "escalation_uid", stage.referral_late(), {"remark": "已电话", "hours": "24"}
    ),
    "documents.referral_slip": lambda stage: at("referral_uid", stage.referred(E.SUBMIT)),
    # Visits
    "rounds.plan_form": lambda stage: Sample(query={"agreement": stage.town.alliance.yihe_health_center}),
    "rounds.plan": lambda stage: Sample(
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
    "half_days.half_day_form": lambda stage: Sample(
        query={"agreement": stage.town.alliance.yihe_health_center}
    ),
    "half_days.propose_half_day": lambda stage: Sample(
        says={
            "agreement": stage.town.alliance.yihe_health_center,
            "starts_at": "2026-03-05T14:00",
            "ends_at": "2026-03-05T16:00",
            "clinicians": [stage.town.identity.accounts["doctor"]],
        }
    ),
    "half_days.plan_half_day": lambda stage: Sample(
        says={
            "home": stage.town.alliance.yihe,
            "provider": stage.town.alliance.health_center,
            "starts_at": "2026-03-05T14:00",
            "ends_at": "2026-03-05T16:00",
            "clinicians": [stage.town.identity.accounts["doctor"]],
            "errand": [f"{stage.town.people.wang}:patrol:林致远 14:03"],
        }
    ),
    "visits.approve": lambda stage: at("correction_uid", stage.correction(), {}),
    "visits.refuse": lambda stage: at("correction_uid", stage.correction(), {"reason": "原来没错"}),
    "visits.visit": lambda stage: Sample({"visit_uid": stage.town.visits.confirmed}),
    "visits.findings": lambda stage: Sample(
        {"visit_uid": stage.town.visits.confirmed, "resident_uid": stage.town.people.wang}
    ),
    "visits.confirm_many": lambda stage: Sample(says={"picked": f"{stage.town.visits.waiting}|颐和养老院"}),
    "rounds.sheet": lambda stage: at("visit_uid", stage.round_at_the_desk()),
    "rounds.blank_sheet": lambda stage: Sample({"visit_uid": stage.town.visits.today}),
    "rounds.write_sheet": lambda stage: at("visit_uid", stage.round_at_the_desk(), {}),
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
    "plates.print_plates": lambda stage: Sample(says={"home": stage.town.alliance.yihe, "spots": ["201-1"]}),
    "plates.print_labels": lambda stage: Sample(says={"home": stage.town.alliance.yihe, "spots": ["201-1"]}),
    "plates.retire": _retire,
    # Assessments
    "assessments.of_resident": lambda stage: Sample({"resident_uid": stage.town.people.wang}),
    "assessments.begin": lambda stage: Sample(
        {"resident_uid": stage.town.people.wang}, {"questionnaire": "gbt42195", "reason": "routine"}
    ),
    "assessments.begin_many": lambda stage: Sample(
        says={
            "picked": f"{stage.town.people.wang}|王桂兰",
            "questionnaire": "gbt42195",
            "reason": "routine",
        }
    ),
    "assessment.work": li_draft,
    "assessment.save": lambda stage: li_draft(stage, {"B-1-1": "4"}),
    "assessment.sign": lambda stage: li_draft(stage, _ability_cells()),
    "assessment.agree": lambda stage: at("assessment_uid", stage.assessment_proposed(), {"edits": "1"}),
    "assessment.give_back": lambda stage: at(
        "assessment_uid", stage.assessment_proposed(), {"reason": "再看看"}
    ),
    "assessment.discard": lambda stage: li_draft(stage, {}),
    "assessment.result": lambda stage: at("assessment_uid", stage.assessment_final()),
    "assessment.dispute": lambda stage: at("assessment_uid", stage.assessment_final(), {"text": "评轻了"}),
    "assessment.uphold": lambda stage: at(
        "assessment_uid", stage.assessment_disputed(), {"answer": "复看过"}
    ),
    # Chronic follow-up
    "courses.plan": lambda stage: Sample(says={"institution": stage.town.alliance.health_center, **SESSION}),
    "courses.one_session": lambda stage: Sample(stage.staffing_session()),
    "courses.code": lambda stage: Sample(stage.staffing_session()),
    "courses.enter": lambda stage: under(
        stage.staffing_begun(), {"person": stage.town.identity.accounts["doctor"], **WHY}
    ),
    "courses.finish": lambda stage: under(stage.staffing_begun()),
    "courses.cancel": lambda stage: Sample(stage.staffing_session(), WHY),
    "courses.rate_people": lambda stage: Sample({"institution_uid": stage.town.alliance.health_center}),
    "staff.prolong_role": lambda stage: under(stage.staffing_lent(), {"last_day": "2026-06-30", **WHY}),
    "workload.count": lambda stage: Sample(
        says={"institution": stage.town.alliance.health_center, "day": "2026-01-17"}
    ),
    "workload.month": lambda stage: Sample(stage.staffing_month()),
    "workload.lines": lambda stage: Sample(stage.staffing_month()),
    "workload.recount": lambda stage: Sample(stage.staffing_month()),
    "workload.close": lambda stage: Sample(stage.staffing_month()),
    "followups.enroll": lambda stage: Sample(
        says={"resident": stage.town.people.wang, "disease": "diabetes", "evidence": "2024 年出院小结"}
    ),
    "followups.behind": lambda _: Sample(query={"year": "2026", "disease": "hypertension"}),
    "followups.episode": lambda stage: Sample({"episode_uid": stage.town.followups.wang}),
    "followups.form": lambda stage: Sample({"episode_uid": stage.town.followups.wang}),
    "followups.record": lambda stage: Sample(
        {"episode_uid": stage.town.followups.wang}, {**PRESSURE, **FORM}
    ),
    "followups.correction": lambda stage: at("follow_up_uid", stage.followed_up()),
    "followups.correct": lambda stage: at(
        "follow_up_uid",
        stage.followed_up(),
        {**PRESSURE, **FORM, "systolic": "132", "why_corrected": "抄错了"},
    ),
    "followups.checked_back": lambda stage: at("follow_up_uid", stage.advised_to_go(), {"note": "已住院"}),
    "followups.end": lambda stage: Sample({"episode_uid": stage.town.followups.wang}, {"why": "moved"}),
    # The annual check-up
    "checkups.campaigns.plan": lambda stage: Sample(
        says={
            "pair": f"{stage.town.alliance.yihe}|{stage.town.alliance.health_center}",
            "starts_on": "2026-03-09",
            "ends_on": "2026-03-20",
        }
    ),
    "checkups.duties.settle": lambda stage: at(
        "duty_uid", stage.duty(), {"settled": "referred", "note": "已约市一院胸外科"}
    ),
    "checkups.facts.state_facts": lambda stage: Sample(
        {"resident_uid": stage.town.people.wang}, {"insurance": "resident", "source": "医保卡"}
    ),
    "checkups.campaigns.campaign": lambda stage: at("campaign_uid", stage.campaign()),
    "checkups.campaigns.day_sheet": lambda stage: at("campaign_uid", stage.campaign()),
    "checkups.campaigns.labels": lambda stage: at("campaign_uid", stage.campaign()),
    "checkups.campaigns.list_again": lambda stage: at("campaign_uid", stage.campaign(), {}),
    "checkups.campaigns.move": lambda stage: at("campaign_uid", stage.campaign(), {"event": "open"}),
    "checkups.campaigns.plan_days": lambda stage: at(
        "campaign_uid",
        stage.campaign(),
        {"first_on": "2026-03-09", "last_on": "2026-03-10", "per_day": "10", "first_at": "08:00"},
    ),
    "checkups.campaigns.answer": lambda stage: at("place_uid", stage.place(), {"wants": "false"}),
    "checkups.reports.intake": lambda stage: at("campaign_uid", stage.campaign_open()),
    "checkups.reports.template": lambda stage: at("campaign_uid", stage.campaign_open()),
    "checkups.reports.preview": lambda stage: at(
        "campaign_uid", stage.campaign_open(), {}, files={"reports": ("a.csv", REPORTS, "text/csv")}
    ),
    "checkups.reports.import_reports": _import_reports,
    "checkups.reports.report_form": _report,
    "checkups.reports.enter_report": lambda stage: _report(
        stage, {"examined_on": "2026-03-02", "hgb": "120"}
    ),
    "checkups.reports.report": lambda stage: at("report_uid", stage.report()),
    # Clinics inside homes
    "clinics.designate": lambda stage: Sample(
        says={
            "institution": stage.town.alliance.first_hospital,
            "kind": "long_term_care",
            "filing_number": "云长护定〔2026〕9",
            "first_day": "2026-03-01",
        }
    ),
    "clinics.end": lambda stage: Sample(
        {"designation_uid": stage.town.clinics.health_center},
        {"ended_on": "2026-03-02", "reason": "协议到期"},
    ),
    "clinics.home": lambda stage: Sample({"institution_uid": stage.town.alliance.yihe}),
    "clinics.intend": lambda stage: Sample(
        {"institution_uid": stage.town.alliance.yihe}, {"kind": "nursing_station"}
    ),
    "clinics.step": lambda stage: Sample(
        {"clinic_uid": stage.town.clinics.yihe},
        {"event": "apply", "paper_number": "受理 1 号", "paper_on": "2026-03-02"},
    ),
    "clinics.decide": lambda stage: at(
        "clinic_uid",
        stage.clinic_applied(),
        {"event": "license", "paper_number": "云卫备 1 号", "paper_on": "2026-03-02"},
    ),
    # Home beds
    "home_beds.new": lambda stage: Sample(query={"resident": stage.town.people.wang}),
    "home_beds.apply": lambda stage: Sample(
        says={"resident": stage.town.people.wang, "institution": stage.town.alliance.health_center}
    ),
    "home_beds.bed": lambda stage: at("bed_uid", stage.home_bed(HomeBedStatus.OPENED)),
    "home_beds.assess": lambda stage: at(
        "bed_uid",
        stage.home_bed(),
        {
            "version": CURRENT.version,
            "ticked": TICKED,
            "kind": "nursing",
            "doctor": stage.town.identity.accounts["doctor"],
            "nurse": stage.town.identity.accounts["feng"],
            "findings": "长期卧床",
        },
    ),
    "home_beds.open_it": lambda stage: at(
        "bed_uid",
        stage.home_bed(HomeBedStatus.ASSESSED),
        {"number": "JC-01", "filing_number": "云医保家床 1", "rounds_a_week": "2"},
    ),
    "home_beds.write_round": lambda stage: at(
        "bed_uid",
        stage.home_bed(HomeBedStatus.OPENED),
        {"complaint": "无", "examination": "平稳", "plan": "继续"},
    ),
    "home_beds.emergency": lambda stage: at(
        "bed_uid",
        stage.home_bed(HomeBedStatus.OPENED),
        {"happened_at": NOW.strftime("%Y-%m-%dT%H:%M"), "taken_to": "市第一人民医院急诊"},
    ),
    "home_beds.close": lambda stage: at(
        "bed_uid", stage.home_bed(HomeBedStatus.OPENED), {"why": "stable", "summary": "好转"}
    ),
    "home_beds.decline": lambda stage: at("bed_uid", stage.home_bed(), {"reason": "需要住院"}),
    "home_beds.withdraw": lambda stage: at("bed_uid", stage.home_bed(), {"reason": "本人不要了"}),
    # Indicators and the project table
    "indicators.board": figures_of,
    "indicators.sheet": lambda stage: figures_of(stage, "agreements"),
    "indicators.people": lambda stage: figures_of(stage, "checkups"),
    "indicators.trial": lambda _: Sample(
        {"code": "ability"}, query={"parameter": "records.ability_age", "value": "88"}
    ),
    "indicators.report": lambda stage: at("period_uid", stage.indicator_period_frozen()),
    "indicators.freeze": lambda stage: at("period_uid", stage.indicator_period(), {}),
    "indicators.reopen": lambda stage: at("period_uid", stage.indicator_period_frozen(), WHY),
    "projects.project": lambda _: Sample({"code": "sign"}),
    "projects.say": lambda _: Sample({"code": "sign"}, {"percent": "40", "words": "正在签"}),
    "projects.add_file": _project_file,
    "projects.evidence": lambda stage: at("evidence_uid", stage.project_evidence()),
    # Family doctors
    "enrolments.form_team": lambda stage: Sample(
        says={"name": "二组", "leader": stage.town.identity.accounts["feng"], "capacity": "10"}
    ),
    "enrolments.change_team": lambda stage: Sample(
        {"team_uid": stage.town.enrolments.team},
        {"members": [stage.town.identity.accounts["feng"]], "capacity": "20"},
    ),
    "enrolments.close_team": lambda stage: at("team_uid", stage.medicine_free_team(), {}),
    "enrolments.offer_form": lambda stage: Sample({"resident_uid": stage.town.people.li}),
    "enrolments.offer": _offer_contract,
    "enrolments.groups": lambda stage: Sample(
        {"resident_uid": stage.town.people.wang}, {"groups": ["disabled"], "source": "残疾证"}
    ),
    "enrolments.contract": lambda stage: Sample({"enrolment_uid": stage.town.enrolments.wang}),
    "enrolments.accept": lambda stage: at("enrolment_uid", stage.medicine_waiting_for_team(), {}),
    "enrolments.paper": lambda stage: Sample(
        {"enrolment_uid": stage.town.enrolments.li}, {"evidence": "档案柜"}, files=PAPER
    ),
    "enrolments.scan": _contract_scan,
    "enrolments.end": lambda stage: Sample(
        {"enrolment_uid": stage.town.enrolments.wang}, {"why": "moved", "text": "迁出"}
    ),
    # Long prescriptions
    "prescriptions.prescribe": lambda stage: Sample(says={"resident": stage.town.people.wang, **DRUG_FORM}),
    "prescriptions.record_right": _right_again,
    "prescriptions.end_right": lambda stage: Sample({"right_uid": stage.town.prescriptions.doctor}, {}),
    "prescriptions.agree_with_pharmacy": _pharmacy,
    "prescriptions.end_pharmacy": lambda stage: at("pharmacy_agreement_uid", stage.medicine_pharmacy(), {}),
    "prescriptions.prescription": lambda stage: at("prescription_uid", stage.medicine_prescribed()),
    "prescriptions.refill_form": lambda stage: at("prescription_uid", stage.medicine_prescribed()),
    "prescriptions.refill": lambda stage: at("refill_uid", stage.medicine_refill(), DRUG_FORM),
    "prescriptions.take": lambda stage: at("refill_uid", stage.medicine_refill(), {}),
    "prescriptions.waive": lambda stage: at("refill_uid", stage.medicine_refill(), {"text": "改门诊"}),
    "prescriptions.stop": lambda stage: at(
        "prescription_uid", stage.medicine_prescribed(), {"why": "reaction", "text": "干咳"}
    ),
    "prescriptions.send": lambda stage: at(
        "prescription_uid",
        stage.medicine_prescribed(),
        {"due_on": "2026-03-04", "carrier": "中心药房", "line_1": "7"},
    ),
    "prescriptions.delivery": lambda stage: at("delivery_uid", stage.medicine_packed()),
    "prescriptions.receive": lambda stage: at("delivery_uid", stage.medicine_packed(), {}),
    "prescriptions.hand_over": lambda stage: at(
        "delivery_uid", stage.medicine_packed(), {"receiver": "nurse", "slip": "0312"}
    ),
    "prescriptions.close": lambda stage: at("delivery_uid", stage.medicine_handed_over(), {}),
    "prescriptions.cancel": lambda stage: at("delivery_uid", stage.medicine_packed(), {"text": "坏了"}),
    # Feedback and calls
    "feedback.ratings.reply": lambda stage: Sample(
        {"rating_uid": stage.town.feedback.praised}, {"text": "谢谢您。"}
    ),
    "feedback.ratings.propose_void": lambda stage: Sample(
        {"rating_uid": stage.town.feedback.low}, {"reason": "查实不符"}
    ),
    "feedback.moderation.moderation_file": lambda stage: Sample({"rating_uid": stage.town.feedback.waiting}),
    "feedback.moderation.moderate": lambda stage: Sample(
        {"rating_uid": stage.town.feedback.waiting}, {"event": "publish", "revision": "1"}
    ),
    "feedback.cases.case": lambda stage: Sample({"case_uid": stage.town.feedback.case}),
    "feedback.cases.take_step": lambda stage: Sample(
        {"case_uid": stage.town.feedback.case}, {"event": "rectify", "reason": "已改"}
    ),
    "feedback.cases.uphold": lambda stage: at(
        "case_uid", stage.case_at(CaseEvent.APPEAL), {"reason": "应当提前告知"}
    ),
    "feedback.cases.propose_case_void": lambda stage: Sample(
        {"case_uid": stage.town.feedback.case}, {"reason": "查实不符"}
    ),
    "feedback.voids.decide_void": lambda stage: at(
        "void_uid", stage.void_proposed(), {"approve": "true", "reason": "属实"}
    ),
    "feedback.scores.score_trend": lambda stage: Sample(
        {"institution_uid": stage.town.alliance.health_center}
    ),
    # What everybody may read
    "public.institution": lambda stage: Sample({"institution_uid": stage.town.alliance.health_center}),
    "calls.claim": lambda stage: Sample({"call_uid": stage.town.notifications.call}),
    "calls.call": _claimed,
    "calls.slip": _claimed,
    "calls.release": _claimed,
    "calls.finish": lambda stage: _claimed(stage, {"outcome": "told"}),
}
