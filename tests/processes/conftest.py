"""The product in processes of its own, once for the whole folder."""

from collections.abc import Iterator

import pytest

from tests import rings
from tests.conftest import RING
from tests.running import Running, running


@pytest.fixture(scope="session")
def standing_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("product")
    if RING != "mysql":
        with running(folder, WEB_WORKERS="2") as started:
            yield started
        return
    maria, redis = tmp_path_factory.mktemp("maria"), tmp_path_factory.mktemp("redis")
    with (
        rings.private_mariadb(maria) as server,
        rings.private_redis(redis) as shared,
        running(
            folder, WEB_WORKERS="2", DATABASE_URL=rings.new_schema(server, "alliance"), REDIS_URL=shared
        ) as started,
    ):
        yield started
