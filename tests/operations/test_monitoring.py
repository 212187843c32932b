"""Dashboard and alert rules speak of figures that there are, of codes that there are, of pages that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from server.web import metrics, watching
from tests.architecture.test_errors import refusals

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
PANELS = [
    panel
    for panel in json.loads((MONITORING / "dashboard.json").read_text())["panels"]
    if panel["type"] != "row"
]
EXPRESSIONS = {rule["alert"]: rule["expr"] for rule in RULES} | {
    f"{panel['title']} {target['refId']}": target["expr"] for panel in PANELS for target in panel["targets"]
}
OF_PROMETHEUS = {"up"}
WORDS = {"sum", "max", "min", "by", "time", "rate", "increase", "histogram_quantile", "topk", "absent"}


def figures() -> dict[str, set[str]]:
    """Return the names of all samples that /metrics can hold, with their labels."""
    found: dict[str, set[str]] = {}
    text, _ = metrics.exposition()
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"], "gauge": [""]}
    labels = {
        name: set(each._labelnames)
        for each in vars(metrics).values()
        if (name := getattr(each, "_name", None)) is not None
    }
    for family in text_string_to_metric_families(text.decode()):
        for ending in endings.get(family.type, []):
            found[family.name + ending] = labels.get(family.name, set()) | (
                {"le"} if ending == "_bucket" else set()
            )
    return found


FIGURES = figures()


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_every_expression_names_figures_and_labels_that_exist(name: str) -> None:
    expression = EXPRESSIONS[name]
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"", " ", expression)
    grouped = {label for group in re.findall(r"by \(([^)]*)\)", bare) for label in re.split(r"[,\s]+", group)}
    used = (
        set(re.findall(r"[a-z_][a-z_]+", re.sub(r"by \([^)]*\)|\d+e\d+", " ", bare))) - WORDS - OF_PROMETHEUS
    )
    matched = set(re.findall(r"[{,]\s*(\w+)\s*[=!]", expression))

    assert used <= set(FIGURES), f"{used - set(FIGURES)} is not in /metrics"
    known = {"instance", "job"} | {label for figure in used for label in FIGURES[figure]}
    assert grouped | matched <= known, f"{(grouped | matched) - known} is no label of {used}"


def test_every_code_they_watch_is_one_of_ours() -> None:
    codes = {
        code
        for expression in EXPRESSIONS.values()
        for said in re.findall(r'code=~?"([^"]+)"', expression)
        for code in said.split("|")
    }

    assert codes
    assert codes <= {refusal.code for refusal in refusals()}


def test_every_figure_of_ours_is_on_the_dashboard_or_watched() -> None:
    told = " ".join(EXPRESSIONS.values())
    ours = {each._name for each in vars(metrics).values() if hasattr(each, "_labelnames")}

    assert not [name for name in ours if name not in told]


def test_every_rule_says_in_chinese_what_is_wrong_and_where_the_way_out_is_written() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text()
    sections = {line.lstrip("# ").strip() for line in operations.splitlines() if line.startswith("#")}

    for rule in RULES:
        page, _, section = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md"
        assert section in sections, f"{rule['alert']}: {section}"
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith("。")


def test_the_panels_do_not_lie_on_each_other() -> None:
    taken = set()
    for panel in PANELS:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def test_watching_is_asked_for_twice_and_listens_once() -> None:
    from server.kit.engines import counting

    watching.watch_process(slow_query_ms=0)
    watching.watch_process(slow_query_ms=0)

    assert counting.timers.count(watching._statement) == 1
