from dataclasses import fields
from pathlib import Path

import pytest

from server.configuration import configure_core
from server.settings import SECRETS, Settings, SettingsRefused

HIDDEN = [each.name for each in fields(Settings) if each.metadata.get("secret")]
SAFE = {name.upper(): "x" for name in SECRETS} | {
    "PRODUCTION": "1",
    "WECHAT_APPID": "wx1",
    "WECHAT_SECRET": "s",
}


def written(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o400)
    return path


class TestOutsideProduction:
    def test_secrets_are_made_once_and_kept(self, tmp_path: Path) -> None:
        first = Settings.from_env({"DATA_DIR": str(tmp_path)})
        second = Settings.from_env({"DATA_DIR": str(tmp_path)})

        assert first == second
        assert all(getattr(first, name) for name in SECRETS)
        assert (tmp_path / "secrets.env").stat().st_mode & 0o077 == 0

    def test_two_installations_have_different_secrets(self, tmp_path: Path) -> None:
        one, other = (Settings.from_env({"DATA_DIR": str(tmp_path / name)}) for name in "ab")

        assert one.sealing_keys != other.sealing_keys

    def test_the_database_is_a_file_in_the_data_folder_unless_said_otherwise(self, tmp_path: Path) -> None:
        assert Settings.from_env({"DATA_DIR": str(tmp_path)}).database == f"sqlite://{tmp_path}/alliance.db"
        assert (
            Settings.from_env({"DATA_DIR": str(tmp_path), "DATABASE_URL": "mysql://a"}).database
            == "mysql://a"
        )


class TestInProduction:
    def test_starts_with_secrets_of_its_own(self, tmp_path: Path) -> None:
        assert Settings.from_env({**SAFE, "DATA_DIR": str(tmp_path)}).production

    @pytest.mark.parametrize("production", ["1", "true", "True", "TRUE"])
    @pytest.mark.parametrize("name", [name.upper() for name in SECRETS])
    def test_refuses_to_start_without(self, tmp_path: Path, name: str, production: str) -> None:
        """However the word is written: `True` once passed with secrets made up on the spot."""
        with pytest.raises(SettingsRefused, match=name):
            Settings.from_env({**SAFE, "DATA_DIR": str(tmp_path), name: "", "PRODUCTION": production})

    @pytest.mark.parametrize("said", [{"WECHAT_APPID": "wx00000000cafe0001"}, {"WECHAT_SECRET": "0" * 32}])
    def test_refuses_the_demo_s_credentials(self, tmp_path: Path, said: dict[str, str]) -> None:
        with pytest.raises(SettingsRefused, match="WECHAT_APPID"):
            Settings.from_env({**SAFE, "DATA_DIR": str(tmp_path), **said})


class TestFromFiles:
    """As systemd's credentials and the secrets of a container are handed over."""

    def test_a_secret_is_what_the_file_holds(self, tmp_path: Path) -> None:
        settings = Settings.from_env(
            {"DATA_DIR": str(tmp_path), "TRAIL_KEY_FILE": str(written(tmp_path / "key", f"{'a' * 64}\n"))}
        )

        assert settings.trail_key == "a" * 64

    def test_every_secret_may_come_from_one(self, tmp_path: Path) -> None:
        env = {f"{name.upper()}_FILE": str(written(tmp_path / name, f"of {name}")) for name in HIDDEN}

        settings = Settings.from_env({"DATA_DIR": str(tmp_path), **env})

        assert {getattr(settings, name) for name in HIDDEN} == {f"of {name}" for name in HIDDEN}
        assert "of " not in repr(settings)

    @pytest.mark.parametrize("name", ["PORT", "DATA_DIR"])
    def test_what_is_no_secret_may_not(self, tmp_path: Path, name: str) -> None:
        path = written(tmp_path / "value", "9")

        settings = Settings.from_env({"DATA_DIR": str(tmp_path), f"{name}_FILE": str(path)})

        assert (settings.port, settings.data_dir) == (8000, tmp_path)

    def test_both_ways_at_once_are_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path / "key", "a")

        with pytest.raises(SettingsRefused, match="只能设一个"):
            Settings.from_env({"DATA_DIR": str(tmp_path), "TRAIL_KEY": "b", "TRAIL_KEY_FILE": str(path)})

    def test_a_file_that_is_not_there_or_empty_is_refused(self, tmp_path: Path) -> None:
        for path in (tmp_path / "missing", tmp_path, written(tmp_path / "empty", "\n")):
            with pytest.raises(SettingsRefused, match="TRAIL_KEY_FILE"):
                Settings.from_env({"DATA_DIR": str(tmp_path), "TRAIL_KEY_FILE": str(path)})

    def test_in_production_one_that_everybody_reads_is_refused(self, tmp_path: Path) -> None:
        path = written(tmp_path / "key", "a" * 64)
        env = {**SAFE, "TRAIL_KEY": "", "TRAIL_KEY_FILE": str(path), "DATA_DIR": str(tmp_path)}
        assert Settings.from_env(env).trail_key == "a" * 64

        path.chmod(0o404)

        with pytest.raises(SettingsRefused, match="chmod 0400"):
            Settings.from_env(env)


class TestKeys:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SEALING_KEYS", f"1:{'a' * 62}"),
            ("SEALING_KEYS", "a" * 64),
            ("INDEX_KEYS", f"1:{'xyz' * 32}"),
            ("SEALING_ALGORITHM", "ROT13"),
            ("TRAIL_KEY", "b" * 62),
            ("CHECKPOINT_KEY", "b" * 66),
            ("PLATE_KEYS", "10:" + "c" * 64),
            ("TRAIL_SHIP", "/no/such/folder/marks"),
        ],
    )
    def test_that_do_not_meet_the_demands_are_refused_and_not_repeated(
        self, tmp_path: Path, name: str, value: str, settings: Settings
    ) -> None:
        said = Settings.from_env({"DATA_DIR": str(tmp_path), name: value})

        try:
            with pytest.raises(SettingsRefused, match=name) as refused:
                configure_core(said)
        finally:
            configure_core(settings)

        assert value not in str(refused.value)

    def test_made_by_an_older_version_are_kept_and_the_missing_ones_added(self, tmp_path: Path) -> None:
        written(tmp_path / "secrets.env", "TRAIL_KEY=" + "d" * 64)

        first = Settings.from_env({"DATA_DIR": str(tmp_path)})

        assert first.trail_key == "d" * 64
        assert first.checkpoint_key
        assert first == Settings.from_env({"DATA_DIR": str(tmp_path)})


class TestWords:
    @pytest.mark.parametrize(
        ("name", "word"), [("PORT", "eighty"), ("PRODUCTION", "yes"), ("WITH_WORKER", "maybe")]
    )
    def test_that_mean_nothing_are_refused(self, tmp_path: Path, name: str, word: str) -> None:
        with pytest.raises(SettingsRefused, match=name):
            Settings.from_env({"DATA_DIR": str(tmp_path), name: word})

    def test_that_are_not_ours_change_nothing(self, tmp_path: Path) -> None:
        assert Settings.from_env({"DATA_DIR": str(tmp_path), "PRODUCTION_": "x"}).port == 8000

    def test_secrets_are_not_shown(self, tmp_path: Path) -> None:
        settings = Settings.from_env({"DATA_DIR": str(tmp_path)})

        assert not any(getattr(settings, name) in repr(settings) for name in SECRETS)
