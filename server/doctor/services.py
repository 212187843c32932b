"""What has to be asked of others: the database, Redis, the WeChat platform, and of the data themselves."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any

from server import invariants
from server.doctor.findings import Finding, ago, attend, broken, fine
from server.key_rotation import sealed_columns
from server.kit import fitness, schema
from server.kit.database import clock_of_database, ping
from server.kit.sealed_columns import SealedColumn
from server.kit.sealing import SealBroken, index_candidates, open_sealed_bytes
from server.kit.shared import shared_through
from server.outbox.actions import backlog
from server.settings import MODEL_MODULES, PLATFORM, Settings
from server.web.faces import utc_now
from server.wechat.client import WeChatClientGateway
from server.wechat.gateway import WeChatRefused, WeChatUnavailable
from server.wechat.tokens import InProcessTokenStore

CLOCK_OFF, CLOCK_WRONG = 2.0, 15.0  # seconds; a one-time code lives 30
OUTBOX_LATE, OUTBOX_STUCK = 300, 3600  # seconds
CHECKPOINT_LATE, CHECKPOINT_STUCK = 300, 3600
PATIENCE = 20.0  # seconds for the invariants; all of them take longer in a city


async def database(of: Settings) -> AsyncIterator[Finding]:
    """Judge whether it answers and its tables are those of this version."""
    try:
        await ping()
    except Exception as error:  # noqa: BLE001  whatever is wrong, it cannot be used
        yield broken(
            "数据库",
            f"连不上（{type(error).__name__}）。",
            "检查 DATABASE_URL、数据库服务和防火墙；集群见 docs/operations.md“坏了一台数据库”。",
        )
        return
    yield fine("数据库", "有应答。")
    left = await schema.plan(of.database, modules=MODEL_MODULES)
    if left:
        yield broken(
            "数据库",
            f"表还不是这个版本的，差 {len(left)} 步：{'、'.join(left)}。",
            "运行 python -m server migrate up。",
        )
    else:
        yield fine("数据库", "表和程序是同一个版本。")


async def settings_of_database(_: Settings) -> AsyncIterator[Finding]:
    """Judge whether it is set up so that what was acknowledged is kept."""
    found = await fitness.faults()
    for fault in found:
        yield broken(
            "数据库设置",
            fault,
            "改数据库的配置文件（样例在 deploy/mariadb/），逐台重启；说明见 docs/deployment.md。",
        )
    if not found:
        yield fine("数据库设置", "合乎要求。")


async def sealed_values(_: Settings) -> AsyncIterator[Finding]:
    """Open the oldest and the newest value of every sealed column: well-written keys may be those of another house."""
    subject, remedy = "密钥", "放回当时的密钥再启动（docs/keys.md）；不要运行 rotate-keys，也不要删除数据。"
    tried = [(str(column), _fits(column, row)) for column in sealed_columns() for row in await _ends(column)]
    closed = sorted({name for name, fits in tried if fits is _Fit.CLOSED})
    unfound = sorted({name for name, fits in tried if fits is _Fit.UNFOUND})
    if closed:
        yield broken(subject, f"SEALING_KEYS 打不开数据库里的 {'、'.join(closed)}。", remedy)
    if unfound:
        said = f"INDEX_KEYS 和数据库里的 {'、'.join(unfound)} 对不上，按号码会找不到人。"
        yield broken(subject, said, remedy)
    if tried and not closed and not unfound:
        yield fine(subject, f"打得开数据库里加密的内容（试了 {len(tried)} 处）。")


class _Fit(Enum):
    WHOLE = auto()
    CLOSED = auto()
    UNFOUND = auto()  # it opens, and is not found under its number


def _fits(column: SealedColumn, row: Any) -> _Fit:
    try:
        content = open_sealed_bytes(getattr(row, column.column), place=column.place(row))
    except SealBroken:
        return _Fit.CLOSED
    if not column.index:
        return _Fit.WHOLE
    known = index_candidates(content.decode(), column=column.indexed_as)
    return _Fit.WHOLE if getattr(row, column.index) in known else _Fit.UNFOUND


async def _ends(column: SealedColumn) -> list[Any]:
    """Return the first and the last row that holds a value."""
    there: dict[str, Any] = {f"{column.column}__isnull": False}
    rows = column.table.filter(**there).select_related(*column.parents)
    return [row for by in ("id", "-id") if (row := await rows.order_by(by).first()) is not None]


async def clock(_: Settings) -> AsyncIterator[Finding]:
    """Compare this machine's clock with the database's."""
    off = abs((await clock_of_database() - datetime.now(UTC)).total_seconds())  # noqa: TID251  the machine's own clock is what is judged
    said = f"与数据库服务器的时钟相差 {off:.1f} 秒。"
    remedy = "在两边都开启 chrony 或 ntpd：systemctl enable --now chrony。"
    if off > CLOCK_WRONG:
        yield broken("时钟", said + "动态口令和二维码会失效。", remedy)
    elif off > CLOCK_OFF:
        yield attend("时钟", said, remedy)
    else:
        yield fine("时钟", said)


async def redis(of: Settings) -> AsyncIterator[Finding]:
    """Judge whether what the processes share is there."""
    if not of.redis_url:
        yield fine("Redis", "没有配置，每个进程各自计数。")
        return
    shared = shared_through(of.redis_url)
    try:
        await shared.ping()
    except Exception as error:  # noqa: BLE001  whatever is wrong, it is not there
        yield broken(
            "Redis",
            f"连不上（{type(error).__name__}）。业务照常，限流变为每个进程各自计数。",
            "检查 REDIS_URL 和 Redis 服务；它里面没有不能丢的东西，可以直接重启。",
        )
    else:
        yield fine("Redis", "有应答。")
    finally:
        await shared.close()


async def wechat(of: Settings) -> AsyncIterator[Finding]:
    """Fetch a token, as every call to the platform begins."""
    if not of.production and not of.wechat_api_base:
        yield fine("微信", "试用环境用的是替身，没有可查的。")
        return
    gateway = WeChatClientGateway(
        of.wechat_appid,
        of.wechat_secret,
        base_url=of.wechat_api_base or PLATFORM,
        tokens=InProcessTokenStore(),
        production=of.production,
    )
    try:
        await gateway.greet()
    except WeChatRefused as refused:
        yield broken(
            "微信",
            f"平台不认这个小程序（errcode {refused.code}）。",
            "核对 WECHAT_APPID、WECHAT_SECRET，以及公众平台上的 IP 白名单。",
        )
    except WeChatUnavailable as unavailable:
        yield broken(
            "微信",
            f"平台没有应答（{unavailable.kind}）。已登录的人照常使用，新的登录和消息要等它恢复。",
            "检查本机能否访问外网 443 端口；若平台自己有故障，等它恢复就好：没发出去的消息一分钟内试五次，之后转到“电话名单”，请热线打电话告诉。",
        )
    else:
        yield fine("微信", "平台发了令牌。")
    finally:
        await gateway.close()


async def outbox(_: Settings) -> AsyncIterator[Finding]:
    """Judge what waits to be delivered, and what was given up."""
    found = await backlog(now=utc_now())
    late = found.oldest.total_seconds()
    if found.dead:
        yield attend(
            "消息",
            f"有 {found.dead} 条试了多次仍送不出去，已放到一边。",
            "原因排除后运行 python -m server revive-messages，让它们再送一次。",
        )
    said = f"有 {found.waiting} 条等着处理，最早的已等 {ago(late)}。"
    if late > OUTBOX_STUCK:
        yield broken("消息", said, "看后台工作进程是否活着、日志里有没有 failed；修好后会自动补上。")
    elif late > OUTBOX_LATE:
        yield attend("消息", said, "看后台工作进程是否活着、日志里有没有 failed。")
    else:
        yield fine("消息", said)


async def trail(of: Settings) -> AsyncIterator[Finding]:
    """Judge how old the last checkpoint of the access trail is."""
    if not of.checkpoints.exists():
        yield attend(
            "查档留痕",
            "这台机器上还没有检查点文件。",
            "检查点由后台工作进程每分钟写一次；请在它所在的机器上看。",
        )
        return
    late = time.time() - of.checkpoints.stat().st_mtime
    said = f"最后一个检查点在 {ago(late)}前。"
    if late > CHECKPOINT_STUCK:
        yield broken("查档留痕", said, "看后台工作进程的日志；查清之前不要清理数据库和数据目录。")
    elif late > CHECKPOINT_LATE:
        yield attend("查档留痕", said, "看后台工作进程的日志。")
    else:
        yield fine("查档留痕", said)


async def rules_of_the_data(_: Settings) -> AsyncIterator[Finding]:
    """Ask the invariants, as far as there is time."""
    subject = "数据"
    try:
        async with asyncio.timeout(PATIENCE):
            faults = await invariants.faults(now=utc_now())
    except TimeoutError:
        yield attend(
            subject, f"{PATIENCE:.0f} 秒内没有查完全部不变量。", "在空闲时运行 python -m server check。"
        )
        return
    if faults:
        yield broken(
            subject,
            f"有 {len(faults)} 处不符合规则，例如 {faults[0]}。",
            "先备份，再把 python -m server check 的全文交给开发方；不要手工改数据。",
        )
    else:
        yield fine(subject, "全部不变量成立。")
