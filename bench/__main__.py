"""`make bench`: every part after the other, or those that are named; each prints its table and writes var/bench/<part>.json.

Machines are shared and noisy: what is compared is compared in one run, in turn, and the ratios are what is to be read.
"""

import argparse
import runpy
import sys
import traceback

# What a part is told when it is only tried. What follows the name of a single part is the part's own, and has the last word.
PARTS = {
    "ladder": ["--rounds", "1", "--seconds", "1"],
    "rush": ["--rounds", "1", "--people", "200"],
    "standing": ["--seconds", "5", "--people", "500", "--flood", "5", "--soak-minutes", "0.2"],
    "telling": ["--pairs", "20"],
    "scale": ["--rounds", "3"],
    "exports": ["--rows", "5000"],
    "growth": ["--short"],
    "indicators": ["--facts", "20000", "--rounds", "3"],
    "starting": ["--rounds", "1", "--requests", "100"],
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument(
        "part", nargs="?", choices=sorted(PARTS), help="one of them only; its own --help tells more"
    )
    parser.add_argument(
        "--short", action="store_true", help="to see whether it runs; the figures mean nothing"
    )
    given, own = parser.parse_known_args()
    if own and given.part is None:
        parser.error(f"{own[0]} belongs to one part: name it")
    return max(
        _run(part, [*(PARTS[part] if given.short else []), *own])
        for part in ([given.part] if given.part else PARTS)
    )


def _run(part: str, arguments: list[str]) -> int:
    print(f"\n{part}", flush=True)
    sys.argv = [f"python -m bench.{part}", *arguments]
    try:
        runpy.run_module(f"bench.{part}", run_name="__main__", alter_sys=False)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception:  # noqa: BLE001  the parts after it are measured all the same
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
