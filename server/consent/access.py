"""Whom consent lets see what: conditions that are evaluated inside the reader's own query (R6, I9)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from tortoise.expressions import F, Q, Subquery

from server.alliance.access import in_force
from server.alliance.models import ServiceAgreement
from server.authority.actor import Actor
from server.authority.permissions import Permission, Role
from server.consent.models import Consent, ConsentProvision
from server.consent.rules import ConsentStatus, Purpose, Tie, Verdict
from server.kit.clock import local_date, start_of_day
from server.kit.errors import NotFound
from server.people.access import joined_to_residents_visible_to, of_residents_visible_to
from server.people.models import Resident


def effective_consents(
    *,
    resident_id: int,
    institution_ids: Iterable[int],
    purpose: Purpose,
    now: datetime,
    today: date | None = None,
    prefix: str = "",
) -> Q:
    """Return the condition on `Consent` (through `prefix`) for those that hold at this very instant.

    No job has to run for a consent to end: its period, the resident's home and that home's agreement with the
    recipient are all asked here. `today` is the city's day of `now`; it is given where the SQL is kept and both
    are filled in each time.
    """
    bound = in_force(start_of_day(today or local_date(now)))
    home = Subquery(Resident.filter(id=resident_id, home_id__isnull=False).values("home_id"))
    partners = Subquery(ServiceAgreement.filter(bound, home_id__in=home).values("provider_id"))

    def on(**wanted: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in wanted.items()})

    holds = on(
        resident_id=resident_id,
        recipient_id__in=list(institution_ids),
        purpose=purpose,
        status=ConsentStatus.GRANTED,
        decided_at__lte=now,
        until__gt=now,
    )
    still_there = on(home_id__in=home)
    served = on(tie=Tie.RESIDENCE) | on(tie=Tie.AGREEMENT, recipient_id__in=partners)
    return holds & (on(tie=Tie.NOTHING) | (still_there & served))


def permitted_categories(
    *,
    resident_id: int,
    institution_ids: Iterable[int],
    purpose: Purpose,
    now: datetime,
    today: date | None = None,
) -> Subquery:
    """Return the categories that these institutions may see now, for use as `category__in=…` in a records query."""
    held = effective_consents(
        resident_id=resident_id,
        institution_ids=institution_ids,
        purpose=purpose,
        now=now,
        today=today,
        prefix="consent__",
    )
    return Subquery(ConsentProvision.filter(Q(verdict=Verdict.PERMIT) & held).values("category"))


async def touch_consents(
    *, resident_id: int, institution_ids: Iterable[int], purpose: Purpose, now: datetime
) -> int:
    """Write to the consents that a disclosure rests on, and return how many held: 0 means there is none.

    For an action that hands a record on (a referral's packet). A lock taken only to read does not hold across the
    nodes of a cluster, a write does (reliability 1.3): the disclosure is then ordered before any withdrawal.
    """
    held = effective_consents(
        resident_id=resident_id, institution_ids=institution_ids, purpose=purpose, now=now
    )
    # The ids first: MariaDB refuses an UPDATE whose condition reads the table it writes through a join.
    ids = await Consent.filter(held).order_by("id").values_list("id", flat=True)
    touched = 0
    for consent_id in ids:
        touched += await Consent.filter(id=consent_id, status=ConsentStatus.GRANTED, until__gt=now).update(
            touched=F("touched") + 1
        )
    return touched


def as_family(actor: Actor) -> Actor:
    """Return the actor without their roles at work: what they may do as a resident or relative."""
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.role is Role.PERSON))


def consents_visible_to(*, actor: Actor, permission: Permission, now: datetime) -> Q:
    """Return the condition on `Consent` for those that the actor may see or act upon.

    A resident and their proxies see all of them; an institution sees its own; the staff of the home see those of
    residents without a phone, whose word they witness. Nobody else learns who was asked.
    """
    if permission is Permission.CONSENT_WITNESS:
        return joined_to_residents_visible_to("resident", actor=actor, permission=permission, now=now)
    # A family's residents are few and read first; of a home's or a whole city's each consent is asked by itself.
    seen = of_residents_visible_to("resident", actor=as_family(actor), permission=permission, now=now)
    if mine := sorted(actor.institutions_with(permission)):
        seen |= Q(recipient_id__in=mine)
    if permission is Permission.CONSENT_READ and actor.institutions_with(Permission.CONSENT_WITNESS):
        witnessed = joined_to_residents_visible_to(
            "resident", actor=actor, permission=Permission.CONSENT_WITNESS, now=now
        )
        seen |= Q(resident__account_id__isnull=True) & witnessed
    return seen


async def consent_for(*, actor: Actor, uid: str, permission: Permission, now: datetime) -> Consent:
    """Return one consent with its resident and recipient, or refuse with `NotFound`."""
    seen = Q(uid=uid) & consents_visible_to(actor=actor, permission=permission, now=now)
    found = await Consent.filter(seen).select_related("resident", "recipient").first()
    if found is None:
        raise NotFound
    return found
