"""The small drill of every change; `make drill` works longer, and loses a MariaDB, too."""

from pathlib import Path

import pytest

from tests.drill.embedded import embedded

pytestmark = [pytest.mark.sqlite, pytest.mark.timeout(300)]


async def test_what_was_acknowledged_before_a_backup_is_there_after_it_was_restored(tmp_path: Path) -> None:
    """A server, a backup under load, a restore: twelve seconds on a quiet machine."""
    found = await embedded(tmp_path, seconds=2, nurses=3)

    assert found.acknowledged > 0
    assert found.compared.compared > 0
    assert found.passed, found
