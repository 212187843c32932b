"""Both institutions say what they have to say about a finished visit (I35)."""

from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.transactions import action
from server.visits.access import institution_id_of, side_of, visit_to_change
from server.visits.actions.moving import locked, move, tell, try_move
from server.visits.errors import MustBeOpened, NotThisNow, ReasonNeeded, SameHands
from server.visits.models import Attestation, Visit, VisitItem
from server.visits.queries import VisitCard, must_be_opened, read_card
from server.visits.rules import ATTEST, RESOLVE, Side, Verdict, VisitEvent, VisitStatus


@action
async def attest(*, actor: Actor, visit_uid: str, side: Side | None = None, now: datetime) -> VisitCard:
    """Confirm for one side. With the other side's word, given by another person, the visit counts."""
    visit, mine = await _mine(actor, visit_uid, side, Permission.VISIT_ATTEST)
    words = {f"{mine}_verdict": Verdict.CONFIRMED, f"{mine}_by_id": actor.account_id}
    reached = await try_move(visit, ATTEST[mine], words, given=_other_hands(mine, actor))
    if reached is None:
        raise SameHands if _same_hands(visit, mine, actor) else NotThisNow
    await _keep(actor, visit, mine, Verdict.CONFIRMED, now=now)
    await tell(actor, "visits.attested", visit, side=mine, now=now)
    if reached is VisitStatus.CONFIRMED:
        await confirmed(actor, visit, now)
    return await read_card(visit.id)


@action
async def attest_unopened(*, actor: Actor, visit_uid: str, now: datetime) -> VisitCard:
    """Confirm from a list: only a visit whose presence is proved, with nothing flagged and nothing urgent."""
    visit = await visit_to_change(actor=actor, uid=visit_uid, permission=Permission.VISIT_ATTEST)
    held = await locked(visit)
    if must_be_opened(held, urgent=await VisitItem.filter(visit_id=held.id, urgent=True).exists()):
        raise MustBeOpened
    return await attest(actor=actor, visit_uid=visit_uid, now=now)


@action
async def dispute(
    *, actor: Actor, visit_uid: str, reason: str, side: Side | None = None, now: datetime
) -> VisitCard:
    """Say that it was not so. The visit counts nowhere until both sides say the same."""
    visit, mine = await _mine(actor, visit_uid, side, Permission.VISIT_ATTEST)
    _reason_given(reason)
    if _same_hands(visit, mine, actor):
        raise SameHands
    words = {f"{mine}_verdict": Verdict.DISPUTED, f"{mine}_by_id": actor.account_id, "reason": reason}
    await move(visit, VisitEvent.DISPUTE, words, given=_other_hands(mine, actor))
    await _keep(actor, visit, mine, Verdict.DISPUTED, reason=reason, now=now)
    await tell(actor, "visits.disputed", visit, reason=reason, side=mine, now=now)
    return await read_card(visit.id)


@action
async def resolve(
    *, actor: Actor, visit_uid: str, verdict: Verdict, reason: str, side: Side | None = None, now: datetime
) -> VisitCard:
    """Say how the dispute should end; it ends when the other institution has said the same, by another person."""
    visit, mine = await _mine(actor, visit_uid, side, Permission.VISIT_CORRECT)
    _reason_given(reason)
    held = await locked(visit)
    if held.status is not VisitStatus.DISPUTED or verdict not in RESOLVE:
        raise NotThisNow
    if _same_hands(held, mine, actor):
        raise SameHands
    words = {f"{mine}_verdict": verdict, f"{mine}_by_id": actor.account_id}
    agreed = _verdict_of(held, mine.other) is verdict
    if agreed:
        await move(held, RESOLVE[verdict], words)
    else:
        await Visit.filter(id=held.id).update(**words)
    await _keep(actor, held, mine, verdict, reason=reason, now=now)
    if agreed:
        await tell(actor, "visits.resolved", held, reason=reason, verdict=verdict, now=now)
    if agreed and verdict is Verdict.CONFIRMED:
        await confirmed(actor, held, now)
    return await read_card(held.id)


async def confirmed(actor: Actor, visit: Visit, now: datetime) -> None:
    await Visit.filter(id=visit.id).update(confirmed_at=now)
    await tell(actor, "visits.confirmed", visit, once=str(visit.version), now=now)


async def _mine(actor: Actor, uid: str, side: Side | None, permission: Permission) -> tuple[Visit, Side]:
    visit = await visit_to_change(actor=actor, uid=uid, permission=permission)
    return visit, side_of(visit, actor=actor, permission=permission, wanted=side)


def _other_hands(mine: Side, actor: Actor) -> Q:
    # In the UPDATE itself: two confirmations at the same instant cannot both miss the other's name.
    other = f"{mine.other}_by_id"
    nobody: dict[str, Any] = {f"{other}__isnull": True}
    another: dict[str, Any] = {f"{other}__not": actor.account_id}
    return Q(**nobody) | Q(**another)


def _same_hands(visit: Visit, mine: Side, actor: Actor) -> bool:
    return bool(getattr(visit, f"{mine.other}_by_id") == actor.account_id)


def _verdict_of(visit: Visit, side: Side) -> Verdict | None:
    found: Verdict | None = visit.host_verdict if side is Side.HOST else visit.provider_verdict
    return found


def _reason_given(reason: str) -> None:
    if not reason.strip():
        raise ReasonNeeded


async def _keep(
    actor: Actor, visit: Visit, side: Side, verdict: Verdict, *, reason: str | None = None, now: datetime
) -> None:
    await Attestation(
        visit_id=visit.id,
        side=side,
        institution_id=institution_id_of(visit, side),
        account_id=actor.account_id,
        version=visit.version,
        verdict=verdict,
        reason=reason,
        created_at=now,
    ).save()
