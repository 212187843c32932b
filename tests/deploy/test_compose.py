"""compose.yml cannot be started in every test (docs/deployment.md says how far it was, once); what it says must at least hang together, and be what its head lists."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.settings import Settings
from tests.cluster.servers import DEPLOY

FOLDER = DEPLOY / "compose"
TEXT = (FOLDER / "compose.yml").read_text()
SAID: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = SAID["services"]
APPS = [name for name in SERVICES if name.startswith("app")]
HEAD = TEXT.partition("\nname:")[0]
# Of the Compose specification, what this file uses.
KEYS = {
    "build", "command", "entrypoint", "env_file", "environment", "image", "network_mode", "networks", "ports", "restart",
    "secrets", "stop_grace_period", "tmpfs", "user", "volumes",
}  # fmt: skip
STAGES = re.findall(r"^FROM \S+ AS (\w+)", (FOLDER / "Dockerfile").read_text(), re.MULTILINE)


def mounts(service: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what is mounted and where, a path of the host beginning with a dot."""
    return [tuple(said.split(":")[:2]) for said in service.get("volumes", [])]


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_says_only_what_compose_knows_and_where_it_comes_from(name: str) -> None:
    service = SERVICES[name]

    assert set(service) <= KEYS
    assert ("image" in service) != ("build" in service)
    if "build" in service:
        assert service["build"]["target"] in STAGES
        assert (FOLDER / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_every_volume_network_and_secret_is_declared_or_a_file(name: str) -> None:
    service = SERVICES[name]

    for source, _ in mounts(service):
        if source.startswith(".."):
            assert (FOLDER / source).exists(), source
        elif source.startswith("."):
            assert source.removeprefix("./") in HEAD, f"{source} is to be made, and the head does not say so"
        else:
            assert source in SAID["volumes"], source
    assert set(service.get("secrets", ())) <= set(SAID["secrets"])
    if "networks" in service:
        assert set(service["networks"]) <= set(SAID["networks"])
    else:
        assert service["network_mode"].removeprefix("service:") in SERVICES


def test_every_file_that_an_operator_must_make_is_listed_at_the_top() -> None:
    wanted = {each["file"] for each in SAID["secrets"].values()}
    wanted |= {file for service in SERVICES.values() for file in service.get("env_file", ())}

    assert [file for file in wanted if file not in HEAD] == []


def test_no_two_machines_have_one_address() -> None:
    addresses = [
        said["ipv4_address"]
        for service in SERVICES.values()
        for said in service.get("networks", {}).values()
        if said
    ]

    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("name", APPS)
def test_a_node_listens_at_its_own_address_and_writes_where_it_has_a_volume(name: str) -> None:
    service = SERVICES[name]
    said = Settings(**{key.lower(): value for key, value in service["environment"].items()})
    listed = (DEPLOY / "haproxy/haproxy.cfg").read_text()

    assert said.host == service["networks"]["alliance"]["ipv4_address"]
    assert f"server {name} {said.host}:{said.port} check" in listed
    assert str(said.data_dir) in [where for _, where in mounts(service)]
    assert f"--home-dir {said.data_dir} " in (FOLDER / "Dockerfile").read_text(), (
        "its owner must be able to write"
    )


def test_what_the_image_holds_is_what_the_server_imports() -> None:
    copied = set(re.findall(r"^COPY (\w+) \w+$", (FOLDER / "Dockerfile").read_text(), re.MULTILINE))
    root = Path(__file__).parents[2]
    imported = {path.parent.name for path in root.glob("*/__init__.py")} - {"tests", "bench"}

    assert imported | {"migrations"} <= copied


def test_the_first_database_keeps_its_command_until_the_others_have_joined() -> None:
    """Called without the variable it is made anew, and of three that look for somebody nobody begins: so it was seen."""
    typed = re.findall(r"^# +((?:BOOTSTRAP=\S+ )?docker compose up -d(?: db1)?)(?= )", HEAD, re.MULTILINE)

    assert [line.startswith("BOOTSTRAP=--wsrep-new-cluster ") for line in typed[:3]] == [True, True, False]


@pytest.mark.parametrize("name", [name for name in SERVICES if name.startswith("db")])
def test_a_database_is_told_where_it_stood(name: str) -> None:
    """Untold, three that died at once take each other for equal, and each keeps missing what it misses."""
    assert SERVICES[name]["entrypoint"] == ["galera-start", "docker-entrypoint.sh"]
    assert (DEPLOY / "mariadb/galera-start").stat().st_mode & 0o111
