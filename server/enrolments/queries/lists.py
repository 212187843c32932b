"""Contracts as a list, one of them with its paper and history, and teams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from server.alliance.queries import parameter
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.enrolments.access import (
    RELATIONS,
    enrolment_for,
    enrolments_visible_to,
    own_center_for,
    signers_of,
)
from server.enrolments.models import Enrolment, EnrolmentPaper, FamilyTeam, paper_place
from server.enrolments.queries.cards import (
    UNTOLD,
    EnrolmentCard,
    SectionCard,
    TeamCard,
    groups_known_to,
    read_enrolment,
    sections_of,
    team_cards,
)
from server.enrolments.rules import (
    OPEN,
    EnrolmentStatus,
    Group,
)
from server.identity.queries import ColleagueCard, HistoryLine, colleagues, history_of
from server.kit.clock import local_date
from server.kit.errors import NotFound
from server.kit.pages import Page, PageWish, rows_of
from server.kit.sealing import open_sealed_bytes

MOST_FOUND = 8


MOST_TEAMS = 100


class Listed(StrEnum):
    """Which contracts."""

    ACTIVE = "active"
    FOR_TEAM = "for_team"  # signed by the resident's side, not accepted
    FOR_FAMILY = "for_family"
    EXPIRING = "expiring"
    COMING = "coming"
    OVER = "over"


LISTED_WORDS: Mapping[Listed, str] = {
    Listed.ACTIVE: "生效的",
    Listed.FOR_TEAM: "等团队确认",
    Listed.FOR_FAMILY: "等长者签字",
    Listed.EXPIRING: "快到期，还没续",
    Listed.COMING: "签好，未到起始日",
    Listed.OVER: "已结束",
}


@dataclass(frozen=True)
class EnrolmentSheet:
    card: EnrolmentCard
    sections: tuple[SectionCard, ...]
    text_hash: str
    text_version: str
    evidence: str
    papers: tuple[tuple[str, str], ...]  # uid, when and by whom
    signers: tuple[tuple[str, str], ...]  # who else may sign on paper: grant, name
    history: tuple[HistoryLine, ...]
    may_file_paper: bool
    may_accept: bool
    may_decline: bool
    may_end: bool


@dataclass(frozen=True)
class EnrolmentFile:
    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class TeamBoard:
    teams: tuple[TeamCard, ...]
    doctors: tuple[ColleagueCard, ...]
    is_primary_care: bool


async def enrolment_rows(
    *, actor: Actor, listed: Listed, team_uid: str | None = None, wish: PageWish, now: datetime
) -> Page[EnrolmentCard]:
    rows = (await _listed(actor, listed, now)).select_related(*RELATIONS)
    if team_uid is not None:
        rows = rows.filter(team__uid=team_uid)
    page = await rows_of(rows, wish, by="created_at")
    known = await _known(actor, page.items, now)
    return page.of(read_enrolment(row, now=now, known=known[row.id]) for row in page.items)


async def count_enrolments(*, actor: Actor, listed: Listed, now: datetime) -> int:
    return await (await _listed(actor, listed, now)).count()


async def find_enrolments(*, actor: Actor, text: str, now: datetime) -> tuple[EnrolmentCard, ...]:
    """Find whose contract is live by a name."""
    visible = enrolments_visible_to(actor=actor, permission=Permission.ENROLMENT_READ, now=now)
    rows = Enrolment.filter(visible, status=EnrolmentStatus.ACTIVE, resident__name__icontains=text)
    found = await rows.order_by("-id").limit(MOST_FOUND).select_related(*RELATIONS)
    known = await _known(actor, found, now)
    return tuple(read_enrolment(row, now=now, known=known[row.id]) for row in found)


async def enrolment_sheet(*, actor: Actor, uid: str, now: datetime) -> EnrolmentSheet:
    row = await enrolment_for(actor=actor, uid=uid, permission=Permission.ENROLMENT_READ, now=now)
    ours = row.institution_id in actor.institutions_with(Permission.ENROLMENT_MANAGE)
    desk = actor.may(Permission.ENROLMENT_OFFER)
    applied = row.status is EnrolmentStatus.APPLIED
    papers = await EnrolmentPaper.filter(enrolment_id=row.id).order_by("number").select_related("added_by")
    may_file = desk and applied and row.signed_at is None
    known = (await _known(actor, [row], now))[row.id]
    card = read_enrolment(row, now=now, known=known)
    # Who reads the words to the resident and files the paper has to see them; afterwards they are the resident's own.
    shown = may_file or card.package_name != UNTOLD
    return EnrolmentSheet(
        card=card,
        sections=sections_of(row) if shown else (),
        text_hash=row.text_hash,
        text_version=row.text_version,
        evidence=row.evidence,
        papers=tuple((each.uid, each.added_by.name) for each in papers),
        signers=await signers_of(resident=row.resident, now=now) if may_file else (),
        history=await history_of(subject_uid=row.uid),
        may_file_paper=may_file,
        may_accept=ours and applied and row.accepted_at is None,
        may_decline=ours and applied,
        may_end=ours and row.status in {EnrolmentStatus.SIGNED, EnrolmentStatus.ACTIVE},
    )


async def enrolment_paper(*, actor: Actor, uid: str, paper_uid: str, now: datetime) -> EnrolmentFile:
    """Return the scan of what was signed; each look leaves a line, committed before the answer leaves."""
    row = await enrolment_for(actor=actor, uid=uid, permission=Permission.ENROLMENT_OFFER, now=now)
    found = await EnrolmentPaper.filter(enrolment_id=row.id, uid=paper_uid).first()
    if found is None:
        raise NotFound
    await note(
        actor,
        "enrolments.paper_read",
        subject_kind="enrolment",
        subject_uid=row.uid,
        resident_id=row.resident_id,
        institution_id=row.institution_id,
        detail={"paper": found.uid},
        now=now,
    )
    kind = found.media_type.rsplit("/", 1)[-1].replace("jpeg", "jpg")
    content = open_sealed_bytes(found.sealed, place=paper_place(paper_uid=found.uid))
    return EnrolmentFile(f"家庭医生签约书.{kind}", found.media_type, content)


async def team_board(*, actor: Actor, now: datetime) -> TeamBoard:
    """Return the teams of the actor's own center, and who could belong to one."""
    center = await own_center_for(actor=actor)
    if center is None:
        return TeamBoard((), (), is_primary_care=False)
    rows = FamilyTeam.filter(institution_id=center.id, closed_at=None).order_by("id").limit(MOST_TEAMS)
    able = await colleagues(
        actor=actor, institution_uid=center.uid, permission=Permission.ENROLMENT_READ, now=now
    )
    return TeamBoard(
        teams=await team_cards(await rows.select_related("institution", "leader")),
        doctors=(ColleagueCard(actor.account_uid, actor.name), *able),
        is_primary_care=True,
    )


async def teams_to_filter(*, actor: Actor) -> tuple[tuple[str, str], ...]:
    own = sorted(actor.institutions_with(Permission.ENROLMENT_MANAGE))
    rows = FamilyTeam.filter(institution_id__in=own, closed_at=None).order_by("id").limit(MOST_TEAMS)
    return tuple(await rows.values_list("uid", "name"))


async def _known(
    actor: Actor, rows: Sequence[Enrolment], now: datetime
) -> dict[int, tuple[Group, ...] | None]:
    """Return by contract of which groups the reader may know; None: of all, for the team's own center."""
    ours = actor.institutions_with(Permission.ENROLMENT_MANAGE)
    others = [row for row in rows if row.institution_id not in ours]
    own = actor.institutions_with(Permission.ENROLMENT_READ)
    told = await groups_known_to(own, [row.resident for row in others], now=now)
    return {row.id: None if row.institution_id in ours else told[row.resident_id] for row in rows}


async def _listed(actor: Actor, listed: Listed, now: datetime) -> QuerySet[Enrolment]:
    visible = enrolments_visible_to(actor=actor, permission=Permission.ENROLMENT_READ, now=now)
    rows, today = Enrolment.filter(visible), local_date(now)
    match listed:
        case Listed.ACTIVE:
            return rows.filter(status=EnrolmentStatus.ACTIVE)
        case Listed.FOR_TEAM:
            return rows.filter(status=EnrolmentStatus.APPLIED, signed_at__isnull=False)
        case Listed.FOR_FAMILY:
            return rows.filter(status=EnrolmentStatus.APPLIED, signed_at__isnull=True)
        case Listed.COMING:
            return rows.filter(status=EnrolmentStatus.SIGNED)
        case Listed.EXPIRING:
            until = today + timedelta(days=await parameter("enrolments.first_notice", on=today))
            # By the contract that would be renewed, out of its index: those few whose renewal is on the way.
            renewed = Enrolment.filter(renews_id__isnull=False, status__in=sorted(OPEN)).values("renews_id")
            soon = rows.filter(status=EnrolmentStatus.ACTIVE, last_on__lte=until)
            return soon.filter(~Q(id__in=Subquery(renewed)))
        case Listed.OVER:
            return rows.filter(Q(status__in=[EnrolmentStatus.ENDED, EnrolmentStatus.RENEWED]))
