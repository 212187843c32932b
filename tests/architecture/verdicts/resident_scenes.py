"""Scenes about residents: their seats, those who act for them, what they are asked."""

from datetime import date, datetime, timedelta
from typing import Any

from server.booking import actions as booking
from server.booking.models import Appointment, Slot, WaitlistOffer
from server.booking.rules import DayRule, HalfDay, Pool
from server.consent import actions as consent
from server.consent.rules import Purpose, RecordCategory
from server.demo.people import LI_NUMBER
from server.identity.models import Account
from server.people import actions as people
from server.people import queries as people_queries
from server.people.actions.invitations import Invited, Offered, invite
from server.people.roster import read_roster
from server.people.rules import Basis, EndReason, ProxyScope, Relation, Sex, StayEnd
from tests.architecture.subjects import NOW, Stage

AFTERNOON = DayRule(14 * 60, 15 * 60, 30, capacity=3, green_capacity=0)


class ResidentScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    # Booking

    async def booked(self, by: str = "daughter", resident: str = "wang", *, now: datetime = NOW) -> Any:
        uid = getattr(self.town.people, resident)
        slot = self.town.booking.public_slot
        return await booking.book_slot(
            actor=await self.acting(by), slot_uid=slot, resident_uid=uid, reason="复查", now=now
        )

    async def held(self) -> str:
        wish = {
            "slot_uid": self.town.booking.public_slot,
            "resident_uid": self.town.people.wang,
            "reason": "复查",
        }
        return (await booking.hold_slot(actor=await self.acting("daughter"), **wish, now=NOW)).uid

    async def booked_today(self) -> str:
        """Book Li at the first hospital for this afternoon."""
        zhao, cardiology = await self.acting("zhao"), self.town.alliance.cardiology
        await booking.add_extra_session(
            actor=zhao,
            department_uid=cardiology,
            day=NOW.date(),
            rule=AFTERNOON,
            release_minutes=0,
            reason="加诊",
            now=NOW,
        )
        slot = await Slot.filter(department__uid=cardiology, pool=Pool.PUBLIC).order_by("starts_at").first()
        wish = {"slot_uid": slot.uid, "resident_uid": self.town.people.li, "reason": "胸闷"}
        return (await booking.book_slot(actor=zhao, **wish, now=NOW)).uid

    async def arrived_today(self) -> str:
        uid = await self.booked_today()
        await booking.confirm_arrival(actor=await self.acting("zhao"), appointment_uid=uid, now=NOW)
        return uid

    async def called_today(self) -> str:
        uid = await self.arrived_today()
        zhao = await self.acting("zhao")
        await booking.call_number(actor=zhao, appointment_uid=uid, room="3 诊室", now=NOW)
        return uid

    async def trip_booked(self) -> str:
        """Put Li on a bus to the first hospital, on Wednesday morning."""
        riders = [booking.Rider(self.town.people.li, self.town.booking.green_slot, "血压复查")]
        card = await booking.book_trip(
            actor=await self.acting("nurse"),
            provider_uid=self.town.alliance.first_hospital,
            day=NOW.date() + timedelta(days=2),
            half=HalfDay.MORNING,
            bus_seats=4,
            remark="李师傅",
            riders=riders,
            now=NOW,
        )
        return card.uid

    async def reported(self) -> str:
        """Have a colleague of Zhao's report Li's appointment of tomorrow as an error."""
        uid = self.town.booking.li_tomorrow
        colleague = await Account.get(uid=self.town.identity.accounts["sun"])
        await Appointment.filter(uid=uid).update(error_reported_by_id=colleague.id, error_reason="同名登记错")
        return uid

    async def waiting(self) -> str:
        saturday = NOW.date() + timedelta(days=5)
        card = await booking.join_waitlist(
            actor=await self.acting("daughter"),
            resident_uid=self.town.people.wang,
            department_uid=self.town.alliance.cardiology,
            first_day=saturday,
            last_day=saturday,
            reason="心慌",
            now=NOW,
        )
        return card.uid

    async def offered(self) -> str:
        """Let Zhao Yun give back the only slot of Saturday, so that it is offered to Wang, who waits for it."""
        full = self.town.booking.almost_full_slot
        nurse, other = await self.acting("nurse"), await self.acting("other_nurse")
        await booking.book_slot(
            actor=nurse, slot_uid=full, resident_uid=self.town.people.li, reason="心慌", now=NOW
        )
        entry = await self.waiting()
        sitting = await Appointment.get(slot__uid=full, resident__uid=self.town.people.zhao_yun)
        await booking.cancel_appointment(actor=other, appointment_uid=sitting.uid, now=NOW)
        return (await WaitlistOffer.get(entry__uid=entry)).uid

    # People and consent

    async def applied_for_li(self, basis: Basis = Basis.OWN_CONSENT) -> str:
        """Have the stranger apply to act for Li, and the home compare the papers."""
        card = await people.apply_for_proxy(
            actor=await self.acting("stranger"),
            name="李福生",
            national_id=LI_NUMBER,
            basis=basis,
            relation=Relation.FRIEND,
            scopes=(ProxyScope.PROFILE,),
            document_ref="公证 9 号" if basis.needs_document else None,
            now=NOW,
        )
        await people.verify_proxy(actor=await self.acting("he"), uid=card.uid, now=NOW)
        return card.uid

    async def nephew_verified(self) -> str:
        uid = self.town.people.nephew_grant
        await people.verify_proxy(actor=await self.acting("he"), uid=uid, now=NOW)
        return uid

    async def invited(self) -> Invited:
        """Have Wang invite somebody."""
        offered = Offered(Relation.FRIEND, (ProxyScope.PROFILE,))
        return await invite(
            actor=await self.acting("wang"), resident_uid=self.town.people.wang, offered=offered, now=NOW
        )

    async def daughter_suspended(self, by: str, reason: EndReason) -> str:
        uid = self.town.people.daughter_grant
        await people.suspend_proxy(actor=await self.acting(by), uid=uid, reason=reason, now=NOW)
        return uid

    async def roster_previewed_by(self, person: str, content: bytes) -> str:
        """Return the ticket with which this very person may say yes."""
        sheet = read_roster("名册.csv", content)
        preview = await people_queries.roster_preview(
            actor=await self.acting(person),
            home_uid=self.town.alliance.yihe,
            rows=sheet.rows,
            file_digest=sheet.digest,
            now=NOW,
        )
        return preview.ticket

    async def twin_of_wang(self) -> str:
        """Register Wang a second time, without her number, and let that one leave."""
        he = await self.acting("he")
        card = await people.admit(
            actor=he,
            home_uid=self.town.alliance.yihe,
            name="王桂兰",
            sex=Sex.FEMALE,
            birth_date=date(1936, 2, 29),
            now=NOW,
        )
        await people.discharge(actor=he, resident_uid=card.uid, reason=StayEnd.OTHER, now=NOW)
        return card.uid

    async def twin_merged(self) -> str:
        twin = await self.twin_of_wang()
        pair = {"survivor_uid": self.town.people.wang, "absorbed_uid": twin}
        await people.merge_residents(actor=await self.acting("qian"), **pair, reason="同一人", now=NOW)
        return twin

    async def li_asked(self) -> str:
        card = await consent.request_consent(
            actor=await self.acting("feng"),
            resident_uid=self.town.people.li,
            institution_uid=self.town.alliance.health_center,
            purpose=Purpose.TREATMENT,
            categories=(RecordCategory.EXAM,),
            last_day=NOW.date() + timedelta(days=90),
            now=NOW,
        )
        return card.uid
