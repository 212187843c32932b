"""Clause → rule → test → screen, for every row of the product (B04): read from the files here, written to docs/policy-map.md.

A row is a table of a .toml file: `demand`, `clause`, `state`, and where it stands in the program:
  parameters  codes of policy numbers, or patterns of them ("booking.trip_*")
  rules       "module:name", or a whole module
  tests       a folder, a file, or "file::Class::test"
  screens     a page of the console or of the API as the registry has it, or a page of the mini-program
  lacks, why  a sentence on what is weaker, or why it is not there

`state` is "built", "not yet" (on its way: its names are looked up only once it is built), or "not built". When a room
comes in, its rows become "built" by that one word: `python -m tests.architecture.policy_map` says which could, and writes
the document anew.
"""

import ast
import importlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from server.alliance.rules import Parameter
from server.parameters import FEATURES
from tests.architecture.faces import ROUTES

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
DOCUMENT = ROOT / "docs" / "policy-map.md"
FILES = {"core": "核心", "alliance": "联合体", "community": "社区", "beyond": "文件之外"}
IDS = tuple(
    f"{letter}{number:02}"
    for letter, most in (("C", 13), ("A", 24), ("M", 12), ("B", 8))
    for number in range(1, most + 1)
)
STATES = {"built": "已建", "not yet": "在建", "not built": "未建"}
PREFIXES = {"console": "/admin", "api": "/api/v1"}


@dataclass(frozen=True)
class Row:
    id: str
    part: str
    demand: str
    clause: str
    state: str
    parameters: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()
    lacks: str = ""
    why: str = ""

    def faults(self) -> list[str]:
        """Return what of this row is not there."""
        empty = [kind for kind in ("rules", "tests", "screens") if not getattr(self, kind)]
        missing = [f"names none of its {kind}" for kind in empty]
        missing += [f"no parameter {each}" for each in self.parameters if not numbers_like(each)]
        missing += [f"no rule {each}" for each in self.rules if not _is_rule(each)]
        missing += [f"no test {each}" for each in self.tests if not _is_test(each)]
        missing += [f"no screen {each}" for each in self.screens if not _is_screen(each)]
        return missing


def rows() -> tuple[Row, ...]:
    return tuple(_rows())


def _rows() -> Iterator[Row]:
    for part in FILES:
        said: Mapping[str, Mapping[str, Any]] = tomllib.loads((HERE / f"{part}.toml").read_text())
        for id_, about in said.items():
            yield Row(
                id=id_,
                part=part,
                **{name: tuple(value) if isinstance(value, list) else value for name, value in about.items()},
            )


@cache
def numbers() -> Mapping[str, Parameter]:
    return {each.code: each for rules in FEATURES for each in rules.PARAMETERS}


def numbers_like(pattern: str) -> list[Parameter]:
    return [each for code, each in sorted(numbers().items()) if fnmatchcase(code, pattern)]


def _is_rule(name: str) -> bool:
    module, _, attribute = name.partition(":")
    try:
        found = importlib.import_module(module)
    except ModuleNotFoundError:
        return False
    return not attribute or hasattr(found, attribute)


def _is_test(name: str) -> bool:
    path, *inside = name.split("::")
    place = ROOT / path
    if not inside:
        files = [place] if place.is_file() else sorted(place.glob("**/test_*.py"))
        return any(_tests_in(ast.parse(each.read_text())) for each in files)
    return place.is_file() and _stands_in(ast.parse(place.read_text()), inside)


def _tests_in(tree: ast.AST) -> bool:
    return any(
        isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test_")
        for each in ast.walk(tree)
    )


def _stands_in(tree: ast.Module | ast.ClassDef, names: list[str]) -> bool:
    named = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    found = next((each for each in tree.body if isinstance(each, named) and each.name == names[0]), None)
    if len(names) == 1:
        return found is not None and _tests_in(found)
    return isinstance(found, ast.ClassDef) and _stands_in(found, names[1:])


def _is_screen(name: str) -> bool:
    if name.startswith("miniprogram/"):
        return (ROOT / name).with_suffix(".wxml").is_file()
    return name in _addresses()


@cache
def _addresses() -> frozenset[str]:
    return frozenset(PREFIXES[face.name] + route.path for face, route in ROUTES)


# --- the document ---

HEAD = """\
# 条款对照

每条要求出自哪份文件、由哪条规则执行、哪个测试守着、在哪个页面看得到。由 `python -m tests.architecture.policy_map`
按 `tests/architecture/policy/*.toml` 写成，测试逐项核对：写“已建”的，规则、测试、页面都确有其名。

文件：① 养医联合体实施方案（2024）；② 常政发〔2014〕124号；③ 余姚“医养结合松、养老困扰多”工作方案（2020）；
④ 国卫办老龄发〔2023〕3号；⑤ 武民发〔2020〕24号。
"""


def document() -> str:
    """Write docs/policy-map.md."""
    found = rows()
    counts = "，".join(
        f"{words} {sum(row.state == state for row in found)} 条" for state, words in STATES.items()
    )
    parts = [HEAD, f"共 {len(found)} 条：{counts}。\n"]
    for part, words in FILES.items():
        parts.append(
            f"## {words}\n\n| 编号 | 要求 | 条款 | 状态 | 规则 | 测试 | 页面 |\n|---|---|---|---|---|---|---|"
        )
        parts += [_line(row) for row in found if row.part == part]
        parts.append("")
    parts.append(_parameters(found))
    return "\n".join(parts)


def _line(row: Row) -> str:
    remark = row.lacks or row.why
    demand = f"{row.demand}<br>{remark}" if remark else row.demand
    names = ("rules", "tests", "screens") if row.state == "built" else ()
    cells = [_listed(getattr(row, name)) for name in names] or ["", "", ""]
    return f"| {row.id} | {demand} | {row.clause} | {STATES[row.state]} | {' | '.join(cells)} |"


def _listed(names: tuple[str, ...]) -> str:
    return "<br>".join(f"`{each}`" for each in names)


def _parameters(found: tuple[Row, ...]) -> str:
    lines = [
        "## 参数\n",
        "每个数字是一行带出处的数据，局里可以发布新的版本。`assumed` 是自拟或行业惯例，请按当地文件核定。\n",
    ]
    lines += ["| 参数 | 值 | 单位 | 出处 | 可信度 | 用在 |", "|---|---|---|---|---|---|"]
    built = [row for row in found if row.state == "built"]
    for code, each in sorted(numbers().items()):
        used = [row.id for row in built if any(fnmatchcase(code, pattern) for pattern in row.parameters)]
        lines.append(
            f"| `{code}` | {each.value} | {each.unit} | {each.citation} | {each.confidence} | {'、'.join(used)} |"
        )
    return "\n".join(lines) + "\n"
