"""What a process does not need it does not load: each megabyte is held by every one of them for as long as it lives.

`python -m bench.starting` says how many there are.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import inherited

RARE = ("openpyxl", "typst", "xlsxwriter")  # a roster handed in, a document drawn, a table written
FACES = ("admin", "miniprogram_api", "jinja2")
LOADED = "import sys; import {module}; print(*sys.modules)"
CARRIED_OUT = "import gc; from server import cli; cli.main(['openapi']); print(); print(gc.isenabled(), gc.get_freeze_count())"


@pytest.mark.parametrize(
    ("module", "spared"),
    [("server.commands.processes", (*RARE, "server.demo")), ("server.commands.working", (*RARE, *FACES))],
    ids=["web", "worker"],
)
def test_a_process_loads_only_what_it_needs_from_the_start(module: str, spared: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(module=module)], capture_output=True, text=True, check=True
    )
    assert not set(spared) & set(done.stdout.split())


def test_what_modules_made_is_never_looked_through_for_waste(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CARRIED_OUT],
        env={**inherited(), "DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    enabled, frozen = done.stdout.splitlines()[-1].split()
    assert enabled == "True"
    assert int(frozen) > 100_000
