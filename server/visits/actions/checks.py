"""Read what was scanned: is each code ours, of this place, of this moment, and unused?"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

import orjson

from server.alliance.queries import parameter
from server.authority.actor import Actor
from server.kit.clock import local_date
from server.visits.codes import (
    CodeKeys,
    Forged,
    Malformed,
    Step,
    code_keys,
    is_current,
    is_screen,
    nonce_digest,
    plate_digest,
    rotating_step,
)
from server.visits.models import Plate, Scan, Visit, VisitNonce
from server.visits.rules import Evidence, Reason, ScanResult

T = TypeVar("T")


@dataclass(frozen=True)
class Scanned:
    """What the phone sends for one start."""

    client_uid: str  # a ULID that the phone made when it scanned
    plate: str = field(repr=False)
    nonce: str = field(repr=False)
    device_time: datetime
    code: str | None = field(default=None, repr=False)  # the rotating one
    device_unavailable: bool = False  # why there is no rotating code
    from_camera: bool = (
        True  # False: launched by a long press or from the album (scenes 1012, 1013, 1048, 1049)
    )


@dataclass
class Checked:
    """What came out so far."""

    evidence: set[Evidence] = field(default_factory=set)
    refusals: list[Reason] = field(default_factory=list)
    exceptions: list[Reason] = field(default_factory=list)
    plate_id: int | None = None
    nonce_id: int | None = None
    step: Step | None = None

    @property
    def result(self) -> ScanResult:
        if self.refusals:
            return ScanResult.REFUSED
        return ScanResult.EXCEPTION if self.exceptions else ScanResult.ACCEPTED

    @property
    def reasons(self) -> list[Reason]:
        return self.refusals or self.exceptions


def fingerprint(scanned: Scanned, visit_uid: str) -> str:
    # A digest of codes that are random or short-lived: nothing can be guessed back from it.
    parts = [
        visit_uid,
        scanned.plate,
        scanned.nonce,
        scanned.code,
        scanned.device_unavailable,
        scanned.device_time,
    ]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


async def check_codes(
    *, actor: Actor, visit: Visit, scanned: Scanned, offline: bool, at: datetime, now: datetime
) -> Checked:
    """Check every element, so that the record says all that was wrong; spend the nonce whatever comes out."""
    checked = Checked()
    await _check_nonce(checked, actor, scanned, offline=offline, at=at, now=now)
    await _check_plate(checked, visit, scanned, at)
    await _check_rotating(checked, actor, visit, scanned, at)
    if scanned.from_camera:
        checked.evidence.add(Evidence.CAMERA)
    return checked


async def _check_nonce(
    checked: Checked, actor: Actor, scanned: Scanned, *, offline: bool, at: datetime, now: datetime
) -> None:
    nonce = await VisitNonce.get_or_none(digest=nonce_digest(scanned.nonce), account_id=actor.account_id)
    # Without a network the session may have been renewed since: the account then binds it, and the scan is flagged anyway.
    if nonce is None or not (offline or nonce.session_uid == actor.session_uid):
        checked.refusals.append(Reason.NONCE_UNKNOWN)
        return
    checked.nonce_id = nonce.id
    if not await VisitNonce.filter(id=nonce.id, used_at=None).update(used_at=now):
        checked.refusals.append(Reason.NONCE_REPLAYED)
    elif at >= nonce.expires_at:
        checked.refusals.append(Reason.NONCE_EXPIRED)
    skew = timedelta(seconds=await parameter("visits.clock_skew_seconds", on=local_date(now)))
    if offline and not nonce.created_at - skew <= at <= now + skew:
        checked.refusals.append(Reason.DEVICE_TIME_WRONG)


async def _check_plate(checked: Checked, visit: Visit, scanned: Scanned, at: datetime) -> None:
    digest = _opened(plate_digest, scanned.plate, checked, (Reason.PLATE_MALFORMED, Reason.PLATE_FORGED))
    if digest is None:
        return
    plate = await Plate.get_or_none(digest=digest)
    if plate is None:
        checked.refusals.append(Reason.PLATE_UNKNOWN)
        return
    checked.plate_id = plate.id
    if plate.home_id != visit.home_id:
        checked.refusals.append(Reason.PLATE_ELSEWHERE)
    elif not plate.valid_from <= at or (plate.valid_to is not None and at >= plate.valid_to):
        checked.refusals.append(Reason.PLATE_EXPIRED)
    else:
        checked.evidence.add(Evidence.PLATE)


async def _check_rotating(
    checked: Checked, actor: Actor, visit: Visit, scanned: Scanned, at: datetime
) -> None:
    if scanned.code is None:
        if not scanned.device_unavailable:
            checked.refusals.append(Reason.CODE_MISSING)
        return
    step = _opened(rotating_step, scanned.code, checked, (Reason.CODE_MALFORMED, Reason.CODE_FORGED))
    if step is None:
        return
    checked.step = step
    if not is_screen(step, visit.home_id):
        checked.refusals.append(Reason.CODE_ELSEWHERE)
    elif not is_current(step, at=at):
        checked.refusals.append(Reason.CODE_EXPIRED)
    elif await Scan.filter(code_key=f"{step.screen}:{step.number}:{actor.account_id}").exists():
        checked.refusals.append(Reason.CODE_REPLAYED)
    else:
        checked.evidence.add(Evidence.ROTATING)


def _opened(
    read: Callable[[str, CodeKeys], T], text: str, checked: Checked, reasons: tuple[Reason, Reason]
) -> T | None:
    malformed, forged = reasons
    try:
        return read(text, code_keys())
    except Malformed:
        checked.refusals.append(malformed)
    except Forged:
        checked.refusals.append(forged)
    return None
