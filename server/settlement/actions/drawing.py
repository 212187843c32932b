"""Draw a month's statements out of what both institutions confirmed: by the worker, and by nobody's hand."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.functions import Count, Min

from server.alliance.models import ServiceAgreement
from server.alliance.queries import Catalogue, catalogue, parameter, parameters
from server.alliance.rules import AgreementContent, FeeKind, Funding, content_of
from server.assessments.queries import EnteredGrades, entered_grades
from server.audit.actions import note
from server.authority.actor import Actor
from server.clinics.queries import designations_of
from server.clinics.rules import DesignationKind, Designations
from server.home_beds.queries import OpenBeds, open_beds_of
from server.kit.clock import local_date
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.settlement.models import Statement, StatementLine
from server.settlement.rules import (
    CLOSED,
    OPEN_LINES,
    Flag,
    Funded,
    LineKind,
    LineStatus,
    Month,
    Situation,
    StatementStatus,
    fixed_fees,
    fund,
    month_of,
    terms_of,
)
from server.visits.queries import ConfirmedItem, confirmed_items, items_in_doubt

TWICE = "同一天给同一位长者的同一项服务，已经有另一行在结算，请核对。"
PAIRS_AT_ONCE = 20  # in one pass of the worker; the others follow a second later


async def sweep_statements(*, actor: Actor, now: datetime, limit: int = PAIRS_AT_ONCE) -> int:
    """Draw what has not been drawn up to the last month, once its days of grace are over; return how many.

    A pair that cannot be drawn stops no other, and is said together with all such at the end.
    """
    numbers = await parameters(("settlement.draw_day", "settlement.look_back_days"), on=now)
    if local_date(now).day < numbers["settlement.draw_day"]:
        return 0
    done, failed = 0, []
    for home_id, provider_id, month in await _undrawn(
        month_of(now).before, numbers["settlement.look_back_days"]
    ):
        pair = _Pair(home_id, provider_id, month, numbers["settlement.look_back_days"])
        try:
            done += await _draw(actor=actor, pair=pair, now=now)
        except Exception as error:  # noqa: BLE001  raised below
            failed.append(error)
        if done >= limit:
            break
    if failed:
        message = "statements that could not be drawn"
        raise ExceptionGroup(message, failed)
    return done


@dataclass(frozen=True)
class _Pair:
    home_id: int
    provider_id: int
    month: Month
    look_back: int  # days

    @property
    def since(self) -> datetime:
        return self.month.ends - timedelta(days=self.look_back)

    @property
    def fields(self) -> dict[str, Any]:
        return {"home_id": self.home_id, "provider_id": self.provider_id, "month": self.month.first}


@dataclass
class _Books:
    """What is known when the lines of one pair are written; it grows with every line."""

    catalogue: Catalogue
    agreements: Sequence[ServiceAgreement]
    contents: Mapping[int, AgreementContent]
    items: Sequence[ConfirmedItem]  # all that counts within the look back
    claims: Mapping[
        str, tuple[int, StatementStatus]
    ]  # what was claimed of them: the line, how its statement stands
    used: Counter[tuple[int, str, int]]  # free so far, by resident, service and year
    claimed: set[tuple[int, str, date]]  # by resident, service and day, of any provider
    insurances: "_Insurances"
    lines: list[StatementLine] = field(default_factory=list)


@dataclass
class _Insurances:
    """What the two insurances ask before they pay: a bed or a grade on that day, and whether they pay this institution."""

    provider_id: int
    care_from: int  # parameter settlement.care_from_grade
    designations: Designations
    beds: OpenBeds = field(default_factory=lambda: OpenBeds({}))
    grades: EnteredGrades = field(default_factory=lambda: EnteredGrades({}))

    async def ask_about(self, resident_ids: Sequence[int]) -> None:
        self.beds = await open_beds_of(resident_ids=resident_ids, institution_id=self.provider_id)
        self.grades = await entered_grades(resident_ids=resident_ids)

    def situation(self, resident_id: int, day: date, *, used: int) -> Situation:
        grade = self.grades.on(resident_id, day)
        return Situation(
            used=used,
            home_bed=self.beds.was_open(resident_id, day),
            insured_here=self.designations.may_pay(self.provider_id, DesignationKind.MEDICAL, day),
            long_term_care=grade is not None and grade >= self.care_from,
            care_insured_here=self.designations.may_pay(
                self.provider_id, DesignationKind.LONG_TERM_CARE, day
            ),
        )


async def _undrawn(last: Month, look_back: int) -> list[tuple[int, int, Month]]:
    """Return the pairs and months without a statement, the oldest first.

    A pair is drawn as long as something of it may be confirmed late or taken back. A month that was left out, because
    nothing ran or it could not be drawn, is made up for; months before a pair's first statement were settled elsewhere.
    """
    since = last.ends - timedelta(days=look_back)
    bound = ServiceAgreement.filter(
        filed_at__isnull=False, first_day__lte=last.last, last_day__gte=local_date(since)
    )
    pairs = set(await bound.distinct().values_list("home_id", "provider_id"))
    # Asked every second from the fourth on: one row a pair, and its months only where some are missing.
    known = {
        (home_id, provider_id): (first, int(count))
        for home_id, provider_id, first, count in await Statement.filter(month__lte=last.first)
        .annotate(first=Min("month"), count=Count("id"))
        .group_by("home_id", "provider_id")
        .values_list("home_id", "provider_id", "first", "count")
    }
    found: list[tuple[int, int, Month]] = []
    for pair in sorted(pairs):
        first, count = known.get(pair, (last.first, 0))
        months = list(_months(Month(first), last))
        if count < len(months):
            drawn = Statement.filter(
                home_id=pair[0], provider_id=pair[1], month__in=[each.first for each in months]
            )
            there = set(await drawn.values_list("month", flat=True))
            found += [(*pair, month) for month in months if month.first not in there]
    return sorted(found, key=lambda each: (each[2], each[:2]))


def _months(first: Month, last: Month) -> Iterator[Month]:
    while first <= last:
        yield first
        first = first.following


@action
async def _draw(*, actor: Actor, pair: _Pair, now: datetime) -> int:
    # Two workers may come here at once: the second finds the row, and leaves it alone.
    row = Statement(**pair.fields, created_at=now)
    await Statement.bulk_create([row], ignore_conflicts=True)
    statement = await Statement.filter(uid=row.uid).select_related("home", "provider").first()
    if statement is None:
        return 0
    books = await _books(pair, now)
    await _take_back(statement, books, pair, now)
    await _write_services(statement, pair, books, now)
    _write_fees(statement, pair, books, now)
    if books.lines:
        await StatementLine.bulk_create(books.lines)
    kept = len(books.lines)
    open_lines = sum(line.status in OPEN_LINES for line in books.lines)
    status = StatementStatus.OPEN if kept else StatementStatus.EMPTY
    await Statement.filter(id=statement.id).update(status=status, in_dispute=open_lines)
    await note(
        actor,
        "settlement.drawn",
        subject_kind="statement",
        subject_uid=statement.uid,
        institution_id=pair.provider_id,
        detail={"month": pair.month.first.isoformat(), "lines": kept},
        now=now,
    )
    if kept:
        payload = {
            "statement": statement.uid,
            "home": statement.home.uid,
            "provider": statement.provider.uid,
        }
        await enqueue("settlement.drawn", payload, now=now)
    return 1


async def _books(pair: _Pair, now: datetime) -> _Books:
    agreements = await ServiceAgreement.filter(home_id=pair.home_id, provider_id=pair.provider_id).order_by(
        "id"
    )
    items = await confirmed_items(
        since=pair.since, until=pair.month.ends, home_id=pair.home_id, provider_id=pair.provider_id
    )
    return _Books(
        catalogue=await catalogue(),
        agreements=agreements,
        contents={row.id: content_of(row.content) for row in agreements},
        items=items,
        claims=await _claims(pair),
        used=Counter(),
        claimed=set(),
        insurances=_Insurances(
            provider_id=pair.provider_id,
            care_from=await parameter("settlement.care_from_grade", on=now),
            designations=await designations_of([pair.provider_id]),
        ),
    )


async def _claims(pair: _Pair) -> dict[str, tuple[int, StatementStatus]]:
    rows = StatementLine.filter(
        claim_key__isnull=False,
        statement__home_id=pair.home_id,
        statement__provider_id=pair.provider_id,
        kind=LineKind.SERVICE,
        on_day__gte=local_date(pair.since),
    )
    said = await rows.values_list("claim_key", "id", "statement__status")
    return {str(key): (line, StatementStatus(status)) for key, line, status in said}


async def _write_services(statement: Statement, pair: _Pair, books: _Books, now: datetime) -> None:
    new = sorted(
        (each for each in books.items if each.item_uid not in books.claims), key=lambda each: each.started_at
    )
    await _fill(books, new)
    await books.insurances.ask_about(sorted({item.resident_id for item in new}))
    for item in new:
        books.lines.append(_service_line(statement, item, pair.month, books, now))


async def _fill(books: _Books, items: Sequence[ConfirmedItem]) -> None:
    """Read what these residents have had already, from anybody: a quota and a day are theirs, not the provider's."""
    if not items:
        return
    first = min(local_date(item.started_at) for item in items).replace(month=1, day=1)
    rows = StatementLine.filter(
        Q(claim_key__isnull=False) & ~Q(status=LineStatus.WITHDRAWN),
        resident_id__in=sorted({item.resident_id for item in items}),
        kind=LineKind.SERVICE,
        on_day__gte=first,
    )
    for resident, service, day, payer in await rows.values_list("resident_id", "service", "on_day", "payer"):
        books.claimed.add((resident, service, day))
        if payer == Funding.PUBLIC_HEALTH:
            books.used[resident, service, day.year] += 1


def _service_line(
    statement: Statement, item: ConfirmedItem, month: Month, books: _Books, now: datetime
) -> StatementLine:
    day = local_date(item.started_at)
    terms = terms_of(item.service, books.contents[item.agreement_id], books.catalogue.on(item.service, day))
    quota = (item.resident_id, item.service, day.year)
    situation = books.insurances.situation(item.resident_id, day, used=books.used[quota])
    funded = fund(terms, situation)
    place = (item.resident_id, item.service, day)
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


def _write_fees(statement: Statement, pair: _Pair, books: _Books, now: datetime) -> None:
    for agreement in books.agreements:
        span = _bound(agreement)
        if span is None:
            continue
        content, is_new = books.contents[agreement.id], agreement.supersedes_id is None
        for place, fee in enumerate(fixed_fees(content, pair.month, *span, is_new=is_new)):
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


def _bound(agreement: ServiceAgreement) -> tuple[date, date] | None:
    """Return the days of an agreement's fees; None: it never bound.

    A new version counts from the day of its filing, on which the version before ends: no day is paid twice (I20).
    """
    if agreement.filed_at is None:
        return None
    first, last = agreement.first_day, agreement.last_day
    if agreement.supersedes_id is not None:
        first = max(first, local_date(agreement.filed_at))
    if agreement.ended_at is not None:  # it counts no longer on the day on which it was ended
        last = min(last, local_date(agreement.ended_at) - timedelta(days=1))
    return first, last


async def _take_back(statement: Statement, books: _Books, pair: _Pair, now: datetime) -> None:
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
