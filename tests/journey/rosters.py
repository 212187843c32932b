"""The workbooks that the journey hands in."""

import io

from openpyxl import load_workbook

from server.demo.roster import town_roster

RESIDENTS = 1320  # in six homes; the rush for five seats takes two hundred of one home


def whole_roster() -> bytes:
    return town_roster(homes=6, residents=RESIDENTS)


def faulty_roster() -> bytes:
    return with_a_fault(whole_roster())


def with_a_fault(roster: bytes) -> bytes:
    """The same, with one digit of one identity number changed somewhere in the middle."""
    book = load_workbook(io.BytesIO(roster))
    cell = book.worksheets[0].cell(row=book.worksheets[0].max_row // 2, column=5)
    number = str(cell.value)
    cell.value = number[:-1] + ("1" if number[-1] != "1" else "2")
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
