"""A column is added while people work: nobody notices, and the old code could come back."""

from pathlib import Path

import pytest

from tests.operations.rolling import add_a_column, rehearse, table


@pytest.mark.mysql
@pytest.mark.timeout(600)  # two versions start and stop four processes, on whatever the machine has left
async def test_old_and_new_code_serve_side_by_side_without_an_error(tmp_path: Path) -> None:
    steps = await rehearse(add_a_column, tmp_path, processes=1)

    assert [error for step in steps for error in step.errors] == []
    for step in steps:
        assert step.answers, f"nobody was served:\n{table(steps)}"
        assert step.asked_again, "what was answered before was asked again, of whichever version"
