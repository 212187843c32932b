"""Style sheets, scripts and pictures of the console: read once, sent compressed, kept by browsers until they change."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from sanic import HTTPResponse, Request, Sanic, raw

from server.web.headers import NO_PAGE
from server.web.problems import NoSuchPage

FOR_EVER = "public, max-age=31536000, immutable"  # the address changes with the content
LEAST_TO_COMPRESS = 1024  # bytes


@dataclass(frozen=True)
class Asset:
    content: bytes
    media_type: str

    @cached_property
    def digest(self) -> str:
        return sha256(self.content).hexdigest()[:12]

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content)

    def sent(self, *, packed: bool) -> HTTPResponse:
        headers = {**NO_PAGE, "cache-control": FOR_EVER, "vary": "accept-encoding"}
        if packed and len(self.content) >= LEAST_TO_COMPRESS:
            return raw(
                self.compressed, content_type=self.media_type, headers={**headers, "content-encoding": "gzip"}
            )
        return raw(self.content, content_type=self.media_type, headers=headers)


def _kind(name: str) -> str:
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


class Assets:
    """The files of one folder under one prefix."""

    def __init__(self, folder: Path, prefix: str) -> None:
        self.prefix = prefix
        self._found = {
            path.relative_to(folder).as_posix(): Asset(path.read_bytes(), _kind(path.name))
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    def url(self, name: str) -> str:
        """Return the address of a file as it is now: after an upgrade no browser shows the page with the old sheet."""
        return f"{self.prefix}/{name}?v={self._found[name].digest}"

    def attach(self, app: Sanic[Any, Any]) -> None:
        async def file(request: Request, name: str) -> HTTPResponse:
            asset = self._found.get(name)
            if asset is None:
                raise NoSuchPage
            return asset.sent(packed="gzip" in request.headers.get("accept-encoding", ""))

        app.add_route(file, f"{self.prefix}/<name:path>", name="static")
