"""The scans of an agreement."""

from dataclasses import dataclass
from datetime import datetime

from server.alliance.access import agreement_for
from server.alliance.models import AgreementPaper, ServiceAgreement, paper_place
from server.alliance.rules import AgreementSide, PaperKind
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.errors import NotFound
from server.kit.sealing import open_sealed_bytes


@dataclass(frozen=True)
class AgreementPaperCard:
    uid: str
    kind: PaperKind
    side: AgreementSide
    name: str
    digest: str
    added_at: datetime


@dataclass(frozen=True)
class AgreementPaperFile:
    name: str
    media_type: str
    content: bytes


async def papers_of(row: ServiceAgreement) -> tuple[AgreementPaperCard, ...]:
    rows = AgreementPaper.filter(agreement_id=row.id).order_by("number")
    found = await rows.only("id", "uid", "kind", "side", "name", "digest", "created_at")
    return tuple(
        AgreementPaperCard(each.uid, each.kind, each.side, each.name, each.digest, each.created_at)
        for each in found
    )


async def agreement_paper(*, actor: Actor, uid: str, paper_uid: str, now: datetime) -> AgreementPaperFile:
    """Return one scan as it was handed in; each look leaves a line."""
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_READ, now=now)
    found = await AgreementPaper.filter(agreement_id=row.id, uid=paper_uid).first()
    if found is None:
        raise NotFound
    await note(
        actor,
        "alliance.paper_read",
        subject_kind="agreement",
        subject_uid=row.uid,
        institution_id=row.home_id,
        detail={"paper": found.uid},
        now=now,
    )
    ending = found.media_type.rsplit("/", 1)[-1].replace("jpeg", "jpg")
    content = open_sealed_bytes(found.sealed, place=paper_place(paper_uid=found.uid))
    return AgreementPaperFile(f"{found.name}.{ending}", found.media_type, content)
