"""What `mariadb-full` leaves behind, with a stand-in for MariaDB's own program; tests/drill restores real ones."""

import os
import stat
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.cluster.servers import DEPLOY

# As the real one: folders for itself alone, and some files that everybody could read.
STAND_IN = """#!/bin/sh
for word in "$@"; do case $word in --target-dir=*) target=${word#--target-dir=};; esac; done
case $1 in
--backup) mkdir -m 700 "$target" "$target/alliance" && echo rows >"$target/alliance/resident.ibd" && echo at >"$target/info"
    chmod 644 "$target/info" "$target/alliance/resident.ibd";;
--prepare) exit $PREPARED;;
esac
"""


def full(folder: Path, *, prepared: int = 0) -> Path:
    program = folder / "mariadb-backup"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "PREPARED": str(prepared)}
    subprocess.run([DEPLOY / "backup/mariadb-full", folder / "2026-03-02"], env=env, check=not prepared)
    return folder / "2026-03-02"


def test_is_read_by_nobody_else_and_seen_to_be_whole_by_the_doctor(tmp_path: Path) -> None:
    backup = full(tmp_path)
    inside = [path for path in backup.rglob("*") if path.name != "complete"]

    assert [path for path in inside if path.stat().st_mode & stat.S_IRWXO] == []
    # The doctor runs as another user, who may enter, and not look around.
    assert stat.S_IMODE(backup.stat().st_mode) & stat.S_IRWXO == stat.S_IXOTH
    assert list(tmp_path.glob("*/complete"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_somebody_else_finds_the_mark_and_nothing_more() -> None:
    with tempfile.TemporaryDirectory() as place:  # pytest's own folders are open to nobody else
        Path(place).chmod(0o755)
        backup = full(Path(place))

        def asked(*words: str) -> int:
            # Its groups as well: who is left in root's is not "others".
            return subprocess.run(
                words, user="nobody", group="nogroup", extra_groups=[], check=False, stderr=subprocess.DEVNULL
            ).returncode

        assert asked("test", "-e", str(backup / "complete")) == 0
        assert asked("cat", str(backup / "info")) != 0
        assert asked("ls", str(backup)) != 0


def test_is_not_whole_when_it_could_not_be_prepared(tmp_path: Path) -> None:
    assert not (full(tmp_path, prepared=1) / "complete").exists()
