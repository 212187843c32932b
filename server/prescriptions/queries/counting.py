"""How many by institution: for the city as it was counted last, for an institution as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.kit.clock import local_date, start_of_day
from server.kit.rates import shown
from server.kit.rollups import Sums, rolled_up
from server.prescriptions.access import institutions_counted_for
from server.prescriptions.models import LongPrescription, MedicineDelivery, Refill
from server.prescriptions.rules import DeliveryStatus, PrescriptionStatus, RefillStatus

TILE = "prescriptions"
COUNTED: Mapping[str, str] = {
    "running": "在用的长期处方",
    "longer": "其中超过一般疗程的",
    "overdue": "续方逾期",
    "coming": "待送达",
    "late": "送药逾期",
    "brought": "本月送达",
}


@dataclass(frozen=True)
class CountLine:
    institution_name: str
    counts: Mapping[str, str]


@dataclass(frozen=True)
class CountCard:
    lines: tuple[CountLine, ...]
    words: Mapping[str, str]
    counted_at: datetime
    least: int  # 0: nothing is hidden


async def month_sums(*, now: datetime, institutions: Sequence[int] | None = None) -> Sums:
    """Count by institution; None: of the whole city."""
    today = local_date(now)
    running = LongPrescription.filter(status=PrescriptionStatus.ACTIVE)
    waiting = MedicineDelivery.filter(status=DeliveryStatus.ASSIGNED)
    month = today.replace(day=1)
    rows: Mapping[str, QuerySet[Any]] = {
        "running": running,
        "longer": running.filter(longer=True),
        "overdue": Refill.filter(status=RefillStatus.OPEN, due_on__lt=today),
        "coming": waiting,
        "late": waiting.filter(due_on__lt=today),
        "brought": MedicineDelivery.filter(
            status__in=[DeliveryStatus.HANDED_OVER, DeliveryStatus.CLOSED],
            received_at__gte=start_of_day(month),
        ),
    }
    sums: dict[tuple[int, str], int] = {}
    for word, each in rows.items():
        narrowed = each if institutions is None else each.filter(institution_id__in=list(institutions))
        counted = narrowed.annotate(many=Count("id")).group_by("institution_id")
        for institution, many in await counted.values_list("institution_id", "many"):
            sums[int(institution), word] = int(many)
    return sums


async def counts(*, actor: Actor, now: datetime) -> CountCard:
    today = local_date(now)
    own = institutions_counted_for(actor=actor)
    kept = await rolled_up(TILE, [today.replace(day=1)]) if own is None else None
    sums = kept.sums if kept else await month_sums(now=now, institutions=own)
    least = await parameter("prescriptions.small_cell", on=today) if own is None else 0
    ids = sorted({institution for institution, _ in sums} | set(own or ()))
    names = dict(await Institution.filter(id__in=ids).values_list("id", "name")) if ids else {}
    return CountCard(
        lines=tuple(
            CountLine(
                str(names.get(each, "")),
                {word: shown(sums.get((each, word), 0), least=least) for word in COUNTED},
            )
            for each in ids
        ),
        words=COUNTED,
        counted_at=kept.counted_at if kept else now,
        least=least,
    )
