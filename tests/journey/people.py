"""People as the journey meets them: a phone, a browser, and a camera. Nothing here knows the server's code."""

import re
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pyotp
import zxingcpp

PASSWORD = "yunqiao-2026-demo"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HIDDEN = re.compile(r'<input type="hidden" name="(csrf|key|ticket)" value="([^"]*)">')


class WrongAnswer(Exception):
    """The first answer that is not what the journey expects; it ends there."""


def _expect(answer: httpx.Response, status: int) -> httpx.Response:
    if answer.status_code != status:
        asked = f"{answer.request.method} {answer.request.url.path}"
        message = f"{asked}: expected {status}, was answered {answer.status_code}\n{answer.text[:1500]}"
        raise WrongAnswer(message)
    return answer


@dataclass
class Phone:
    """The mini-program of one person."""

    base: str
    persona: str
    device: str | None = None
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"{self.base}/api/v1", timeout=30)

    def sign_in(self) -> dict[str, Any]:
        body = {
            "code": f"sim:{self.persona}:{time.time_ns() // 1000}",
            **({"device_id": self.device} if self.device else {}),
        }
        answer: dict[str, Any] = _expect(self.client.post("/session", json=body), 201).json()
        self.client.headers["Authorization"] = f"Bearer {answer['token']}"
        return answer

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        return _expect(self.client.get(path, params=query), status).json()

    def send(
        self, method: str, path: str, body: Any = None, status: int = 200, key: str | None = None
    ) -> Any:
        headers = {"Idempotency-Key": key or uuid4().hex}
        answer = _expect(self.client.request(method, path, json=body, headers=headers), status)
        return answer.json() if answer.content else None

    def post(self, path: str, body: Any = None, status: int = 201, key: str | None = None) -> Any:
        return self.send("POST", path, body, status, key)


@dataclass
class Desk:
    """The console of one person."""

    base: str
    login: str
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.base, timeout=60)

    def sign_in(self) -> None:
        form = {"login": self.login, "password": PASSWORD, "code": pyotp.TOTP(TOTP_SECRET).now()}
        _expect(self.client.post("/admin/sign-in", data=form), 303)

    def page(self, path: str, status: int = 200, **query: Any) -> str:
        return _expect(self.client.get(path, params=query), status).text

    def submit(
        self, form_page: str, action: str, fields: dict[str, Any], status: int = 303, **options: Any
    ) -> httpx.Response:
        """Open a page, take the hidden fields of its form, fill in the rest, and send it."""
        hidden = dict(HIDDEN.findall(self.page(form_page)))
        if set(hidden) != {"csrf", "key"}:
            message = f"{form_page} has no form of ours"
            raise WrongAnswer(message)
        return _expect(self.client.post(action, data={**hidden, **fields}, **options), status)


def links(page: str, pattern: str) -> list[str]:
    """Find what a person could click on: the first group of each match, in order, once."""
    return list(dict.fromkeys(re.findall(pattern, page)))


def scanned(page: str) -> list[str]:
    """Point a camera at every QR code of a printed page and say what it reads."""
    found = []
    for path in re.findall(r'<path[^>]*\bd="(M[^"]+)"', page):
        modules = _modules(path)
        size = len(modules) * 4
        picture = b"".join(bytes(0 if dark else 255 for dark in row for _ in range(4)) * 4 for row in modules)
        seen = zxingcpp.read_barcodes(memoryview(picture).cast("B", shape=(size, size)))
        found += [each.text for each in seen]
    return found


def _modules(path: str) -> list[list[bool]]:
    """Turn the strokes of a QR drawing (`M x y h length`, relative moves) back into its squares, with a quiet zone."""
    strokes, x, y = [], 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        values = [float(each) for each in re.findall(r"-?[\d.]+", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            strokes.append((int(x), int(y - 0.5), int(values[0])))
            x += values[0]
    left, top = min(stroke[0] for stroke in strokes), min(stroke[1] for stroke in strokes)
    side = max(stroke[0] + stroke[2] for stroke in strokes) - left + 8
    grid = [[False] * side for _ in range(side)]
    for start, row, length in strokes:
        for offset in range(length):
            grid[row - top + 4][start - left + 4 + offset] = True
    return grid
