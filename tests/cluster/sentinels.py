"""One Redis primary, two replicas and three sentinels, with the files of deploy/redis/."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.cluster.servers import deployed
from tests.rings import program
from tests.servers import Server, all_killed, free_port, until

COUNT = 3
NAME = "alliance"
PASSWORD = "ring-of-three"


class Sentinels:
    def __init__(self, servers: Sequence[Server], sentinels: Sequence[Server]) -> None:
        self.servers = servers
        self.sentinels = sentinels

    @property
    def url(self) -> str:
        hosts = ",".join(f"127.0.0.1:{each.port}" for each in self.sentinels)
        return f"redis+sentinel://:{PASSWORD}@{hosts}/{NAME}/0"

    @property
    def primary(self) -> Server:
        """The server that the sentinels send everybody to; it may just have died."""
        for sentinel in self.sentinels:
            try:
                with redis.Redis(port=sentinel.port, socket_timeout=1) as asked:
                    _, port = asked.sentinel_get_master_addr_by_name(NAME)
            except redis.RedisError:
                continue  # it is one of those that an episode killed; the next one knows as well
            return next(server for server in self.servers if server.port == port)
        message = "no sentinel answers"
        raise AssertionError(message)

    def wait_for_another(self, than: Server) -> None:
        until(
            lambda: self.primary is not than and _role(self.primary) == "master",
            "finding another Redis primary", within=20,
        )  # fmt: skip

    def wait_until_whole(self) -> None:
        until(
            lambda: _replicas(self.primary) == COUNT - 1, "the replicas' way back to their primary", within=20
        )


@contextmanager
def sentinels(folder: Path) -> Iterator[Sentinels]:
    ports, gates = [free_port() for _ in range(COUNT)], [free_port() for _ in range(COUNT)]
    servers = [_redis(folder / f"redis{number}", port, ports[0]) for number, port in enumerate(ports, 1)]
    watching = [
        _sentinel(folder / f"sentinel{number}", gate, ports[0]) for number, gate in enumerate(gates, 1)
    ]
    with all_killed([*servers, *watching]):
        for server in (*servers, *watching):
            server.start()
            server.wait_until_it_listens()
        standing = Sentinels(servers, watching)
        standing.wait_until_whole()
        yield standing


def asking(server: Server) -> redis.Redis:
    """Open a connection to one server past the sentinels."""
    return redis.Redis(port=server.port, password=PASSWORD, socket_timeout=1)


def _redis(home: Path, port: int, primary: int) -> Server:
    home.mkdir()
    follows = "" if port == primary else f"\nreplicaof 127.0.0.1 {primary}\n"
    here = {"bind 10.20.0.31": "bind 127.0.0.1", "port 6379": f"port {port}", "换成密码": PASSWORD}
    text = deployed("redis/redis.conf", here)
    return _server(home, port, text + follows)


def _sentinel(home: Path, port: int, primary: int) -> Server:
    home.mkdir()
    here = {
        "bind 10.20.0.31": "bind 127.0.0.1",
        "port 26379": f"port {port}",
        "alliance 10.20.0.31 6379": f"alliance 127.0.0.1 {primary}",
        "换成密码": PASSWORD,
    }
    return _server(home, port, deployed("redis/sentinel.conf", here), "--sentinel")


def _server(home: Path, port: int, text: str, *more: str) -> Server:
    file = home / "redis.conf"
    file.write_text(text)
    return Server(
        home.name, [str(program("redis-server")), str(file), *more, "--dir", str(home)], port, home / "log"
    )


def _role(server: Server) -> str:
    return str(_ask(server).get("role", ""))


def _replicas(server: Server) -> int:
    return int(_ask(server).get("connected_slaves", -1))


def _ask(server: Server) -> dict[str, object]:
    try:
        with asking(server) as asked:
            return dict(asked.info("replication"))
    except redis.RedisError:
        return {}
