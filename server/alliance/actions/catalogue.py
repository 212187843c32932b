"""The catalogue is laid down with the tables and changed by the commission: a new version, never an edit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.errors import CatalogueTooLate
from server.alliance.models import CatalogueItem
from server.alliance.rules import CatalogueEntry
from server.audit.actions import note
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import Forbidden, NotFound
from server.kit.transactions import action


@dataclass(frozen=True)
class NewVersion:
    """What changes of one service, from a day on."""

    price: int  # fen
    clause: str
    effective_from: date
    withdrawn: bool = False


@action
async def load_catalogue(*, actor: Actor, entries: Iterable[CatalogueEntry], now: datetime) -> int:
    """Lay down the versions that are not there yet and return how many; what the bureau published since stays."""
    there = set(await CatalogueItem.all().values_list("code", "version"))
    new = [_row(each, now) for each in entries if (each.code, each.version) not in there]
    if new:
        # Two processes may start at once: whoever is second finds the same rows there.
        await CatalogueItem.bulk_create(new, ignore_conflicts=True)
        codes = [row.code for row in new]
        await _noted(actor, "alliance.catalogue_loaded", "", now, codes=codes)
    return len(new)


@action
async def publish_catalogue_version(*, actor: Actor, code: str, new: NewVersion, now: datetime) -> None:
    """Put a new version behind the last one. Refusals: NotFound; CatalogueTooLate, for a day that has begun.

    What was given before that day is billed as it was agreed then, so no day that has begun may change.
    """
    if not actor.may(Permission.CATALOGUE_PUBLISH):
        raise Forbidden
    last = await CatalogueItem.filter(code=code).order_by("-version").first()
    if last is None:
        raise NotFound
    if new.effective_from <= max(local_date(now), last.effective_from):
        raise CatalogueTooLate(fields={"effective_from": CatalogueTooLate.message})
    row = CatalogueItem(
        code=code,
        version=last.version + 1,
        name=last.name,
        category=last.category,
        unit=last.unit,
        price=new.price,
        funding=last.funding,
        clause=new.clause,
        confidence="high",
        effective_from=new.effective_from,
        withdrawn=new.withdrawn,
        created_at=now,
    )
    async with refusing_duplicates(CatalogueTooLate):  # who was faster begins that day, or a later one
        await row.save()
    await _noted(actor, "alliance.catalogue_published", row.uid, now, code=code, version=row.version)


def _row(entry: CatalogueEntry, now: datetime) -> CatalogueItem:
    return CatalogueItem(
        code=entry.code,
        version=entry.version,
        name=entry.name,
        category=entry.category,
        unit=entry.unit,
        price=entry.price,
        funding=list(entry.funding),
        clause=entry.clause,
        confidence=entry.confidence,
        effective_from=entry.effective_from,
        withdrawn=entry.withdrawn,
        created_at=now,
    )


async def _noted(actor: Actor, what: str, uid: str, now: datetime, **detail: object) -> None:
    await note(actor, what, subject_kind="catalogue_item", subject_uid=uid, detail=detail, now=now)
