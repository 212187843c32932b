"""Read back what was printed: the letters of a PDF, and the codes of a drawn page."""

import os
import re
import struct
import zlib
from itertools import accumulate

import pytest
import typst
import zxingcpp

from server.documents.queries.typesetting import has_chinese

# Where CI=true a missing font is an error, not a reason to skip.
needs_font = pytest.mark.skipif(
    os.environ.get("CI") != "true" and not has_chinese(typst.Fonts()),
    reason="no Chinese font to print with: apt-get install fonts-noto-cjk",
)

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
MAPPED = re.compile(rb"^<[0-9A-F]{4}> <([0-9A-F]{4,8})>$", re.MULTILINE)  # one glyph, one letter


def letters_of(pdf: bytes) -> str:
    """Return every letter that can be copied out of the document: the right sides of its ToUnicode tables."""
    found = []
    for stream in STREAM.findall(pdf):
        try:
            plain = zlib.decompressobj().decompress(stream)  # one that ends in CR has lost it to the pattern
        except zlib.error:
            continue
        if b"begincmap" in plain:
            found += [
                bytes.fromhex(code.decode()).decode("utf-16-be", "replace") for code in MAPPED.findall(plain)
            ]
    return "".join(found)


def codes_on(png: bytes) -> list[str]:
    """Return the texts of all codes on a picture, as a camera would."""
    width, height, rows = _red(png)
    picture = memoryview(b"".join(rows)).cast("B", shape=[height, width])
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def _red(png: bytes) -> tuple[int, int, list[bytes]]:
    """Unpack one channel of an 8-bit RGBA picture: neither Pillow nor numpy is needed for black and white."""
    width, height = struct.unpack(">II", png[16:24])
    packed, place = b"", 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        if png[place + 4 : place + 8] == b"IDAT":
            packed += png[place + 8 : place + 8 + length]
        place += length + 12
    plain, stride = zlib.decompress(packed), 1 + 4 * width
    rows, above = [], bytes(width)
    for start in range(0, stride * height, stride):
        above = _unfiltered(plain[start], plain[start + 1 : start + stride : 4], above)
        rows.append(above)
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: bytes) -> bytes:
    if kind == 0:
        return line
    if kind == 1:
        return bytes(accumulate(line, lambda left, change: (left + change) & 255))
    if kind == 2:
        return bytes((change + up) & 255 for change, up in zip(line, above, strict=True))
    found, left, corner = bytearray(), 0, 0
    for change, up in zip(line, above, strict=True):
        guess = (left + up) // 2 if kind == 3 else _paeth(left, up, corner)
        left, corner = (change + guess) & 255, up
        found.append(left)
    return bytes(found)


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    return min((left, up, corner), key=lambda each: abs(guess - each))
