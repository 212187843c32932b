"""nginx as it is deployed, with TLS, before two small upstreams: what it says and refuses by itself."""

import ssl
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from server.web.headers import ALWAYS
from tests.cluster.proxies import NGINX
from tests.cluster.servers import DEPLOY, deployed
from tests.rings import Needs, program, servers_or_reason
from tests.servers import Server, all_killed, free_port

NEEDS = Needs("nginx with TLS", ("nginx", "openssl"), ("nginx-light", "openssl"))
HOST = "yangyi.example.gov.cn"  # the example's
MIB = 1024 * 1024
HSTS = "strict-transport-security"


class Upstream(ThreadingHTTPServer):
    """Answers everything as the product does at its edges, and remembers what it was asked."""

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.name = name
        self.asked: list[dict[str, str]] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Answer(BaseHTTPRequestHandler):
    server: Upstream

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(
            {"path": self.path, **{name.lower(): said for name, said in self.headers.items()}}
        )
        body = self.server.name.encode()
        self.send_response(200)
        for name, said in ALWAYS.items():
            self.send_header(name, said)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815  the base class's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Front:
    plain: str
    secure: str
    trusted: ssl.SSLContext
    balancer: Upstream
    ledger: Upstream
    sni: dict[str, str] = field(default_factory=lambda: {"sni_hostname": HOST})

    def ask(self, method: str, path: str, *, over: str = "", **said: object) -> httpx.Response:
        with httpx.Client(
            base_url=over or self.secure, verify=self.trusted, headers={"Host": HOST}
        ) as client:
            return client.request(method, path, extensions=self.sni, **said)  # type: ignore[arg-type]


@contextmanager
def _answering(name: str) -> Iterator[Upstream]:
    upstream = Upstream(name)
    Thread(target=upstream.serve_forever, daemon=True).start()
    try:
        yield upstream
    finally:
        upstream.shutdown()
        upstream.server_close()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    here, why = servers_or_reason(NEEDS)
    if not here:
        pytest.skip(why)
    home = tmp_path_factory.mktemp("nginx")
    subprocess.run([DEPLOY / "nginx/try-certificate", home / "tls", HOST], check=True)
    with ExitStack() as opened:
        balancer = opened.enter_context(_answering("balancer"))
        ledger = opened.enter_context(_answering("ledger"))
        plain, secure = free_port(), free_port()
        nginx = _nginx(home, plain, secure, balancer, ledger)
        opened.enter_context(all_killed([nginx]))
        nginx.start()
        nginx.wait_until_it_listens()
        yield Front(
            f"http://127.0.0.1:{plain}",
            f"https://127.0.0.1:{secure}",
            ssl.create_default_context(cafile=str(home / "tls/alliance.pem")),
            balancer,
            ledger,
        )


def _nginx(home: Path, plain: int, secure: int, balancer: Upstream, ledger: Upstream) -> Server:
    here = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl;": f"listen 127.0.0.1:{secure} ssl;",
        "/etc/nginx/tls/": f"{home}/tls/",
        "10.20.0.5:8080": f"127.0.0.1:{balancer.port}",
        "    server 10.20.0.6:8080 backup;\n": "",
        "10.20.0.11:8000": f"127.0.0.1:{ledger.port}",
        "/etc/nginx/alliance;": f"{DEPLOY}/nginx;",
        "/var/log/nginx/": f"{home}/",
    }
    file = home / "nginx.conf"
    user = "user root;" if home.owner() == "root" else ""
    file.write_text(NGINX.format(home=home, user=user, said=deployed("nginx/alliance.conf", here)))
    command = [str(program("nginx")), "-p", str(home), "-c", str(file)]
    return Server("nginx", command, secure, home / "log")


class TestPlainHttp:
    def test_takes_a_person_to_the_same_page_over_tls(self, front: Front) -> None:
        answer = front.ask("GET", "/admin/visits?day=2026-03-02", over=front.plain)

        assert answer.status_code == 301
        assert answer.headers["location"] == f"https://{HOST}/admin/visits?day=2026-03-02"

    def test_takes_nobody_where_the_client_says(self, front: Front) -> None:
        with httpx.Client(base_url=front.plain, headers={"Host": "elsewhere.example"}) as client:
            answer = client.get("/admin")

        assert answer.headers["location"] == f"https://{HOST}/admin"

    def test_refuses_a_program_that_sends_its_token_in_the_clear(self, front: Front) -> None:
        answer = front.ask("GET", "/api/v1/session", over=front.plain)

        assert answer.status_code == 403
        assert "location" not in answer.headers


class TestTls:
    def test_is_spoken_under_the_name_of_the_certificate(self, front: Front) -> None:
        assert front.ask("GET", "/admin/sign-in").text == "balancer"

    @pytest.mark.parametrize(
        ("version", "spoken"), [("-tls1_3", True), ("-tls1_2", True), ("-tls1_1", False)]
    )
    def test_is_spoken_in_the_versions_that_still_hold(
        self, front: Front, version: str, spoken: bool
    ) -> None:
        where = front.secure.removeprefix("https://")
        command = [
            "openssl",
            "s_client",
            "-connect",
            where,
            "-servername",
            HOST,
            "-cipher",
            "ALL:@SECLEVEL=0",
            version,
        ]
        said = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)

        assert (said.returncode == 0) is spoken


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["/admin/sign-in", "/metrics", "/busy-api.json"])
    def test_says_once_that_only_tls_will_do_and_no_version(self, front: Front, path: str) -> None:
        answer = front.ask("GET", path)

        assert answer.headers.get_list(HSTS) == [ALWAYS[HSTS]]
        assert answer.headers["server"] == "nginx"

    @pytest.mark.parametrize("path", ["/metrics", "/readyz", "/healthz"])
    def test_of_what_only_operators_see_is_that_it_is_not_there(self, front: Front, path: str) -> None:
        before = len(front.balancer.asked)

        assert front.ask("GET", path).status_code == 404
        assert len(front.balancer.asked) == before


class TestTheUpstream:
    def test_hears_who_asked_from_nginx_and_from_nobody_else(self, front: Front) -> None:
        front.ask(
            "GET", "/api/v1/session", headers={"X-Forwarded-For": "203.0.113.9", "X-Request-Id": "mine"}
        )
        heard = front.balancer.asked[-1]

        assert heard["x-forwarded-for"] == "127.0.0.1"
        assert heard["x-forwarded-proto"] == "https"
        assert heard["x-request-id"] != "mine"
        assert heard["host"] == HOST

    def test_that_keeps_the_published_checkpoints_is_always_the_same(self, front: Front) -> None:
        assert front.ask("GET", "/api/v1/trail/checkpoint").text == "ledger"
        assert front.ledger.asked[-1]["x-forwarded-for"] == "127.0.0.1"

    def test_never_sees_a_body_that_is_larger_than_a_roster_may_be(self, front: Front) -> None:
        fits = front.ask("POST", "/admin/roster", content=b"x" * 12 * MIB)
        before = len(front.balancer.asked)
        too_big = front.ask("POST", "/admin/roster", content=b"x" * (12 * MIB + 1))

        assert fits.status_code == 200
        assert too_big.status_code == 413
        assert too_big.headers.get_list(HSTS) == [ALWAYS[HSTS]]
        assert len(front.balancer.asked) == before


class TestWithoutAnUpstream:
    """Last in this file: it takes the balancer away."""

    @pytest.mark.parametrize(
        ("path", "kind", "words"),
        [
            ("/api/v1/session", "application/problem+json", "请过几秒钟再试一次"),
            ("/admin", "text/html", "请稍等"),
        ],
    )
    def test_a_sentence_says_to_come_again(self, front: Front, path: str, kind: str, words: str) -> None:
        front.balancer.server_close()
        answer = front.ask("GET", path)

        assert answer.status_code == 503
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["retry-after"] == "3"
        assert answer.headers.get_list(HSTS) == [ALWAYS[HSTS]]
        assert words in answer.text
