"""A workbook such as a home would hand in: fictional residents, valid numbers, the same bytes' worth every time."""

import io
import random
from dataclasses import dataclass
from datetime import date, timedelta

from openpyxl import Workbook

from server.alliance.rules import uscc_check_character
from server.demo.cast import HOUSES
from server.people.rules import check_character

HEADINGS = ("养老机构", "姓名", "性别", "出生日期", "身份证号", "联系电话", "床位")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "桂英",
    "秀兰",
    "玉珍",
    "福根",
    "阿大",
    "国庆",
    "建华",
    "梅芳",
    "根宝",
    "素琴",
    "水根",
    "月娥",
    "金财",
    "凤仙",
    "永年",
)
FIRST_BORN, LAST_BORN = date(1926, 1, 1), date(1966, 12, 31)
BEDS_A_ROOM = 2
ROOMS_A_FLOOR = 20
FIRST_FLOOR = 4  # the cast and their neighbours live below


@dataclass(frozen=True)
class RosterHome:
    name: str
    uscc: str


def roster_homes(count: int) -> tuple[RosterHome, ...]:
    """Return the two homes of the cast, and as many more as are asked for, which are not in the town yet."""
    known = tuple(RosterHome(house.name, house.uscc) for house in HOUSES if house.kind == "nursing_home")
    bodies = [f"52330281MJ870{number:04d}" for number in range(101, 101 + max(0, count - len(known)))]
    more = (
        RosterHome(f"云桥市第{number}敬老院", body + uscc_check_character(body))
        for number, body in enumerate(bodies, 1)
    )
    return (*known, *more)[:count]


def roster_lines(*, homes: int = 6, residents: int = 300) -> list[tuple[str, ...]]:
    """Return the lines below the heading, spread evenly over the homes."""
    chance = random.Random(20260302)  # noqa: S311  a town, not a secret
    places = roster_homes(homes)
    return [
        _line(number, places[number % homes].name, number // homes, chance) for number in range(residents)
    ]


def town_roster(homes: int = 6, residents: int = 300) -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "名册"
    sheet.append(HEADINGS)
    for line in roster_lines(homes=homes, residents=residents):
        sheet.append(line)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _line(number: int, home: str, place: int, chance: random.Random) -> tuple[str, ...]:
    born = FIRST_BORN + timedelta(days=chance.randrange((LAST_BORN - FIRST_BORN).days + 1))
    # The running digits say who it is: two lines never share a number, whatever their birthdays.
    body = f"330299{born:%Y%m%d}{number % 1000:03d}"
    name = chance.choice(SURNAMES) + chance.choice(GIVEN)
    room, bed = divmod(place, BEDS_A_ROOM)
    floor, door = divmod(room, ROOMS_A_FLOOR)
    return (
        home,
        name,
        "男" if number % 2 else "女",
        born.isoformat(),
        body + check_character(body),
        f"138{number:08d}" if number % 3 else "",
        f"{FIRST_FLOOR + floor}{door + 1:02d}-{bed + 1}",
    )
