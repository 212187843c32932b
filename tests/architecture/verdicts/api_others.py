"""The mini-program's routes about other subjects: two different ids in one request open nothing (T9)."""

from collections.abc import Mapping

from server.demo.people import ZHAO_YUN_NUMBER
from server.people.rules import EndReason
from tests.architecture.subjects import Sample
from tests.architecture.verdicts.api import NOTE, Make, fresh, grant_witnessed, of_wang, proxy, wang_up
from tests.architecture.verdicts.scenes import Scenes


async def _case_of_wang(stage: Scenes) -> Sample:
    return Sample({"case_uid": await stage.complained()})


async def _witnessed_from_elsewhere(stage: Scenes) -> Sample:
    sample = await grant_witnessed(stage)
    return Sample(sample.path, {**sample.says, "second": stage.town.identity.accounts["other_nurse"]})


async def _results_of_another(stage: Scenes) -> Sample:
    found = {"item": stage.town.visits.waiting_li, "outcome": "seen", "pulse": 72}
    return Sample({"visit_uid": await stage.started()}, {"results": [found]})


async def _invitation_in_lis_name(stage: Scenes) -> Sample:
    return Sample({"resident_uid": stage.town.people.li, "invitation_uid": (await stage.invited()).uid})


OTHERS: Mapping[str, Make] = {
    "privacy.ask_for_copy: of myself": lambda _: Sample(says={}),
    "rectifications.ask_for_rectification: of the register": lambda stage: Sample(
        of_wang(stage), {"text": "名字写错了"}
    ),
    "privacy.close: with the code of another WeChat": lambda _: Sample(
        says=lambda _: {"code": f"sim:passer_by:{next(fresh)}"}
    ),
    "people.revoke_invitation: Wang's in Li's name": _invitation_in_lis_name,
    "consent.colleagues: Songhe": lambda stage: Sample({"institution_uid": stage.town.alliance.songhe}),
    "people.resume_proxy: paused by the home to protect her": lambda stage: proxy(
        stage.daughter_suspended("he", EndReason.SAFEGUARDING)
    ),
    "people.residents_of_home: Songhe": lambda stage: Sample({"institution_uid": stage.town.alliance.songhe}),
    "people.apply_for_proxy: nobody of that name": lambda _: Sample(
        says={
            "name": "赵云霞",
            "national_id": ZHAO_YUN_NUMBER,
            "basis": "own_consent",
            "relation": "friend",
            "scopes": ["profile"],
        }
    ),
    "consent.grant_witnessed: the second from another home": _witnessed_from_elsewhere,
    "referrals.write: Zhao Yun": lambda stage: Sample(
        {"resident_uid": stage.town.people.zhao_yun}, wang_up(stage)
    ),
    "referrals.stories: Zhao Yun": lambda stage: Sample({"resident_uid": stage.town.people.zhao_yun}),
    "records.summary: Zhao Yun": lambda stage: Sample({"resident_uid": stage.town.people.zhao_yun}),
    "records.read_in_emergency: Zhao Yun": lambda stage: Sample(
        {"resident_uid": stage.town.people.zhao_yun}, {"reason": "fall", "explanation": "走廊跌倒"}
    ),
    "records.history: an entry of Li's in Wang's name": lambda stage: Sample(
        of_wang(stage, entry_uid=stage.town.records.li_diabetes)
    ),
    "records.history: an entry that Wang shares with nobody": lambda stage: Sample(
        of_wang(stage, entry_uid=stage.town.records.wang_restricted)
    ),
    "records.correct: an entry of Li's in Wang's name": lambda stage: Sample(
        of_wang(stage, entry_uid=stage.town.records.li_diabetes), {"entry": NOTE, "reason": "补充"}
    ),
    "records.object_to: an entry of Li's in Wang's name": lambda stage: Sample(
        of_wang(stage, entry_uid=stage.town.records.li_diabetes), {"text": "不是我"}
    ),
    "records.write: in the name of the second hospital": lambda stage: Sample(
        of_wang(stage), {"entries": [NOTE], "institution": stage.town.alliance.second_hospital}
    ),
    "booking.book_slot: Zhao Yun": lambda stage: Sample(
        {"slot_uid": stage.town.booking.public_slot},
        {"resident": stage.town.people.zhao_yun, "reason": "复查"},
    ),
    "booking.book_slot: a green seat for Zhao Yun": lambda stage: Sample(
        {"slot_uid": stage.town.booking.green_slot},
        {"resident": stage.town.people.zhao_yun, "reason": "复查"},
    ),
    "booking.appointment: Li's": lambda stage: Sample({"appointment_uid": stage.town.booking.li_tomorrow}),
    "booking.cancel: Li's": lambda stage: Sample({"appointment_uid": stage.town.booking.li_tomorrow}, {}),
    "visits.findings: Li at a visit to Wang": lambda stage: Sample(
        {"visit_uid": stage.town.visits.confirmed, "resident_uid": stage.town.people.li}
    ),
    "visits.visits_of_resident: Zhao Yun": lambda stage: Sample({"resident_uid": stage.town.people.zhao_yun}),
    "visits.record: a line of another visit": _results_of_another,
    "feedback.my_case: Wang's complaint": _case_of_wang,
}
