# ruff: noqa: S608  only names of our own are put into the text
"""Compare what clients were told with what the databases hold, without the product's code."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from server.booking.rules import BOOKED_STATUSES
from tests.cluster.apps import App
from tests.cluster.galera import Galera, Node
from tests.cluster.stack import Stack
from tests.load.ledger import Ledger
from tests.load.rows import appointments
from tests.servers import until

COMPARED = ("appointment", "slot", "answered_request", "outbox_message", "audit_entry")
STANDING_STILL = 20.0  # seconds, until every node has applied what the others have
SEATED = tuple(sorted(str(status) for status in BOOKED_STATUSES))


def faults(stack: Stack) -> list[str]:
    """Return a line for each difference; what the product says of itself is asked with `python -m server check`."""
    with _standing_still(stack.apps):
        return _faults(stack.databases, stack.crowd.ledger)


@contextmanager
def _standing_still(apps: Sequence[App]) -> Iterator[None]:
    """Keep the workers from writing while the nodes are compared; what they hold in hand is not committed."""
    with ExitStack() as frozen:
        for app in apps:
            app.freeze()
            frozen.callback(app.thaw)
        yield


def _faults(galera: Galera, ledger: Ledger) -> list[str]:
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
        " ON o.account_id = r.account_id AND o.label = 'load' WHERE r.refusal IS NULL"
    )
    told = len(ledger.told)
    return [] if kept == told else [f"{kept} answers are kept, {told} writes were acknowledged"]


def _differences(galera: Galera) -> list[str]:
    """All nodes must hold the same once they have applied the same: what differs then differs for good."""
    first, *others = until(
        lambda: _sums_at_one_position(galera), "standing still of the databases", within=STANDING_STILL
    )
    return [
        f"{table} differs between {galera.nodes[0].name} and {node.name}"
        for node, sums in zip(galera.nodes[1:], others, strict=True)
        for table, mine, its in zip(COMPARED, first, sums, strict=True)
        if mine != its
    ]


def _sums_at_one_position(galera: Galera) -> list[list[object]]:
    before = [_position(node) for node in galera.nodes]
    sums = [_sums(node) for node in galera.nodes]
    after = [_position(node) for node in galera.nodes]
    return sums if len({*before, *after}) == 1 else []


def _position(node: Node) -> object:
    return node.ask("SHOW GLOBAL STATUS LIKE 'wsrep_last_committed'")[0][1]


def _sums(node: Node) -> list[object]:
    named = ", ".join(f"care.{table}" for table in COMPARED)
    return [checksum for _, checksum in node.ask(f"CHECKSUM TABLE {named}")]
