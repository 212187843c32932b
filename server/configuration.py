"""What the core is told once per process; apart from the composition root so that commands need not load the faces."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from server.audit import shipping, signing, trail
from server.kit import fitness, sealing
from server.kit.database import is_transient
from server.notifications import templates
from server.settings import Settings, SettingsRefused
from server.visits import codes

LOG = logging.getLogger(__name__)


def configure_core(settings: Settings) -> None:
    """Give this process the keys that the core seals, searches, chains, signs and proves presence with."""
    with _refusing(
        "SEALING_KEYS、INDEX_KEYS 或 SEALING_ALGORITHM",
        "写作“编号:十六进制,…”，每把至少 32 字节，两个变量里不能有同一把",
    ):
        sealing.configure(
            sealing.Keyring.from_words(
                algorithm=settings.sealing_algorithm,
                data_keys=settings.sealing_keys,
                index_keys=settings.index_keys,
            )
        )
    with _refusing("TRAIL_KEY", "写作十六进制，每把至少 32 字节，几把之间用逗号隔开"):
        trail.configure(*_keys(settings.trail_key))
    with _refusing("CHECKPOINT_KEY", "写作十六进制，每把正好 32 字节，几把之间用逗号隔开"):
        signing.configure(*_keys(settings.checkpoint_key))
    with _refusing("PLATE_KEYS", "写作“编号:十六进制,…”，编号一个字符，每把至少 16 字节"):
        codes.configure(appid=settings.wechat_appid, keys=settings.plate_keys)
    with _refusing("TRAIL_SHIP", "写作能写入的文件路径、syslog://主机:端口 或 syslog:///套接字路径"):
        shipping.ship_to(settings.trail_ship)
    templates.name_templates(settings.template_ids)


def _keys(words: str) -> list[bytes]:
    return [bytes.fromhex(word) for word in words.split(",")]


@contextmanager
def _refusing(name: str, rule: str) -> Iterator[None]:
    # The value itself, and what Python says of it, stay unsaid: it is a secret.
    try:
        yield
    except (ValueError, OSError):
        message = f"{name} 不合要求：{rule}。"
        raise SettingsRefused(message) from None


async def refuse_an_unfit_database(settings: Settings) -> None:
    """Say what is wrong with the database's settings; in production do not serve what could be lost."""
    try:
        found = await fitness.faults()
    except Exception as error:
        if not is_transient(error):
            raise
        LOG.warning("the database is away: its settings were not looked at")
        return
    for fault in found:
        LOG.error("unfit database: %s", fault)
    if found and settings.production:
        raise SettingsRefused("\n".join(["数据库的设置不安全，没有启动：", *found]))
