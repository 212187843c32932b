"""What the mini-program's tests stand on: Node's packages from the lock file, and Debian's Chromium with a Chinese font.

`python -m tests.miniprogram.tools` installs what is missing, as far as it may, and says what it could not.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SOURCE = HERE.parent.parent / "miniprogram"
CHROMIUM = "/usr/bin/chromium"
PACKAGES = ("chromium", "fonts-noto-cjk")
MODULES = HERE / "node_modules"
BUILD = HERE / "build"
# Playwright brings a Node of its own, which wants a library that a bare Debian has not: the machine's Node serves as well.
if _node := shutil.which("node"):
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", _node)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # A sixth less work for two cores, measured: nothing is drawn that nobody looks at.
    "--in-process-gpu", "--disable-software-rasterizer", "--disable-extensions", "--disable-site-isolation-trials",
    "--disable-features=Translate,OptimizationHints,MediaRouter,PaintHolding",
    # A phone asks the server directly; the rule about other origins is the browser's own.
    "--disable-web-security",
)  # fmt: skip


def ready_or_reason() -> tuple[bool, str]:
    """Tell whether the pages can be shown here. Where CI=true what is missing is an error, not a reason to skip."""
    missing = [each for each in (_chromium(), _font(), _modules()) if each]
    if not missing:
        return True, ""
    reason = "The mini-program's ring is left out: " + "; ".join(missing)
    if os.environ.get("CI") == "true":
        raise RuntimeError(reason)
    return False, reason


def node(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["node", *arguments], cwd=HERE, capture_output=True, text=True, check=False)


def build_host(out: Path) -> None:
    done = node("host/build.mjs", str(SOURCE), str(out))
    if done.returncode:
        message = f"the mini-program does not compile:\n{done.stdout}{done.stderr}"
        raise AssertionError(message)


def pages_of(app: Mapping[str, Any]) -> list[str]:
    """Return every page that `app.json` names, those of subpackages, too."""
    parts = app.get("subPackages", [])
    return [*app["pages"], *(f"{part['root']}/{page}" for part in parts for page in part["pages"])]


def write_api_types() -> None:
    """Write the server's own description as TypeScript, so that tsc holds the pages to it."""
    BUILD.mkdir(exist_ok=True)
    description = BUILD / "openapi.json"
    said = subprocess.run([sys.executable, "-m", "server", "openapi"], capture_output=True, check=True)
    description.write_bytes(said.stdout)
    types = ["npx", "--no-install", "openapi-typescript", str(description), "-o", str(BUILD / "openapi.d.ts")]
    subprocess.run(types, cwd=HERE, capture_output=True, check=True)


def tsc(project: str = "jsconfig.json") -> str:
    """Check the pages; return what is wrong, which is nothing."""
    types = ["npx", "--no-install", "tsc", "-p", project]
    return subprocess.run(types, cwd=HERE, capture_output=True, text=True, check=False).stdout


def _chromium() -> str:
    if not Path(CHROMIUM).exists():
        _apt()
    return "" if Path(CHROMIUM).exists() else f"as root: apt-get install {' '.join(PACKAGES)}"


def _font() -> str:
    if (
        shutil.which("fc-list")
        and subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False).stdout
    ):
        return ""
    _apt()
    return "" if list(Path("/usr/share/fonts").rglob("NotoSansCJK*")) else "no Chinese font (fonts-noto-cjk)"


def _apt() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-qq", "update"],
        ["apt-get", "-qq", "-y", "install", "--no-install-recommends", *PACKAGES],
    ):
        subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL, timeout=600)


def _modules() -> str:
    """Install Node's packages exactly as locked; two test processes that come at once do it once."""
    if not shutil.which("npm"):
        return "Node.js and npm not found"
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    mark = MODULES / ".installed"
    with (HERE / "package.json").open() as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        if mark.exists() and mark.read_text() == wanted:
            return ""
        done = subprocess.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=HERE,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return f"npm ci failed: {done.stderr[-500:]}"
        mark.write_text(wanted)
    return ""


def main() -> int:
    ready, reason = ready_or_reason()
    if not ready:
        sys.stderr.write(reason + "\n")
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main())
