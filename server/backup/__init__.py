"""Back up an embedded installation while it serves, and restore it. The keys are not in the backup: they are kept apart."""

import asyncio
import pkgutil
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import migrations
from server import VERSION, invariants
from server.audit.verification import verify_trails
from server.authority.actor import system_actor
from server.backup import embedded
from server.backup.archive import BackupRefused, Manifest, digests_of, pack, unpack
from server.backup.embedded import CHECKPOINTS, DATABASE
from server.backup.workplace import workplace
from server.identity.actions import end_every_session
from server.kit.database import database_opened, sqlite_file
from server.kit.schema import migrate_up
from server.kit.sealing import SealBroken, blind_index, index_candidates, open_sealed, seal
from server.settings import MODEL_MODULES, Settings

__all__ = ["BackupRefused", "Report", "back_up", "restore"]

PLACE = "backup"
MARK = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Report:
    file: Path
    made_at: str
    faults: tuple[str, ...]  # of the data themselves, which were as wrong before

    @property
    def size(self) -> int:
        return self.file.stat().st_size


async def back_up(settings: Settings, target: Path, *, now: datetime) -> Report:
    """Write one file, or one named by the moment into a folder, from a copy that has been opened and checked."""
    database, file = _embedded_file(settings), _file_for(target, now)
    if not database.exists():
        message = f"{database} 还不存在，没有可以备份的数据。"
        raise BackupRefused(message)
    with workplace(file.parent) as folder:
        await asyncio.to_thread(embedded.take, database, settings.checkpoints, folder)
        await asyncio.to_thread(embedded.ensure_whole, folder / DATABASE)
        faults = await _faults(folder, now=now)
        manifest = await asyncio.to_thread(_manifest, folder, now)
        await asyncio.to_thread(pack, folder, manifest, file)
    return Report(file, manifest.made_at, faults)


async def restore(settings: Settings, source: Path, *, force: bool, now: datetime) -> Report:
    """Check the backup in a folder of its own, bring its tables up to date, and only then replace what is there."""
    database = _embedded_file(settings)
    database.parent.mkdir(parents=True, exist_ok=True)
    with workplace(database.parent) as folder:
        manifest = await asyncio.to_thread(unpack, source, folder)
        _ensure_ours(manifest)
        await asyncio.to_thread(_ensure_free, database, force=force)
        await asyncio.to_thread(embedded.ensure_whole, folder / DATABASE)
        await migrate_up(_url(folder), modules=MODEL_MODULES)
        async with _opened(folder):
            # A session, or a withdrawn right to sign in, that was ended after the backup would live again.
            await end_every_session(actor=system_actor("restore"), now=now)
        faults = await _faults(folder, now=now)
        await asyncio.to_thread(
            embedded.put_back, folder, database, settings.checkpoints, mark=f"{now.astimezone(UTC):{MARK}}"
        )
    return Report(source, manifest.made_at, faults)


def _embedded_file(settings: Settings) -> Path:
    file = sqlite_file(settings.database)
    if file is None:
        message = "这里用的是 MariaDB，请用 deploy/backup/ 里的脚本备份和恢复（见 docs/backup.md）。"
        raise BackupRefused(message)
    return file


def _file_for(target: Path, now: datetime) -> Path:
    file = target / f"alliance-{now.astimezone(UTC):{MARK}}.tar" if target.is_dir() else target
    if file.exists():
        message = f"{file} 已经存在。请换一个文件名，旧备份不会被覆盖。"
        raise BackupRefused(message)
    return file


def _manifest(folder: Path, now: datetime) -> Manifest:
    made_at = now.astimezone(UTC).isoformat(timespec="seconds")
    return Manifest(
        made_at=made_at,
        version=VERSION,
        migrations=embedded.migrations_in(folder / DATABASE),
        sealed=seal(made_at, place=PLACE).hex(),
        indexed=blind_index(made_at, column=PLACE),
        digests=digests_of(folder, (DATABASE, CHECKPOINTS)),
    )


def _ensure_ours(manifest: Manifest) -> None:
    known = {module.name for module in pkgutil.iter_modules(migrations.__path__)}
    if not known.issuperset(manifest.migrations):
        message = f"这份备份来自更新的版本（{manifest.version}）。请先升级程序，再恢复。"
        raise BackupRefused(message)
    try:
        opens = open_sealed(bytes.fromhex(manifest.sealed), place=PLACE) == manifest.made_at
    except SealBroken:
        opens = False
    if not opens or manifest.indexed not in index_candidates(manifest.made_at, column=PLACE):
        message = (
            "现在的 SEALING_KEYS 或 INDEX_KEYS 打不开这份备份。请放回备份时的密钥（备份里没有密钥），再恢复。"
        )
        raise BackupRefused(message)


def _ensure_free(database: Path, *, force: bool) -> None:
    if not database.exists():
        return
    embedded.ensure_not_in_use(database)
    if not force and embedded.has_accounts(database):
        message = f"{database} 里已经有数据。确实要用备份替换它，请加 --force。"
        raise BackupRefused(message)


async def _faults(folder: Path, *, now: datetime) -> tuple[str, ...]:
    async with _opened(folder):
        found = await invariants.faults(now=now)
        verdict = await verify_trails(folder / CHECKPOINTS)
    return (*found, *map(str, verdict.faults))


def _opened(folder: Path) -> AbstractAsyncContextManager[None]:
    return database_opened(_url(folder), modules=MODEL_MODULES)


def _url(folder: Path) -> str:
    return f"sqlite://{folder / DATABASE}"
