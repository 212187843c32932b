"""Every episode, one after the other, under load: `make cluster`, or `python -m tests.cluster kill_two flush_redis`."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests import rings
from tests.cluster import episodes
from tests.cluster.episodes import Episode, Outcome
from tests.cluster.servers import NEEDS
from tests.cluster.stack import stack
from tests.load.ledger import Ledger

KEPT = Path("var/cluster.json")


async def main(chosen: Sequence[Episode], nodes: int, clients: int) -> int:
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="care-cluster-") as folder:
        async with stack(Path(folder), nodes=nodes, clients=clients) as standing:
            print(
                f"{nodes} app nodes, {clients} clients, load of the machine {os.getloadavg()[0]:.1f}\n{HEAD}"
            )
            for episode in chosen:
                outcomes.append(await episodes.lived_through(episode, standing))
                print(_row(outcomes[-1]), flush=True)
            ledger = standing.crowd.ledger
            checked = await asyncio.to_thread(standing.apps[0].command_line().command, "check")
    print(
        f"{_count(ledger, 'booked')} booked and {_count(ledger, 'cancelled')} cancelled in all;"
        f" check: {checked.stdout.strip()}"
    )
    for said in sorted(set[str]().union(*(each.sentences for each in outcomes))):
        print(f"  read meanwhile: {said}")
    # A node that differs for a while, or a read that missed, may be mended by the next episode: all of them count.
    broken = list(dict.fromkeys(fault for each in outcomes for fault in each.faults))
    print("\n".join(broken) or "0 lost, 0 oversold, 0 twice, counters equal rows, all nodes identical")
    _keep(outcomes)
    return 1 if broken or checked.returncode else 0


def _count(ledger: Ledger, status: str) -> int:
    return sum(each.row[0] == status for each in ledger.told)


def _keep(outcomes: Sequence[Outcome]) -> None:
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps([asdict(each) for each in outcomes], ensure_ascii=False, indent=1))


HEAD = f"{'episode':<82}{'writes/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'stop s':>8}{'wrong':>6}  met besides"


def _row(each: Outcome) -> str:
    met = ", ".join(f"{count} × {said}" for said, count in sorted(each.met.items())) or "-"
    remark = f"; {each.remark}" if each.remark else ""
    return (
        f"{each.name:<82}{each.per_second:>9.0f}{each.p50 * 1000:>8.0f}{each.p99 * 1000:>8.0f}"
        f"{each.longest_stop:>8.2f}{len(each.faults):>6}  {met}{remark}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("episodes", nargs="*", help=", ".join(each.__name__ for each in episodes.ALL))
    parser.add_argument("--nodes", type=int, default=2, help="of the product")
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--times", type=int, default=1, help="all of them, so often, on one stack")
    parsed = parser.parse_args()
    here, why = rings.servers_or_reason(NEEDS)
    if not here:
        sys.exit(why)
    wanted = [getattr(episodes, name) for name in parsed.episodes] or episodes.ALL
    sys.exit(asyncio.run(main([*wanted] * parsed.times, parsed.nodes, parsed.clients)))
