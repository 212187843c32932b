"""The product in processes of its own, to be ill-treated by one folder of tests."""

from collections.abc import Iterator

import pytest

from tests.running import Running, running


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("served"), LOG_LEVEL="WARNING") as started:
        yield started
