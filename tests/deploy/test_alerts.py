"""The alert rules, tried by Prometheus itself on figures that were made up, where its `promtool` is installed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from server.web import metrics
from tests.cluster.servers import DEPLOY

needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed: apt-get install prometheus"
)


@needs_promtool
@pytest.mark.parametrize(
    "words",
    [
        ["check", "rules", "deploy/monitoring/alerts.yml"],
        ["test", "rules", "tests/deploy/alerts_test.yml"],
    ],
    ids=" ".join,
)
def test_prometheus_understands_the_rules_and_they_fire(words: list[str]) -> None:
    said = subprocess.run(
        ["promtool", *words], cwd=DEPLOY.parent, capture_output=True, text=True, check=False
    )

    assert said.returncode == 0, said.stdout + said.stderr


def test_every_rule_that_is_tried_is_one_that_is_deployed() -> None:
    tried = {
        line.split("alertname:")[1].split(",")[0].strip()
        for line in Path(__file__).with_name("alerts_test.yml").read_text().splitlines()
        if "alertname:" in line
    }
    deployed = (DEPLOY / "monitoring/alerts.yml").read_text()

    assert tried
    assert [name for name in tried if f"- alert: {name}\n" not in deployed] == []


def test_work_beside_the_loop_does_not_speak_for_the_loop() -> None:
    """Whatever has a task of its own goes on when the one that delivers and sweeps hangs."""
    deployed = (DEPLOY / "monitoring/alerts.yml").read_text()

    assert set(re.findall(r'work!~"([^"]+)"', deployed)) == {"|".join(sorted(metrics.BESIDE))}
