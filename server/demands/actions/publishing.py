"""Civil affairs says what a home needs, and takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server.alliance.models import Institution
from server.alliance.queries import parameter
from server.alliance.rules import InstitutionKind
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.demands.access import demand_for
from server.demands.actions.moves import given, move, noted, tell, term
from server.demands.errors import NeededAlready, NothingNeeded, TermPast, TooManyNeeded
from server.demands.models import Demand, DemandAnswer
from server.demands.rules import MOST_PEOPLE, AnswerStatus, DemandEvent, Need, counted
from server.kit.clock import local_date, start_of_day
from server.kit.duplicates import refusing_duplicates
from server.kit.errors import NotFound
from server.kit.ids import new_uid
from server.kit.transactions import action
from server.outbox.actions import enqueue


@dataclass(frozen=True)
class Line:
    need: Need
    people: int
    note: str = ""


@action
async def publish_list(
    *,
    actor: Actor,
    home_uid: str,
    lines: Sequence[Line],
    answer_by: date | None = None,
    now: datetime,
) -> str:
    """Publish what a home needs, a line a need, and return the list's mark. Few people are told as few (I45)."""
    publishers = sorted(actor.institutions_with(Permission.DEMAND_PUBLISH))
    home = await Institution.filter(uid=home_uid, kind=InstitutionKind.NURSING_HOME, filed=True).first()
    publisher = await Institution.filter(id__in=publishers).order_by("id").first()
    if home is None or publisher is None:
        raise NotFound
    wanted = [line for line in lines if line.people]
    if not wanted:
        raise NothingNeeded
    if any(not 0 <= line.people <= MOST_PEOPLE for line in lines):
        raise TooManyNeeded
    due_at = start_of_day(answer_by) if answer_by else await term("answer_days", now)
    if answer_by is not None and answer_by <= local_date(now):
        raise TermPast(fields={"answer_by": TermPast.message})
    least = await parameter("alliance.least_persons_shown", on=now)
    batch = new_uid()
    for line in wanted:
        row = Demand(
            home=home,
            publisher=publisher,
            batch=batch,
            need=line.need,
            people=counted(line.people, least),
            least=least,
            note=line.note,
            published_by_id=actor.account_id,
            owner_id=publisher.id,
            due_at=due_at,
            live_key=f"{home.id}-{line.need}",
            created_at=now,
        )
        async with refusing_duplicates(NeededAlready):
            await row.save()
        await noted(actor, row, "demands.published", now=now, batch=batch)
    payload = {"demand_list": batch, "home": home.uid, "bureau": publisher.uid}
    await enqueue("demands.published", payload, now=now, once_key=f"published-{batch}")
    return batch


@action
async def withdraw_demand(*, actor: Actor, uid: str, reason: str, now: datetime) -> None:
    """Take a demand back; whoever answered is told."""
    row = await demand_for(actor=actor, uid=uid, permission=Permission.DEMAND_PUBLISH, now=now)
    await move(actor, row, DemandEvent.WITHDRAW, now=now, reason=given(reason))
    answers = DemandAnswer.filter(demand_id=row.id).exclude(status=AnswerStatus.WITHDRAWN)
    told: list[str | None] = [
        each.provider.uid for each in await answers.order_by("id").select_related("provider")
    ]
    for provider in told or [None]:
        await tell(row, "withdrawn", now=now, provider=provider)
