"""A disk that is soon full: a small file system of one's own, which takes root, who may mount it."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[bool]:
    """Mount a small file system there, and tell whether that could be done."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(folder)]
    can = os.geteuid() == 0 and shutil.which("mount") is not None
    if not can or subprocess.run(mount, check=False, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    with mounted(folder, size) as can:
        if not can:
            pytest.skip("the full disk is left out: it takes root, who may mount a small one")
        yield folder


def fill(disk: Path) -> Path:
    """Write to the last byte, and return what is to be taken away again."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for block in (bytes(1 << 20), bytes(4096)):
            with contextlib.suppress(OSError):
                while file.write(block) == len(block):
                    pass
    return filler
