"""Double entry: what is posted when a statement is accepted or paid. Amounts in fen, debit positive, credit negative.

Every party keeps its own books: in each transaction the postings of each institution come to nothing by themselves, and
so does the whole. What was posted stays; a mistake is posted the other way round (machine ⑮).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.alliance.rules import Funding


class LedgerAccount(StrEnum):
    SERVICES_BOUGHT = "services_bought"  # what the home spent on services
    OWED = "owed"  # what the home owes to providers
    BANK = "bank"
    SERVICES_GIVEN = "services_given"  # what the provider earned
    DUE_FROM_HOME = "due_from_home"
    DUE_FROM_INSURANCE = "due_from_insurance"
    DUE_FROM_LONG_TERM_CARE = "due_from_long_term_care"
    DUE_FROM_RESIDENTS = "due_from_residents"


ACCOUNT_WORDS: Mapping[LedgerAccount, str] = {
    LedgerAccount.SERVICES_BOUGHT: "购买服务支出",
    LedgerAccount.OWED: "应付医疗机构",
    LedgerAccount.BANK: "银行",
    LedgerAccount.SERVICES_GIVEN: "服务收入",
    LedgerAccount.DUE_FROM_HOME: "应收养老机构",
    LedgerAccount.DUE_FROM_INSURANCE: "应收医保",
    LedgerAccount.DUE_FROM_LONG_TERM_CARE: "应收长护险",
    LedgerAccount.DUE_FROM_RESIDENTS: "应收长者自付",
}


class EntryKind(StrEnum):
    SETTLEMENT = "settlement"
    PAYMENT = "payment"
    REVERSAL = "reversal"


ENTRY_WORDS: Mapping[EntryKind, str] = {
    EntryKind.SETTLEMENT: "结算单确认",
    EntryKind.PAYMENT: "收款",
    EntryKind.REVERSAL: "冲正",
}
_DUE = {
    Funding.AGREEMENT: LedgerAccount.DUE_FROM_HOME,
    Funding.INSURANCE: LedgerAccount.DUE_FROM_INSURANCE,
    Funding.LONG_TERM_CARE: LedgerAccount.DUE_FROM_LONG_TERM_CARE,
    Funding.RESIDENT: LedgerAccount.DUE_FROM_RESIDENTS,
}


@dataclass(frozen=True)
class Posting:
    institution_id: int
    account: LedgerAccount
    amount: int  # fen; debit positive, credit negative


def settlement(*, home_id: int, provider_id: int, totals: Mapping[Funding, int]) -> tuple[Posting, ...]:
    """Return what an accepted statement posts: the provider earned it, and the home owes its own part."""
    postings: list[Posting] = []
    earned = 0
    for funding, account in _DUE.items():
        if amount := totals.get(funding, 0):
            postings.append(Posting(provider_id, account, amount))
            earned += amount
    if earned:
        postings.append(Posting(provider_id, LedgerAccount.SERVICES_GIVEN, -earned))
    if owed := totals.get(Funding.AGREEMENT, 0):
        postings.append(Posting(home_id, LedgerAccount.SERVICES_BOUGHT, owed))
        postings.append(Posting(home_id, LedgerAccount.OWED, -owed))
    return tuple(postings)


def payment(*, home_id: int, provider_id: int, amount: int) -> tuple[Posting, ...]:
    """Return what is posted when the home's part has come in."""
    return (
        Posting(home_id, LedgerAccount.OWED, amount),
        Posting(home_id, LedgerAccount.BANK, -amount),
        Posting(provider_id, LedgerAccount.BANK, amount),
        Posting(provider_id, LedgerAccount.DUE_FROM_HOME, -amount),
    )


def reversed_postings(postings: Iterable[Posting]) -> tuple[Posting, ...]:
    return tuple(Posting(each.institution_id, each.account, -each.amount) for each in postings)


def is_balanced(postings: Iterable[Posting]) -> bool:
    """Tell whether every institution's books come out even, and hence the whole."""
    sums: Counter[int] = Counter()
    for each in postings:
        sums[each.institution_id] += each.amount
    return not any(sums.values())
