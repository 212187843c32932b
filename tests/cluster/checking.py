# ruff: noqa: S608  only names of our own are put into the text
"""Compare what clients were told with what the databases hold, without the product's code."""

from server.booking.rules import BOOKED_STATUSES
from tests.cluster.galera import Galera, Node
from tests.load.ledger import Ledger
from tests.load.rows import appointments
from tests.servers import until

COMPARED = ", ".join(
    f"care.{name}" for name in ("appointment", "slot", "answered_request", "outbox_message", "audit_entry")
)
AGREEING = 20.0  # seconds
SEATED = tuple(sorted(str(status) for status in BOOKED_STATUSES))


def faults(galera: Galera, ledger: Ledger) -> list[str]:
    """Return a line for each difference; what the product says of itself is asked with `python -m server check`."""
    node = next(node for node in galera.nodes if node.is_synced)
    return [
        *ledger.compare(appointments(node.url)).faults,
        *(f"oversold: {row}" for row in _oversold(node)),
        *(f"counted wrongly: {row}" for row in _miscounted(node)),
        *(f"told twice: {row}" for row in _told_twice(node)),
        *_answers(node, ledger),
        *_differences(galera),
    ]


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


def _answers(node: Node, ledger: Ledger) -> list[str]:
    ((kept,),) = node.ask(
        "SELECT COUNT(*) FROM care.answered_request r JOIN care.session o"
        " ON o.account_id = r.account_id AND o.label = 'load'"
    )
    told = len(ledger.told)
    return [] if kept == told else [f"{kept} answers are kept, {told} writes were acknowledged"]


def _differences(galera: Galera) -> list[str]:
    """All nodes must hold the same; the worker may still be at it, so that a moment may have to be waited for."""
    try:
        until(lambda: len({tuple(_sums(node)) for node in galera.nodes}) == 1, "agreeing", within=AGREEING)
    except AssertionError:
        return ["the nodes do not hold the same"]
    return []


def _sums(node: Node) -> list[object]:
    return [checksum for _, checksum in node.ask(f"CHECKSUM TABLE {COMPARED}")]
