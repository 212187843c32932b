"""What must never be true of these tables, for `python -m server check`."""

from collections import defaultdict
from datetime import datetime

from tortoise.functions import Sum

from server.notifications.models import CreditEntry, Delivery, SubscriptionCredit
from server.notifications.rules import ANSWER_WITHIN, CreditKind, DeliveryChannel, DeliveryStatus

HANDED_OVER = (DeliveryStatus.SENDING, DeliveryStatus.SENT, DeliveryStatus.LOST)


async def faults(*, now: datetime) -> list[str]:
    """Return one line per broken promise; each names rows by uid only."""
    sums: dict[int, int] = defaultdict(int)
    for credit_id, total in (
        await CreditEntry.annotate(total=Sum("amount"))
        .group_by("credit_id")
        .values_list("credit_id", "total")
    ):
        sums[credit_id] = int(total)
    credits_held = await SubscriptionCredit.all().values_list("id", "uid", "balance")
    unpaid = await Delivery.filter(
        channel=DeliveryChannel.SUBSCRIPTION, status__in=list(HANDED_OVER), credit_spent=False
    ).values_list("uid", flat=True)
    unanswered = await Delivery.filter(
        status=DeliveryStatus.SENDING, began_at__lte=now - 2 * ANSWER_WITHIN
    ).values_list("uid", flat=True)
    generous = await CreditEntry.filter(kind=CreditKind.SPENT, amount__gte=0).values_list("uid", flat=True)
    return [
        *(
            f"credits: {uid} holds {balance}, its entries sum to {sums[row_id]}"
            for row_id, uid, balance in credits_held
            if balance != sums[row_id]
        ),
        *(f"credits: {uid} is below zero" for _, uid, balance in credits_held if balance < 0),
        *(f"credits: entry {uid} was spent and took nothing" for uid in generous),
        *(f"deliveries: {uid} was handed to the platform without a credit" for uid in unpaid),
        *(f"deliveries: {uid} has waited too long for its answer" for uid in unanswered),
    ]
