"""What happens by itself: messages are delivered, holds expire, seats are offered on, no-shows are marked."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from server.alliance import actions as alliance
from server.assessments import actions as assessments
from server.audit.actions import note
from server.audit.checkpoint import checkpoint
from server.authority.actor import Actor, system_actor
from server.booking import actions as booking
from server.booking import queries as booking_queries
from server.checkups import actions as checkups
from server.clinics import actions as clinics
from server.consent import actions as consent
from server.demands import actions as demands
from server.documents import actions as documents
from server.documents.queries import count_unwritten
from server.documents.rules import SheetKind
from server.enrolments import actions as enrolments
from server.feedback import actions as feedback
from server.followups import actions as followups
from server.home_beds import actions as home_beds
from server.identity import actions as identity
from server.indicators import actions as indicators
from server.kit.errors import DomainError
from server.kit.transactions import action
from server.notifications import actions as notifications
from server.outbox import actions as outbox
from server.outbox.actions import Message
from server.people import actions as people
from server.prescriptions import actions as prescriptions
from server.privacy import actions as privacy
from server.privacy.actions.copies import write_copy
from server.records import actions as records
from server.referrals import actions as referrals
from server.settlement import actions as settlement
from server.training import actions as training
from server.visits import actions as visits
from server.visits.queries import confirmed_visit
from server.web import metrics
from server.web.asking import Services
from server.web.problems import places
from server.web.requestlog import during
from server.web.watching import keep_watch, watch_process
from server.workload import actions as workload

LOG = logging.getLogger(__name__)
BATCH = 50
WAKE = "outbox"
WAKE_WRITER = "exports"  # of its own: a ring is heard by one who waits
PAUSE = 1.0  # seconds between looks when nobody rings
COUNT_EVERY = 10.0  # seconds between looks for what is due
CHECKPOINT_EVERY = 60.0  # seconds between signed heads of all trails
COMPARE_EVERY = 3600.0  # seconds between comparisons of every slot's counters with its appointments
SECOND_LOOK = 5.0  # seconds

Sweep = Callable[..., Awaitable[int]]
SWEEPS: Sequence[Sweep] = (
    booking.sweep_holds,
    booking.sweep_waitlist,
    booking.sweep_no_shows,
    booking.sweep_slots,
    booking.sweep_reminders,
    visits.sweep_missed,
    visits.sweep_unfinished,
    visits.sweep_nonces,
    consent.sweep_consents,
    records.sweep_emergencies,
    assessments.sweep_assessments,
    referrals.sweep_deadlines,
    referrals.sweep_follow_ups,
    feedback.sweep_clocks,
    notifications.sweep_clocks,
    alliance.sweep_agreements,
    people.sweep_reviews,
    identity.sweep_sign_ins,
    documents.sweep_expired_exports,
    privacy.sweep_retention,
    visits.sweep_kept,
    booking.sweep_waits,
    consent.sweep_asked,
    settlement.sweep_statements,
    settlement.sweep_unanswered,
    followups.sweep_follow_ups,
    followups.sweep_rates,
    checkups.sweep_checkups,
    people.sweep_census,
    demands.sweep_demands,
    clinics.sweep_clinics,
    home_beds.sweep_home_beds,
    home_beds.sweep_home_bed_counts,
    indicators.sweep_reports,
    training.sweep_certificates,
    training.sweep_sessions,
    identity.sweep_workplaces,
    workload.sweep_months,
    enrolments.sweep_enrolments,
    enrolments.sweep_enrolment_rates,
    prescriptions.sweep_prescriptions,
    prescriptions.sweep_prescription_counts,
)

# What each room ends when somebody has died; home beds follow the care state, booking and consent end with the stay.
ENDS_OF_THE_DEAD: Sequence[Sweep] = (
    followups.end_of_the_dead,
    checkups.end_of_the_dead,
    referrals.end_of_the_dead,
    enrolments.end_of_the_dead,
    prescriptions.end_of_the_dead,
)

# What looks at the whole city: beside the loop, for no message and no reminder waits until it is counted.
COUNTS: Sequence[Sweep] = (indicators.sweep_indicators,)

WRITERS = {SheetKind.OWN_COPY: write_copy}

NETWORK_TOPICS: dict[str, Callable[[Message, Services, datetime], Awaitable[None]]] = {
    "wechat.send": notifications.send_wechat,
    "feedback.check_text": feedback.check_text,
}


async def work_once(services: Services, *, now: datetime) -> int:
    """Do everything that is due once; return how much was done."""
    done = await _deliver_and_sweep(services, now=now) + await _count(now=now)
    return done + await _write_tables(lambda: now)


async def _count(*, now: datetime) -> int:
    actor = system_actor("worker")
    return sum([await _guarded(count(actor=actor, now=now), count.__name__) for count in COUNTS])


async def compare(*, now: datetime, pause: float = SECOND_LOOK) -> int:
    """Compare every slot's counters with its appointments, and tell those who watch; a seat sold twice must not stay unseen.

    Who books between the two statements of a look makes it wrong: only what a second look finds as well is told.
    """
    found = await _disagreeing(now)
    if found:
        await asyncio.sleep(pause)
        found &= await _disagreeing(now)
    for fault in sorted(found):
        LOG.error("invariant broken: %s", fault)
    metrics.BROKEN.set(len(found))
    return 0


async def _disagreeing(now: datetime) -> set[str]:
    return {fault.partition(":")[0] for fault in await booking_queries.faults(now=now)}


async def _write_tables(clock: Callable[[], datetime], is_over: Callable[[], bool] = lambda: False) -> int:
    writing = documents.write_exports(
        actor=system_actor("worker"), clock=clock, is_over=is_over, writers=WRITERS
    )
    return await _guarded(writing, metrics.WRITING)


async def _deliver_and_sweep(services: Services, *, now: datetime) -> int:
    actor = system_actor("worker")
    done = 0
    for sweep in SWEEPS:
        done += await _guarded(sweep(actor=actor, now=now), sweep.__name__)
    while messages := await outbox.claim(limit=BATCH, now=now):
        for message in messages:
            done += await _guarded(_deliver(message, services, actor, now), message.topic, message, now)
    return done


async def run(services: Services, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    """Work until asked to stop.

    Tables are written and figures counted beside the loop, for neither must hold up a reminder; checkpoints are signed
    beside it, for a silent WeChat must not hold up what proves the trails.
    """
    watch_process(slow_query_ms=services.settings.slow_query_ms)
    watch = asyncio.create_task(keep_watch("worker"))
    async with asyncio.TaskGroup() as together:
        together.create_task(_keep_delivering(services, clock, stop))
        together.create_task(_keep_writing_tables(services, clock, stop))
        together.create_task(_keep_signing(services, clock, stop))
        together.create_task(_keep_counting(clock, stop))
        together.create_task(_keep_comparing(clock, stop))
    watch.cancel()


async def _keep_writing_tables(
    services: Services, clock: Callable[[], datetime], stop: asyncio.Event
) -> None:
    while not stop.is_set():
        await _write_tables(clock, stop.is_set)
        await services.shared.wait(WAKE_WRITER, timeout=PAUSE)


async def _keep_signing(services: Services, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _guarded(_sign(services, now=clock()), metrics.SIGNING)
        await _rest(stop, CHECKPOINT_EVERY)


async def _sign(services: Services, *, now: datetime) -> None:
    await checkpoint(services.settings.checkpoints, now=now)
    metrics.CHECKPOINT.set(now.timestamp())


async def _keep_counting(clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _count(now=clock())
        await _rest(stop, COUNT_EVERY)


async def _keep_comparing(clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await _guarded(compare(now=clock()), metrics.COMPARING)
        await _rest(stop, COMPARE_EVERY)


async def _rest(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _keep_delivering(services: Services, clock: Callable[[], datetime], stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await _deliver_and_sweep(services, now=clock())
            await _tell_what_waits(now=clock())
        except Exception as error:  # noqa: BLE001  the database may be away for a while; the worker stays
            LOG.error("pass failed: %s", type(error).__name__, extra={"places": places(error)})  # noqa: TRY400
        await services.shared.wait(WAKE, timeout=PAUSE)


async def _tell_what_waits(*, now: datetime) -> None:
    backlog = await outbox.backlog(now=now)
    metrics.OUTBOX_WAITING.set(backlog.waiting)
    metrics.OUTBOX_OLDEST.set(backlog.oldest.total_seconds())
    metrics.OUTBOX_DEAD.set(backlog.dead)
    metrics.EXPORTS_WAITING.set(await count_unwritten())


async def _deliver(message: Message, services: Services, actor: Actor, now: datetime) -> int:
    over_the_network = NETWORK_TOPICS.get(message.topic)
    if over_the_network is not None:
        await over_the_network(message, services, now)
    else:
        await _announce(actor=actor, message=message, now=now)
    return 1


@action
async def _announce(*, actor: Actor, message: Message, now: datetime) -> None:
    """Do all that follows from one piece of news, and close it, in one transaction: exactly once."""
    if not await outbox.mark_done(message):
        return
    if message.topic in workload.HEARD:
        await _follow_visit(actor=actor, topic=message.topic, visit_uid=message.payload["visit"], now=now)
    elif message.topic == "booking.fulfilled":
        await feedback.issue_rating_tokens(
            actor=actor, source="appointment", source_uid=message.payload["appointment"], now=now
        )
    elif message.topic in {"people.care_state_changed", "people.transferred"}:
        await home_beds.follow_care_state(actor=actor, resident_uid=message.payload["resident"], now=now)
    elif message.topic == "people.died":
        await _end_what_was_owed(actor=actor, resident_uid=message.payload["resident"], now=now)
    await notifications.announce(
        actor=actor, topic=message.topic, payload=message.payload, message_uid=message.uid, now=now
    )


async def _follow_visit(*, actor: Actor, topic: str, visit_uid: str, now: datetime) -> None:
    """Bring all that rests on a visit up to what both say of it now.

    Also when a correction was refused: news of an earlier one may have come while this one was being decided.
    """
    if topic == "visits.confirmed":
        await feedback.issue_rating_tokens(actor=actor, source="visit", source_uid=visit_uid, now=now)
    elif topic == "visits.corrected":
        await settlement.withdraw_uncounted(actor=actor, visit_uid=visit_uid, now=now)
    await _note_rounds(actor=actor, visit_uid=visit_uid, now=now)
    await workload.book_visit(actor=actor, visit_uid=visit_uid, now=now)


async def _end_what_was_owed(*, actor: Actor, resident_uid: str, now: datetime) -> None:
    """Let every room end what it still owed somebody who has died."""
    for end in ENDS_OF_THE_DEAD:
        await end(actor=actor, resident_uid=resident_uid, now=now)


async def _note_rounds(*, actor: Actor, visit_uid: str, now: datetime) -> None:
    """A confirmed visit was a round at the home beds of those who were seen, as both say of it now."""
    visit = await confirmed_visit(visit_uid)
    if visit is None:
        return
    await home_beds.note_visit_rounds(
        actor=actor,
        visit_uid=visit.uid,
        institution_id=visit.provider_id,
        resident_ids=[item.resident_id for item in visit.items],
        made_at=visit.items[0].started_at if visit.items else visit.confirmed_at,
        now=now,
    )


@action
async def revive_messages(*, actor: Actor, now: datetime) -> int:
    """Let what was given up be tried again: somebody has removed the reason."""
    revived = await outbox.revive(now=now)
    await note(
        actor,
        "outbox.revived",
        subject_kind="outbox",
        subject_uid="",
        detail={"messages": revived},
        now=now,
    )
    return revived


async def _guarded(
    work: Awaitable[Any], what: str, message: Message | None = None, now: datetime | None = None
) -> int:
    """Let one failing piece of work stop neither the others nor the worker."""
    try:
        with during(what):
            done = int(await work or 0)
        metrics.WORKED.labels(what).set_to_current_time()
    except Exception as error:  # noqa: BLE001  see above
        fault = error.code if isinstance(error, DomainError) else type(error).__name__
        metrics.WORK_FAILED.labels(what).inc()
        LOG.error("%s failed: %s", what, fault, extra={"places": places(error)})  # noqa: TRY400
        if message is not None and now is not None:
            await outbox.mark_failed(message, fault, now=now)
        return 0
    return done
