# ruff: noqa: S608  only names of our own are put into the text
"""Compare what clients were told with what the databases hold, without the product's code."""

import time

from tests.cluster.galera import Galera, Node
from tests.cluster.load import Log

COMPARED = ", ".join(
    f"care.{name}" for name in ("appointment", "slot", "answered_request", "outbox_message", "audit_entry")
)
LOOKS = 100
SEATED = ("booked", "arrived", "fulfilled")
MINE = "JOIN care.session o ON o.account_id = a.booked_by_id AND o.label = 'load'"


def faults(galera: Galera, log: Log) -> list[str]:
    """Return a line for each difference; what the product says of itself is asked with `python -m server check`."""
    node = next(node for node in galera.nodes if node.is_synced)
    return [
        *_against_the_log(node, log),
        *(f"oversold: {row}" for row in _oversold(node)),
        *(f"counted wrongly: {row}" for row in _miscounted(node)),
        *(f"told twice: {row}" for row in _told_twice(node)),
        *_answers(node, log),
        *_differences(galera),
        *([f"{log.unseen} acknowledged bookings were not seen by the next read"] if log.unseen else []),
    ]


def _against_the_log(node: Node, log: Log) -> list[str]:
    rows = {
        str(uid): (str(slot), str(status))
        for uid, slot, status in node.ask(
            f"SELECT a.uid, s.uid, a.status FROM care.appointment a JOIN care.slot s ON s.id = a.slot_id {MINE}"
        )
    }
    found = [f"lost: {uid}" for uid in log.booked if uid not in rows]
    found += [f"nobody was told of: {uid}" for uid in rows if uid not in log.booked]
    for uid, (slot, status) in rows.items():
        wanted = "cancelled" if uid in log.cancelled else "booked"
        if uid in log.booked and (slot, status) != (log.booked[uid], wanted):
            found.append(f"{uid} is {status} in {slot}, and was told to be {wanted} in {log.booked[uid]}")
    return found


def _oversold(node: Node) -> list[tuple[object, ...]]:
    return node.ask(
        "SELECT slot_id, COUNT(*), s.capacity FROM care.appointment a JOIN care.slot s ON s.id = a.slot_id"
        f" WHERE status IN {SEATED} GROUP BY slot_id, s.capacity HAVING COUNT(*) > s.capacity"
    )


def _miscounted(node: Node) -> list[tuple[object, ...]]:
    return node.ask(
        "SELECT s.id, s.booked, COUNT(a.id) FROM care.slot s LEFT JOIN care.appointment a"
        f" ON a.slot_id = s.id AND a.status IN {SEATED} GROUP BY s.id, s.booked HAVING s.booked <> COUNT(a.id)"
    )


def _told_twice(node: Node) -> list[tuple[object, ...]]:
    return node.ask(
        "SELECT topic, JSON_VALUE(payload, '$.appointment') AS uid, COUNT(*) FROM care.outbox_message"
        " WHERE topic IN ('booking.booked', 'booking.cancelled') GROUP BY topic, uid HAVING COUNT(*) > 1"
    )


def _answers(node: Node, log: Log) -> list[str]:
    ((kept,),) = node.ask(
        "SELECT COUNT(*) FROM care.answered_request r JOIN care.session o"
        " ON o.account_id = r.account_id AND o.label = 'load'"
    )
    return [] if kept == log.writes else [f"{kept} answers are kept, {log.writes} writes were acknowledged"]


def _differences(galera: Galera) -> list[str]:
    """All nodes must hold the same; the worker may still be at it, so that a moment may have to be waited for."""
    for _ in range(LOOKS):
        if len({tuple(_sums(node)) for node in galera.nodes}) == 1:
            return []
        time.sleep(0.2)
    return ["the nodes do not hold the same"]


def _sums(node: Node) -> list[object]:
    return [checksum for _, checksum in node.ask(f"CHECKSUM TABLE {COMPARED}")]
