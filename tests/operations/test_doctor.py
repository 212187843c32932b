"""`python -m server doctor`, with every fault really there."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server.booking.models import Slot
from server.doctor import machine
from server.doctor.findings import Grade
from server.outbox.models import MessageStatus, OutboxMessage
from server.settings import SECRETS_FILE, Settings
from server.supervisor import metrics_folder, metrics_place
from server.web.faces import utc_now
from server.wechat.simulator.config import Config
from server.wechat.simulator.server import Simulator
from tests import rings
from tests.disks import small_disk
from tests.operations.conftest import Doctor, Said
from tests.servers import free_port

IDENTITY = "330299194001010014"


@pytest.fixture
def data(settings: Settings) -> Iterator[Path]:
    """Give the folder of the town's data as a worker of this minute leaves it, and put it back."""
    settings.checkpoints.touch()
    _worked(settings.data_dir, time.time())
    yield settings.data_dir
    settings.checkpoints.unlink()
    for left in metrics_place(settings.data_dir).glob("*.db"):
        left.unlink()


def _worked(folder: Path, at: float) -> None:
    _left_figures(folder, f"WORKED.labels('sweep_holds').set({at})")


def _left_figures(folder: Path, figure: str) -> None:
    """Let a process count something and end."""
    figures = metrics_folder(folder, begins_anew=False)
    env = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(figures)}
    command = f"from server.web import metrics; metrics.{figure}"
    subprocess.run([sys.executable, "-c", command], env=env, check=True)


def _aged(path: Path, seconds: float) -> None:
    os.utime(path, (time.time() - seconds,) * 2)


class TestTheDoctor:
    async def test_finds_nothing_but_what_is_true_of_a_town_that_is_tried_out(
        self, doctor: Doctor, data: Path
    ) -> None:
        await OutboxMessage.all().delete()  # the town's own messages are of its day in March
        said = await doctor()

        # The rings' databases do not wait for their disks.
        assert {subject for subject in said.findings if said.of(subject) != "fine"} == {"配置", "数据库设置"}
        for subject in (
            "密钥",
            "磁盘",
            "后台工作进程",
            "Redis",
            "微信",
            "数据库",
            "时钟",
            "消息",
            "查档留痕",
            "数据",
        ):
            assert said.of(subject) == "fine", said.text

    async def test_says_everything_that_is_wrong_at_once(
        self, doctor: Doctor, data: Path, tmp_path: Path
    ) -> None:
        token = tmp_path / "metrics-token"
        token.write_text("of-the-monitoring-system")
        token.chmod(0o644)
        _aged(token, 400 * 86_400)
        _aged(data / "trail-checkpoints.jsonl", 600)
        for left in metrics_place(data).glob("*.db"):
            left.unlink()
        _worked(data, time.time() - 300)
        await OutboxMessage.all().delete()
        for status, late in ((MessageStatus.DEAD, 0), (MessageStatus.WAITING, 900)):
            due = utc_now() - timedelta(seconds=late)
            await OutboxMessage(topic="booking.booked", status=status, due_at=due, created_at=due).save()
        slot = await Slot.filter(booked__gt=0).first()
        assert slot is not None
        await Slot.filter(id=slot.id).update(booked=slot.booked - 1)

        said = await doctor(
            REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
            SEALING_KEYS=_with_a_new_key(data),
            METRICS_TOKEN_FILE=str(token),
        )

        assert said.status == 2
        assert {subject: said.of(subject) for subject in said.findings} == {
            "配置": "attend", "密钥": "broken", "磁盘": "fine", "备份": "fine", "后台工作进程": "attend", "Redis": "broken", "微信": "fine",
            "数据库": "fine", "数据库设置": "broken", "时钟": "fine", "消息": "attend", "查档留痕": "attend", "数据": "broken",
        }  # fmt: skip
        keys = " ".join(sentence for _, sentence in said.findings["密钥"])
        assert "谁都能读" in keys
        assert "没有换过" in keys
        assert "旧密钥" in keys
        assert any("1 条试了多次" in sentence for _, sentence in said.findings["消息"])

    @pytest.mark.sqlite
    async def test_knows_a_worker_and_a_trail_that_stand_still(self, doctor: Doctor, data: Path) -> None:
        for left in metrics_place(data).glob("*.db"):
            left.unlink()
        _worked(data, time.time() - 7200)
        _aged(data / "trail-checkpoints.jsonl", 7200)

        said = await doctor()

        assert (said.of("后台工作进程"), said.of("查档留痕")) == ("broken", "broken")

    async def test_says_that_tables_are_of_another_version(
        self, doctor: Doctor, settings: Settings, ring_url: str, tmp_path: Path
    ) -> None:
        empty = rings.new_schema(ring_url, "doctor") if "mysql" in ring_url else f"sqlite://{tmp_path}/a.db"
        (tmp_path / "a.db").touch()
        said = await doctor(DATABASE_URL=empty)

        assert any(
            "migrate" not in sentence and "0001_initial" in sentence
            for _, sentence in said.findings["数据库"]
        )
        assert "数据" not in said.findings, "what stands on the tables is not asked"

    @pytest.mark.sqlite
    @pytest.mark.parametrize("url", ["mysql://root@127.0.0.1:{port}/care", "sqlite:///nowhere/at/all.db"])
    async def test_says_that_the_database_is_away(self, doctor: Doctor, url: str) -> None:
        said = await doctor(DATABASE_URL=url.format(port=free_port()))

        assert (said.status, said.of("数据库")) == (2, "broken")

    async def test_says_that_well_written_keys_are_those_of_another_house(
        self, doctor: Doctor, town: object
    ) -> None:
        strange = f"1:{'ab' * 32}"
        others = await doctor(SEALING_KEYS=strange)
        unfound = await doctor(INDEX_KEYS=strange)

        assert any("SEALING_KEYS 打不开" in each and "national_id" in each for each in _of_keys(others))
        assert any(
            "INDEX_KEYS" in each and "resident.national_id_sealed" in each for each in _of_keys(unfound)
        )
        assert not [each for each in _of_keys(unfound) if "打不开" in each]
        assert any("打得开" in each for each in _of_keys(await doctor()))

    @pytest.mark.sqlite
    async def test_makes_no_database_where_there_is_none(self, doctor: Doctor, tmp_path: Path) -> None:
        said = await doctor(DATABASE_URL=f"sqlite://{tmp_path}/away.db")

        assert (said.of("数据库"), (tmp_path / "away.db").exists()) == ("broken", False)

    @pytest.mark.sqlite
    async def test_tells_of_marks_that_went_to_nobody(
        self, doctor: Doctor, data: Path, tmp_path: Path
    ) -> None:
        shipping = str(tmp_path / "marks.log")
        whole = await doctor(TRAIL_SHIP=shipping)
        _left_figures(data, "MARKS_LOST.inc(3)")
        lost = await doctor(TRAIL_SHIP=shipping)

        assert whole.of("查档留痕") == "fine"
        assert any("3 个印记没能寄出" in sentence for _, sentence in lost.findings["查档留痕"])

    @pytest.mark.sqlite
    async def test_says_why_the_settings_are_refused(self, doctor: Doctor) -> None:
        said = await doctor(PRODUCTION="1")

        assert said.status == 2
        assert "缺少密钥" in said.findings["配置"][0][1]

    @pytest.mark.sqlite
    async def test_tells_a_platform_that_does_not_know_us_from_one_that_is_silent(
        self, doctor: Doctor, settings: Settings
    ) -> None:
        async with Simulator(Config(appid=settings.wechat_appid, secret="f" * 32)) as strange:
            unknown = await doctor(WECHAT_API_BASE=strange.base_url)
        silent = await doctor(WECHAT_API_BASE=f"http://127.0.0.1:{free_port()}")

        assert "不认" in unknown.findings["微信"][0][1]
        assert "没有应答" in silent.findings["微信"][0][1]

    @pytest.mark.mysql
    async def test_compares_the_clocks(self, doctor: Doctor, settings: Settings) -> None:
        connection = rings.connect_to(settings.database_url)
        with connection.cursor() as cursor:
            cursor.execute("CREATE USER late@'127.0.0.1'")
            cursor.execute("GRANT ALL ON *.* TO late@'127.0.0.1'")
            cursor.execute("REVOKE SUPER, CONNECTION ADMIN ON *.* FROM late@'127.0.0.1'")
            cursor.execute("SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + 60'")
            try:
                said = await doctor(DATABASE_URL=settings.database_url.replace("root@", "late@"))
            finally:
                cursor.execute("SET GLOBAL init_connect = ''")
                cursor.execute("DROP USER late@'127.0.0.1'")
        connection.close()

        assert said.of("时钟") == "broken"

    @pytest.mark.sqlite
    async def test_says_no_key_and_no_person(self, doctor: Doctor, data: Path) -> None:
        ring = _with_a_new_key(data)
        said = await doctor(SEALING_KEYS=ring, INDEX_KEYS=ring)

        assert said.of("密钥") == "broken"
        assert ring.split(":")[1].split(",")[0] not in said.text


class TestTheMachine:
    def test_knows_a_worker_that_only_writes_tables(self, tmp_path: Path) -> None:
        """The tables are looked for every second by a task of its own, whatever became of the deliveries."""
        _worked(tmp_path, time.time() - 900)
        _left_figures(tmp_path, f"WORKED.labels('write_exports').set({time.time()})")

        (finding,) = machine.worker(Settings(data_dir=tmp_path))

        assert finding.grade is Grade.BROKEN

    def test_says_when_the_disk_is_full(self, tmp_path: Path) -> None:
        with small_disk(tmp_path, "2m"):
            (room,) = machine.disk(Settings(data_dir=tmp_path))
            (tmp_path / "log").write_bytes(b"x" * 1_900_000)
            (little,) = machine.disk(Settings(data_dir=tmp_path))
            (tmp_path / "more").write_bytes(b"x" * 150_000)
            (none,) = machine.disk(Settings(data_dir=tmp_path))

        assert [each.grade for each in (room, little, none)] == [Grade.FINE, Grade.ATTEND, Grade.BROKEN]

    def test_looks_for_a_whole_backup_of_the_last_day(self, tmp_path: Path) -> None:
        def said() -> Grade:
            (finding,) = machine.backups(Settings(production=True, backup_dir=str(tmp_path)))
            return finding.grade

        none = said()
        (tmp_path / "full").mkdir()
        unfinished = said()
        (tmp_path / "full" / "complete").touch()
        whole = said()
        _aged(tmp_path / "full" / "complete", 2 * 86_400)
        old = said()
        (tmp_path / "alliance-20260302T010000Z.tar").touch()

        assert (none, unfinished, whole, old, said()) == (
            Grade.BROKEN, Grade.BROKEN, Grade.FINE, Grade.BROKEN, Grade.FINE,
        )  # fmt: skip

    def test_says_what_production_lacks(self) -> None:
        bare = Settings(production=True, web_workers=2, rate_factor=10)
        said = {each.grade: each.sentence for each in machine.settings(bare)}
        sentences = " ".join(each.sentence for each in machine.settings(bare))

        assert said[Grade.BROKEN].startswith("RATE_FACTOR")
        for word in ("PUBLIC_URL", "PROXIES_COUNT", "Redis"):
            assert word in sentences


async def test_messages_that_were_given_up_are_sent_once_more(doctor: Doctor, settings: Settings) -> None:
    now = utc_now()
    await OutboxMessage(
        topic="booking.booked", status=MessageStatus.DEAD, attempts=8, due_at=now, created_at=now
    ).save()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "server", "revive-messages",
        env=os.environ | {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": settings.database_url},
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()

    assert out.decode().strip() == "1 条消息会再送一次。"
    row = await OutboxMessage.filter(topic="booking.booked").order_by("-id").first()
    assert row is not None
    assert (row.status, row.attempts) == (MessageStatus.WAITING, 0)


def _of_keys(said: Said) -> list[str]:
    return [sentence for _, sentence in said.findings["密钥"]]


def _with_a_new_key(data: Path) -> str:
    kept = dict(line.split("=", 1) for line in (data / SECRETS_FILE).read_text().splitlines())["SEALING_KEYS"]
    return f"2:{'ab' * 32},{kept}"
