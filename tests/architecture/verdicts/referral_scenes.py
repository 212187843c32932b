"""Scenes of referrals: Wang on her way from Yihe to a hospital or the health center, as far as a scene wants her."""

from datetime import timedelta

from server.alliance.models import Department
from server.authority.actor import system_actor
from server.booking.models import Slot
from server.kit.ids import new_uid
from server.people.rules import CareEvent
from server.referrals import actions
from server.referrals.actions import Wish
from server.referrals.models import Referral, ReferralEscalation, ReferralFollowUp
from server.referrals.rules import Direction, ReferralEvent, Urgency
from tests.architecture.subjects import NOW, Stage

E = ReferralEvent
TO_THE_HOSPITAL, TO_THE_DOCTOR = ("first_hospital", "zhao"), ("health_center", "doctor")
SLIP = {"impression": "胸闷待查", "present": "今晨胸闷半小时"}
BACK = {"diagnosis": "冠心病", "advice": "按时服药"}
WISH = Wish(criteria=("chest",), urgency=Urgency.URGENT, slip=SLIP)
BY_THE_HOME = {E.SUBMIT, E.DEPART, E.ACCEPT_BACK, E.ARRIVE_HOME}
RECEIVED = (E.SUBMIT, E.ACCEPT, E.SCHEDULE, E.RECEIVE)


class ReferralScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def referred(self, *events: E, to: tuple[str, str] = TO_THE_HOSPITAL) -> str:
        """Have Nurse Li write a referral for Wang, and let both sides take it so far."""
        house, somebody = to
        await Referral.all().update(open_key=None)  # of scenes that were played before in the same town
        card = await actions.write_referral(
            actor=await self.acting("nurse"),
            resident_uid=self.town.people.wang,
            direction=Direction.UP,
            from_uid=self.town.alliance.yihe,
            to_uid=getattr(self.town.alliance, house),
            wish=WISH,
            now=NOW,
        )
        for event in events:
            await self._done(card.uid, event, "nurse" if event in BY_THE_HOME else somebody)
        return card.uid

    async def seat_at_the_center(self) -> str:
        """Open a seat of the health center: only seats of one's own institution are booked for a referral."""
        like = await Slot.get(uid=self.town.booking.green_slot)
        department = await Department.get(uid=self.town.alliance.general_practice)
        row = Slot(
            institution_id=department.institution_id,
            department_id=department.id,
            starts_at=like.starts_at,
            ends_at=like.ends_at,
            closes_at=like.closes_at,
            pool=like.pool,
            release_at=like.release_at,
            capacity=2,
            slot_key=f"{department.id}.{new_uid()}",
            created_at=NOW,
        )
        await row.save()
        return row.uid

    async def _done(self, uid: str, event: E, who: str) -> None:
        actor = await self.acting(who)
        if event is E.SCHEDULE:
            come = NOW + timedelta(hours=2)
            await actions.schedule_referral(actor=actor, uid=uid, come_at=come, come_to="急诊", now=NOW)
        elif event is E.OFFER_BACK:
            await actions.offer_back(actor=actor, uid=uid, slip=BACK, now=NOW)
        elif event is E.ACCEPT_BACK:
            await actions.accept_back(actor=actor, uid=uid, care=CareEvent.RETURN, now=NOW)
        else:
            await actions.move_referral(actor=actor, uid=uid, event=event, now=NOW)

    async def follow_up_owed(self, to: tuple[str, str] = TO_THE_HOSPITAL) -> str:
        uid = await self.referred(E.SUBMIT, to=to)
        return (await ReferralFollowUp.get(referral__uid=uid)).uid

    async def referral_late(self) -> str:
        """Let the clock of an urgent referral run out."""
        uid = await self.referred(E.SUBMIT)
        await Referral.filter(uid=uid).update(next_deadline=NOW - timedelta(hours=1))
        await actions.sweep_deadlines(actor=system_actor("worker"), now=NOW)
        return (await ReferralEscalation.get(referral__uid=uid)).uid

    async def slip_code(self) -> str:
        return (await Referral.get(uid=await self.referred(E.SUBMIT))).code
