"""The copies that somebody asked for, and their files while they last."""

import base64
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from server.audit import trail
from server.audit.chain import AccessBasis, AccessLine
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.consent.access import as_family
from server.consent.rules import Purpose
from server.documents.access import export_for, own_exports
from server.documents.models import ExportJob
from server.documents.queries import ExportCard, export_card, export_file
from server.documents.rules import ExportStatus, SheetKind
from server.kit.errors import NotFound
from server.people.access import residents_visible_to
from server.people.models import Resident
from server.privacy.errors import CopyOutdated
from server.privacy.queries.holdings import Whose, rights_of, whose_copy

MOST_SHOWN = 10
GONE = "不再由您代办的长者"


@dataclass(frozen=True)
class CopyCard:
    """A copy on its way; `about` is the resident's name, empty for oneself."""

    about: str
    job: ExportCard


@dataclass(frozen=True)
class CopyFile:
    name: str
    content: str = field(repr=False)  # base64


async def my_copies(*, actor: Actor, now: datetime) -> tuple[CopyCard, ...]:
    mine = ExportJob.filter(own_exports(actor=actor), kind=SheetKind.OWN_COPY)
    rows = await mine.order_by("-id").limit(MOST_SHOWN)
    uids = {uid for row in rows if (uid := resident_of(row.filters))}
    visible = residents_visible_to(actor=as_family(actor), permission=Permission.RECORD_READ, now=now)
    names = dict(await Resident.filter(visible, uid__in=sorted(uids)).values_list("uid", "name"))
    return tuple(
        CopyCard(names.get(uid, GONE) if (uid := resident_of(row.filters)) else "", export_card(row, now))
        for row in rows
    )


async def copy_file(*, actor: Actor, uid: str, now: datetime) -> CopyFile:
    """Hand a copy to whoever asked for it, if they may still have it; it counts as a look at the record."""
    row = await export_for(actor=actor, uid=uid)
    if row.kind is not SheetKind.OWN_COPY:
        raise NotFound
    whose = await whose_copy(actor=actor, resident_uid=resident_of(row.filters), now=now)
    if row.status is ExportStatus.READY and not await _may_still_have(whose, row.filters, now):
        raise CopyOutdated
    file = await export_file(actor=actor, uid=uid, now=now)
    if whose.resident is not None:
        await trail.record([_line(whose, whose.resident.id, row.rows)], now=now)
    return CopyFile(file.name, base64.b64encode(file.content).decode())


def resident_of(filters: dict[str, str]) -> str | None:
    return filters.get("resident")


def written_for(whose: Whose, rights: Collection[str]) -> dict[str, str]:
    """Say, to be kept with a copy, about whom it was written and within which rights."""
    return {"about": whose.resident.uid if whose.resident else "", "within": " ".join(sorted(rights))}


async def _may_still_have(whose: Whose, filters: dict[str, str], now: datetime) -> bool:
    """Tell whether all that was told then would be told now; of a copy that does not say it, nobody knows."""
    about, within = filters.get("about"), filters.get("within")
    if about is None or within is None:
        return False
    now_about = whose.resident.uid if whose.resident else ""
    return about == now_about and set(within.split()) <= await rights_of(whose, now=now)


def _line(whose: Whose, resident_id: int, rows: int) -> AccessLine:
    return AccessLine(
        resident_id=resident_id,
        account_id=whose.reader.account_id or 0,
        institution_id=0,
        channel=whose.reader.channel,
        request_id=whose.reader.request_id or "",
        purpose=Purpose.SELF,
        basis=AccessBasis.OWN if whose.is_self else AccessBasis.PROXY,
        basis_uid=whose.standing.grant_uid or "",
        what="privacy.copy",
        categories=(),
        count=rows,
        rights=None,
    )
