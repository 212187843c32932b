"""`make drill`: lose everything, restore it, and compare it with what was acknowledged, kept outside the server."""

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
from tests.drill.embedded import embedded
from tests.drill.findings import Finding
from tests.drill.mariadb import NEEDS, mariadb

HEADINGS = (
    "drill", "acknowledged", "slowest write (s)", "backup (s)", "slowest meanwhile (s)", "MB", "restore (s)", "compared", "missing",
    "different", "untold", "refused", "unseen", "faults",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drill")
    parser.add_argument("--seconds", type=float, default=10, help="of work before the backup and after it")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="care-drill-") as folder:
        findings = asyncio.run(_all(Path(folder), said.seconds))
    print(_table([HEADINGS, *map(_row, findings)]))
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    for finding in findings:
        for fault in (*finding.compared.faults, *finding.faults):
            print(fault, file=sys.stderr)
    if said.json:
        said.json.write_text(json.dumps([asdict(each) for each in findings], indent=1, ensure_ascii=False))
    return 0 if all(each.passed for each in findings) else 1


async def _all(folder: Path, seconds: float) -> list[Finding]:
    findings = [await embedded(folder / "sqlite", seconds=seconds)]
    here, reason = rings.servers_or_reason(NEEDS)
    if here:
        findings.append(await mariadb(folder / "mariadb", seconds=seconds))
    else:
        print(reason)
    return findings


def _row(each: Finding) -> Sequence[str]:
    compared = each.compared
    return (
        each.name, str(each.acknowledged), f"{each.slowest_before:.2f}", f"{each.backup:.1f}", f"{each.slowest_meanwhile:.2f}",
        f"{each.size / 1e6:.1f}", f"{each.restore:.1f}", str(compared.compared), str(len(compared.missing)),
        str(len(compared.different)), str(len(compared.untold)), str(sum(compared.refused.values())), str(compared.unseen),
        str(len(each.faults)),
    )  # fmt: skip


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
