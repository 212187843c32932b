"""Whether the access trail still is what was written, for an auditor at a screen; `verify-audit` reads all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.alliance.queries import parameter
from server.audit.verification import Fault, TrailVerdict, newest_chains, verify_chains
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit.clock import local_date
from server.kit.errors import Forbidden, NotFound
from server.people.models import Resident
from server.people.queries import ids_of_person


@dataclass(frozen=True)
class ChainFault:
    fault: Fault
    resident_uid: str | None  # None: the checkpoint file
    place: int  # the line of the chain, or of the file


@dataclass(frozen=True)
class ChainCheck:
    """What was read and what did not fit."""

    chains: int
    lines: int
    checkpoints: int
    faults: tuple[ChainFault, ...]
    most: int  # residents that are looked at when none is named


async def check_chains(
    *, actor: Actor, resident_uid: str | None, checkpoints: Path | None, now: datetime
) -> ChainCheck:
    """Verify the chain of one resident, with those merged into them, or the chains that grew last."""
    if not actor.may(Permission.AUDIT_READ):
        raise Forbidden
    most = await parameter("records.chains_checked", on=local_date(now))
    residents = await _chains_of(resident_uid) if resident_uid else await newest_chains(most=most)
    verdict = await verify_chains(residents, checkpoints)
    return await _told(verdict, most)


async def _chains_of(uid: str) -> Sequence[int]:
    resident = await Resident.filter(uid=uid).first()
    if resident is None:
        raise NotFound
    return await ids_of_person(resident)


async def _told(verdict: TrailVerdict, most: int) -> ChainCheck:
    blamed = sorted({each.resident_id for each in verdict.faults if each.resident_id is not None})
    uids = dict(await Resident.filter(id__in=blamed).values_list("id", "uid")) if blamed else {}
    return ChainCheck(
        chains=verdict.chains,
        lines=verdict.rows,
        checkpoints=verdict.checkpoints,
        faults=tuple(
            ChainFault(each.fault, uids.get(each.resident_id or 0), each.place) for each in verdict.faults
        ),
        most=most,
    )
