"""Prove presence and start a visit.

A scan is never refused by raising: whatever came is written down with its verdict, and the answer carries the verdict.
"""

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from server.alliance.queries import agreement_in_force, parameter
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.identity.models import Account
from server.kit.clock import local_date
from server.kit.database import is_duplicate
from server.kit.errors import Busy, Forbidden
from server.kit.transactions import action
from server.training.queries import lacking
from server.visits.access import visit_to_attend
from server.visits.actions.checks import Checked, Scanned, check_codes, fingerprint
from server.visits.actions.moving import tell, try_move
from server.visits.codes import new_nonce, nonce_digest
from server.visits.errors import TooManyNonces
from server.visits.models import Scan, Visit, VisitAttendance, VisitNonce
from server.visits.queries import NonceCard, ScanCard, scan_card, tolerance, weights
from server.visits.queries.assigning import assigned_as
from server.visits.rules import Evidence, Reason, ScanResult, VisitEvent, VisitStatus

INSTANT = timedelta(microseconds=1)


@action
async def prepare_scan(*, actor: Actor, offline: int = 0, now: datetime) -> NonceCard:
    """Give out one nonce for a scan that follows at once, or some for scans without a network."""
    if not actor.institutions_with(Permission.VISIT_ATTEND):
        raise Forbidden
    on = local_date(now)
    if offline:
        held = await VisitNonce.filter(
            account_id=actor.account_id, offline=True, used_at=None, expires_at__gt=now
        ).count()
        count = min(offline, await parameter("visits.offline_nonces", on=on) - held)
        lasts = timedelta(hours=await parameter("visits.offline_hours", on=on))
    else:
        count = 1
        lasts = timedelta(seconds=await parameter("visits.nonce_seconds", on=on))
    if count <= 0:
        raise TooManyNonces
    nonces = tuple(new_nonce() for _ in range(count))
    for nonce in nonces:
        await VisitNonce(
            digest=nonce_digest(nonce),
            account_id=actor.account_id,
            session_uid=actor.session_uid,
            offline=bool(offline),
            expires_at=now + lasts,
            created_at=now,
        ).save()
    return NonceCard(nonces=nonces, expires_at=now + lasts, offline=bool(offline))


@action
async def start_visit(*, actor: Actor, visit_uid: str, scanned: Scanned, now: datetime) -> ScanCard:
    """Start by plate, rotating code and nonce. The verdict says accepted, exception or refused, and why."""
    visit = await visit_to_attend(actor=actor, uid=visit_uid)
    return await judged(actor=actor, visit=visit, scanned=scanned, offline=False, now=now)


async def judged(*, actor: Actor, visit: Visit, scanned: Scanned, offline: bool, now: datetime) -> ScanCard:
    """Judge one attempt and write it down; the same attempt again gets the same verdict (I38)."""
    earlier = await Scan.get_or_none(client_uid=scanned.client_uid)
    if earlier is not None:
        return await _again(earlier, actor, visit, scanned, offline=offline, now=now)
    at = scanned.device_time if offline else now
    checked = await check_codes(actor=actor, visit=visit, scanned=scanned, offline=offline, at=at, now=now)
    if not checked.refusals:
        checked.refusals += await _circumstances(visit, at)
    if not checked.refusals:
        await _begin(actor, visit, scanned, checked, offline=offline, at=at)
    scan = await _written(actor, visit, scanned, checked, offline=offline, now=now)
    if scan.result is not ScanResult.REFUSED:
        await tell(actor, "visits.started", visit, now=now, once="started", evidence=scan.result)
    return await _verdict(scan, visit, scanned)


async def _circumstances(visit: Visit, at: datetime) -> list[Reason]:
    reasons = []
    if not (await tolerance(local_date(at))).allows(at, starts_at=visit.starts_at, ends_at=visit.ends_at):
        reasons.append(Reason.OUTSIDE_WINDOW)
    if await agreement_in_force(home_id=visit.home_id, provider_id=visit.provider_id, now=at) is None:
        reasons.append(Reason.NO_AGREEMENT)
    return reasons


async def _begin(
    actor: Actor, visit: Visit, scanned: Scanned, checked: Checked, *, offline: bool, at: datetime
) -> None:
    """Start the visit, unless someone was faster or the actor is at another one; `checked` then says so."""
    if await was_elsewhere(actor.account_id, visit, start=at, end=at + INSTANT):
        checked.refusals.append(Reason.ELSEWHERE)
        return
    checked.exceptions += await _exceptions(actor, visit, scanned, checked, offline=offline, at=at)
    changes: dict[str, Any] = {
        "performer_id": actor.account_id,
        "plate_id": checked.plate_id,
        "started_at": at,
        "evidence": ScanResult.EXCEPTION if checked.exceptions else ScanResult.ACCEPTED,
        "evidence_score": (await weights(local_date(at))).score(checked.evidence),
        "exceptions": checked.exceptions,
    }
    try:
        async with in_transaction():
            started = await try_move(visit, VisitEvent.START, changes)
            if started is None and offline:
                started = await try_move(visit, VisitEvent.START_LATE, changes)
            if started is None:
                checked.refusals.append(await _why_not(visit))
                return
            await _attend(actor, visit, at, offline=offline)
    except Exception as error:
        if not is_duplicate(error):
            raise
        # The unique key of the attendance: they started another visit an instant before this one.
        checked.refusals.append(Reason.ELSEWHERE)


async def was_elsewhere(account_id: int | None, visit: Visit, *, start: datetime, end: datetime) -> bool:
    """Tell whether the account performed, or is performing, another visit that overlaps (I37)."""
    over = Q(finished_at__gt=start)
    under_way = Q(status=VisitStatus.STARTED)
    others = Visit.filter(over | under_way, performer_id=account_id, started_at__lt=end).exclude(id=visit.id)
    return await others.exclude(status=VisitStatus.VOID).exists()


async def _exceptions(
    actor: Actor, visit: Visit, scanned: Scanned, checked: Checked, *, offline: bool, at: datetime
) -> list[Reason]:
    planned = await VisitAttendance.filter(visit_id=visit.id, account_id=actor.account_id).exists()
    told = {
        Reason.DEVICE_UNAVAILABLE: Evidence.ROTATING not in checked.evidence,
        Reason.OFFLINE: offline,
        Reason.NOT_FROM_CAMERA: not scanned.from_camera,
        Reason.STAND_IN: not planned,
        Reason.UNTRAINED: await _untrained(actor, visit, at),
        Reason.WEAK: not (await weights(local_date(at))).proves(checked.evidence),
    }
    return [reason for reason, holds in told.items() if holds]


async def _untrained(actor: Actor, visit: Visit, at: datetime) -> bool:
    """Tell whether whoever came lacks what the work needs: a stand-in, or somebody whose certificate was struck out since."""
    people = await assigned_as(actor.account_id or 0, visit.provider_id, at)
    return bool(await lacking(people, day=local_date(at)))


async def _attend(actor: Actor, visit: Visit, at: datetime, *, offline: bool) -> None:
    mark: str | None = str(actor.account_id)
    if offline and await VisitAttendance.filter(open_key=mark).exists():
        # This morning's visit is handed in while the afternoon's runs: it ends, as it began, before that one did.
        mark = None
    if not await VisitAttendance.filter(visit_id=visit.id, account_id=actor.account_id).update(open_key=mark):
        await VisitAttendance(
            visit=visit,
            account=await Account.get(id=actor.account_id),
            planned=False,
            open_key=mark,
            created_at=at,
        ).save()


async def _why_not(visit: Visit) -> Reason:
    status = (await Visit.select_for_update().get(id=visit.id)).status
    startable = {
        VisitStatus.STARTED,
        VisitStatus.FINISHED,
        VisitStatus.ATTESTED_HOST,
        VisitStatus.ATTESTED_PROVIDER,
    }
    return Reason.ALREADY_STARTED if status in startable else Reason.NOT_STARTABLE


async def _written(
    actor: Actor, visit: Visit, scanned: Scanned, checked: Checked, *, offline: bool, now: datetime
) -> Scan:
    step = checked.step
    counts = not checked.refusals
    scan = Scan(
        client_uid=None if Reason.ID_REUSED in checked.refusals else scanned.client_uid,
        visit_id=visit.id,
        account_id=actor.account_id,
        plate_id=checked.plate_id,
        screen=step.screen if step else None,
        step=step.number if step else None,
        code_key=f"{step.screen}:{step.number}:{actor.account_id}" if step and counts else None,
        nonce_id=checked.nonce_id,
        device_time=scanned.device_time,
        offline=offline,
        evidence=sorted(checked.evidence),
        score=(await weights(local_date(now))).score(checked.evidence),
        result=checked.result,
        reasons=list(checked.reasons),
        fingerprint=fingerprint(scanned, visit.uid),
        created_at=now,
    )
    try:
        async with in_transaction():
            await scan.save()
    except Exception as error:
        if not is_duplicate(error):
            raise
        raise Busy from error  # the same scan is being written by a second request: the next try reads its verdict
    return scan


async def _again(
    earlier: Scan, actor: Actor, visit: Visit, scanned: Scanned, *, offline: bool, now: datetime
) -> ScanCard:
    own = earlier.account_id == actor.account_id
    if own and earlier.fingerprint == fingerprint(scanned, visit.uid):
        return await _verdict(earlier, visit, scanned)
    checked = Checked(refusals=[Reason.ID_REUSED])
    scan = await _written(actor, visit, scanned, checked, offline=offline, now=now)
    return await _verdict(scan, visit, scanned)


async def _verdict(scan: Scan, visit: Visit, scanned: Scanned) -> ScanCard:
    status = (await Visit.get(id=visit.id)).status
    return scan_card(scan, visit_uid=visit.uid, client_uid=scanned.client_uid, visit_status=status)
