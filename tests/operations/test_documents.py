"""What docs/security.md claims is complete and counted right; what all pages name is there: files, pages, commands, sentences."""

import re
from argparse import _SubParsersAction
from collections import Counter
from pathlib import Path

import pytest

from bench.__main__ import PARTS
from server.cli import _parser
from server.settings import Settings
from tests.cluster.episodes import ALL as EPISODES

ROOT = Path(__file__).parents[2]
SECURITY = (ROOT / "docs" / "security.md").read_text()
ROW = re.compile(
    r"^\| (?P<number>\d+\.[\d.*]+)(?:（(?P<many>\d+) 条）)? \| (?P<verdict>[^|]+) \|(?P<how>[^|]*)\|(?P<proof>[^|]*)\|$",
    re.MULTILINE,
)
ROWS = list(ROW.finditer(SECURITY))
VERDICTS = {"符合", "部分", "未做", "不适用"}

# Of ASVS 5.0.0, levels 1 and 2.
REQUIREMENTS = {
    1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7,
}  # fmt: skip


def paths(text: str) -> list[str]:
    """Return what stands in the text as a path of the repository; media types have a slash, too."""
    return [path for path in re.findall(r"`([\w./-]+/[\w.-]+)`", text) if not path.startswith("application/")]


def test_every_requirement_is_answered_once() -> None:
    numbers = Counter(row["number"] for row in ROWS)
    chapters: Counter[int] = Counter()
    for row in ROWS:
        chapters[int(row["number"].split(".")[0])] += int(row["many"] or 1)

    assert not [number for number, count in numbers.items() if count > 1]
    assert dict(chapters) == REQUIREMENTS


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_every_answer_is_proved_or_explained(row: re.Match[str]) -> None:
    verdict, proof = row["verdict"].strip(), row["proof"].strip()

    assert verdict in VERDICTS
    if verdict == "符合":
        assert paths(proof), "a claim needs a test or a file"
    elif verdict == "不适用":
        assert row["how"].strip()
    else:
        assert re.search(r"[\u4e00-\u9fff]{4}", proof), "what is not done needs its reason"


def test_the_sum_is_right() -> None:
    counted: Counter[str] = Counter()
    for row in ROWS:
        counted[row["verdict"].strip()] += int(row["many"] or 1)

    assert (
        "，".join(f"{verdict} {counted[verdict]} 条" for verdict in ("符合", "部分", "未做", "不适用"))
        in SECURITY
    )


PAGES = [
    "docs/security.md",
    "docs/operations.md",
    "docs/deployment.md",
    "docs/keys.md",
    "docs/backup.md",
    "docs/figures.md",
    "README.md",
]
# What is said to people, and therefore may be quoted: refusals, pages of nginx, what commands print.
SAID = "".join(
    path.read_text() for folder in ("server", "deploy/nginx", "docs/errors.md")
    for path in ([ROOT / folder] if (ROOT / folder).is_file() else (ROOT / folder).rglob("*.*"))
    if path.suffix in {".py", ".md", ".json", ".html"}
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_is_named_is_there(page: str) -> None:
    text = (ROOT / page).read_text()
    folder = Path(page).parent
    linked = [str(folder / name) for name in re.findall(r"\]\((\w[\w./-]*\.(?:md|svg))", text)]
    named = [
        path
        for path in paths(text)
        # "./…" is what a command makes.
        if not path.startswith(("/", "alliance-", "api.", "DATA_DIR/", "./")) and "…" not in path
    ]

    assert [path for path in [*named, *linked] if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_can_be_typed(page: str) -> None:
    (commands,) = (each for each in _parser()._actions if isinstance(each, _SubParsersAction))
    typed = re.findall(r"(?:python -m server|alliance-run) ([a-z][\w-]*)", (ROOT / page).read_text())

    assert set(typed) <= set(commands.choices)


@pytest.mark.parametrize("page", PAGES)
def test_every_option_of_a_command_is_one_of_its_own(page: str) -> None:
    (commands,) = (each for each in _parser()._actions if isinstance(each, _SubParsersAction))
    text = (ROOT / page).read_text()
    typed = re.findall(r"(?:python -m server|alliance-run) ([a-z][\w-]*)([^`\n#|&]*)", text)

    for command, rest in typed:
        known = commands.choices[command].format_help()
        assert [option for option in re.findall(r"--[a-z]+", rest) if option not in known] == [], command


@pytest.mark.parametrize(
    "page", ["docs/operations.md", "docs/deployment.md", "docs/keys.md", "docs/backup.md"]
)
def test_every_sentence_that_is_quoted_is_said_so(page: str) -> None:
    quoted = re.findall(r"“([^“”…，]+，[^“”…]+。)”", (ROOT / page).read_text())

    assert [sentence for sentence in quoted if sentence not in SAID] == []


def test_the_variables_of_the_example_are_ours() -> None:
    text = (ROOT / "docs/deployment.md").read_text()
    block = text.partition("```\nPRODUCTION=1\n")[2].partition("```")[0]
    named = {line.partition("=")[0].lower() for line in block.splitlines() if line}

    assert {"host", "data_dir", "proxies_count", "metrics_token"} <= named
    assert named <= set(Settings.__dataclass_fields__)


@pytest.mark.parametrize("page", PAGES)
def test_every_section_that_is_quoted_beside_a_page_is_one_of_it(page: str) -> None:
    """A link to a page followed by words in quotes, as in: [operations.md](operations.md) “安装”."""
    text = (ROOT / page).read_text()
    for linked, section in re.findall(r"\]\((\w[\w./-]*\.md)\)[ 的]*“([^”]+)”", text):
        headings = re.findall(r"^#+ (.+)$", (ROOT / page).parent.joinpath(linked).read_text(), re.MULTILINE)
        assert section in headings, f"{linked} has no section {section}"


FIGURES = (ROOT / "docs" / "figures.md").read_text()
FIGURE = re.compile(
    r"^\| (?P<wanted>[^|]+) \|(?P<proof>[^|]*)\|(?P<last>[^|]*)\| (?P<verdict>[^|]+) \|$", re.MULTILINE
)
FAULTS = ("kill_", "freeze_", "fill_", "restart_", "cut_off", "flush_", "slow_", "lose_", "wechat_")
SETTINGS = {"MOST_AT_ONCE", "DRAIN_SECONDS", "TRAIL_SHIP"}
FOUND = [
    row for row in FIGURE.finditer(FIGURES) if "结论" not in row["verdict"] and "---" not in row["wanted"]
]


@pytest.mark.parametrize("row", FOUND, ids=lambda row: row["wanted"][:40])
def test_every_figure_is_met_with_a_proof_or_missed_with_a_reason(row: re.Match[str]) -> None:
    verdict = re.match("未达到|达到|部分|没有|不在这里", row["verdict"])
    proofs = paths(row["proof"]) + re.findall(r"`(?:make|python -m) \w+|`\w+`", row["proof"] + row["last"])

    assert verdict, row["verdict"]
    if verdict[0] == "达到":
        assert proofs, "a claim needs a test or a command"
    else:
        assert re.search(r"[\u4e00-\u9fff]{3}", row["proof"] + row["last"] + row["verdict"]), (
            "what is missed needs its reason"
        )


def test_no_row_of_figures_escapes() -> None:
    rows = [
        line
        for line in FIGURES.splitlines()
        if line.startswith("|") and "结论" not in line and "---" not in line
    ]

    assert len(FOUND) == len(rows)


def test_the_commands_faults_and_amounts_of_figures_are_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    amounts = set(re.findall(r"^([A-Z_]+)=\d", (ROOT / "deploy/run-nightly").read_text(), re.MULTILINE))
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", FIGURES))

    assert set(re.findall(r"`make ([a-z-]+)", FIGURES)) <= targets
    assert set(re.findall(r"python -m bench ([a-z]+)", FIGURES)) <= set(PARTS)
    assert {each for each in named if each.startswith(FAULTS)} <= {each.__name__ for each in EPISODES}
    assert set(re.findall(r"`([A-Z_]{4,})`", FIGURES)) - SETTINGS <= amounts
