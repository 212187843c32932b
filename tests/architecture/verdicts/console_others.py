"""The console's routes about other subjects: two different ids in one request open nothing (T9)."""

from collections.abc import Mapping

from server.demo.people import ZHAO_YUN_NUMBER
from server.people.rules import EndReason
from tests.architecture.subjects import Sample
from tests.architecture.verdicts.console import (
    COURSE,
    ROSTER,
    TERMS,
    WHY,
    Make,
    at,
    bus,
    figures_of,
    li,
    nurse,
    seat,
    wang_up,
)

OTHERS: Mapping[str, Make] = {
    "proxies.resume_proxy: paused by the resident herself": lambda stage: at(
        "grant_uid", stage.daughter_suspended("wang", EndReason.RESIDENT_WISH)
    ),
    "staff.take_on: at Songhe": lambda stage: Sample(
        says={"name": "钱小红", "post": f"{stage.town.alliance.songhe}:nurse"}
    ),
    "staff.member: a doctor of the health center": lambda stage: Sample(
        {"account_uid": stage.town.identity.accounts["doctor"]}
    ),
    "staff.grant_role: as a clinician of the health center": lambda stage: nurse(
        stage, {"post": f"{stage.town.alliance.health_center}:clinician"}
    ),
    "beds.beds: of Songhe": lambda stage: Sample(query={"home": stage.town.alliance.songhe}),
    "training.record_training: at Songhe": lambda stage: nurse(
        stage, {"place": stage.town.alliance.songhe, **COURSE}
    ),
    "people.transfer: where she lives already": lambda stage: li(
        stage, {"home": stage.town.alliance.yihe, **WHY}
    ),
    "people.admit: into Songhe": lambda stage: Sample(
        says={"home": stage.town.alliance.songhe, "name": "沈阿毛", "sex": "male", "birth_date": "1955-07-15"}
    ),
    "people.resident: Zhao Yun": lambda stage: Sample({"resident_uid": stage.town.people.zhao_yun}),
    "people.search: Zhao Yun": lambda _: Sample(says={"national_id": ZHAO_YUN_NUMBER}),
    "people.bind_account: the account of a nurse of this home": lambda stage: li(
        stage, {"account": stage.town.identity.accounts["nurse"]}
    ),
    "people.bind_account: the account of another resident": lambda stage: li(
        stage, {"account": stage.town.identity.accounts["wang"]}
    ),
    "roster.preview_roster: into Songhe": lambda stage: Sample(
        says={"home": stage.town.alliance.songhe}, files={"roster": ("名册.csv", ROSTER, "text/csv")}
    ),
    "alliance.draft: between Songhe and the second hospital": lambda stage: Sample(
        says={"home": stage.town.alliance.songhe, "provider": stage.town.alliance.second_hospital, **TERMS}
    ),
    "alliance.resume: paused by the health commission": lambda stage: at(
        "agreement_uid", stage.agreement_suspended("tang"), WHY
    ),
    "consent.request_consent: Zhao Yun, for Yihe": lambda stage: Sample(
        says={
            "resident": stage.town.people.zhao_yun,
            "institution": stage.town.alliance.yihe,
            "purpose": "care",
            "categories": ["exam"],
            "last_day": "2026-06-01",
        }
    ),
    "consent.request_consent: Wang, for the second hospital": lambda stage: Sample(
        says={
            "resident": stage.town.people.wang,
            "institution": stage.town.alliance.second_hospital,
            "purpose": "treatment",
            "categories": ["exam"],
            "last_day": "2026-06-01",
        }
    ),
    "indicators.freeze: of a home that has frozen already": lambda stage: at(
        "period_uid", stage.indicator_period_frozen(), {}
    ),
    "indicators.people: of a disease, by who manages it": lambda stage: figures_of(stage, "bp_control"),
    "projects.say: on a task of health": lambda _: Sample(
        {"code": "dossiers"}, {"percent": "40", "words": "正在建"}
    ),
    "referrals.write: Zhao Yun": lambda stage: Sample(
        {"resident_uid": stage.town.people.zhao_yun}, wang_up(stage)
    ),
    "referrals.write: to a hospital without an agreement": lambda stage: Sample(
        {"resident_uid": stage.town.people.wang},
        wang_up(stage, receiver=stage.town.alliance.second_hospital),
    ),
    "referrals.new: Zhao Yun": lambda stage: Sample({"resident_uid": stage.town.people.zhao_yun}),
    "records.record: Zhao Yun": lambda stage: Sample({"resident_uid": stage.town.people.zhao_yun}),
    "audit.looks: Zhao Yun": lambda stage: Sample(query={"resident": stage.town.people.zhao_yun}),
    "booking.book_at_counter: Zhao Yun": lambda stage: Sample(
        says={**seat(stage), "resident": stage.town.people.zhao_yun}
    ),
    "booking.book_for_resident: Zhao Yun": lambda stage: Sample(
        says={**seat(stage), "resident": stage.town.people.zhao_yun}
    ),
    "trips.find_seats: Zhao Yun": lambda stage: Sample(
        says=bus(stage, wish=[f"{stage.town.people.zhao_yun}:{stage.town.alliance.geriatrics}"])
    ),
    "trips.book_trip: Zhao Yun": lambda stage: Sample(
        says=bus(
            stage,
            rider=[f"{stage.town.people.zhao_yun}:{stage.town.booking.public_slot}"],
            reason=["血压复查"],
        )
    ),
    "half_days.plan_half_day: a resident of another home": lambda stage: Sample(
        says={
            "home": stage.town.alliance.yihe,
            "provider": stage.town.alliance.health_center,
            "starts_at": "2026-03-05T14:00",
            "ends_at": "2026-03-05T16:00",
            "clinicians": [stage.town.identity.accounts["doctor"]],
            "errand": [f"{stage.town.people.zhao_yun}:patrol:林致远 14:03"],
        }
    ),
    "rounds.plan: a resident of another home": lambda stage: Sample(
        says={
            "home": stage.town.alliance.yihe,
            "provider": stage.town.alliance.health_center,
            "kind": "round",
            "starts_at": "2026-03-05T14:00",
            "ends_at": "2026-03-05T16:00",
            "service": "patrol",
            "residents": [stage.town.people.zhao_yun],
        }
    ),
    "visits.correct: a line of another visit": lambda stage: Sample(
        {"visit_uid": stage.town.visits.confirmed},
        {"reason": "记错", "item": stage.town.visits.waiting_li, "outcome": "absent"},
    ),
    "visits.findings: Li at a visit to Wang": lambda stage: Sample(
        {"visit_uid": stage.town.visits.confirmed, "resident_uid": stage.town.people.li}
    ),
    "plates.print_plates: for Songhe": lambda stage: Sample(
        says={"home": stage.town.alliance.songhe, "spots": ["101-1"]}
    ),
    "feedback.moderation.moderate: what is public already": lambda stage: Sample(
        {"rating_uid": stage.town.feedback.praised},
        {"event": "return", "revision": "1", "reason_code": "abuse"},
    ),
}
