"""Scenes about paper: a consent to be witnessed, its scan, a document that was printed, a table that was written."""

from datetime import timedelta

from server.authority.actor import system_actor
from server.consent import actions as consent
from server.consent.models import Consent
from server.consent.rules import Purpose, RecordCategory
from server.documents import actions as documents
from server.documents.models import IssuedDocument
from server.documents.rules import SheetKind
from tests.architecture.subjects import NOW, Stage

SCAN = b"%PDF-1.7 scanned"
TWO = {"evidence": "档案柜三"}


class PaperScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def asked_without_a_phone(self, by: str = "feng", house: str = "health_center") -> str:
        card = await consent.request_consent(
            actor=await self.acting(by),
            resident_uid=self.town.people.li,
            institution_uid=getattr(self.town.alliance, house),
            purpose=Purpose.TREATMENT,
            categories=(RecordCategory.EXAM,),
            last_day=NOW.date() + timedelta(days=90),
            now=NOW,
        )
        return card.uid

    async def paper_filed(self) -> tuple[str, str]:
        uid = await self.asked_without_a_phone("jin", "yihe")  # the home reads on when he has a phone one day
        page = await consent.add_paper(actor=await self.acting("he"), uid=uid, scan=SCAN, now=NOW)
        return uid, page.uid

    async def text_hash_of(self, uid: str) -> str:
        return str((await Consent.get(uid=uid)).text_hash)

    async def issued(self) -> str:
        await documents.print_visit_sheet(
            actor=await self.acting("he"), visit_uid=self.town.visits.confirmed, origin="http://here", now=NOW
        )
        return str((await IssuedDocument.all().order_by("-id").first()).number)

    async def exported(self) -> str:
        card = await documents.ask_for_export(
            actor=await self.acting("he"), kind=SheetKind.CONSENTS, filters={}, reason="季度汇报", now=NOW
        )
        await documents.write_exports(actor=system_actor("worker"), clock=lambda: NOW)
        return card.uid
