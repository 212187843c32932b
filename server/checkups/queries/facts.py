"""What a home has written down of insurance and extreme poverty."""

from dataclasses import dataclass
from datetime import date, datetime

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.checkups.models import CheckupFacts
from server.checkups.queries.standing import standings
from server.checkups.rules import INSURANCE_WORDS, STANDING_WORDS, Insurance, Standing
from server.kit.clock import age_on, local_date
from server.kit.pages import Page, PageWish, rows_of
from server.people.access import residents_visible_to
from server.people.models import Resident


@dataclass(frozen=True)
class FactsLine:
    resident_uid: str
    name: str
    age: int
    home_name: str
    bed: str
    insurance: Insurance
    insurance_words: str
    extreme_poverty: bool
    employer_exam_on: date | None
    employer_exam_where: str
    source: str  # empty: nobody has said anything
    as_of: date | None
    standing: Standing
    standing_words: str
    sentence: str


async def facts_lines(*, actor: Actor, name: str, wish: PageWish, now: datetime) -> Page[FactsLine]:
    """Return the residents of the actor's homes with what is known of each, and what comes of it this year."""
    visible = residents_visible_to(actor=actor, permission=Permission.CHECKUP_FACTS, now=now)
    rows = Resident.filter(visible, died_at=None, home_id__isnull=False)
    if name:
        rows = rows.filter(name__icontains=name)
    page = await rows_of(rows.select_related("home"), wish, by="created_at")
    ids = [str(row.id) for row in page.items]
    kept = {row.resident_id: row for row in await CheckupFacts.filter(current_key__in=ids)} if ids else {}
    today = local_date(now)
    found = await standings(page.items, year=today.year, now=now) if page.items else {}
    return page.of(
        _line(row, kept.get(row.id), found[row.id].standing, found[row.id].sentence, today)
        for row in page.items
    )


def _line(
    row: Resident, facts: CheckupFacts | None, standing: Standing, sentence: str, today: date
) -> FactsLine:
    insurance = facts.insurance if facts else Insurance.UNKNOWN
    return FactsLine(
        resident_uid=row.uid,
        name=row.name,
        age=age_on(row.birth_date, today),
        home_name=row.home.name if row.home else "",
        bed=row.bed or "",
        insurance=insurance,
        insurance_words=INSURANCE_WORDS[insurance],
        extreme_poverty=facts.extreme_poverty if facts else False,
        employer_exam_on=facts.employer_exam_on if facts else None,
        employer_exam_where=facts.employer_exam_where if facts else "",
        source=facts.source if facts else "",
        as_of=facts.as_of if facts else None,
        standing=standing,
        standing_words=STANDING_WORDS[standing],
        sentence=sentence,
    )
