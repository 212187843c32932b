"""One file that holds a backup: a plain tar with a manifest in front, so that it can be looked into without us."""

import hashlib
import io
import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from server.kit import plain

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
CHUNK: Final = 1024 * 1024


class BackupRefused(Exception):
    """It was not done; the sentence says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    made_at: str
    version: str
    migrations: Sequence[str]
    sealed: (
        str  # `made_at`, to find out before anything is replaced whether the keys at hand are the right ones
    )
    indexed: str
    digests: dict[str, str]  # SHA-256 of each file
    format: int = FORMAT


def digests_of(folder: Path, names: Sequence[str]) -> dict[str, str]:
    return {name: _digest(folder / name) for name in names if (folder / name).exists()}


def pack(folder: Path, manifest: Manifest, target: Path) -> None:
    """Write it, read it back, and only then give it its name: a backup is whole or not there."""
    scratch = folder / target.name
    with scratch.open("wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            text = plain.dumps(manifest)
            entry = tarfile.TarInfo(MANIFEST)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text))
            for name in manifest.digests:
                tar.add(folder / name, arcname=name)
        file.flush()
        os.fsync(file.fileno())
    scratch.chmod(0o600)
    _read(scratch, None)
    scratch.replace(target)
    settle(target.parent)


def unpack(source: Path, folder: Path) -> Manifest:
    """Lay its files into the folder, or refuse: every byte is compared with the manifest."""
    try:
        return _read(source, folder)
    except (tarfile.TarError, OSError, ValueError, KeyError, TypeError) as error:
        message = f"{source} 不是本系统的备份，或者已经损坏。请换一份备份。"
        raise BackupRefused(message) from error


def _read(source: Path, folder: Path | None) -> Manifest:
    with tarfile.open(source, mode="r:") as tar:
        manifest = Manifest(**plain.loads(_member(tar, MANIFEST).read()))
        for name, digest in manifest.digests.items():
            if Path(name).name != name or _copied(_member(tar, name), folder and folder / name) != digest:
                message = f"备份里的 {name} 与清单不符，这份备份已经损坏。请换一份备份。"
                raise BackupRefused(message)
    return manifest


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    found = tar.extractfile(name)
    if found is None:
        raise KeyError(name)
    return found


def _copied(source: IO[bytes], target: Path | None) -> str:
    """Copy a file, or only read it, and return its digest."""
    digest = hashlib.sha256()
    with target.open("wb") if target else io.BytesIO() as copy:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            if target:
                copy.write(chunk)
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def settle(place: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
