"""The units of systemd, and what runs a command as they run: read by systemd itself where it is, and held against the server."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from server.kit import fitness
from server.settings import Settings
from tests.cluster.servers import DEPLOY

UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
TIMERS = sorted((DEPLOY / "systemd").glob("*.timer"))
ONCE = [unit for unit in UNITS if "\nType=oneshot\n" in unit.read_text()]  # called by a timer
STAYING = [unit for unit in UNITS if unit not in ONCE]
# With the user and the variables of the server.
OURS = [unit for unit in UNITS if "\nUser=alliance\n" in unit.read_text()]
# systemd-run cannot start anything where systemd does not run: this one does with its words what systemd does.
STAND_IN = """#!{python}
import json, os, sys
words, env, said = sys.argv[1:], dict(os.environ), []
while words[0].startswith("--"):
    said.append(words.pop(0))
for word in said:
    if word.startswith("--setenv="):
        env.update([word.removeprefix("--setenv=").split("=", 1)])
for word in said:  # they are read last, whatever their place
    file = word.partition("--property=EnvironmentFile=")[2]
    if file and not (file.startswith("-") and not os.path.exists(file[1:])):
        env.update(line.split("=", 1) for line in open(file.removeprefix("-")).read().splitlines())
os.execve(words[0], words, env | {{"TO_SYSTEMD": json.dumps(said)}})
"""
SERVER = """#!{python}
import json, os, sys
told = {{name: os.environ.get(name, "") for name in ("DATA_DIR", "DATABASE_URL")}}
print(json.dumps(told | {{"words": sys.argv[1:], "to_systemd": json.loads(os.environ["TO_SYSTEMD"])}}))
sys.exit(3)
"""


def read(unit: Path) -> configparser.ConfigParser:
    file = configparser.ConfigParser(interpolation=None, strict=False)
    file.optionxform = str  # type: ignore[assignment,method-assign]
    file.read(unit)
    return file


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
@pytest.mark.parametrize("unit", [*UNITS, *TIMERS], ids=lambda unit: unit.name)
def test_systemd_understands_every_line(unit: Path, tmp_path: Path) -> None:
    # A timer is read with the service that it calls, a template with a command in the place of its %i.
    for each in {unit, unit.with_suffix(".service")}:
        text = each.read_text()
        for program in ("/opt/alliance/.venv/bin/python", "/usr/local/bin/galera-state"):
            text = text.replace(program, sys.executable)
        (tmp_path / each.name.replace("@.", "@check.")).write_text(text)
    here = tmp_path / unit.name.replace("@.", "@check.")

    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, check=False
    )

    # Machines differ in what else is installed; only lines about this unit count.
    assert [line for line in said.stderr.splitlines() if here.name in line] == []
    assert said.returncode == 0


@pytest.mark.parametrize("unit", STAYING, ids=lambda unit: unit.name)
def test_is_started_again_however_often_it_ends(unit: Path) -> None:
    file = read(unit)

    assert file["Service"]["Restart"] == "always"
    assert file["Unit"]["StartLimitIntervalSec"] == "0", "else five ends within ten seconds are the last"


@pytest.mark.parametrize("unit", OURS, ids=lambda unit: unit.name)
def test_writes_only_where_its_data_are(unit: Path) -> None:
    said = unit.read_text()

    assert "ProtectSystem=strict" in said
    assert "StateDirectory=alliance\n" in said
    assert "StateDirectoryMode=0700\n" in said, "an embedded database lies in it"
    assert "UMask=0077\n" in said
    assert "Environment=DATA_DIR=/var/lib/alliance\n" in said


def test_systemd_waits_longer_than_the_supervisor_does() -> None:
    """With the DRAIN_SECONDS of the example: else requests that were given their time are cut off all the same."""
    drain = re.search(
        r"^DRAIN_SECONDS=(\d+)$", (DEPLOY.parent / "docs/deployment.md").read_text(), re.MULTILINE
    )
    assert drain
    patience = Settings(drain_seconds=int(drain[1])).patience

    staying = [unit for unit in OURS if unit in STAYING]

    assert len(staying) == 2
    assert [unit.name for unit in staying if int(read(unit)["Service"]["TimeoutStopSec"]) <= patience] == []


@pytest.mark.parametrize("unit", ONCE, ids=lambda unit: unit.name)
def test_what_is_done_once_has_a_timer_that_the_page_turns_on(unit: Path) -> None:
    timer = read(unit.with_suffix(".timer"))

    assert timer["Timer"]["OnCalendar"]
    assert timer["Timer"]["Persistent"] == "true", "a machine that was off at that hour does it later"
    assert timer["Install"]["WantedBy"] == "timers.target"
    turned_on = re.findall(r"(alliance-[\w@-]+)\.timer", (DEPLOY.parent / "docs/operations.md").read_text())
    assert [name for name in turned_on if name.partition("@")[0] == unit.stem.partition("@")[0]]


def test_requests_in_hand_are_finished_before_the_database_of_the_same_machine_stops() -> None:
    for unit in OURS:
        assert "mariadb.service" in read(unit)["Unit"]["After"]


class TestAlone:
    """A single MariaDB with the file for one."""

    def test_is_fit_as_deployed(self) -> None:
        said = dict(read(DEPLOY / "mariadb/single.cnf")["mysqld"])

        assert fitness.unfit({name.lower(): value for name, value in said.items()} | {"log_bin": "ON"}) == []

    @pytest.mark.parametrize("wish", [*fitness.ALWAYS, *fitness.WITH_BINLOG], ids=lambda wish: wish.name)
    def test_says_every_line_that_a_server_is_refused_without(self, wish: fitness.Wish) -> None:
        assert wish.name in read(DEPLOY / "mariadb/single.cnf")["mysqld"]


class TestAllianceRun:
    @pytest.fixture
    def installed(self, tmp_path: Path) -> Path:
        """Lay the script down with its paths below a folder, a server that tells how it was called, and a systemd-run."""
        etc, opt = tmp_path / "etc", tmp_path / "opt"
        (opt / ".venv/bin").mkdir(parents=True)
        (opt / "deploy").mkdir()
        etc.mkdir()
        (etc / "env").write_text(
            "DATA_DIR=/srv/alliance\nDATABASE_URL=mysql://alliance@db/alliance?a=1&b=$2\n"
        )
        text = (DEPLOY / "alliance-run").read_text()
        laid = {
            opt / ".venv/bin/python": SERVER.format(python=sys.executable),
            opt / "deploy/alliance-run": text.replace("/etc/alliance", str(etc)),
            tmp_path / "systemd-run": STAND_IN.format(python=sys.executable),
        }
        for path, script in laid.items():
            path.write_text(script)
            path.chmod(0o755)
        (tmp_path / "alliance-run").symlink_to(opt / "deploy/alliance-run")
        return tmp_path

    def run(self, installed: Path, *words: str) -> "subprocess.CompletedProcess[str]":
        env = {"PATH": f"{installed}:{os.environ['PATH']}"}
        return subprocess.run(
            [installed / "alliance-run", *words], env=env, capture_output=True, text=True, check=False
        )

    def test_gives_the_server_the_words_of_the_services_file_unread_by_a_shell(self, installed: Path) -> None:
        told = json.loads(self.run(installed, "import-roster", "/srv/a b.xlsx", "--as", "he").stdout)

        assert told["words"] == ["-m", "server", "import-roster", "/srv/a b.xlsx", "--as", "he"]
        assert told["DATA_DIR"] == "/srv/alliance", "the file has the last word, as in the units"
        assert told["DATABASE_URL"] == "mysql://alliance@db/alliance?a=1&b=$2"

    def test_has_the_data_folder_of_the_units_where_the_file_names_none(self, installed: Path) -> None:
        (installed / "etc/env").write_text("PRODUCTION=1\n")
        unit = read(DEPLOY / "systemd/alliance-web.service")["Service"]

        assert (
            json.loads(self.run(installed, "doctor").stdout)["DATA_DIR"]
            == f"/var/lib/{unit['StateDirectory']}"
        )

    def test_hands_on_the_status_of_the_command(self, installed: Path) -> None:
        assert self.run(installed, "doctor").returncode == 3

    def test_changes_tables_with_the_account_that_may_and_does_nothing_else_with_it(
        self, installed: Path
    ) -> None:
        (installed / "etc/migrate.env").write_text("DATABASE_URL=mysql://alliance_ddl@db/alliance\n")

        told = {
            name: json.loads(self.run(installed, *name.split()).stdout)["DATABASE_URL"].partition("@")[0]
            for name in ("migrate up", "doctor")
        }

        assert told == {"migrate up": "mysql://alliance_ddl", "doctor": "mysql://alliance"}

    def test_migrates_with_the_only_account_where_there_is_one(self, installed: Path) -> None:
        assert json.loads(self.run(installed, "migrate", "up").stdout)["DATABASE_URL"].startswith(
            "mysql://alliance@"
        )

    def test_runs_as_the_services_do_and_puts_nothing_secret_into_a_command_line(
        self, installed: Path
    ) -> None:
        told = self.run(installed, "doctor").stdout
        unit = read(DEPLOY / "systemd/alliance-web.service")["Service"]
        words = json.loads(
            told.replace(f"{installed}/opt", "/opt/alliance").replace(f"{installed}/etc", "/etc/alliance")
        )["to_systemd"]

        assert f"--uid={unit['User']}" in words
        for name in ("WorkingDirectory", "StateDirectory", "StateDirectoryMode", "UMask", "EnvironmentFile"):
            assert f"--property={name}={unit[name]}" in words
        assert not [word for word in words if "mysql:" in word]

    def test_asks_what_is_wanted(self, installed: Path) -> None:
        asked = self.run(installed)

        assert asked.returncode == 2
        assert "alliance-run doctor" in asked.stderr
