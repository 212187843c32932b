"""The files under deploy/ that nothing here can start must at least agree with those that are started."""

import re

import pytest

from tests.cluster.servers import DEPLOY

COMPOSE = DEPLOY / "compose/compose.yml"
ADDRESS = re.compile(r"10\.20\.0\.\d+")
SECOND_PROXY = "10.20.0.6"  # one machine for trying out has no use for it
STARTED = (
    "haproxy/haproxy.cfg",
    "nginx/alliance.conf",
    "mariadb/galera.cnf",
    "redis/redis.conf",
    "redis/sentinel.conf",
)


def test_compose_mounts_files_that_are_there() -> None:
    mounted = set(re.findall(r"\.\./[\w./-]+(?=:)", COMPOSE.read_text()))

    assert mounted
    assert [path for path in mounted if not (COMPOSE.parent / path).exists()] == []


@pytest.mark.parametrize("name", STARTED)
def test_every_address_of_the_example_is_a_machine_of_compose(name: str) -> None:
    machines = set(re.findall(r"ipv4_address: (\S+)", COMPOSE.read_text()))
    said = set(ADDRESS.findall((DEPLOY / name).read_text()))

    assert said
    assert said - machines <= {SECOND_PROXY}
