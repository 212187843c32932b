"""Whom the insurance pays: one question for settlement, one list for a desk (A07)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Subquery

from server.alliance.models import Institution
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.clinics.access import institutions_paid
from server.clinics.models import InsuranceDesignation
from server.clinics.queries.cards import DesignationCard, designated, designation_card
from server.clinics.rules import Designations
from server.kit.clock import local_date
from server.kit.pages import Page, PageWish, rows_of


@dataclass(frozen=True)
class DesignationBoard:
    page: Page[DesignationCard]
    institutions: tuple[tuple[str, str], ...]  # that could be designated: uid, name
    may_record: bool


async def designations_of(institution_ids: Iterable[int]) -> Designations:
    """Return what decides whether an insurance may pay at these institutions, day by day: settlement asks nothing else."""
    rows = InsuranceDesignation.filter(institution_id__in=sorted(set(institution_ids)))
    return Designations([designated(row) for row in await rows])


async def designation_board(*, actor: Actor, wish: PageWish, now: datetime) -> DesignationBoard:
    within = Institution.filter(institutions_paid(actor=actor, permission=Permission.CLINIC_READ))
    rows = InsuranceDesignation.filter(institution_id__in=Subquery(within.values("id")))
    page = await rows_of(rows.select_related("institution"), wish, by="created_at")
    may_record = actor.may(Permission.CLINIC_LICENSE)
    listed = await within.order_by("kind", "id").values_list("uid", "name") if may_record else []
    today = local_date(now)
    return DesignationBoard(
        page=page.of(designation_card(row, today=today) for row in page.items),
        institutions=tuple((str(uid), str(name)) for uid, name in listed),
        may_record=may_record,
    )
