"""Three MariaDB nodes in one Galera cluster on this machine, with the options of deploy/mariadb/galera.cnf."""

import configparser
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pymysql

from tests.cluster.servers import DEPLOY
from tests.disks import mounted
from tests.rings import copy_of_new_data, database_user, home_of_database, mariadb_command, rows_of
from tests.servers import Server, all_killed, free_port, launch, until

NODES = 3
SMALL = {"innodb_buffer_pool_size": "96M", "innodb_log_file_size": "48M", "max_connections": "200"}
SMALL_DISK = "640m"  # of the first node; what it keeps takes half of it
JOINING = 60.0  # seconds
RECOVERED = re.compile(r"Recovered position: [0-9a-f-]+:(\d+)")


class Node(Server):
    """One database, with the process that tells HAProxy of its state."""

    state: Server
    cluster_port: int
    disk: Path | None = None  # a small one of its own, which may be filled

    @property
    def url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.port}/care"

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return rows_of(f"mysql://root@127.0.0.1:{self.port}/mysql", sql)

    def say(self, option: str, value: str) -> None:
        self.ask(f"SET GLOBAL {option} = '{value}'")

    @property
    def is_synced(self) -> bool:
        try:
            said = dict(self.ask("SHOW GLOBAL STATUS LIKE 'wsrep_%'"))
        except pymysql.Error:
            return False
        return (said.get("wsrep_local_state_comment"), said.get("wsrep_cluster_status")) == (
            "Synced",
            "Primary",
        )

    @property
    def data(self) -> Path:
        return self.log.parent / "data"

    def position(self) -> int:
        """Ask what it had last committed when it died, as an operator does before beginning a cluster again."""
        asked = self.log.with_name("recovered.log")
        look = launch(
            [*self.command, "--wsrep-recover", f"--log-error={asked}"], user=self.user, output=asked
        )
        look.wait(JOINING)
        return int(RECOVERED.findall(asked.read_text())[-1])

    def forget_the_majority(self) -> None:
        """Take away what it would find the others by: nodes that died one after the other do not agree on it."""
        (self.data / "gvwstate.dat").unlink(missing_ok=True)

    def may_begin(self) -> None:
        """Say in its own file that it holds the last word."""
        state = self.data / "grastate.dat"
        state.write_text(state.read_text().replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))

    def wait_until_synced(self) -> None:
        until(lambda: self.is_synced, f"{self.name}'s way into the cluster", within=JOINING)


class Galera:
    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes

    @property
    def writer(self) -> Node:
        """The node that HAProxy sends everybody to: the only one with connections of the product."""
        return max((node for node in self.nodes if node.is_running), key=_guests)

    def begin(self) -> None:
        """Found the cluster on the first node and let the others copy it."""
        first, *others = self.nodes
        _found(first)
        first.ask("CREATE DATABASE care")
        for node in others:
            node.start()
            node.wait_until_synced()

    def begin_again(self) -> Node:
        """Do what docs/deployment.md has an operator do when no majority is found again; return who was chosen."""
        first, *others = sorted(self.nodes, key=Node.position, reverse=True)
        first.may_begin()
        _found(first)
        for node in others:
            node.start()
            node.wait_until_synced()
        return first

    def wait_until_whole(self) -> None:
        with ThreadPoolExecutor(NODES) as together:
            list(together.map(Node.wait_until_synced, self.nodes))


def _found(node: Node) -> None:
    """Start it as the first of a cluster; only this time."""
    node.command = [*node.command, "--wsrep-new-cluster"]
    node.start()
    node.command = node.command[:-1]
    node.wait_until_synced()


def _guests(node: Node) -> int:
    try:
        return int(
            str(node.ask("SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'care'")[0][0])
        )
    except pymysql.Error:
        return -1


@contextmanager
def galera(folder: Path) -> Iterator[Galera]:
    with home_of_database(folder) as home:
        home.mkdir(mode=0o755)
        if user := database_user():
            shutil.chown(home, user, user)
        gates = [free_port() for _ in range(NODES)]
        disk = home / "disk"
        with ExitStack() as opened:
            small = opened.enter_context(mounted(disk, SMALL_DISK))
            nodes = [_node(disk if small and not number else home, number, gates) for number in range(NODES)]
            nodes[0].disk = disk if small else None
            opened.enter_context(all_killed([server for node in nodes for server in (node, node.state)]))
            cluster = Galera(nodes)
            cluster.begin()
            for node in nodes:
                node.state.start()
                node.state.wait_until_it_listens()
            yield cluster


def _node(home: Path, number: int, gates: Sequence[int]) -> Node:
    place, port = home / f"db{number + 1}", free_port()
    copy_of_new_data(place)
    node = Node(
        name=f"db{number + 1}",
        command=[
            str(DEPLOY / "mariadb/galera-start"),
            *mariadb_command(place, port, flush=1),
            *_options(number, gates, port),
        ],
        port=port,
        log=place / "error.log",
        user=database_user(),
    )
    node.cluster_port = gates[number]
    asked = free_port()
    node.state = Server(
        f"state of {node.name}",
        [sys.executable, str(DEPLOY / "mariadb/galera-state"), "--listen", f"127.0.0.1:{asked}", "--",
         "--no-defaults", "--host=127.0.0.1", f"--port={port}", "--user=root"],
        asked,
        place / "state.log",
    )  # fmt: skip
    return node


def deployed_options() -> dict[str, str]:
    file = configparser.ConfigParser(interpolation=None)
    file.optionxform = str  # type: ignore[assignment,method-assign]  # wsrep_OSU_method has capitals
    file.read(DEPLOY / "mariadb/galera.cnf")
    return dict(file["mysqld"])


def _options(number: int, gates: Sequence[int], port: int) -> list[str]:
    """Turn the deployed file into options, with what must differ between servers of one machine."""
    said = deployed_options() | SMALL
    said["bind_address"] = said["wsrep_node_address"] = "127.0.0.1"
    said["wsrep_node_name"] = f"db{number + 1}"
    said["wsrep_node_incoming_address"] = f"127.0.0.1:{port}"
    said["wsrep_sst_receive_address"] = f"127.0.0.1:{free_port()}"
    said["wsrep_cluster_address"] = "gcomm://" + ",".join(f"127.0.0.1:{gate}" for gate in gates)
    provider = said["wsrep_provider_options"].strip('"').replace("gcache.size=512M", "gcache.size=64M")
    said["wsrep_provider_options"] = (
        f"{provider};gmcast.listen_addr=tcp://127.0.0.1:{gates[number]};ist.recv_addr=127.0.0.1:{free_port()}"
    )
    return [f"--{name}={value}" for name, value in said.items()]
