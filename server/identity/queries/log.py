"""What the people of an institution did at their work: its own operation log."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tortoise.expressions import Subquery

from server.audit.queries import DeedsWish, deeds_at
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.models import Account, RoleGrant
from server.identity.queries.accounts import names_of
from server.kit.clock import start_of_day
from server.kit.pages import Page, PageWish

MOST_PEOPLE = 500
PRIVATE = (
    frozenset(  # what only residents and relatives do: a nurse's own rating is not her employer's business
        {
            "feedback.rated",
            "feedback.text_edited",
            "feedback.taken_back",
            "feedback.case_opened",
            "feedback.case.confirm",
            "feedback.case.reopen",
            "people.proxy_applied",
            "people.proxy_withdraw",
            "consent.granted",
            "consent.denied",
            "consent.withdrawn",
            "records.objected",
        }
    )
)


@dataclass(frozen=True)
class LogWish:
    account_uid: str | None = None
    family: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class LogLine:
    at: datetime
    who: str
    channel: str
    action: str
    subject_kind: str
    subject_uid: str
    reason: str


@dataclass(frozen=True)
class InstitutionLog:
    page: Page[LogLine]
    people: tuple[tuple[str, str], ...]  # uid and name of everybody who ever worked there, for a choice


async def institution_log(*, actor: Actor, asked: LogWish, wish: PageWish, now: datetime) -> InstitutionLog:  # noqa: ARG001  one form for all
    """Return the log of the institutions that the actor manages."""
    own = actor.institutions_with(Permission.LOG_READ)
    staff = RoleGrant.filter(institution_id__in=sorted(own)).values("account_id")
    people = await Account.filter(id__in=Subquery(staff)).order_by("name", "id").limit(MOST_PEOPLE)
    ids = {each.uid: each.id for each in people}
    page = await deeds_at(
        institution_ids=own,
        by=Subquery(staff),
        without=PRIVATE,
        asked=DeedsWish(
            # Nobody's row has the number 0: a name that is not one's own staff finds nothing.
            account_id=ids.get(asked.account_uid, 0) if asked.account_uid else None,
            family=asked.family,
            since=start_of_day(asked.first_day) if asked.first_day else None,
            until=start_of_day(asked.last_day + timedelta(days=1)) if asked.last_day else None,
        ),
        wish=wish,
    )
    names = await names_of({line.account_id for line in page.items if line.account_id is not None})
    lines = tuple(
        LogLine(
            line.at,
            names.get(line.account_id or 0, ""),
            line.channel,
            line.action,
            line.subject_kind,
            line.subject_uid,
            line.reason or "",
        )
        for line in page.items
    )
    return InstitutionLog(page.of(lines), tuple((each.uid, each.name) for each in people))
