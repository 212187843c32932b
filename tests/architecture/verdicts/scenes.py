"""What must have happened in the town before some routes can be tried at all."""

from datetime import date, timedelta
from typing import Any

from server.alliance import actions as alliance
from server.alliance.models import ServiceAgreement
from server.authority.permissions import Role
from server.demo.alliance import PATROL
from server.feedback import actions as feedback
from server.feedback.actions import Opinion, Ruling
from server.feedback.rules import CaseEvent, ComplaintKind, RatingEvent, ReasonCode
from server.identity import actions as identity
from server.identity import doors
from server.identity.queries import views_kept
from server.kit.ids import new_uid
from server.notifications.actions import claim_call
from server.notifications.models import CallListEntry
from server.records.actions import read_in_emergency
from server.records.rules import EmergencyReason
from server.visits import actions as visits
from server.visits import queries as visit_queries
from server.visits.actions import ItemResult, PlannedItem, Scanned
from server.visits.models import Visit, VisitCorrection
from server.visits.rules import Outcome, VisitKind
from server.visits.rules.findings import Findings
from tests.architecture.subjects import NOW
from tests.architecture.verdicts.assessment_scenes import AssessmentScenes
from tests.architecture.verdicts.beds_scenes import BedsScenes
from tests.architecture.verdicts.demand_scenes import DemandScenes
from tests.architecture.verdicts.health_scenes import HealthScenes
from tests.architecture.verdicts.indicator_scenes import IndicatorScenes
from tests.architecture.verdicts.medicine_scenes import MedicineScenes
from tests.architecture.verdicts.paper_scenes import PaperScenes
from tests.architecture.verdicts.privacy_scenes import PrivacyScenes
from tests.architecture.verdicts.referral_scenes import ReferralScenes
from tests.architecture.verdicts.resident_scenes import ResidentScenes
from tests.architecture.verdicts.settlement_scenes import SettlementScenes
from tests.architecture.verdicts.staffing_scenes import StaffingScenes


class Scenes(
    ResidentScenes,
    PaperScenes,
    MedicineScenes,
    PrivacyScenes,
    HealthScenes,
    ReferralScenes,
    AssessmentScenes,
    SettlementScenes,
    DemandScenes,
    BedsScenes,
    IndicatorScenes,
    StaffingScenes,
):
    """And about institutions: agreements, visits, feedback, emergencies, staff."""

    # Agreements

    async def drafted(self) -> str:
        year = {"first_day": NOW.date(), "last_day": NOW.date() + timedelta(days=364)}
        parties = {"home_uid": self.town.alliance.yihe, "provider_uid": self.town.alliance.second_hospital}
        card = await alliance.draft_agreement(
            actor=await self.acting("he"), **parties, **year, content=PATROL, now=NOW
        )
        return card.uid

    async def proposed(self) -> str:
        uid = await self.drafted()
        await alliance.propose_agreement(actor=await self.acting("he"), uid=uid, now=NOW)
        return uid

    async def signed(self) -> str:
        uid = await self.proposed()
        text = (await ServiceAgreement.get(uid=uid)).content_hash
        for side in ("he", "sun"):
            await alliance.sign_agreement(actor=await self.acting(side), uid=uid, content_hash=text, now=NOW)
        return uid

    async def agreement_suspended(self, by: str = "he") -> str:
        uid = self.town.alliance.yihe_first_hospital
        await alliance.suspend_agreement(actor=await self.acting(by), uid=uid, reason="演练", now=NOW)
        return uid

    # Visits

    async def scanned(self) -> dict[str, Any]:
        """Return what the doctor's phone sends after scanning plate and screen."""
        nonce = (await visits.prepare_scan(actor=await self.acting("doctor"), now=NOW)).nonces[0]
        nurse, today = await self.acting("nurse"), self.town.visits.today
        shown = await visit_queries.rotating_code_for(actor=nurse, visit_uid=today, now=NOW)
        plate = self.town.visits.plate_code("201-1")
        return {
            "client_uid": new_uid(),
            "plate": plate,
            "nonce": nonce,
            "code": shown.text,
            "device_time": NOW,
        }

    async def started(self) -> str:
        today = self.town.visits.today
        scanned = Scanned(**await self.scanned())
        await visits.start_visit(actor=await self.acting("doctor"), visit_uid=today, scanned=scanned, now=NOW)
        return today

    async def seen(self) -> str:
        today, doctor = await self.started(), await self.acting("doctor")
        found = Findings(pulse=72)
        items = (self.town.visits.today_wang, self.town.visits.today_li)
        results = [ItemResult(item, Outcome.SEEN, found) for item in items]
        await visits.record_results(actor=doctor, visit_uid=today, results=results, now=NOW)
        return today

    async def round_at_the_desk(self) -> str:
        """Have Feng go out himself: a round that is under way, and whose sheet he fills in at his desk."""
        feng, town = await self.acting("feng"), self.town
        card = await visits.plan_visit(
            actor=feng,
            home_uid=town.alliance.yihe,
            provider_uid=town.alliance.health_center,
            kind=VisitKind.ROUND,
            starts_at=NOW,
            ends_at=NOW + timedelta(hours=2),
            clinician_uids=[town.identity.accounts["feng"]],
            items=[PlannedItem(town.people.wang, "patrol"), PlannedItem(town.people.li, "patrol")],
            now=NOW,
        )
        nonce = (await visits.prepare_scan(actor=feng, now=NOW)).nonces[0]
        shown = await visit_queries.rotating_code_for(
            actor=await self.acting("nurse"), visit_uid=card.uid, now=NOW
        )
        plate = town.visits.plate_code("201-1")
        scanned = Scanned(client_uid=new_uid(), plate=plate, nonce=nonce, code=shown.text, device_time=NOW)
        await visits.start_visit(actor=feng, visit_uid=card.uid, scanned=scanned, now=NOW)
        return card.uid

    async def trained(self) -> str:
        return await identity.record_training(
            actor=await self.acting("he"),
            account_uid=self.town.identity.accounts["nurse"],
            institution_uid=self.town.alliance.yihe,
            title="养老护理员岗前培训",
            completed_on=date(2025, 4, 1),
            now=NOW,
        )

    async def view_of_he(self) -> str:
        he = await self.acting("he")
        await identity.keep_view(
            actor=he, path="/admin/visits", title="结束了的", query="status=finished", now=NOW
        )
        [view] = await views_kept(actor=he)
        return view.uid

    async def disputed(self) -> str:
        uid = self.town.visits.waiting
        await visits.dispute(actor=await self.acting("he"), visit_uid=uid, reason="没有来", now=NOW)
        return uid

    async def correction(self) -> str:
        """Have the health center ask that the visit of last week began a little later."""
        row = await Visit.get(uid=self.town.visits.confirmed)
        later = row.started_at + timedelta(minutes=5)
        await visits.request_correction(
            actor=await self.acting("feng"), visit_uid=row.uid, reason="记错了", started_at=later, now=NOW
        )
        return (await VisitCorrection.get(visit_id=row.id)).uid

    # Feedback and emergencies

    async def rated_just_now(self) -> str:
        token = self.town.feedback.open_token
        return (
            await feedback.rate(actor=await self.acting("wang"), token_uid=token, opinion=Opinion(4), now=NOW)
        ).uid

    async def withheld(self) -> str:
        uid = self.town.feedback.waiting
        ruling = Ruling(event=RatingEvent.WITHHOLD, revision=1, reason_code=ReasonCode.ABUSE)
        await feedback.moderate(actor=await self.acting("shen"), uid=uid, ruling=ruling, now=NOW)
        return uid

    async def case_at(self, *events: CaseEvent) -> str:
        uid = self.town.feedback.case
        for event in events:
            await feedback.handle_case(
                actor=await self.acting("feng"), uid=uid, event=event, reason="已改", now=NOW
            )
        return uid

    async def complained(self) -> str:
        about = {"resident_uid": self.town.people.wang, "institution_uid": self.town.alliance.yihe}
        kind, text = ComplaintKind.CARE, "夜里按铃没有人来"
        return (
            await feedback.complain(actor=await self.acting("wang"), **about, kind=kind, text=text, now=NOW)
        ).uid

    async def void_proposed(self) -> str:
        case = self.town.feedback.case
        card = await feedback.propose_case_void(
            actor=await self.acting("qian"), case_uid=case, reason="查实不符", now=NOW
        )
        return card.uid

    async def emergency(self) -> str:
        why = {"reason": EmergencyReason.FALL, "explanation": "走廊跌倒"}
        page = await read_in_emergency(
            actor=await self.acting("nurse"), resident_uid=self.town.people.wang, **why, now=NOW
        )
        return page.uid

    async def claimed(self) -> str:
        uid = self.town.notifications.call
        if await CallListEntry.filter(uid=uid, claimed_by_id__isnull=True).exists():
            await claim_call(actor=await self.acting("xu"), uid=uid, now=NOW)
        return uid

    # Staff

    async def bind_code(self) -> str:
        he = await self.acting("he")
        post = {
            "role": Role.NURSE,
            "institution_uid": self.town.alliance.yihe,
            "starts_at": NOW,
            "ends_at": None,
        }
        card = await identity.create_staff(actor=he, name="钱小红", **post, now=NOW)
        return (await doors.issue_bind_code(actor=he, account_uid=card.account_uid, now=NOW)).code

    async def colleague_of_he(self) -> str:
        """Take on a second manager at Yihe, with a login."""
        post = {
            "role": Role.HOME_MANAGER,
            "institution_uid": self.town.alliance.yihe,
            "starts_at": NOW,
            "ends_at": None,
        }
        card, _ = await doors.create_console_account(
            actor=await self.acting("he"), name="钱小红", login="hong", memory_kib=64, **post, now=NOW
        )
        return card.account_uid
