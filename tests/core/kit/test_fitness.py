"""The settings that a database must have before it may hold what was promised."""

import pytest
from tortoise.connection import get_connection

from server.kit.database import dialect
from server.kit.fitness import faults, unfit
from tests.cluster.galera import deployed_options

KNOWN = {name.lower(): value for name, value in deployed_options().items()} | {"log_bin": "ON"}
WRONG = {
    "innodb_flush_log_at_trx_commit": "2", "default_storage_engine": "MyISAM", "idle_transaction_timeout": "0",
    "innodb_snapshot_isolation": "OFF", "sync_binlog": "0", "binlog_format": "MIXED", "innodb_autoinc_lock_mode": "1",
    "innodb_force_primary_key": "OFF", "wsrep_certify_nonpk": "OFF", "wsrep_sync_wait": "6", "wsrep_osu_method": "RSU",
    "wsrep_cluster_address": "gcomm://",
}  # fmt: skip


class TestAClusterNode:
    def test_is_fit_as_deployed(self) -> None:
        assert unfit(KNOWN) == []

    @pytest.mark.parametrize("name", WRONG)
    def test_is_told_which_setting_could_lose_or_stop_something(self, name: str) -> None:
        (sentence,) = unfit(KNOWN | {name: WRONG[name]})

        assert sentence.startswith(f"{name} 现在是 ")
        assert "应当是" in sentence

    def test_alone_needs_none_of_the_clusters_settings(self) -> None:
        alone = {"wsrep_on": "OFF", "wsrep_sync_wait": "0", "log_bin": "OFF", "sync_binlog": "0"}

        assert unfit(KNOWN | alone) == []


@pytest.mark.usefixtures("town")
class TestTheOpenDatabase:
    async def test_is_told_what_the_tests_have_switched_off(self) -> None:
        """The rings do not wait for the disk."""
        found = await faults()

        if dialect() == "sqlite":
            (sentence,) = found
            assert "synchronous" in sentence
        else:
            assert any(each.startswith("innodb_flush_log_at_trx_commit 现在是 2") for each in found)
            assert not any("没有主键" in each or "不是 InnoDB" in each for each in found)

    @pytest.mark.mysql
    async def test_is_told_of_a_table_without_a_primary_key(self) -> None:
        client = get_connection("default")
        await client.execute_script("CREATE TABLE keyless (word INT) ENGINE=MyISAM")
        try:
            found = await faults()
        finally:
            await client.execute_script("DROP TABLE keyless")

        assert [each for each in found if "keyless" in each] == [
            "表 keyless 没有主键：集群无法认证它的写入，请补上。",
            "表 keyless 不是 InnoDB：它没有事务，请改过来。",
        ]
