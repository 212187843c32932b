"""Versions of the product that never were: this one, with one change to its tables each, as a release would bring it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
CODE: Final = ("server", "miniprogram_api", "admin", "migrations")

MODEL: Final = "server/kit/idempotency.py"
WRITERS: Final = ("server/kit/transactions.py", "server/booking/actions/together.py")
FIELD: Final = r"( +)answer = fields\.TextField\(null=True\)\n"
READ: Final = r"row\.answer or"
WRITTEN: Final = r"answer=(plain\.dumps\(.*\)\.decode\(\))"
CLAIMED: Final = r"(fingerprint=request\.fingerprint,\n)"

Change = tuple[str, str, str]  # a file, what is there (once), and what takes its place


@dataclass(frozen=True)
class Version:
    """A copy of the code in a folder of its own, to be run from there."""

    name: str
    folder: Path

    def command(self, env: Mapping[str, str], *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "server", *arguments],
            cwd=self.folder, env=dict(env), capture_output=True, text=True, timeout=180, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{self.name}: {arguments}\n{done.stdout}{done.stderr}"
        return done.stdout

    def next(self, name: str, *changes: Change) -> "Version":
        """Return the version after this one, in a folder beside it."""
        after = Version(name, self.folder.parent / name)
        shutil.copytree(self.folder, after.folder)
        for file, old, new in changes:
            path = after.folder / file
            text, count = re.subn(old, new, path.read_text())
            assert count == 1, f"{name}: {old!r} stands {count} times in {file}"
            path.write_text(text)
        return after


def today(folder: Path) -> Version:
    """Return the version that this working tree holds."""
    for part in CODE:
        shutil.copytree(ROOT / part, folder / "today" / part, ignore=shutil.ignore_patterns("__pycache__"))
    return Version("today", folder / "today")


def additive(before: Version) -> Version:
    """A column more, which the new version fills and the old one does not know."""
    return before.next(
        "additive",
        (MODEL, FIELD, r"\g<0>\1edition = fields.CharField(max_length=16, null=True)\n"),
        ("server/kit/transactions.py", CLAIMED, r'\1                edition="additive",\n'),
    )


def renaming(before: Version) -> tuple[Version, Version, Version]:
    """A column renamed in three steps: written twice; read from the new one; the old one forgotten."""
    twice = before.next(
        "twice",
        (MODEL, FIELD, r"\g<0>\1reply = fields.TextField(null=True)\n"),
        *((writer, WRITTEN, r"answer=\1, reply=\1") for writer in WRITERS),
    )
    reads_new = twice.next("reads_new", (MODEL, READ, "row.reply or"))
    forgets_old = reads_new.next(
        "forgets_old",
        (MODEL, FIELD, ""),
        *((writer, r"answer=plain\.dumps\(.*\)\.decode\(\), reply=", "reply=") for writer in WRITERS),
    )
    return twice, reads_new, forgets_old
