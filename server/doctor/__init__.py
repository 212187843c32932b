"""`python -m server doctor`: what is wrong here, in words, and what to do about it."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack

from server.configuration import configure_core
from server.doctor import machine, services
from server.doctor.findings import Finding, Grade, attend, broken, in_words, worst
from server.kit.database import database_opened, sqlite_file
from server.settings import MODEL_MODULES, Settings, SettingsRefused

__all__ = ["Finding", "Grade", "examine", "in_words", "worst"]

OF_THE_MACHINE: Sequence[Callable[[Settings], Iterator[Finding]]] = (
    machine.settings,
    machine.keys,
    machine.disk,
    machine.worker,
    machine.marks,
    machine.backups,
)
OF_OTHERS: Sequence[Callable[[Settings], AsyncIterator[Finding]]] = (services.redis, services.wechat)
OF_THE_DATA: Sequence[Callable[[Settings], AsyncIterator[Finding]]] = (
    services.settings_of_database,
    services.sealed_values,
    services.clock,
    services.outbox,
    services.trail,
    services.rules_of_the_data,
)


async def examine(of: Settings) -> list[Finding]:
    """Look at everything that can be looked at; what could not be looked at is said, and is not fine."""
    found = [finding for look in OF_THE_MACHINE for finding in _seen(look, of)]
    for ask in OF_OTHERS:
        found += await _heard(ask, of)
    return found + await _of_database(of)


async def _of_database(of: Settings) -> list[Finding]:
    file = sqlite_file(of.database)
    if file is not None and not file.exists():
        return [
            broken(
                "数据库",
                f"没有数据库文件 {file}。",
                "第一次安装：python -m server migrate up；否则从备份恢复。",
            )
        ]
    async with AsyncExitStack() as stack:
        try:
            configure_core(of)
            await stack.enter_async_context(database_opened(of.database, modules=MODEL_MODULES, pool_size=2))
        except (Exception, SettingsRefused) as error:  # noqa: BLE001  the doctor goes on, whatever is wrong
            return [broken("数据库", f"打不开（{type(error).__name__}）。", "检查密钥和 DATABASE_URL。")]
        found = await _heard(services.database, of)
        if worst(found) is Grade.FINE:  # otherwise every other question would fail for the same reason
            for ask in OF_THE_DATA:
                found += await _heard(ask, of)
        return found


def _seen(look: Callable[[Settings], Iterator[Finding]], of: Settings) -> list[Finding]:
    try:
        return list(look(of))
    except Exception as error:  # noqa: BLE001  see above
        return [_not_looked_at(look.__name__, error)]


async def _heard(ask: Callable[[Settings], AsyncIterator[Finding]], of: Settings) -> list[Finding]:
    try:
        return [finding async for finding in ask(of)]
    except Exception as error:  # noqa: BLE001  see above
        return [_not_looked_at(ask.__name__, error)]


def _not_looked_at(what: str, error: Exception) -> Finding:
    return attend(
        what, f"没能检查（{type(error).__name__}）。", "先处理其他各项，再运行一次；仍然这样请联系开发方。"
    )
