"""What the kernel says of the one web process of a server: its open files and its memory."""

from pathlib import Path

from tests.running import Running, children_of

PAGE = 4096


def web_process(served: Running) -> int:
    return next(pid for pid, line in children_of(served.process.pid).items() if " web " in line)


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def memory(pid: int) -> int:
    """Return what is resident, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
