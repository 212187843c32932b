"""Read, draw, and keep the number: three steps, because nothing but the database is spoken to inside a transaction.

What was drawn and then not kept is never handed out; a number without a paper cannot come about.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.consent.rules import Purpose
from server.documents.models import IssuedDocument
from server.documents.queries import papers
from server.documents.queries.papers import Paper, day_in_words
from server.documents.queries.typesetting import code_of, pdf_of
from server.documents.rules import new_number, spelled
from server.kit.clock import local_date
from server.kit.transactions import action
from server.people.models import Resident

VERIFY = "/verify"  # short and for good: it stands on paper; the app leads on from there


@dataclass(frozen=True)
class Printed:
    name: str  # of the file: nobody's name
    content: bytes = field(repr=False)


async def print_health_summary(
    *, actor: Actor, resident_uid: str, purpose: Purpose, origin: str, now: datetime
) -> Printed:
    """Print the summary of a resident; `origin` is where the world reaches this server."""
    paper = await papers.health_summary(actor=actor, resident_uid=resident_uid, purpose=purpose, now=now)
    return await _printed(actor, paper, origin, now)


async def print_visit_sheet(*, actor: Actor, visit_uid: str, origin: str, now: datetime) -> Printed:
    return await _printed(
        actor, await papers.visit_sheet(actor=actor, visit_uid=visit_uid, now=now), origin, now
    )


async def print_referral_slip(*, actor: Actor, uid: str, origin: str, now: datetime) -> Printed:
    paper = await papers.referral_slip(actor=actor, uid=uid, origin=origin, now=now)
    return await _printed(actor, paper, origin, now)


async def print_consent_statement(*, actor: Actor, uid: str, origin: str, now: datetime) -> Printed:
    return await _printed(actor, await papers.consent_statement(actor=actor, uid=uid, now=now), origin, now)


async def print_settlement(*, actor: Actor, uid: str, origin: str, now: datetime) -> Printed:
    return await _printed(actor, await papers.settlement(actor=actor, uid=uid, now=now), origin, now)


async def _printed(actor: Actor, paper: Paper, origin: str, now: datetime) -> Printed:
    number = new_number()
    valid_until = now + timedelta(days=await parameter("documents.valid_days", on=now))
    address = f"{origin}{VERIFY}/{number}"
    issuing = {
        "title": paper.title,
        "issuer": paper.issuer.name if paper.issuer else actor.name,
        "number": spelled(number),
        "address": address,
        "code": code_of(address),
        "day": day_in_words(local_date(now)),
        "by": actor.name,
        "valid_until": day_in_words(local_date(valid_until)),
    }
    content = await pdf_of(paper.kind, {**paper.says, **issuing})
    digest = sha256(content).hexdigest()
    await _keep(actor=actor, paper=paper, number=number, digest=digest, valid_until=valid_until, now=now)
    return Printed(f"{paper.title}-{spelled(number)}.pdf", content)


@action
async def _keep(
    *, actor: Actor, paper: Paper, number: str, digest: str, valid_until: datetime, now: datetime
) -> None:
    resident = await Resident.get(uid=paper.resident_uid) if paper.resident_uid else None
    institution_id = paper.issuer.id if paper.issuer else None
    row = IssuedDocument(
        kind=paper.kind,
        number=number,
        resident=resident,
        institution_id=institution_id,
        issued_by_id=actor.account_id,
        subject_uid=paper.subject_uid,
        digest=digest,
        valid_until=valid_until,
        created_at=now,
    )
    await row.save()
    await note(
        actor,
        "documents.issued",
        subject_kind="document",
        subject_uid=row.uid,
        resident_id=resident.id if resident else None,
        institution_id=institution_id,
        detail={"kind": paper.kind, "about": paper.subject_uid, "digest": digest},
        now=now,
    )
