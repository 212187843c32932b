"""Scenes about family doctors and long prescriptions: signed, applied for, prescribed, packed, handed over."""

from datetime import date

from server.enrolments import actions as enrolments
from server.enrolments.models import Enrolment, EnrolmentPaper
from server.enrolments.rules import EndReason, EnrolmentStatus
from server.prescriptions import actions as prescriptions
from server.prescriptions.models import LongPrescription, MedicineDelivery, Refill
from server.prescriptions.rules import DeliveryStatus, Receiver
from tests.architecture.subjects import NOW, Stage
from tests.core.prescriptions.written import written

DRUG_FORM = {
    "name_1": "缬沙坦胶囊", "kind_1": "ordinary", "dose_1": "80 毫克", "frequency_1": "每天早上一次", "unit_1": "粒",
    "per_day_1": "1", "days_1": "28", "diagnosis": "原发性高血压", "diagnosed": "true", "stable": "true",
    "adherent": "true", "agreed": "oral",
}  # fmt: skip
DRUG_BODY = {
    "lines": [
        {"name": "缬沙坦胶囊", "dose": "80 毫克", "frequency": "每天早上一次", "unit": "粒", "per_day_tenths": 10, "days": 28}
    ],
    "diagnosis": "原发性高血压", "diagnosed": True, "stable": True, "adherent": True, "agreed": "oral",
}  # fmt: skip


class MedicineScenes(Stage):
    """Each returns the uid of what the scene leaves behind; played once in a town."""

    async def medicine_right_ended(self) -> dict[str, str]:
        feng = await self.acting("feng")
        await prescriptions.end_right(actor=feng, uid=self.town.prescriptions.doctor, now=NOW)
        return {}

    async def medicine_text_hash(self) -> str:
        return str((await Enrolment.get(uid=self.town.enrolments.li)).text_hash)

    async def medicine_li_without_contract(self) -> str:
        """Withdraw what was offered to Li, so that something may be offered again; return Li."""
        uid = self.town.enrolments.li
        if await Enrolment.filter(uid=uid, status=EnrolmentStatus.APPLIED).exists():
            await enrolments.end_enrolment(
                actor=await self.acting("feng"), uid=uid, reason=EndReason.DECLINED, text="再来", now=NOW
            )
        return str(self.town.people.li)

    async def medicine_contract_on_paper(self) -> tuple[str, str]:
        """Return Li's contract, signed on paper, and the uid of its scan."""
        uid = self.town.enrolments.li
        if not await EnrolmentPaper.exists():
            await enrolments.sign_on_paper(
                actor=await self.acting("he"),
                uid=uid,
                grant_uid=None,
                evidence="柜",
                scan=b"%PDF-1.7",
                now=NOW,
            )
        return uid, str((await EnrolmentPaper.get()).uid)

    async def medicine_free_team(self) -> str:
        account = self.town.identity.accounts["feng"]
        return await enrolments.form_team(
            actor=await self.acting("feng"),
            name="二组",
            leader_uid=account,
            member_uids=[],
            capacity=10,
            now=NOW,
        )

    async def medicine_waiting_for_team(self) -> str:
        """Have Li's side sign, and take the center's yes back: an application that waits for it."""
        uid = self.town.enrolments.li
        await Enrolment.filter(uid=uid).update(accepted_at=None, accepted_by_id=None, signed_at=NOW)
        return str(uid)

    async def medicine_prescribed(self) -> str:
        if (made := await LongPrescription.all().order_by("id").first()) is not None:
            return str(made.uid)
        card = await prescriptions.prescribe(
            actor=await self.acting("doctor"), resident_uid=self.town.people.wang, written=written(), now=NOW
        )
        return card.uid

    async def medicine_refill(self) -> str:
        return str((await Refill.get(prescription__uid=await self.medicine_prescribed())).uid)

    async def medicine_packed(self) -> str:
        uid = await self.medicine_prescribed()
        if (made := await MedicineDelivery.filter(status=DeliveryStatus.ASSIGNED).first()) is not None:
            return str(made.uid)
        card = await prescriptions.assign_delivery(
            actor=await self.acting("feng"), prescription_uid=uid, due_on=date(2026, 3, 2), carrier="中心药房",
            quantities={1: 7}, now=NOW,
        )  # fmt: skip
        return card.uid

    async def medicine_handed_over(self) -> str:
        if (made := await MedicineDelivery.filter(status=DeliveryStatus.HANDED_OVER).first()) is not None:
            return str(made.uid)
        uid = await self.medicine_packed()
        await prescriptions.hand_over(
            actor=await self.acting("feng"), uid=uid, receiver=Receiver.NURSE, slip="0312", identities_checked=False,
            now=NOW,
        )  # fmt: skip
        return uid

    async def medicine_pharmacy(self) -> str:
        """Have a pharmacy in town, and the center's agreement with it; return the agreement's uid."""
        return await prescriptions.agree_with_pharmacy(
            actor=await self.acting("feng"), pharmacy_uid=await self.medicine_pharmacy_house(), number="配 1",
            last_on=date(2027, 3, 1), now=NOW,
        )  # fmt: skip

    async def medicine_pharmacy_house(self) -> str:
        from server.alliance.models import Institution

        row = Institution(name="云桥市大众药店", kind="pharmacy", uscc="91330281MA2800001X", created_at=NOW)
        await row.save()
        return str(row.uid)
