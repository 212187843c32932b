"""Tortoise's engines, cured of the defects listed in docs/adr/0008-database-engines.md."""

from typing import Final

CONNECTION: Final = "default"
