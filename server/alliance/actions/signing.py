"""Who may sign, and what is signed by hand: authorisations, scans (A01)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from tortoise.expressions import F

from server.alliance.access import agreement_for, authority_for
from server.alliance.actions.moves import move, tell
from server.alliance.actions.texts import agreement_card_of, digest_of, ensure_as_read, side_to_sign, written
from server.alliance.errors import (
    AuthorisationOver,
    AuthorisationWrong,
    NotAuthorised,
    ReasonNeeded,
    TooManyPapers,
)
from server.alliance.models import (
    AgreementPaper,
    AgreementSignature,
    ServiceAgreement,
    SigningAuthority,
    paper_place,
)
from server.alliance.queries import AgreementCard
from server.alliance.rules import (
    MOST_ATTACHMENTS,
    AgreementEvent,
    AgreementSide,
    AgreementStatus,
    Attachment,
    Cooperation,
    PaperKind,
    SigningScope,
    SigningWay,
    content_of,
    covers,
    media_type_of,
    plain_content,
)
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.errors import IllegalMove
from server.kit.sealing import seal_bytes
from server.kit.transactions import action


@dataclass(frozen=True)
class Authorisation:
    """What the paper says that is registered."""

    document: str
    scope: SigningScope


@action
async def grant_authority(
    *, actor: Actor, institution_id: int, account_id: int, given: Authorisation, now: datetime
) -> str:
    """Register an authorisation and return its uid; the floor above has found the account and who may register."""
    scope = given.scope
    if scope.last_day < max(scope.first_day, local_date(now)):
        raise AuthorisationWrong(fields={"last_day": AuthorisationWrong.message})
    if (scope.most_fen or 0) < 0:
        raise AuthorisationWrong(fields={"most_yuan": "金额不能小于 0；不限金额就不填。"})
    row = SigningAuthority(
        institution_id=institution_id,
        account_id=account_id,
        document=given.document,
        cooperation=[str(each) for each in scope.cooperation],
        most_fen=scope.most_fen,
        first_day=scope.first_day,
        last_day=scope.last_day,
        granted_by_id=actor.account_id,
        created_at=now,
    )
    await row.save()
    await _noted(actor, row, "alliance.signer_authorised", None, now)
    return str(row.uid)


@action
async def revoke_authority(*, actor: Actor, uid: str, reason: str, now: datetime) -> None:
    """Take an authorisation back at once; what was signed under it stays signed."""
    if not reason.strip():
        raise ReasonNeeded
    row = await authority_for(actor=actor, uid=uid)
    changed = await SigningAuthority.filter(id=row.id, revoked_at__isnull=True).update(
        revoked_at=now, revoked_by_id=actor.account_id, reason=reason.strip()
    )
    if not changed:
        raise AuthorisationOver
    await _noted(actor, row, "alliance.signer_revoked", reason.strip(), now)


@action
async def sign_agreement(*, actor: Actor, uid: str, content_hash: str, now: datetime) -> AgreementCard:
    """Sign for the actor's own side what they have read: `content_hash` is the one that was shown to them (I18).

    Refuses with `NotAuthorised` whom no authorisation of that side covers today.
    """
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_SIGN, now=now)
    ensure_as_read(row, content_hash)
    side = await side_to_sign(actor, row)
    await move(actor, row, AgreementEvent.SIGN, now=now)
    authority = await _authority_used(actor, row, side, now)
    await AgreementSignature(
        agreement_id=row.id,
        side=side,
        account_id=actor.account_id,
        content_hash=content_hash,
        way=SigningWay.ELECTRONIC,
        authority_id=authority.id,
        created_at=now,
    ).save()
    await tell(row, "agreement_signed", now=now, side=side)
    return await agreement_card_of(row.id)


@action
async def sign_on_paper(
    *, actor: Actor, uid: str, content_hash: str, signer: str, scan: bytes, now: datetime
) -> AgreementCard:
    """File what a side has signed and sealed by hand. The hash is printed on the paper, so it is the same text (I18)."""
    media_type = media_type_of(scan)
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_SIGN, now=now)
    ensure_as_read(row, content_hash)
    side = await side_to_sign(actor, row)
    await move(actor, row, AgreementEvent.SIGN, now=now)
    await _filed(actor, row, _Scan(PaperKind.SIGNED, side, f"{signer}签署页", media_type, scan), now)
    await AgreementSignature(
        agreement_id=row.id,
        side=side,
        account_id=actor.account_id,
        content_hash=content_hash,
        way=SigningWay.PAPER,
        signer=signer,
        created_at=now,
    ).save()
    await tell(row, "agreement_signed", now=now, side=side)
    return await agreement_card_of(row.id)


@action
async def attach_paper(*, actor: Actor, uid: str, name: str, scan: bytes, now: datetime) -> AgreementCard:
    """Add an attachment to a draft; its digest becomes part of the text that both sides sign."""
    media_type = media_type_of(scan)
    row = await agreement_for(actor=actor, uid=uid, permission=Permission.AGREEMENT_DRAFT, now=now)
    own = actor.institutions_with(Permission.AGREEMENT_DRAFT)
    side = AgreementSide.HOME if row.home_id in own else AgreementSide.PROVIDER
    before, content = row.content_hash, content_of(row.content)
    added = Attachment(name, sha256(scan).hexdigest())
    text = written(content, attachments=(*content.attachments, added))
    row.content = plain_content(text)
    changed = await ServiceAgreement.filter(
        id=row.id, status=AgreementStatus.DRAFT, content_hash=before
    ).update(content=row.content, content_hash=digest_of(row))
    if not changed:
        raise IllegalMove
    await _filed(actor, row, _Scan(PaperKind.ATTACHMENT, side, name, media_type, scan), now)
    return await agreement_card_of(row.id)


@dataclass(frozen=True)
class _Scan:
    kind: PaperKind
    side: AgreementSide
    name: str
    media_type: str
    content: bytes


async def _authority_used(
    actor: Actor, row: ServiceAgreement, side: AgreementSide, now: datetime
) -> SigningAuthority:
    institution_id = row.home_id if side is AgreementSide.HOME else row.provider_id
    held = await SigningAuthority.filter(
        institution_id=institution_id, account_id=actor.account_id, revoked_at__isnull=True
    ).order_by("-id")
    content = content_of(row.content)
    for each in held:
        # Somebody may be taking it back at this moment: whoever is first, the other one sees it.
        if covers(scope_of(each), content, local_date(now)) and await SigningAuthority.filter(
            id=each.id, revoked_at__isnull=True
        ).update(times_used=F("times_used") + 1):
            return each
    raise NotAuthorised


def scope_of(row: SigningAuthority) -> SigningScope:
    words: Sequence[str] = row.cooperation
    last: date = row.last_day
    return SigningScope(row.first_day, last, tuple(Cooperation(word) for word in words), row.most_fen)


async def _filed(actor: Actor, row: ServiceAgreement, scan: _Scan, now: datetime) -> None:
    papers = AgreementPaper.filter(agreement_id=row.id)
    # A page that was signed always finds its place: each side signs once.
    if (
        scan.kind is PaperKind.ATTACHMENT
        and await papers.filter(kind=PaperKind.ATTACHMENT).count() >= MOST_ATTACHMENTS
    ):
        raise TooManyPapers
    paper = AgreementPaper(
        agreement_id=row.id,
        kind=scan.kind,
        side=scan.side,
        number=await papers.count() + 1,
        name=scan.name,
        media_type=scan.media_type,
        digest=sha256(scan.content).hexdigest(),
        added_by_id=actor.account_id,
        created_at=now,
    )
    paper.sealed = seal_bytes(scan.content, place=paper_place(paper_uid=paper.uid))
    await paper.save()
    await note(
        actor,
        "alliance.paper_added",
        subject_kind="agreement",
        subject_uid=row.uid,
        institution_id=row.home_id,
        detail={"paper": paper.uid, "kind": scan.kind, "digest": paper.digest},
        now=now,
    )


async def _noted(actor: Actor, row: SigningAuthority, what: str, reason: str | None, now: datetime) -> None:
    await note(
        actor,
        what,
        subject_kind="signing_authority",
        subject_uid=row.uid,
        institution_id=row.institution_id,
        reason=reason,
        now=now,
    )
