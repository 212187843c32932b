"""What a backup is, and what a restore refuses."""

import sqlite3
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from shutil import copy, copytree

import pytest

from server.backup import archive
from server.backup.embedded import CHECKPOINTS, DATABASE
from server.settings import SECRETS_FILE
from tests.rings import rows_of
from tests.running import Running, command, environment

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(300)]
Env = dict[str, str]


@pytest.fixture(scope="module")
def backup(served: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that was made while the server served."""
    served.wait_until_it_has_signed()
    done = served.command("verify-audit", "--checkpoint")
    assert done.returncode == 0, done.stderr
    folder = tmp_path_factory.mktemp("backups")
    done = served.command("backup", str(folder))
    assert done.returncode == 0, done.stderr
    return next(folder.glob("alliance-*.tar"))


@pytest.fixture
def elsewhere(served: Running, tmp_path: Path) -> Env:
    """Another machine, with the keys."""
    env = environment(tmp_path)
    data = Path(env["DATA_DIR"])
    data.mkdir()
    copy(Path(served.env["DATA_DIR"]) / SECRETS_FILE, data)
    return env


def database(env: Env) -> Path:
    return Path(env["DATA_DIR"]) / DATABASE


def ask(env: Env, sql: str) -> list[tuple[object, ...]]:
    return rows_of(f"sqlite://{database(env)}", sql)


def refused(env: Env, file: Path, *said: str) -> str:
    done = command(env, "restore", str(file), *said)
    assert done.returncode == 2, done.stdout + done.stderr
    return done.stderr


class TestABackup:
    def test_is_one_file_for_its_owner_with_the_database_and_the_checkpoints(self, backup: Path) -> None:
        with tarfile.open(backup) as tar:
            assert tar.getnames() == [archive.MANIFEST, DATABASE, CHECKPOINTS]
        assert backup.stat().st_mode & 0o777 == 0o600
        assert [each.name for each in backup.parent.iterdir()] == [backup.name]

    def test_holds_no_key(self, served: Running, backup: Path) -> None:
        secrets = (Path(served.env["DATA_DIR"]) / SECRETS_FILE).read_text()
        found = [line.split("=", 1)[1].split(":")[-1] for line in secrets.splitlines()]

        assert not [secret for secret in found if secret.encode() in backup.read_bytes()]

    def test_does_not_replace_another(self, served: Running, backup: Path) -> None:
        done = served.command("backup", str(backup))

        assert (done.returncode, "已经存在" in done.stderr) == (2, True)


class TestARestore:
    def test_replaces_what_is_there_only_if_told_so_and_ends_every_session(
        self, served: Running, elsewhere: Env, backup: Path
    ) -> None:
        copytree(served.env["DATA_DIR"], elsewhere["DATA_DIR"], dirs_exist_ok=True)
        with closing(sqlite3.connect(database(elsewhere))) as own, own:
            own.execute("DELETE FROM rating_token")

        assert "--force" in refused(elsewhere, backup)
        assert ask(elsewhere, "SELECT COUNT(*) FROM rating_token") == [(0,)]
        done = command(elsewhere, "restore", str(backup), "--force")

        assert done.returncode == 0, done.stderr
        assert ask(elsewhere, "SELECT COUNT(*) FROM rating_token") != [(0,)]
        assert ask(elsewhere, "SELECT COUNT(*) FROM session WHERE revoked_at IS NULL") == [(0,)]
        kept = [each.name for each in database(elsewhere).parent.glob(f"{CHECKPOINTS}*")]
        assert [name.split(".before-")[0] for name in sorted(kept)] == [CHECKPOINTS, CHECKPOINTS]
        assert command(elsewhere, "verify-audit").returncode == 0

    def test_is_refused_while_anybody_serves(self, served: Running, backup: Path) -> None:
        assert "还在运行" in refused(dict(served.env), backup, "--force")

    def test_is_refused_with_other_keys(self, tmp_path: Path, backup: Path) -> None:
        env = environment(tmp_path)

        assert "SEALING_KEYS" in refused(env, backup)
        assert not database(env).exists()

    def test_is_refused_when_one_byte_is_another(self, elsewhere: Env, backup: Path, tmp_path: Path) -> None:
        content = bytearray(backup.read_bytes())
        content[len(content) // 2] ^= 1
        broken = tmp_path / "broken.tar"
        broken.write_bytes(content)

        assert "损坏" in refused(elsewhere, broken)
        assert not database(elsewhere).exists()

    def test_is_refused_when_it_is_no_backup(self, elsewhere: Env, tmp_path: Path) -> None:
        (tmp_path / "letter.txt").write_text("不是备份")

        assert "不是本系统的备份" in refused(elsewhere, tmp_path / "letter.txt")

    def test_is_refused_when_it_was_made_by_a_later_version(
        self, elsewhere: Env, backup: Path, tmp_path: Path
    ) -> None:
        folder = tmp_path / "unpacked"
        folder.mkdir()
        manifest = archive.unpack(backup, folder)
        later = tmp_path / "later.tar"
        archive.pack(folder, replace(manifest, migrations=[*manifest.migrations, "9999_later"]), later)

        assert "请先升级程序" in refused(elsewhere, later)
