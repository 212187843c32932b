"""The engine's tests once more through asyncmy. A process speaks through one driver only, so this takes another."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = (
    "test_cancellation.py",
    "test_errors.py",
    "test_kept_reads.py",
    "test_pool.py",
    "test_prepared.py",
    "test_transactions.py",
    "test_values.py",
)


@pytest.mark.usefixtures("mariadb")
def test_asyncmy_does_all_that_aiomysql_does():
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n",
        "0",
        "-k",
        "not stock and not sqlite and not 4000000",
    ]
    run = subprocess.run(
        [*command, *(str(HERE / name) for name in FILES)],
        env=os.environ | {"DRIVER": "asyncmy"},
        cwd=HERE.parent.parent,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-6000:]
