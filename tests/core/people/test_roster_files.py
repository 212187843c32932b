"""Rosters that are not what they say: refused before they are unpacked."""

import io
import zipfile

import pytest

from server.people.errors import RosterUnreadable
from server.people.roster import read_roster

MIB = 1024 * 1024


def _workbook(parts: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        _workbook({"xl/worksheets/sheet1.xml": b"0" * 101 * MIB}),
        _workbook({f"part{number}": b"" for number in range(1001)}),
        _workbook({"hello.txt": b"not a workbook"}),
        b"PK\x03\x04 and nothing more",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"",
    ],
    ids=[
        "a bomb of size",
        "a bomb of files",
        "another archive",
        "cut off",
        "a picture",
        "a paper",
        "nothing",
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(RosterUnreadable):
        read_roster("名单.xlsx", content)
