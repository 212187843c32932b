"""Debian's Chromium over its own protocol: shows a page that was fetched elsewhere, under the policy it came with."""

import base64
import contextlib
import itertools
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--remote-debugging-port=0", "--lang=zh-CN",
)  # fmt: skip


class Browser:
    """One tab. `complaints` are what it wrote to its console: a breach of the policy is one."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire = wire
        self._ids = itertools.count(1)
        self._page: tuple[str, str, str, int] | None = None
        self._loaded = False
        self.complaints: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self._ask(f"{domain}.enable")
        self._ask("Emulation.setLocaleOverride", locale="zh-CN")
        self._ask("Fetch.enable", patterns=[{"resourceType": "Document"}])

    _session: str | None = None

    def show(
        self, url: str, html: str, *, policy: str, status: int = 200, width: int = 1280, height: int = 800
    ) -> None:
        self._page, self._loaded = (url, html, policy, status), False
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._ask("Page.navigate", url=url)
        while not self._loaded:
            self._hear(json.loads(self._wire.recv(timeout=20)))

    def evaluate(self, script: str) -> Any:
        return self._ask("Runtime.evaluate", expression=script, returnByValue=True)["result"].get("value")

    def picture(self, file: Path, *, media: str = "") -> None:
        """Take the whole page, however long."""
        self._ask("Emulation.setEmulatedMedia", media=media)
        size = self._ask("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        taken = self._ask("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        self._ask("Emulation.setEmulatedMedia", media="")
        file.write_bytes(base64.b64decode(taken["data"]))

    def paper(self, file: Path) -> None:
        """Print as an office would, on the paper that the page asks for."""
        printed = self._ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        file.write_bytes(base64.b64decode(printed["data"]))

    def _ask(self, method: str, **given: Any) -> Any:
        number = self._tell(method, **given)
        while True:
            heard = json.loads(self._wire.recv(timeout=20))
            if heard.get("id") == number:
                if "error" in heard:
                    message = f"{method}: {heard['error']}"
                    raise RuntimeError(message)
                return heard["result"]
            self._hear(heard)

    def _tell(self, method: str, **given: Any) -> int:
        number = next(self._ids)
        session = {"sessionId": self._session} if self._session else {}
        self._wire.send(json.dumps({"id": number, "method": method, "params": given, **session}))
        return number

    def _hear(self, heard: dict[str, Any]) -> None:
        match heard.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Fetch.requestPaused":
                self._fulfil(heard["params"])
            case "Log.entryAdded" if (
                heard["params"]["entry"]["level"] in {"warning", "error"}
                and heard["params"]["entry"]["source"] != "network"
            ):
                self.complaints.append(
                    f"{self._page[0] if self._page else ''}: {heard['params']['entry']['text']}"
                )

    def _fulfil(self, paused: dict[str, Any]) -> None:
        if self._page is None or paused["request"]["url"] != self._page[0]:
            self._tell("Fetch.continueRequest", requestId=paused["requestId"])
            return
        _, html, policy, status = self._page
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy}
        self._tell(
            "Fetch.fulfillRequest",
            requestId=paused["requestId"],
            responseCode=status,
            responseHeaders=[{"name": name, "value": value} for name, value in headers.items()],
            body=base64.b64encode(html.encode()).decode(),
        )


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "LANGUAGE": "zh_CN"},
        )
        try:
            assert process.stderr is not None
            said = (line.decode(errors="replace") for line in process.stderr)
            address = next(line.split("listening on ")[1].strip() for line in said if "listening on " in line)
            with connect(address, max_size=None, proxy=None) as wire:
                yield Browser(wire)
        finally:
            process.terminate()
            process.wait(20)
