"""Every refusal has a stable code, a kind and a sentence, and stands in docs/errors.md."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import server
from server.kit.errors import DomainError, Kind
from server.web.problems import WebError, status_of

DOCS = Path(__file__).parents[2] / "docs" / "errors.md"
LINE = re.compile(r"^\| `(?P<code>[a-z_.]+)` \| (?P<status>\d{3}) \| (?P<sentence>.+) \|$", re.MULTILINE)


HEAD = """# Errors

Every refusal of the API is `application/problem+json` with a stable `code`, the status below, and in `detail` a Chinese sentence that
says what to do next (some are made more exact where they are raised). Written by `python -m tests.architecture.test_errors`; a test
keeps it true.

| code | status | sentence |
|---|---|---|
"""


def refusals() -> list[type[DomainError]]:
    for module in pkgutil.walk_packages(server.__path__, "server."):
        if module.name.rsplit(".", 1)[-1] in {"errors", "problems"}:
            importlib.import_module(module.name)
    found, waiting = [], [DomainError]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            if hasattr(each, "code") and each is not WebError:
                found.append(each)
    return sorted(found, key=lambda each: each.code)


def document() -> str:
    """Write docs/errors.md: `python -m tests.architecture.test_errors`."""
    return (
        HEAD
        + "\n".join(f"| `{each.code}` | {_status(each)} | {each.message} |" for each in refusals())
        + "\n"
    )


def _status(refusal: type[DomainError]) -> int:
    return status_of(refusal.__new__(refusal))


@pytest.mark.parametrize("refusal", refusals(), ids=lambda each: each.code)
def test_every_refusal_tells_a_person_what_to_do(refusal: type[DomainError]) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", refusal.code)
    assert isinstance(refusal.kind, Kind)
    assert refusal.message.endswith(("。", "？", "！"))
    assert len(refusal.message) >= 8


def test_no_code_is_used_twice() -> None:
    codes = [each.code for each in refusals()]
    assert sorted(set(codes)) == sorted(codes)


def test_the_document_lists_them_all() -> None:
    # after a change: python -m tests.architecture.test_errors
    listed = {
        match["code"]: (int(match["status"]), match["sentence"]) for match in LINE.finditer(DOCS.read_text())
    }
    assert listed == {each.code: (_status(each), each.message) for each in refusals()}


if __name__ == "__main__":
    DOCS.write_text(document())
