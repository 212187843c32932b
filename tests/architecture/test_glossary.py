"""The words of docs/glossary.md are the words of the code."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(
    r"^\| (?P<chinese>[^|]+) \| (?P<english>[^|]+) \| (?P<identifier>[^|]*) \| (?P<anchor>[^|]*) \|$",
    re.MULTILINE,
)
IDENTIFIER = re.compile(r"`([A-Za-z_.]+)`")
SOURCES = ("server", "miniprogram_api", "admin")
AVOIDED = re.compile(r"\b(class|def|async def) \w*(patient|_user\b|user_|User)", re.IGNORECASE)


def _code() -> str:
    return "\n".join(path.read_text() for folder in SOURCES for path in (ROOT / folder).rglob("*.py"))


def test_every_identifier_of_the_glossary_stands_in_the_code() -> None:
    code = _code()
    rows = list(ROW.finditer((ROOT / "docs" / "glossary.md").read_text()))
    missing = [
        word
        for row in rows
        for word in IDENTIFIER.findall(row["identifier"])
        if not re.search(rf"\b{re.escape(word.rsplit('.', 1)[-1])}\b", code)
    ]
    assert len(rows) > 40
    assert missing == []


def test_residents_are_not_called_patients_nor_accounts_users() -> None:
    assert AVOIDED.findall(_code()) == []
