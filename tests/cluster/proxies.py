"""nginx before HAProxy before the product, and HAProxy before the databases, with the files of deploy/."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.cluster.galera import Node
from tests.cluster.servers import DEPLOY, deployed
from tests.rings import program
from tests.servers import Server, all_killed, free_port

# The product's machines have TLS at nginx; here nginx says plain HTTP, and writes where anybody may.
NGINX = """
daemon off; pid {home}/nginx.pid; error_log {home}/error.log warn; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi; scgi_temp_path {home}/scgi;
    {said}
}}
"""


@dataclass(frozen=True)
class Proxies:
    nginx: Server
    haproxy: Server
    database_port: int

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.nginx.port}"

    @property
    def database(self) -> str:
        return f"mysql://root@127.0.0.1:{self.database_port}/care"


@contextmanager
def proxies(folder: Path, databases: Sequence[Node], apps: Sequence[int]) -> Iterator[Proxies]:
    web, database_port = free_port(), free_port()
    haproxy = _haproxy(folder / "haproxy", web, database_port, databases, apps)
    nginx = _nginx(folder / "nginx", web, apps[0])
    with all_killed([nginx, haproxy]):
        for server in (haproxy, nginx):
            server.start()
            server.wait_until_it_listens()
        yield Proxies(nginx, haproxy, database_port)


def _haproxy(
    home: Path, web: int, database_port: int, databases: Sequence[Node], apps: Sequence[int]
) -> Server:
    home.mkdir()
    here = {
        "/run/haproxy/admin.sock": f"{home}/admin.sock",
        "/etc/haproxy/": f"{DEPLOY}/haproxy/",
        "peer proxy1 10.20.0.5:1024": f"peer proxy1 127.0.0.1:{free_port()}",
        "    peer proxy2 10.20.0.6:1024\n": "",
        "10.20.0.5:8080": f"127.0.0.1:{web}",
        "10.20.0.5:3306": f"127.0.0.1:{database_port}",
        **{
            f"10.20.0.2{number}:3306 check": f"127.0.0.1:{node.port} check port {node.state.port}"
            for number, node in enumerate(databases, 1)
        },
        **_servers(apps),
    }
    file = home / "haproxy.cfg"
    file.write_text(deployed("haproxy/haproxy.cfg", here))
    return Server(
        "haproxy", [str(program("haproxy")), "-db", "-L", "proxy1", "-f", str(file)], web, home / "log"
    )


def _servers(apps: Sequence[int]) -> Mapping[str, str]:
    """Put as many nodes as there are in the place of the two that the file names."""
    first, *others = [f"server app{number} 127.0.0.1:{port} check" for number, port in enumerate(apps, 1)]
    return {
        "server app1 10.20.0.11:8000 check": first,
        "server app2 10.20.0.12:8000 check": "\n    ".join(others),
    }


def _nginx(home: Path, web: int, app: int) -> Server:
    home.mkdir()
    port = free_port()
    here = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ssl;": f"listen 127.0.0.1:{port};",
        "    ssl_certificate     /etc/nginx/tls/alliance.pem;\n": "",
        "    ssl_certificate_key /etc/nginx/tls/alliance.key;\n": "",
        "10.20.0.5:8080": f"127.0.0.1:{web}",
        "    server 10.20.0.6:8080 backup;\n": "",
        "10.20.0.11:8000": f"127.0.0.1:{app}",
        "/etc/nginx/alliance;": f"{DEPLOY}/nginx;",
        "    access_log /var/log/nginx/alliance.log alliance;\n": "",
    }
    file = home / "nginx.conf"
    # A worker of another user could not write below a folder of pytest's.
    user = "user root;" if home.owner() == "root" else ""
    file.write_text(NGINX.format(home=home, user=user, said=deployed("nginx/alliance.conf", here)))
    return Server("nginx", [str(program("nginx")), "-p", str(home), "-c", str(file)], port, home / "log")
