"""Scenes about what is held: a copy that was written, something that is said to be wrong, an incident."""

from datetime import timedelta

from server.authority.actor import system_actor
from server.documents import actions as documents
from server.documents.rules import SheetKind
from server.privacy import actions as privacy
from server.privacy.actions import Incident, Wrong
from server.privacy.actions.copies import write_copy
from server.privacy.rules import DUTIES, DataKind
from tests.architecture.subjects import NOW, Stage


class PrivacyScenes(Stage):
    """Each returns the uid of what the scene leaves behind."""

    async def copied(self) -> str:
        actor = await self.acting("wang")
        card = await privacy.ask_for_copy(actor=actor, resident_uid=None, now=NOW)
        writers = {SheetKind.OWN_COPY: write_copy}
        await documents.write_exports(actor=system_actor("worker"), clock=lambda: NOW, writers=writers)
        return card.job.uid

    async def said_to_be_wrong(self) -> str:
        card = await privacy.ask_for_rectification(
            actor=await self.acting("daughter"),
            resident_uid=self.town.people.wang,
            wrong=Wrong("名字写错了"),
            now=NOW,
        )
        return card.uid

    async def leaked(self) -> str:
        incident = Incident(
            what="一台电脑丢了",
            known_at=NOW,
            happened_at=NOW - timedelta(hours=1),
            kinds=(DataKind.CONTACT,),
            people=3,
            harm="可能被骗",
            measures="正在找",
        )
        return await privacy.record_breach(actor=await self.acting("root"), incident=incident, now=NOW)

    async def leaked_and_told(self) -> str:
        uid = await self.leaked()
        for audience in DUTIES:
            await privacy.note_breach_notice(
                actor=await self.acting("root"),
                uid=uid,
                audience=audience,
                told_at=NOW,
                how="电话",
                now=NOW,
            )
        return uid
