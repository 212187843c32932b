"""The engine room of the fixtures itself."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tortoise.connection import get_connection

from tests.engines.tables import Bed, Ward
from tests.rings import connect_to, take_snapshot
from tests.servers import until


async def test_a_snapshot_puts_back_what_was_written(either):
    ward = await Ward.create(name="East")
    await Bed.create(ward=ward, label="1")
    snapshot = take_snapshot(either)
    try:
        await Ward.filter(id=ward.id).update(name="changed")
        await Bed.all().delete()
        await Ward.create(name="new")

        snapshot.restore()

        assert await Ward.all().values_list("name", flat=True) == ["East"]
        assert await Bed.all().values_list("ward_id", flat=True) == [ward.id]
    finally:
        snapshot.close()


async def test_a_snapshot_leaves_unwritten_tables_alone(either):
    await Ward.create(name="East")
    snapshot = take_snapshot(either)
    try:
        _past_our_engines(either, "UPDATE ward SET name='elsewhere'")
        assert await Ward.all().values_list("name", flat=True) == ["elsewhere"]

        snapshot.restore()
        assert await Ward.all().values_list("name", flat=True) == ["elsewhere"]

        snapshot.restore(everything=True)
        assert await Ward.all().values_list("name", flat=True) == ["East"]
    finally:
        snapshot.close()


def _past_our_engines(url: str, sql: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        with closing(sqlite3.connect(parts.path)) as file, file:
            file.execute(sql)
    else:
        with closing(connect_to(url)) as server, server.cursor() as cursor:
            cursor.execute(sql)


@pytest.mark.usefixtures("mariadb")
def test_a_server_dies_with_a_test_process_that_was_killed(tmp_path: Path):
    code = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from tests.rings import private_mariadb\n"
        "with private_mariadb(Path(sys.argv[1])) as url:\n"
        "    print(url, flush=True)\n"
        "    time.sleep(60)\n"
    )
    runner = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert runner.stdout is not None
    with closing(connect_to(runner.stdout.readline().strip())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@pid_file")
        server = int(Path(cursor.fetchone()[0]).read_text())
    os.kill(server, 0)

    runner.send_signal(signal.SIGKILL)
    runner.wait()

    until(lambda: not Path(f"/proc/{server}").exists(), "MariaDB's end after its test process's", within=5)


async def test_everything_is_copied_into_the_connection_of_this_process(either):
    # The hook must see the statements of raw clients too, not only those of models.
    snapshot = take_snapshot(either)
    try:
        await get_connection("default").execute_script(
            "INSERT INTO ward (name, booked, capacity) VALUES ('raw', 0, 1)"
        )
        snapshot.restore()
        assert await Ward.all().count() == 0
    finally:
        snapshot.close()
