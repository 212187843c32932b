"""The doctor as an operator calls it: a process of its own, on the town's data."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from server.settings import Settings
from server.wechat.simulator.server import Simulator
from tests.running import inherited


@dataclass(frozen=True)
class Said:
    status: int
    findings: dict[str, list[tuple[str, str]]]  # by subject: grade and sentence
    text: str

    def of(self, subject: str) -> str:
        """Return the worst grade of what was said of the subject."""
        grades = [grade for grade, _ in self.findings[subject]]
        return max(grades, key=["fine", "attend", "broken"].index)


Doctor = Callable[..., Awaitable[Said]]


@pytest.fixture
def doctor(town: object, settings: Settings, simulator: Simulator) -> Doctor:
    """Ask the doctor about the town; what is said here differs from how the town is served."""

    async def ask(**said: str) -> Said:
        env = inherited() | {
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "WECHAT_API_BASE": simulator.base_url,
            **said,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "server", "doctor", "--json", env=env,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert out, err.decode()
        told = json.loads(out)
        found: dict[str, list[tuple[str, str]]] = {}
        for each in told["findings"]:
            found.setdefault(each["subject"], []).append((each["grade"], each["sentence"]))
            assert each["grade"] == "fine" or each["remedy"], "every fault comes with what to do"
        return Said(process.returncode or 0, found, out.decode() + err.decode())

    return ask
