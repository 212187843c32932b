"""What an agreement asks for: prices of single services, and the fees of a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.alliance.rules import AgreementContent, CatalogueEntry, FeeKind, Funding, PayCycle
from server.kit.months import Month
from server.settlement.rules.waterfall import Terms

QUARTER = 3  # months


@dataclass(frozen=True)
class FixedFee:
    """A fee that does not hang on single services."""

    kind: FeeKind
    payer: Funding
    amount: int  # fen, by the days of the month on which the agreement held
    words: str


_PAYERS = {
    FeeKind.HOME_PAYS: Funding.AGREEMENT,
    FeeKind.REFERRAL_FEE: Funding.AGREEMENT,  # filed only with the bureau's reason (I21), and shown to it
    FeeKind.RESIDENT_PAYS: Funding.RESIDENT,
    FeeKind.INSURANCE: Funding.INSURANCE,
}
# What a single service may cost; money for sending somebody is no price of a service, and stands nowhere without its flag.
_PRICES = frozenset(_PAYERS) - {FeeKind.REFERRAL_FEE}


def terms_of(service: str, content: AgreementContent, entry: CatalogueEntry | None) -> Terms:
    """Return what holds for one service under this agreement and this version of the catalogue."""
    item = next((each for each in content.items if each.code == service), None)
    if item is None or entry is None:
        return Terms(listed=entry is not None, agreed=item is not None)
    by_the_time = next(
        (fee for fee in content.fees if fee.cycle is PayCycle.PER_PERSON and fee.kind in _PRICES), None
    )
    price = item.price
    if price is None and by_the_time is not None:
        price = by_the_time.amount
    if price is None and item.free_quota is not None:
        price = entry.price
    return Terms(
        listed=True,
        agreed=True,
        funding=frozenset(entry.funding),
        price=price,
        free_quota=item.free_quota,
        resident_pays=any(fee.kind is FeeKind.RESIDENT_PAYS for fee in content.fees),
    )


def fixed_fees(
    content: AgreementContent,
    month: Month,
    first_day: date,
    last_day: date,
    *,
    is_new: bool = True,
    counted_from: date | None = None,
    is_last: bool = True,
) -> Iterator[FixedFee]:
    """Yield what a month costs by itself; a month that is not whole costs the share of its days, rounded half up.

    `is_new`: what is paid once was not paid under a version before. `counted_from`: the first day of the first version,
    from which quarters run on through every later one; `is_last`: no later version holds within this month, so that
    this one bills the quarter that ends in it, and none is paid twice or never (I20).
    """
    begins, ends = max(first_day, month.first), min(last_day, month.last)
    held = (ends - begins).days + 1
    if held <= 0:
        return
    for fee in content.fees:
        payer = _PAYERS.get(fee.kind)
        if payer is None or fee.amount == 0:
            continue
        match fee.cycle:
            case PayCycle.MONTHLY:
                share = (fee.amount * held * 2 + month.days) // (month.days * 2)
                part = "" if held == month.days else f"（{month.days} 天中的 {held} 天）"
                yield FixedFee(fee.kind, payer, share, f"{month.words}的月费{part}")
            case PayCycle.QUARTERLY if is_last and _ends_a_quarter(month, counted_from or first_day):
                yield FixedFee(fee.kind, payer, fee.amount, f"到 {month.words}为止的季度费用")
            case PayCycle.ONCE if is_new and Month(first_day.replace(day=1)) == month:
                yield FixedFee(fee.kind, payer, fee.amount, "一次性费用")


def _ends_a_quarter(month: Month, first_day: date) -> bool:
    """Quarters are counted from the agreement's first month, not from January."""
    passed = (month.first.year - first_day.year) * 12 + month.first.month - first_day.month
    return passed % QUARTER == QUARTER - 1
