"""One institution's books: what stands on each account, and every entry that made it so."""

from dataclasses import dataclass
from datetime import datetime

from tortoise.expressions import Subquery
from tortoise.functions import Sum

from server.authority.actor import Actor
from server.kit.pages import Page, PageWish, rows_of
from server.settlement.access import postings_visible_to
from server.settlement.models import LedgerEntry, LedgerPosting
from server.settlement.rules import ACCOUNT_WORDS, ENTRY_WORDS, EntryKind, LedgerAccount


@dataclass(frozen=True)
class Balance:
    institution: str
    account: LedgerAccount
    words: str
    fen: int  # debit positive


@dataclass(frozen=True)
class PostingCard:
    institution: str
    words: str
    debit: int | None  # fen
    credit: int | None


@dataclass(frozen=True)
class EntryCard:
    uid: str
    at: datetime
    kind: EntryKind
    words: str
    memo: str
    statement_uid: str
    postings: tuple[PostingCard, ...]  # in the reader's own books


async def balances(*, actor: Actor) -> tuple[Balance, ...]:
    rows = (
        await LedgerPosting.filter(postings_visible_to(actor=actor))
        .annotate(fen=Sum("amount"))
        .group_by("institution__name", "account")
        .values_list("institution__name", "account", "fen")
    )
    order = list(LedgerAccount)
    found = [
        Balance(name, LedgerAccount(account), ACCOUNT_WORDS[account], int(fen)) for name, account, fen in rows
    ]
    return tuple(sorted(found, key=lambda each: (each.institution, order.index(each.account))))


async def ledger(*, actor: Actor, wish: PageWish) -> Page[EntryCard]:
    """List what was posted to the books of the actor's institutions, the newest first."""
    own = LedgerPosting.filter(postings_visible_to(actor=actor))
    rows = LedgerEntry.filter(id__in=Subquery(own.values("entry_id"))).select_related("statement")
    page = await rows_of(rows, wish, by="created_at")
    postings = (
        await own.filter(entry_id__in=[row.id for row in page.items])
        .select_related("institution")
        .order_by("id")
    )
    by_entry: dict[int, list[PostingCard]] = {}
    for each in postings:
        by_entry.setdefault(each.entry_id, []).append(
            PostingCard(
                each.institution.name,
                ACCOUNT_WORDS[each.account],
                each.amount if each.amount > 0 else None,
                -each.amount if each.amount < 0 else None,
            )
        )
    return page.of(
        EntryCard(
            uid=row.uid,
            at=row.created_at,
            kind=row.kind,
            words=ENTRY_WORDS[row.kind],
            memo=row.memo,
            statement_uid=row.statement.uid,
            postings=tuple(by_entry.get(row.id, ())),
        )
        for row in page.items
    )
