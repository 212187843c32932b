"""What `make run` starts, and what becomes of it when something dies."""

import os
import signal
import time
from pathlib import Path

import httpx

from tests.running import Running, children_of, running
from tests.servers import until


def answers(base: str, times: int) -> set[int]:
    return {httpx.get(f"{base}/healthz", timeout=30).status_code for _ in range(times)}


def says_that_it_leaves(base: str) -> bool:
    """Tell whether a proxy is warned before the connections break."""
    for _ in range(100):
        answer = httpx.get(f"{base}/healthz")
        if answer.status_code == 503:
            return bool(answer.json() == {"process": "leaving"})
        time.sleep(0.02)
    return False


def lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return (
            stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
        )  # ended, and only its parent has not looked yet
    except FileNotFoundError:
        return False


class TestOperations:
    def test_answer_who_asks(self, standing_server: Running) -> None:
        base = standing_server.base

        assert httpx.get(f"{base}/healthz").json() == {"process": "ok"}
        assert httpx.get(f"{base}/readyz").json() == {"database": "ok", "redis": "ok"}
        assert httpx.get(f"{base}/api/v1/openapi.json").json()["openapi"] == "3.1.0"
        httpx.get(f"{base}/api/v1/session")
        figures = httpx.get(f"{base}/metrics").text
        assert 'requests_total{face="api",method="GET",route="/session",status="401"}' in figures

    def test_every_command_explains_itself(self, standing_server: Running) -> None:
        said = standing_server.command("--help").stdout

        for name in (
            "serve",
            "worker",
            "migrate",
            "demo",
            "import-roster",
            "doctor",
            "revive-messages",
            "check",
            "verify-audit",
            "backup",
            "restore",
            "openapi",
            "create-admin",
        ):
            assert name in said

    def test_the_town_keeps_every_invariant_and_its_trails_verify(self, standing_server: Running) -> None:
        standing_server.wait_until_it_has_signed()
        checked, verified = (
            standing_server.command("check"),
            standing_server.command("verify-audit", "--checkpoint"),
        )

        assert (checked.returncode, verified.returncode) == (0, 0), checked.stderr + verified.stderr

    def test_what_is_printed_tells_how_to_sign_in_as_everybody(self, standing_server: Running) -> None:
        said = standing_server.log()

        assert "daughter" in said
        assert "/admin" in said


class TestProcesses:
    def test_that_die_are_replaced_while_the_others_answer(self, standing_server: Running) -> None:
        before = children_of(standing_server.process.pid)
        victims = [*standing_server.processes("web"), *standing_server.processes("worker")]
        for pid in victims:
            os.kill(pid, signal.SIGKILL)
            assert answers(standing_server.base, 5) == {200}

        def are_replaced() -> bool:
            now = children_of(standing_server.process.pid)
            return len(now) == len(before) and not set(victims) & set(now)

        until(are_replaced, "replacing what died", within=30)
        assert answers(standing_server.base, 20) == {200}


class TestASecondStart:
    def test_keeps_the_data_and_stops_in_order(self, tmp_path: Path) -> None:
        def signed_in(base: str) -> str:
            answer = httpx.post(f"{base}/api/v1/session", json={"code": f"sim:daughter:{time.time_ns()}"})
            return str(answer.json()["account"]["uid"])

        with running(tmp_path, DRAIN_SECONDS="2") as first:
            account = signed_in(first.base)
            first.process.send_signal(signal.SIGTERM)
            assert says_that_it_leaves(first.base)
            assert httpx.get(f"{first.base}/api/v1/session").status_code == 401, "until then it serves"
            assert first.process.wait(30) == 0
        with running(tmp_path) as second:
            assert signed_in(second.base) == account
            children = children_of(second.process.pid)
            os.kill(second.process.pid, signal.SIGKILL)
            second.process.wait()
            until(
                lambda: not any(lives(pid) for pid in children),
                "the children's end after their supervisor's",
                within=20,
            )
