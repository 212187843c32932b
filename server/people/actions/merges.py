"""Two rows that are one person: the absorbed row points at its survivor, and everything that hangs on it follows.

Rows of other rooms are not rewritten: `access` and `queries.same_person_ids` lead through the pointer, so an
un-merge gives each row back what was its own.
"""

from datetime import datetime
from typing import Any

from server.audit.guards import rights_changed_for
from server.authority.actor import Actor
from server.authority.permissions import Permission
from server.kit import sealing
from server.kit.errors import NotFound
from server.kit.transactions import action
from server.outbox.actions import enqueue
from server.people.access import resident_for
from server.people.actions.rows import (
    free_nursing_key,
    lock,
    noted,
    open_care_state,
    sealed_national_id,
    sealed_phone,
)
from server.people.errors import CannotMerge, NotMerged, ReasonNeeded
from server.people.models import (
    NATIONAL_ID,
    PHONE,
    CareStateChange,
    ProxyGrant,
    Resident,
    ResidentMerge,
    ResidentStay,
)
from server.people.rules import EFFECTS, LIVE_PROXY, CareCause, CareState

HOME_COLUMNS = ("home_id", "bed", "bed_key", "care_state")


@action
async def merge_residents(
    *, actor: Actor, survivor_uid: str, absorbed_uid: str, reason: str, now: datetime
) -> str:
    """Return the uid of the merge. Refuses with `CannotMerge` unless both are live, distinct and born on one day."""
    permission = Permission.RESIDENT_MERGE
    survivor = await resident_for(actor=actor, uid=survivor_uid, permission=permission, now=now)
    absorbed = await resident_for(actor=actor, uid=absorbed_uid, permission=permission, now=now)
    if survivor.id == absorbed.id:
        raise CannotMerge
    for row in sorted((survivor, absorbed), key=lambda each: each.id):
        await lock(row)
    _ensure_one_person(survivor, absorbed)
    carried = await _carry(absorbed, survivor, now)
    # What had been merged into the absorbed row goes with it: a pointer never leads to a merged row.
    carried["followers"] = [row.uid for row in await Resident.filter(merged_into_id=absorbed.id)]
    await Resident.filter(merged_into_id=absorbed.id).update(merged_into_id=survivor.id)
    await Resident.filter(id=absorbed.id).update(merged_into_id=survivor.id)
    merge = ResidentMerge(
        absorbed_id=absorbed.id,
        survivor_id=survivor.id,
        reason=_given(reason),
        merged_by_id=actor.account_id,
        carried=carried,
        created_at=now,
    )
    await merge.save()
    await rights_changed_for(sorted((survivor.id, absorbed.id)), now=now)
    await noted(
        actor,
        "people.merged",
        survivor,
        now=now,
        reason=merge.reason,
        detail={"absorbed": absorbed.uid, "merge": merge.uid},
    )
    await enqueue("people.merged", {"resident": survivor.uid, "absorbed": absorbed.uid}, now=now)
    return str(merge.uid)


@action
async def unmerge_residents(*, actor: Actor, absorbed_uid: str, reason: str, now: datetime) -> None:
    """Give the absorbed row back what was its own, as far as it has not changed since."""
    absorbed = await Resident.get_or_none(uid=absorbed_uid)
    survivor = await resident_for(
        actor=actor, uid=absorbed_uid, permission=Permission.RESIDENT_MERGE, now=now
    )
    if absorbed is None:
        raise NotFound
    if absorbed.merged_into_id is None:
        raise NotMerged
    await lock(survivor)
    merge = (
        await ResidentMerge.filter(absorbed_id=absorbed.id, undone_at__isnull=True).order_by("-id").first()
    )
    if merge is None:
        raise NotMerged
    undone: dict[str, Any] = {
        "undone_at": now,
        "undone_by_id": actor.account_id,
        "undone_reason": _given(reason),
    }
    if not await ResidentMerge.filter(id=merge.id, undone_at__isnull=True).update(**undone):
        raise NotMerged
    await _give_back(survivor, absorbed, merge.carried, now)
    await Resident.filter(uid__in=merge.carried["followers"], merged_into_id=survivor.id).update(
        merged_into_id=absorbed.id
    )
    await rights_changed_for(sorted((survivor.id, absorbed.id)), now=now)
    await noted(
        actor,
        "people.unmerged",
        survivor,
        now=now,
        reason=reason,
        detail={"absorbed": absorbed.uid, "merge": merge.uid},
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()


def _ensure_one_person(survivor: Resident, absorbed: Resident) -> None:
    two_numbers = survivor.national_id_index and absorbed.national_id_index
    two_homes = survivor.home_id and absorbed.home_id
    two_accounts = survivor.account_id and absorbed.account_id
    if survivor.birth_date != absorbed.birth_date or two_numbers or two_homes or two_accounts:
        raise CannotMerge


async def _carry(absorbed: Resident, survivor: Resident, now: datetime) -> dict[str, Any]:
    """Hand the survivor what it lacks, and note it; empty the absorbed row first, for the unique keys' sake."""
    grants = await ProxyGrant.filter(resident_id=absorbed.id).order_by("id")
    carried: dict[str, Any] = {
        "national_id": absorbed.national_id_sealed is not None,
        "phone": absorbed.phone_sealed is not None and survivor.phone_sealed is None,
        "account": absorbed.account_id is not None,
        "home": absorbed.home_id is not None,
        "care_state": absorbed.care_state,
        "grants": [row.uid for row in grants],
    }
    emptied, filled = _handed_over(absorbed, survivor, carried)
    await Resident.filter(id=absorbed.id).update(**emptied)
    await CareStateChange.filter(resident_id=absorbed.id, ended_at__isnull=True).update(
        ended_at=now, open_key=None, nursing_key=None
    )
    if filled:
        await Resident.filter(id=survivor.id).update(**filled)
    if carried["home"]:
        await _restay(absorbed.id, survivor.id)
        await _restate(survivor.id, absorbed.care_state, now)
    await _regrant(grants, survivor.id)
    return carried


def _handed_over(
    absorbed: Resident, survivor: Resident, carried: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    emptied: dict[str, Any] = {"touched": absorbed.touched}
    filled: dict[str, Any] = {}
    if carried["national_id"]:
        emptied |= {"national_id_sealed": None, "national_id_index": None}
        number = sealing.open_sealed(
            absorbed.national_id_sealed or b"", place=f"{NATIONAL_ID}|{absorbed.uid}"
        )
        filled |= sealed_national_id(survivor.uid, number)
    if carried["phone"]:
        emptied |= {"phone_sealed": None, "phone_index": None}
        filled |= sealed_phone(
            survivor.uid, sealing.open_sealed(absorbed.phone_sealed or b"", place=f"{PHONE}|{absorbed.uid}")
        )
    if carried["account"]:
        emptied["account_id"] = None
        filled["account_id"] = absorbed.account_id
    if carried["home"]:
        emptied |= {"home_id": None, "bed": None, "bed_key": None}
        filled |= {column: getattr(absorbed, column) for column in HOME_COLUMNS}
    return emptied, filled


async def _give_back(survivor: Resident, absorbed: Resident, carried: dict[str, Any], now: datetime) -> None:
    emptied, filled = _handed_over(survivor, absorbed, _still_there(survivor, carried))
    # A survivor without a home has left; the absorbed row goes on in the state in which the survivor lived.
    state = survivor.care_state if carried["home"] and survivor.home_id else carried["care_state"]
    await Resident.filter(id=survivor.id).update(**emptied)
    await Resident.filter(id=absorbed.id).update(merged_into_id=None, **(filled | {"care_state": state}))
    if "home_id" in filled:
        await _restay(survivor.id, absorbed.id)
        await Resident.filter(id=survivor.id).update(care_state="left")
        await _restate(survivor.id, "left", now)
    await _restate(absorbed.id, state, now)  # after the survivor has given its nursing bed back
    await _regrant(await ProxyGrant.filter(uid__in=carried["grants"]).order_by("id"), absorbed.id)


def _still_there(survivor: Resident, carried: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the survivor has lost since: it cannot be given back."""
    return {
        "national_id": carried["national_id"] and survivor.national_id_sealed is not None,
        "phone": carried["phone"] and survivor.phone_sealed is not None,
        "account": carried["account"] and survivor.account_id is not None,
        "home": carried["home"] and survivor.home_id is not None,
    }


async def _restay(from_id: int, to_id: int) -> None:
    await ResidentStay.filter(resident_id=from_id, ended_at__isnull=True).update(
        resident_id=to_id, open_key=str(to_id)
    )


async def _restate(resident_id: int, state: Any, now: datetime) -> None:
    await CareStateChange.filter(resident_id=resident_id, ended_at__isnull=True).update(
        ended_at=now, open_key=None, nursing_key=None
    )
    key = (
        await free_nursing_key(await _home_of(resident_id)) if EFFECTS[CareState(state)].nursing_bed else None
    )
    await open_care_state(resident_id, state, CareCause.REPORTED, None, key=key, now=now)


async def _home_of(resident_id: int) -> int | None:
    row = await Resident.get(id=resident_id)
    return row.home_id


async def _regrant(grants: list[ProxyGrant], resident_id: int) -> None:
    for row in grants:
        key = f"{row.proxy_id}.{resident_id}"
        taken = await ProxyGrant.filter(live_key=key).exclude(id=row.id).exists()
        live = row.status in LIVE_PROXY and not taken
        # Two live grants of one proxy stand side by side: neither widens the other, and both can be ended.
        await ProxyGrant.filter(id=row.id).update(resident_id=resident_id, live_key=key if live else None)
