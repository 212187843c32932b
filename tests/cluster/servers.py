"""What the cluster's servers are configured by: the files under deploy/, with the addresses of this machine."""

from collections.abc import Mapping
from pathlib import Path

from tests.rings import Needs, servers_or_reason

DEPLOY = Path(__file__).parents[2] / "deploy"
NEEDS = Needs(
    "cluster",
    ("mariadbd", "mariadb-install-db", "mariadb", "/usr/lib/galera/libgalera_smm.so", "rsync", "redis-server", "haproxy", "nginx"),
    ("mariadb-server", "galera-4", "rsync", "redis-server", "haproxy", "nginx-light"),
)  # fmt: skip


def deployed(name: str, here: Mapping[str, str]) -> str:
    """Read a file that is deployed, with the addresses of the example replaced by those of this machine."""
    text = (DEPLOY / name).read_text()
    # The longest first: an address without its port is a part of the one with it.
    for theirs in sorted(here, key=len, reverse=True):
        if theirs not in text:
            message = f"deploy/{name} does not say {theirs!r}"
            raise ValueError(message)
        text = text.replace(theirs, here[theirs])
    return text


if __name__ == "__main__":  # by deploy/run-tests: two test processes must not install at the same time
    here, why = servers_or_reason(NEEDS)
    if not here:
        print(why)
