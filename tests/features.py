"""Which features there are: the packages of the server that have rules and actions."""

from pathlib import Path

SERVER = Path("server")


def _has(package: Path, module: str) -> bool:
    return (package / module).is_dir() or (package / f"{module}.py").is_file()


FEATURES = tuple(
    package.name
    for package in sorted(SERVER.iterdir())
    if package.is_dir() and _has(package, "rules") and _has(package, "actions")
)
