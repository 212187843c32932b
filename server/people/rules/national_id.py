"""The citizen's identity number, GB 11643, for people born long before today's district codes (facts/domain.md §4.1).

Libraries that check the six district digits against today's table refuse nine of ten older adults; here only the
province is checked.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from server.kit.clock import age_on
from server.people.errors import WrongNationalId
from server.people.rules.care import Sex

FULL_LENGTH = 18
OLD_LENGTH = 15
OLDEST = 130  # years; nobody known has become older
PROVINCES = frozenset(
    {
        *range(11, 16),
        *range(21, 24),
        *range(31, 38),
        *range(41, 47),
        *range(50, 55),
        *range(61, 66),
        71,
        *range(81, 84),
    }
)
FOREIGNER = "9"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"

WRONG_LENGTH = "身份证号应为 18 位。如果单元格显示成科学计数，请把整列设为文本格式后重新填写。"
WRONG_CHARACTERS = "身份证号只能是数字，最后一位可以是 X。"
WRONG_CHECK = "身份证号的最后一位校验不对，通常是有一位抄错了，请对照证件逐位核对。"
WRONG_BIRTHDAY = "身份证号里的出生日期不存在，请对照证件核对第 7 到 14 位。"
WRONG_PROVINCE = "身份证号开头的省份代码不存在，请对照证件核对前两位。"


class IdKind(StrEnum):
    CITIZEN = "citizen"
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    FOREIGN_PERMANENT = "foreign_permanent"  # 外国人永久居留身份证, from 2023-12-01


@dataclass(frozen=True, repr=False)
class NationalId:
    number: str  # 18 characters, upper case
    birth_date: date
    sex: Sex
    kind: IdKind
    upgraded: bool  # written with 15 digits; a person must compare it with the document


def check_character(body: str) -> str:
    """Return the 18th character for the first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK_CHARACTERS[
        sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True)) % 11
    ]


def parse_national_id(text: str, *, today: date) -> NationalId:
    """Return what the number says, or raise `WrongNationalId` with the sentence for its first fault."""
    number = "".join(text.split()).upper()
    upgraded = len(number) == OLD_LENGTH and _is_digits(number)
    if upgraded:
        number = _upgraded(number)
    if len(number) != FULL_LENGTH:
        raise _wrong(WRONG_LENGTH)
    if not _is_digits(number[:-1]) or not (_is_digits(number[-1]) or number[-1] == "X"):
        raise _wrong(WRONG_CHARACTERS)
    if int(number[1:3] if number.startswith(FOREIGNER) else number[:2]) not in PROVINCES:
        raise _wrong(WRONG_PROVINCE)
    birth_date = _birth_date(number[6:14], today)
    if check_character(number[:-1]) != number[-1]:
        raise _wrong(WRONG_CHECK)
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return NationalId(number, birth_date, sex, _kind(number), upgraded)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _upgraded(number: str) -> str:
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


def can_be_born_on(day: date, *, today: date) -> bool:
    """Tell whether somebody who lives today can have been born on that day."""
    return day <= today and age_on(day, today) <= OLDEST


def _birth_date(digits: str, today: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise _wrong(WRONG_BIRTHDAY) from None
    if not can_be_born_on(born, today=today):
        raise _wrong(WRONG_BIRTHDAY)
    return born


def _kind(number: str) -> IdKind:
    if number.startswith(FOREIGNER):
        return IdKind.FOREIGN_PERMANENT
    return IdKind.RESIDENCE_PERMIT if number[:2] in {"81", "82", "83"} else IdKind.CITIZEN


def _wrong(sentence: str) -> WrongNationalId:
    return WrongNationalId(sentence, fields={"national_id": sentence})
