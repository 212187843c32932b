"""A phone whose camera looks at what the test holds before it: pictures of codes, as JPEG frames of a film."""

import base64
import contextlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import segno
from playwright.async_api import Browser, Page, ViewportSize, async_playwright

from tests.miniprogram.tools import CHROMIUM, FLAGS

SEEN = ViewportSize(width=640, height=480)  # what the camera's picture measures
TILT = "rotate(4deg)"  # nobody holds a phone straight


def forged(plate: str) -> str:
    """Return the code of a plate with one sign changed."""
    return plate[:9] + ("A" if plate[9] != "A" else "B") + plate[10:]


class Camera:
    """A browser of its own: Chromium takes the film from one file, which is read anew whenever the camera is opened."""

    def __init__(self, browser: Browser, film: Path, table: Page) -> None:
        self.browser, self.film, self.table = browser, film, table

    async def sees_code(self, text: str) -> None:
        """Hold a printed code before it, as a plate hangs at a bed."""
        drawn = io.BytesIO()
        segno.make(text, error="q", micro=False).save(drawn, kind="svg", scale=8, border=4)
        await self.sees(drawn.getvalue(), "image/svg+xml")

    async def sees(self, picture: bytes, kind: str = "image/png") -> None:
        """Hold a picture before it: another phone's screen, for one."""
        source = f"data:{kind};base64,{base64.b64encode(picture).decode()}"
        style = f"height:440px;margin:20px auto;display:block;transform:{TILT}"
        await self.table.set_content(
            f'<body style="margin:0;background:#eee"><img style="{style}" src="{source}">'
        )
        await self.table.wait_for_function("document.images[0].complete")
        self.film.write_bytes(await self.table.screenshot(type="jpeg", quality=90))


@contextlib.asynccontextmanager
async def camera_at(folder: Path) -> AsyncIterator[Camera]:
    film = folder / "film.mjpeg"
    flags = (
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, headless=True, args=[*FLAGS, *flags])
        table = await browser.new_page(viewport=SEEN)
        camera = Camera(browser, film, table)
        await camera.sees_code("nothing yet")
        yield camera
        await browser.close()
