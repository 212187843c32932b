"""Everything that follows from a filled-in form, and the row that keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from server.authority.actor import Actor
from server.followups.actions.moving import tell
from server.followups.errors import OnlyEarlier
from server.followups.models import ChronicEpisode, FollowUp
from server.followups.queries.terms import numbers_on, terms_of
from server.followups.rules import (
    PHONE,
    Before,
    Course,
    Decision,
    Form,
    Written,
    decide,
    entries_of,
    finding_of,
)
from server.followups.rules.forms import Answers
from server.kit.clock import age_on


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in."""

    answers: Mapping[str, Any]
    version: str | None = None  # of the form that was shown; None: the one in use
    happened_on: date | None = None  # None: today
    next_on: date | None = None  # None: what the rule says


@dataclass(frozen=True)
class Judged:
    """Everything that follows from a form."""

    form: Form
    answers: Answers
    numbers: Mapping[str, int]
    age: int
    decision: Decision
    day: date
    next_on: date

    @property
    def entries(self) -> tuple[Written, ...]:
        return entries_of(self.form, self.answers, self.decision, self.next_on)

    @property
    def check_back_by(self) -> date | None:
        return self.decision.next_on(self.day) if self.decision.refers else None


async def judged_by(
    form: Form, filled: Filled, *, birth_date: date, before: Before | None, day: date
) -> Judged:
    answers, numbers, wanted = form.checked(filled.answers), await numbers_on(day), filled.next_on
    terms = terms_of(numbers, birth_date, day)
    decision = decide(finding_of(form, answers), before, terms)
    latest = decision.next_on(day)
    if wanted is not None and not day < wanted <= latest:
        said = f"最晚是 {latest.month} 月 {latest.day} 日，可以更早，不能推后。"
        raise OnlyEarlier(fields={"next_on": said})
    age = age_on(birth_date, day)
    return Judged(form, answers, numbers, age, decision, day, wanted or latest)


def row_of(
    actor: Actor, episode: ChronicEpisode, judged: Judged, entries: Mapping[str, str], now: datetime
) -> FollowUp:
    decision = judged.decision
    return FollowUp(
        episode_id=episode.id,
        resident_id=episode.resident_id,
        author_id=actor.account_id,
        happened_on=judged.day,
        form_code=judged.form.code,
        form_version=judged.form.version,
        answers=judged.answers,
        age=judged.age,
        numbers=dict(judged.numbers),
        controlled=decision.controlled,
        outcome=decision.outcome,
        course=decision.course,
        why=list(decision.why),
        face_to_face=judged.answers["way"] != PHONE,
        latest_next_on=decision.next_on(judged.day),
        next_on=judged.next_on,
        check_back_by=judged.check_back_by,
        entry_uid=entries[judged.entries[0].key],
        entries=dict(entries),
        day_key=f"{episode.id}/{judged.day}",
        created_at=now,
    )


async def told(episode: ChronicEpisode, decision: Decision, uid: str, now: datetime) -> None:
    if decision.course is Course.URGENT:
        await tell("followups.urgent", episode, once=uid, now=now)
    else:
        await tell("followups.recorded", episode, once=uid, now=now)
