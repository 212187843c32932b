"""The invariants of long prescriptions, asked of the tables themselves."""

from collections import Counter
from datetime import datetime

from tortoise.expressions import F, Q
from tortoise.functions import Sum

from server.prescriptions.models import LongPrescription, MedicineDeliveryLine, PrescriptionLine, Refill
from server.prescriptions.rules import (
    ALLOWED,
    Agreed,
    DeliveryStatus,
    PrescriptionStatus,
    RefillStatus,
)


async def faults(*, now: datetime) -> list[str]:  # noqa: ARG001  one form for all features
    """Return one line per broken invariant."""
    long_ones = []
    for row in await PrescriptionLine.all().select_related("prescription"):
        limits = row.prescription.limits
        if (
            row.days > limits["prescriptions.longest_days"]
            or row.kind not in ALLOWED
            or (
                row.days > limits["prescriptions.usual_days"]
                and not (row.prescription.reason and row.prescription.agreed is Agreed.SIGNED)
            )
        ):
            long_ones.append(row.uid)
    open_ones = Refill.filter(status=RefillStatus.OPEN)
    unkeyed = await open_ones.filter(open_key=None).values_list("uid", flat=True)
    kept = await Refill.filter(Q(status__not=RefillStatus.OPEN), open_key__isnull=False).values_list("uid", flat=True)  # fmt: skip
    tasks = Counter(await Refill.all().values_list("prescription_id", flat=True))
    without = [
        number for number in await LongPrescription.all().values_list("id", flat=True) if tasks[number] != 1
    ]
    over = PrescriptionLine.filter(sent__gt=F("quantity"))
    carried = MedicineDeliveryLine.filter(delivery__status__not=DeliveryStatus.CANCELLED)
    sums = dict(
        await carried.annotate(many=Sum("quantity")).group_by("line_id").values_list("line_id", "many")
    )
    lines = await PrescriptionLine.all().values_list("id", "sent")
    stopped = open_ones.filter(prescription__status=PrescriptionStatus.STOPPED)
    return [
        *(f"M1 line longer than its limit, or of a class that is left out: {uid}" for uid in long_ones),
        *(f"M2 open refill without its key: {uid}" for uid in unkeyed),
        *(f"M2 settled refill holds its key: {uid}" for uid in kept),
        *(f"M2 prescription without exactly one refill, no. {number}" for number in without),
        *(f"M3 more brought than prescribed: {uid}" for uid in await over.values_list("uid", flat=True)),
        *(f"M3 sent and deliveries disagree, line no. {line}" for line, sent in lines if int(sums.get(line, 0)) != sent),
        *(f"M4 refill of a stopped prescription is open: {uid}" for uid in await stopped.values_list("uid", flat=True)),
    ]  # fmt: skip
