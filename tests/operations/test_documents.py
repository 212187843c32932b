"""What docs/security.md claims is complete, names files that there are, and is counted right."""

import re
from collections import Counter
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("page", ["security.md", "operations.md"])
def test_every_file_that_is_named_is_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    linked = [f"docs/{name}" for name in re.findall(r"\]\((\w[\w.-]*\.md)", text)]
    named = [path for path in paths(text) if not path.startswith(("/", "alliance-"))]

    assert [path for path in [*named, *linked] if not (ROOT / path).exists()] == []
