"""By when somebody has to come: the first note within hours, the senior within days, then by the week."""

from datetime import datetime, timedelta

WEEK = 7


def between(rounds_a_week: int) -> timedelta:
    """Return how long may pass between two rounds: the week in equal parts, to the hour."""
    return timedelta(days=WEEK) / rounds_a_week


def days_between(rounds_a_week: int) -> int:
    """Return the same in whole days, rounded up, for what is planned by the day: four a week is no round a day."""
    return -(-WEEK // rounds_a_week)


def next_round_by(
    *,
    opened_at: datetime,
    last_round: datetime | None,  # since it was opened, or since they came back
    senior_came: bool,
    rounds_a_week: int,
    first_hours: int,
    second_level_days: int,
) -> datetime:
    if last_round is None:
        return opened_at + timedelta(hours=first_hours)
    due = last_round + between(rounds_a_week)
    return due if senior_came else min(due, opened_at + timedelta(days=second_level_days))
