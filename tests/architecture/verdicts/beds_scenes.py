"""Scenes of clinics inside homes and of home beds: Wang's, at the health center, as far as a scene wants it."""

from server.clinics import actions as clinics
from server.clinics.actions import Paper
from server.clinics.models import InHouseClinic
from server.clinics.rules import ClinicEvent, ClinicStatus
from server.home_beds import actions as home_beds
from server.home_beds.actions import Opening
from server.home_beds.models import HomeBed, HomeBedSpan
from server.home_beds.rules import CURRENT, BedKind, HomeBedStatus
from tests.architecture.subjects import NOW, Stage

TICKED = [*(each.code for each in CURRENT.premises), "bedridden"]
OPENING = Opening("JC-01", "云医保家床〔2026〕01", 2)


class BedsScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def home_bed(self, until: HomeBedStatus = HomeBedStatus.APPLIED) -> str:
        await HomeBed.all().update(live_key=None)  # of scenes that were played before in the same town
        await HomeBedSpan.all().update(open_key=None)
        card = await home_beds.apply_for_bed(
            actor=await self.acting("he"),
            resident_uid=self.town.people.wang,
            institution_uid=self.town.alliance.health_center,
            now=NOW,
        )
        if until is not HomeBedStatus.APPLIED:
            await home_beds.assess_bed(actor=await self.acting("feng"), uid=card.uid, now=NOW, **self.found())
        if until is HomeBedStatus.OPENED:
            await home_beds.open_bed(actor=await self.acting("feng"), uid=card.uid, opening=OPENING, now=NOW)
        return card.uid

    def found(self) -> dict[str, object]:
        return {
            "version": CURRENT.version,
            "ticked": TICKED,
            "kind": BedKind.NURSING,
            "doctor_uid": self.town.identity.accounts["doctor"],
            "nurse_uid": self.town.identity.accounts["feng"],
            "findings": "长期卧床，病情平稳",
        }

    async def clinic_applied(self) -> str:
        """Let Yihe hand in its papers, once: scenes may be played one after the other in one town."""
        uid = self.town.clinics.yihe
        if await InHouseClinic.filter(uid=uid, status=ClinicStatus.INTENDED).exists():
            await clinics.move_clinic(
                actor=await self.acting("he"),
                uid=uid,
                event=ClinicEvent.APPLY,
                paper=Paper("受理 1 号", NOW.date()),
                now=NOW,
            )
        return str(uid)
