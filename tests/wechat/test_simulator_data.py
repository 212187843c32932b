"""The simulated platform's data, and that it stands alone."""

import ast
from pathlib import Path

import pytest

from server.wechat.simulator.calls import ENDPOINTS
from server.wechat.simulator.faults import LATENCIES, PRESETS, Faults
from server.wechat.simulator.keywords import fits
from server.wechat.simulator.templates import demo_templates
from tests.wechat.conftest import ROOT


class TestKeywords:
    @pytest.mark.parametrize(
        ("key", "good", "bad"),
        [
            ("thing1", ["长" * 20, "a b"], ["长" * 21, "a\nb", ""]),
            ("phrase1", ["已处理"], ["OK", "一二三四五六", "已 处"]),
            ("name1", ["李护士", "A" * 20], ["李" * 11, "A" * 21]),
            ("character_string1", ["A-2026/01"], ["编号", "x" * 33]),
            ("number1", ["12.5"], ["12a", "1" * 33, "."]),
            ("letter1", ["abc"], ["ab1"]),
            ("symbol1", ["#!"], ["#a", "#" * 6]),
            ("time1", ["09:30", "2026年3月2日 09:30", "09:30~10:30"], ["9点", "25:00", "2026年3月2日"]),
            ("date1", ["2026年3月2日", "2026-03-02 09:30", "2026.3.2~2026.3.4"], ["三月二日"]),
            ("amount1", ["¥12.5", "12元"], ["12345678901", "十元"]),
            ("phone_number1", ["+86-13800000001"], ["电话", "1" * 18]),
            ("car_number1", ["沪A00000"], ["沪A00000000"]),
            ("enum1", ["甲"], ["乙"]),
            ("invented1", [], ["x"]),
        ],
    )
    def test_what_fits(self, key: str, good: list[str], bad: list[str]) -> None:
        assert [text for text in good if not fits(key, text, ["甲"])] == []
        assert [text for text in bad if fits(key, text, ["甲"])] == []


class TestLatency:
    def test_profiles_have_their_percentiles(self) -> None:
        faults = Faults("care", profile="wan")

        pauses = sorted(faults.pause("/x") for _ in range(20_000))

        assert [pauses[at] for at in (10_000, 19_000, 19_800)] == pytest.approx([0.08, 0.3, 0.9], rel=0.2)
        assert set(LATENCIES) == {"zero", "lan", "wan", "slow", "blackhole"}

    def test_presets_are_well_formed(self) -> None:
        for name in PRESETS:
            Faults("care").preset(name)


class TestItsIndependence:
    def test_imports_nothing_of_ours(self) -> None:
        """Else both sides could share a mistake."""
        ours = []
        for module in (ROOT / "server/wechat/simulator").glob("*.py"):
            for node in ast.walk(ast.parse(module.read_text())):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                ours += [name for name in names if name.startswith(("server", "admin", "miniprogram"))]

        assert ours
        assert {name for name in ours if not name.startswith("server.wechat.simulator")} == set()

    def test_the_gateway_imports_only_the_standard_library(self) -> None:
        tree = ast.parse((ROOT / "server/wechat/gateway.py").read_text())
        modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

        assert modules == {"collections.abc", "dataclasses", "enum", "typing"}

    def test_the_page_lists_the_same_templates_and_calls(self) -> None:
        page = Path(ROOT / "docs/wechat.md").read_text()
        rows = {
            f"| `{template.template_id}` | {template.title} | "
            + ", ".join(f"`{key}` {label}" for key, label in template.keywords.items())
            + " |"
            for template in demo_templates()
        }

        assert {row for row in rows if row not in page} == set()
        assert {path for path in ENDPOINTS if f"`{path}`" not in page} == set()
