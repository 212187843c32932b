"""Ask for a family doctor or offer one; sign, on a phone or on paper; accept."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from server.alliance.queries import parameters
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.rules import media_type_of
from server.enrolments.access import (
    as_offering,
    enrolment_for,
    enrolment_of_our_team,
    may_sign_for,
    teams_offered_to,
)
from server.enrolments.actions.moving import complete, end_row, move, noted, tell
from server.enrolments.errors import (
    AlreadyAsked,
    AlreadyEnrolled,
    NoSuchPackage,
    NotThisNow,
    PackageNotMeant,
    ReasonNeeded,
    ResidentGone,
    SignerHasNoAuthority,
    TeamClosed,
    TextChanged,
)
from server.enrolments.models import Enrolment, EnrolmentPaper, FamilyTeam, paper_place
from server.enrolments.queries.cards import EnrolmentCard, enrolment_card, groups_known_to
from server.enrolments.queries.families import contract_with, groups_of_resident
from server.enrolments.rules import (
    TEXT_VERSION,
    EndReason,
    EnrolmentEvent,
    EnrolmentStatus,
    Group,
    Package,
    SignedHow,
    digest_of,
    offered,
)
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.sealing import seal_bytes
from server.kit.transactions import action
from server.people.access import Way, resident_for, standing_of
from server.people.models import Resident


@action
async def ask_for_doctor(
    *, actor: Actor, resident_uid: str, team_uid: str, package: str, text_hash: str, now: datetime
) -> EnrolmentCard:
    """Ask for a team and a package, and sign in the same breath: by the resident, or by who may sign for them."""
    family = as_family(actor)
    resident = await resident_for(
        actor=family, uid=resident_uid, permission=Permission.ENROLMENT_SIGN, now=now
    )
    row = await _begin(actor, resident, team_uid, package, now)
    if text_hash != row.text_hash:
        raise TextChanged
    await _signed_by_family(actor, row, resident, now)
    await tell("enrolments.asked", row, now=now)
    return await enrolment_card(row.id, now=now)


@action
async def offer_doctor(
    *, actor: Actor, resident_uid: str, team_uid: str, package: str, now: datetime
) -> EnrolmentCard:
    """Offer a contract from the desk; a center that offers its own team has thereby accepted."""
    needs, offering = Permission.ENROLMENT_OFFER, await as_offering(actor=actor)
    resident = await resident_for(actor=offering, uid=resident_uid, permission=needs, now=now)
    own = offering.institutions_with(needs)
    row = await _begin(actor, resident, team_uid, package, now, own=own)
    if row.institution_id in actor.institutions_with(Permission.ENROLMENT_MANAGE):
        await move(row, EnrolmentEvent.AGREE, accepted_at=now, accepted_by_id=actor.account_id)
    await tell("enrolments.offered", row, now=now)
    return await enrolment_card(row.id, now=now)


@action
async def sign_enrolment(*, actor: Actor, uid: str, text_hash: str, now: datetime) -> EnrolmentCard:
    """Sign what was offered, on one's own phone; what is signed is what was shown (I14)."""
    family = as_family(actor)
    row = await enrolment_for(actor=family, uid=uid, permission=Permission.ENROLMENT_SIGN, now=now)
    _ensure_unsigned(row)
    if text_hash != row.text_hash:
        raise TextChanged
    await _signed_by_family(actor, row, row.resident, now)
    await complete(actor, row, now)
    if row.accepted_at is None:
        await tell("enrolments.asked", row, now=now)
    return await enrolment_card(row.id, now=now)


@action
async def sign_on_paper(
    *, actor: Actor, uid: str, grant_uid: str | None, evidence: str, scan: bytes, now: datetime
) -> EnrolmentCard:
    """File what was signed on paper, with its scan; `grant_uid` names the proxy who signed, None the resident."""
    media_type = media_type_of(scan)
    row = await enrolment_for(actor=actor, uid=uid, permission=Permission.ENROLMENT_OFFER, now=now)
    _ensure_unsigned(row)
    if not evidence.strip():
        raise ReasonNeeded(fields={"evidence": "请写明签字的纸存在哪里，例如：档案柜 3 号。"})
    if grant_uid is not None and not await may_sign_for(grant_uid=grant_uid, resident=row.resident, now=now):
        raise SignerHasNoAuthority(fields={"signer": SignerHasNoAuthority.message})
    how = SignedHow.PAPER_OWN if grant_uid is None else SignedHow.PAPER_PROXY
    await move(
        row,
        EnrolmentEvent.AGREE,
        signed_at=now,
        signed_how=how,
        signed_by_id=actor.account_id,
        grant_uid=grant_uid,
        evidence=evidence.strip(),
    )
    digest = await _file(actor, row, scan, media_type, now)
    await noted(actor, "enrolments.signed_on_paper", row, now=now, detail={"digest": digest, "how": how})
    await complete(actor, row, now)
    if row.accepted_at is None:
        await tell("enrolments.asked", row, now=now)
    return await enrolment_card(row.id, now=now)


@action
async def accept_enrolment(*, actor: Actor, uid: str, now: datetime) -> EnrolmentCard:
    """Say yes for the team; it begins at once where the resident's side has signed already."""
    row = await enrolment_of_our_team(actor=actor, uid=uid)
    if row.status is not EnrolmentStatus.APPLIED or row.accepted_at is not None:
        raise NotThisNow
    await move(row, EnrolmentEvent.AGREE, accepted_at=now, accepted_by_id=actor.account_id)
    await noted(actor, "enrolments.accepted", row, now=now)
    await complete(actor, row, now)
    return await enrolment_card(row.id, now=now)


@action
async def leave_doctor(*, actor: Actor, uid: str, now: datetime) -> EnrolmentCard:
    """Take an application back or end the contract: the resident's side may at any time, without a reason."""
    family = as_family(actor)
    row = await enrolment_for(actor=family, uid=uid, permission=Permission.ENROLMENT_SIGN, now=now)
    reason = EndReason.WITHDRAWN if row.status is EnrolmentStatus.APPLIED else EndReason.OWN_WISH
    await end_row(actor, row, reason, now)
    await tell("enrolments.left", row, now=now)
    return await enrolment_card(row.id, now=now)


@action
async def end_enrolment(
    *, actor: Actor, uid: str, reason: EndReason, text: str, now: datetime
) -> EnrolmentCard:
    """End a contract, or decline an application, for the team; the family is told why in the reason's words."""
    row = await enrolment_of_our_team(actor=actor, uid=uid)
    if (reason is EndReason.DECLINED) != (row.status is EnrolmentStatus.APPLIED):
        raise NotThisNow
    if not text.strip():
        raise ReasonNeeded(fields={"text": ReasonNeeded.message})
    await end_row(actor, row, reason, now, text=text)
    await tell("enrolments.ended", row, now=now)
    return await enrolment_card(row.id, now=now)


async def _begin(
    actor: Actor,
    resident: Resident,
    team_uid: str,
    package_code: str,
    now: datetime,
    *,
    own: Collection[int] | None = None,
) -> Enrolment:
    """Draw the contract up; `own`: of the institutions from whose desk it is offered (None: the family asks)."""
    today = local_date(now)
    if resident.died_at is not None:
        raise ResidentGone
    reached = teams_offered_to(resident=resident, now=now)
    team = await FamilyTeam.filter(reached, uid=team_uid).select_related("institution", "leader").first()
    if team is None:
        raise TeamClosed
    groups = known = await groups_of_resident(resident, now)
    if own is not None and team.institution_id not in own:  # what the team knows is not answered to a home
        known = (await groups_known_to(own, [resident], now=now))[resident.id]
    package = _package(package_code, known, now)
    live = await Enrolment.filter(live_key=str(resident.id)).first()
    numbers = await parameters(("enrolments.renewal_days", "enrolments.answer_days"), on=today)
    if live is not None and live.last_on is not None:
        opens = live.last_on - timedelta(days=numbers["enrolments.renewal_days"])
        if today < opens:
            raise AlreadyEnrolled
    if await Enrolment.filter(open_key=str(resident.id)).exists():
        raise AlreadyAsked
    words = await contract_with(package, team, now)
    # Whoever closes the team meanwhile waits here, and then finds this contract on its way.
    if (await FamilyTeam.filter(id=team.id).select_for_update().get()).closed_at is not None:
        raise TeamClosed
    row = Enrolment(
        resident=resident,
        team=team,
        institution=team.institution,
        package_code=package.code,
        package_version=package.version,
        price_fen=package.price_fen,
        group_words=[str(each) for each in groups],
        text=[list(each) for each in words],
        text_version=TEXT_VERSION,
        text_hash=digest_of(words),
        asked_by_id=actor.account_id,
        answer_by=today + timedelta(days=numbers["enrolments.answer_days"]),
        renews_id=live.id if live else None,
        open_key=str(resident.id),
        created_at=now,
    )
    async with refusing_duplicates(AlreadyAsked):
        await row.save()
    await noted(actor, "enrolments.asked", row, now=now, detail={"package": package.key})
    return row


async def _signed_by_family(actor: Actor, row: Enrolment, resident: Resident, now: datetime) -> None:
    standing = await standing_of(
        actor=as_family(actor), resident=resident, permission=Permission.ENROLMENT_SIGN, now=now
    )
    await move(
        row,
        EnrolmentEvent.AGREE,
        signed_at=now,
        signed_how=SignedHow.OWN if standing.way is Way.SELF else SignedHow.PROXY,
        signed_by_id=actor.account_id,
        grant_uid=standing.grant_uid,
    )
    await noted(actor, "enrolments.signed_by_family", row, now=now)


def _ensure_unsigned(row: Enrolment) -> None:
    if row.status is not EnrolmentStatus.APPLIED or row.signed_at is not None:
        raise NotThisNow


def _package(code: str, groups: tuple[Group, ...], now: datetime) -> Package:
    found = next((each for each in offered(local_date(now)) if each.code == code), None)
    if found is None:
        raise NoSuchPackage(fields={"package": NoSuchPackage.message})
    if not found.is_meant_for(groups):
        raise PackageNotMeant(fields={"package": PackageNotMeant.message})
    return found


async def _file(actor: Actor, row: Enrolment, scan: bytes, media_type: str, now: datetime) -> str:
    page = EnrolmentPaper(
        enrolment=row,
        number=1,
        media_type=media_type,
        digest=sha256(scan).hexdigest(),
        added_by_id=actor.account_id,
        created_at=now,
    )
    page.sealed = seal_bytes(scan, place=paper_place(paper_uid=page.uid))
    await page.save()
    return str(page.digest)
