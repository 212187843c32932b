"""From data to a PDF with Typst: tagged (PDF/UA-1), every letter drawn or the whole refused.

The data travels as JSON beside the template and is never pasted into markup, so a name cannot be a command. Typst itself
is loaded when the first document is drawn: a process that draws none does without its seven megabytes.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import segno

from server.documents.errors import LetterMissing, NoFont
from server.kit import plain

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent.parent / "templates"
CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
)  # the templates name the same, in this order
AT_ONCE = 2  # pages are drawn in threads: more of them would only take the cores from the answers
MISSING = "could not be displayed with"
_drawing = asyncio.Semaphore(AT_ONCE)


@dataclass(frozen=True)
class Typeset:
    """One page turned out: to look at its codes (PNG) or to hand out (PDF)."""

    template: str
    data: Mapping[str, Any]

    def pdf(self) -> bytes:
        """Draw the document. PDF/UA refuses an image without words and a letter without a shape: so do we."""
        return bytes(self._compiled(format="pdf", pdf_standards=["ua-1"]))

    def pictures(self, *, ppi: float) -> list[bytes]:
        found = self._compiled(format="png", ppi=ppi)
        return found if isinstance(found, list) else [found]

    def _compiled(self, **options: Any) -> Any:
        import typst  # noqa: PLC0415  see above

        fonts = _fonts()
        if not has_chinese(fonts):
            raise NoFont
        compiler = typst.Compiler(
            TEMPLATES / f"{self.template}.typ",
            root=TEMPLATES,
            font_paths=fonts,
            ignore_system_fonts=True,  # they are among `fonts`, looked for once
            sys_inputs={"data": plain.dumps(self.data).decode()},
        )
        try:
            return compiler.compile(**options)
        except typst.TypstError as error:
            if MISSING not in error.message:
                raise
            raise LetterMissing from error


async def pdf_of(template: str, data: Mapping[str, Any]) -> bytes:
    """Draw in a thread, a few at a time."""
    async with _drawing:
        return await asyncio.to_thread(Typeset(template, data).pdf)


def code_of(text: str, *, error: str = "m") -> str:
    """Return a QR code as SVG, one path; the quiet zone of four modules around it is drawn along."""
    return str(segno.make(text, error=error, micro=False).svg_inline(border=4, light="#fff", omitsize=True))


def has_chinese(fonts: "typst.Fonts") -> bool:
    return not set(CHINESE).isdisjoint(fonts.families())


@cache
def _fonts() -> "typst.Fonts":
    import typst  # noqa: PLC0415  see above

    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
