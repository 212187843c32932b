from pathlib import Path

import pytest

from server.settings import SECRETS, Settings, SettingsRefused

SAFE = {name.upper(): "x" for name in SECRETS} | {
    "PRODUCTION": "1",
    "WECHAT_APPID": "wx1",
    "WECHAT_SECRET": "s",
}


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
