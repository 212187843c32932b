"""A restore that dies on the way leaves something that can be trusted, and takes nothing over from what it replaces."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from server.backup import embedded
from server.backup.archive import BackupRefused
from server.backup.embedded import CHECKPOINTS, DATABASE, put_back

MARK = "20260302T010000Z"


def _database(path: Path, word: str) -> None:
    with closing(sqlite3.connect(path)) as own:
        own.execute("PRAGMA journal_mode=WAL")
        own.execute("CREATE TABLE said (word TEXT)")
        own.execute("INSERT INTO said VALUES (?)", (word,))
        own.commit()


def _word(path: Path) -> str:
    with closing(sqlite3.connect(path)) as own:
        return str(own.execute("SELECT word FROM said").fetchone()[0])


class Places:
    def __init__(self, folder: Path) -> None:
        self.backup = folder / "backup"
        self.backup.mkdir()
        self.database, self.checkpoints = folder / DATABASE, folder / CHECKPOINTS
        for place, word in ((folder, "old"), (self.backup, "new")):
            _database(place / DATABASE, word)
            (place / CHECKPOINTS).write_text(word)

    @property
    def kept(self) -> Path:
        return self.checkpoints.with_name(f"{CHECKPOINTS}.before-{MARK}")

    def restore(self) -> None:
        put_back(self.backup, self.database, self.checkpoints, mark=MARK)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_both_are_replaced_and_the_old_checkpoints_kept(places: Places) -> None:
    places.database.chmod(0o640)

    places.restore()

    assert (_word(places.database), places.checkpoints.read_text()) == ("new", "new")
    assert (places.kept.read_text(), places.database.stat().st_mode & 0o777) == ("old", 0o640)


def test_dying_in_between_leaves_no_checkpoint_that_is_younger_than_the_database(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def dies_at_the_database(self: Path, target: Any) -> Path:
        if Path(target) == places.database:
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies_at_the_database)
    with pytest.raises(KeyboardInterrupt):
        places.restore()

    assert (_word(places.database), places.checkpoints.read_text()) == ("old", "new")
    assert places.kept.read_text() == "old"


def test_dying_while_the_checkpoints_are_copied_leaves_the_old_ones(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(source: Path, target: Path) -> None:
        target.write_text("ne")
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded.shutil, "copyfile", dies)
    with pytest.raises(KeyboardInterrupt):
        places.restore()

    assert (_word(places.database), places.checkpoints.read_text()) == ("old", "old")


def test_what_lay_beside_the_old_database_is_not_taken_for_the_new_ones(places: Places) -> None:
    with closing(sqlite3.connect(places.database)) as own:  # one that was killed leaves its WAL
        own.execute("INSERT INTO said VALUES ('late')")
        own.commit()
        wal = places.database.with_name(f"{DATABASE}-wal").read_bytes()
    places.database.unlink()
    places.database.with_name(f"{DATABASE}-wal").write_bytes(wal)

    places.restore()

    with closing(sqlite3.connect(places.database)) as own:
        assert own.execute("SELECT word FROM said").fetchall() == [("new",)]


def test_a_database_that_is_open_is_left_alone(places: Places) -> None:
    with closing(sqlite3.connect(places.database)) as own:
        own.execute("SELECT * FROM said").fetchone()
        with pytest.raises(BackupRefused):
            places.restore()

    assert (_word(places.database), places.checkpoints.read_text()) == ("old", "old")


def test_a_backup_without_checkpoints_leaves_none_that_accuse(places: Places) -> None:
    (places.backup / CHECKPOINTS).unlink()

    places.restore()

    assert (places.checkpoints.exists(), places.kept.read_text()) == (False, "old")
