"""Is the database set up so that what was acknowledged stays, on one server and on the nodes of a cluster?

Each wish is a measured loss or stop of another setting (reliability 1.3 and 1.4). The sentences are for the operator.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tortoise.connection import get_connection

from server.kit.database import dialect
from server.kit.engines import CONNECTION

LONGEST_IDLE: Final = 60  # seconds a dead application may hold its locks
FEWEST_NODES: Final = 3


@dataclass(frozen=True)
class Wish:
    name: str
    should: str
    why: str
    fits: Callable[[str], bool]


def _is(*words: str) -> Callable[[str], bool]:
    return lambda said: said.upper() in words


ALWAYS: Final = (
    Wish("innodb_flush_log_at_trx_commit", "1", "否则断电或节点先后死掉时，已经应答的预约会丢", _is("1")),
    Wish("default_storage_engine", "InnoDB", "别的引擎没有事务", _is("INNODB")),
    Wish(
        "idle_transaction_timeout",
        f"1–{LONGEST_IDLE} 秒",
        "否则一个死机的应用节点会一直锁着号源",
        lambda said: 0 < int(said) <= LONGEST_IDLE,
    ),
    Wish(
        "innodb_snapshot_isolation",
        "ON",
        "否则先读后写的会话会悄悄盖掉别人的写入",
        _is("ON", "1"),
    ),
)
WITH_BINLOG: Final = (Wish("sync_binlog", "1", "否则断电后用增量备份恢复不到最后一笔", _is("1")),)
CLUSTERED: Final = (
    Wish("binlog_format", "ROW", "集群只按行复制", _is("ROW")),
    Wish("innodb_autoinc_lock_mode", "2", "否则各节点的自增号会互相等待", _is("2")),
    Wish("innodb_force_primary_key", "ON", "没有主键的表在各节点上会不一致", _is("ON", "1")),
    Wish("wsrep_certify_nonpk", "ON", "没有主键的表在各节点上会不一致", _is("ON", "1")),
    Wish(
        "wsrep_sync_wait",
        "1",
        "否则换了主写节点后会读不到刚刚应答过的写入",
        lambda said: bool(int(said) & 1),
    ),
    Wish("wsrep_osu_method", "TOI", "平时的表结构变更要在各节点按同一次序执行", _is("TOI")),
    Wish(
        "wsrep_cluster_address",
        f"gcomm:// 后面写全至少 {FEWEST_NODES} 个节点",
        "空着重启会另立一个集群，两边各写各的；两个节点断开一个就都停",
        lambda said: len([node for node in said.removeprefix("gcomm://").split(",") if node]) >= FEWEST_NODES,
    ),
)
WITHOUT_KEY: Final = (
    "SELECT t.table_name AS name FROM information_schema.tables t LEFT JOIN information_schema.table_constraints c"
    " ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY'"
    " WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.constraint_name IS NULL"
)
NOT_INNODB: Final = (
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
    " AND table_type = 'BASE TABLE' AND engine <> 'InnoDB'"
)


async def faults() -> list[str]:
    """Say what is wrong with the open database's settings, a sentence each; an empty list is good news."""
    if dialect() == "sqlite":
        return await _faults_of_sqlite()
    rows = await _rows("SHOW GLOBAL VARIABLES")
    found = unfit({str(row["Variable_name"]).lower(): str(row["Value"]) for row in rows})
    found += [
        f"表 {row['name']} 没有主键：集群无法认证它的写入，请补上。" for row in await _rows(WITHOUT_KEY)
    ]
    found += [f"表 {row['name']} 不是 InnoDB：它没有事务，请改过来。" for row in await _rows(NOT_INNODB)]
    return found


def unfit(said: Mapping[str, str]) -> list[str]:
    """Judge a server by its variables; one that it does not know cannot be wrong."""
    wishes = [*ALWAYS, *(WITH_BINLOG if said.get("log_bin") == "ON" else ())]
    wishes += CLUSTERED if said.get("wsrep_on") == "ON" else ()
    return [
        f"{wish.name} 现在是 {said[wish.name] or '空'}，应当是 {wish.should}：{wish.why}。"
        for wish in wishes
        if wish.name in said and not wish.fits(said[wish.name])
    ]


async def _faults_of_sqlite() -> list[str]:
    (row,) = await _rows("PRAGMA synchronous")
    if int(str(row["synchronous"])) >= 2:  # noqa: PLR2004  FULL
        return []
    return ["DATABASE_URL 里关掉了 synchronous：断电后已经应答的预约会丢，请去掉这个参数。"]


async def _rows(sql: str) -> list[dict[str, object]]:
    _, rows = await get_connection(CONNECTION).execute_query(sql)
    return [dict(row) for row in rows]
