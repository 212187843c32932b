"""File what was signed on paper: each page sealed to its consent, its digest on the trail."""

from datetime import datetime
from hashlib import sha256

from tortoise.expressions import F

from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import consent_for
from server.consent.errors import TooManyPapers, WitnessNotNeeded
from server.consent.models import Consent, ConsentPaper, paper_place
from server.consent.queries import PaperCard, paper_card
from server.consent.rules import MOST_PAPERS, media_type_of
from server.kit.sealing import seal_bytes
from server.kit.transactions import action


@action
async def add_paper(*, actor: Actor, uid: str, scan: bytes, now: datetime) -> PaperCard:
    """Add one page, in the home of a resident who has no phone to decide on."""
    media_type = media_type_of(scan)
    row = await consent_for(actor=actor, uid=uid, permission=Permission.CONSENT_WITNESS, now=now)
    if row.resident.account_id is not None:
        raise WitnessNotNeeded
    await Consent.filter(id=row.id).update(touched=F("touched") + 1)  # two pages at once get two numbers
    number = await ConsentPaper.filter(consent_id=row.id).count() + 1
    if number > MOST_PAPERS:
        raise TooManyPapers
    page = ConsentPaper(
        consent=row,
        number=number,
        media_type=media_type,
        digest=sha256(scan).hexdigest(),
        added_by_id=actor.account_id,
        created_at=now,
    )
    page.sealed = seal_bytes(scan, place=paper_place(paper_uid=page.uid))
    await page.save()
    await note(
        actor,
        "consent.paper_added",
        subject_kind="consent",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.recipient_id,
        detail={"paper": page.uid, "number": number, "digest": page.digest},
        now=now,
    )
    await page.fetch_related("added_by")
    return paper_card(page)
