"""The lines of one pair's month: services, fees, and what is taken back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from server.alliance.models import ServiceAgreement
from server.alliance.rules import AgreementStatus, FeeKind, Funding
from server.kit.clock import local_date
from server.kit.months import Month
from server.settlement.actions.books import Books, Pair, fill
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import (
    CLOSED,
    Flag,
    Funded,
    LineKind,
    LineStatus,
    fixed_fees,
    fund,
    terms_of,
)
from server.visits.queries import ConfirmedItem, items_in_doubt

TWICE = "同一天给同一位长者的同一项服务，已经有另一行在结算，请核对。"


async def write_services(statement: Statement, pair: Pair, books: Books, now: datetime) -> None:
    new = sorted(
        (each for each in books.items if each.item_uid not in books.claims), key=lambda each: each.started_at
    )
    await fill(books, new)
    await books.insurances.ask_about(
        sorted({item.resident_id for item in new}), [local_date(item.started_at) for item in new]
    )
    for item in new:
        books.lines.append(_service_line(statement, item, pair.month, books, now))


def _service_line(
    statement: Statement, item: ConfirmedItem, month: Month, books: Books, now: datetime
) -> StatementLine:
    day = local_date(item.started_at)
    terms = terms_of(item.service, books.contents[item.agreement_id], books.catalogue.on(item.service, day))
    person = books.persons[item.resident_id]
    quota = (person, item.service, day.year)
    situation = books.insurances.situation(item.resident_id, day, used=books.used[quota])
    funded = fund(terms, situation)
    place = (person, item.service, day)
    twice = place in books.claimed
    books.claimed.add(place)
    if funded.payer is Funding.PUBLIC_HEALTH:
        books.used[quota] += 1
    return StatementLine(
        statement_id=statement.id,
        kind=LineKind.SERVICE,
        agreement_id=item.agreement_id,
        resident_id=item.resident_id,
        visit_uid=item.visit_uid,
        service=item.service,
        service_name=item.service_name,
        on_day=day,
        claim_key=item.item_uid,
        flag=Flag.TWICE if twice else Flag.LATE if day < month.first else None,
        status=LineStatus.DISPUTED if twice else LineStatus.CLAIMED,
        reason=TWICE if twice else "",
        disputed_at=now if twice else None,
        created_at=now,
        **_funded(funded),
    )


def _funded(funded: Funded) -> dict[str, Any]:
    return {
        "payer": funded.payer,
        "amount": funded.amount,
        "steps": [asdict(step) for step in funded.steps],
    }


def write_fees(statement: Statement, pair: Pair, books: Books, now: datetime) -> None:
    versions = {each.id: each for each in books.agreements}
    firsts = {each.id: _first_version(each, versions) for each in books.agreements}
    held = {each.id: span for each in books.agreements if (span := _bound_in(each, pair.month)) is not None}
    # Of the versions that hold within the month the last bills the quarter that ends in it.
    lasts = {firsts[each].id: each for each in sorted(held, key=lambda each: (held[each][0], each))}
    for number, span in held.items():
        agreement, first = versions[number], firsts[number]
        fees = fixed_fees(
            books.contents[number],
            pair.month,
            *span,
            is_new=agreement.supersedes_id is None,
            counted_from=first.first_day,
            is_last=lasts[first.id] == number,
        )
        for place, fee in enumerate(fees):
            books.lines.append(
                StatementLine(
                    statement_id=statement.id,
                    kind=LineKind.FEE,
                    agreement_id=agreement.id,
                    service=fee.kind,
                    service_name=fee.words,
                    on_day=pair.month.last,
                    payer=fee.payer,
                    amount=fee.amount,
                    flag=Flag.REFERRAL_FEE if fee.kind is FeeKind.REFERRAL_FEE else None,
                    claim_key=f"{agreement.uid}:{pair.month.first:%Y-%m}:{place}",
                    created_at=now,
                )
            )


def _first_version(agreement: ServiceAgreement, versions: Mapping[int, ServiceAgreement]) -> ServiceAgreement:
    while (before := versions.get(agreement.supersedes_id or 0)) is not None:
        agreement = before
    return agreement


def _bound_in(agreement: ServiceAgreement, month: Month) -> tuple[date, date] | None:
    """Return the days of an agreement's fees where some of them lie in this month."""
    span = _bound(agreement)
    return span if span is not None and max(span[0], month.first) <= min(span[1], month.last) else None


def _bound(agreement: ServiceAgreement) -> tuple[date, date] | None:
    """Return the days of an agreement's fees; None: it has never bound, were it filed or not.

    A new version counts from the day of its filing, on which the version before ends: no day is paid twice (I20).
    """
    if agreement.filed_at is None or agreement.status is AgreementStatus.FILED:
        return None
    first, last = agreement.first_day, agreement.last_day
    if agreement.supersedes_id is not None:
        first = max(first, local_date(agreement.filed_at))
    if agreement.ended_at is not None:  # it counts no longer on the day on which it was ended
        last = min(last, local_date(agreement.ended_at) - timedelta(days=1))
    return first, last


async def take_back(statement: Statement, books: Books, pair: Pair, now: datetime) -> None:
    """Take back what was settled and no longer counts, because its visit was corrected since."""
    counting = {item.item_uid for item in books.items}
    in_doubt = await items_in_doubt(home_id=pair.home_id, provider_id=pair.provider_id)
    gone = [
        line
        for key, (line, status) in books.claims.items()
        if status in CLOSED and key not in counting and key not in in_doubt
    ]
    if not gone:
        return
    lines = StatementLine.filter(id__in=gone).exclude(status=LineStatus.WITHDRAWN)
    for line in await lines.order_by("id"):
        await StatementLine.filter(id=line.id).update(claim_key=None)
        books.lines.append(_reversal(statement, line, now))


def _reversal(statement: Statement, line: StatementLine, now: datetime) -> StatementLine:
    return StatementLine(
        statement_id=statement.id,
        kind=LineKind.REVERSAL,
        agreement_id=line.agreement_id,
        resident_id=line.resident_id,
        visit_uid=line.visit_uid,
        service=line.service,
        service_name=line.service_name,
        on_day=line.on_day,
        payer=line.payer,
        amount=-line.amount,
        steps=[{"funding": line.payer, "pays": True, "words": "这次服务后来更正或作废，把以前结算的退回"}],
        claim_key=f"reversal:{line.uid}",
        reverses_id=line.id,
        created_at=now,
    )
