"""Verdicts that the server gives and should not. Each entry must go when the server is right."""

from collections.abc import Mapping

# (face, row, person): (what the server answers, what it should answer, why). The table holds the right verdict.
KNOWN_WRONG: Mapping[tuple[str, str, str], tuple[str, str, str]] = {}

# (face, row, person): why the answer tells what exists from what does not.
KNOWN_TELLING: Mapping[tuple[str, str, str], str] = {}
