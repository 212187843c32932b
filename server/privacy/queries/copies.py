"""The copies that somebody asked for, and their files while they last."""

import base64
from dataclasses import dataclass, field
from datetime import datetime

from server.audit import trail
from server.audit.chain import AccessBasis, AccessLine
from server.authority.actor import Actor
from server.consent.rules import Purpose
from server.documents.access import export_for, own_exports
from server.documents.models import ExportJob
from server.documents.queries import ExportCard, export_card, export_file
from server.documents.rules import SheetKind
from server.kit.errors import NotFound
from server.people.models import Resident
from server.privacy.queries.holdings import Whose, whose_copy

MOST_SHOWN = 10


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
    names = dict(await Resident.filter(uid__in=sorted(uids)).values_list("uid", "name"))
    return tuple(
        CopyCard(names.get(resident_of(row.filters) or "", ""), export_card(row, now)) for row in rows
    )


async def copy_file(*, actor: Actor, uid: str, now: datetime) -> CopyFile:
    """Hand a copy to whoever asked for it, if they may still have it; it counts as a look at the record."""
    row = await export_for(actor=actor, uid=uid)
    if row.kind is not SheetKind.OWN_COPY:
        raise NotFound
    whose = await whose_copy(actor=actor, resident_uid=resident_of(row.filters), now=now)
    file = await export_file(actor=actor, uid=uid, now=now)
    if whose.resident is not None:
        await trail.record([_line(whose, whose.resident.id, row.rows)], now=now)
    return CopyFile(file.name, base64.b64encode(file.content).decode())


def resident_of(filters: dict[str, str]) -> str | None:
    return filters.get("resident")


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
