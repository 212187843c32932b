"""What each kind of keyword may hold; everything else is 47003."""

import re
import unicodedata
from collections.abc import Mapping

from server.wechat.simulator.refusals import Refusal
from server.wechat.simulator.templates import Template

CLOCK = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
DAY = r"\d{4}(?:年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2}|/\d{1,2}/\d{1,2}|\.\d{1,2}\.\d{1,2})"
TIME = rf"(?:{DAY}\s*)?{CLOCK}"
DATE = rf"{DAY}(?:\s*{CLOCK})?"
CHINESE = r"[\u4e00-\u9fff\u3400-\u4dbf]"

PATTERNS = {
    "thing": re.compile(r".{1,20}"),
    "phrase": re.compile(rf"{CHINESE}{{1,5}}"),
    "character_string": re.compile(r"[!-~ ]{1,32}"),
    "number": re.compile(r"-?(?=[\d.]{1,32}$)\d+(?:\.\d+)?"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"[^\w\s]{1,5}"),
    "time": re.compile(rf"{TIME}(?:\s*~\s*{TIME})?"),
    "date": re.compile(rf"{DATE}(?:\s*~\s*{DATE})?"),
    "amount": re.compile(r"[¥$€£￥]?\d{1,10}(?:\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-() ]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
}
KIND = re.compile(r"([a-z_]+?)\d+")
NAME_CHINESE, NAME_LATIN = 10, 20


def ensure_fits(template: Template, data: object) -> None:
    if not isinstance(data, Mapping):
        raise Refusal(47003, "argument invalid! data invalid")
    for key in template.keywords:
        if key not in data:
            raise Refusal(47003, f"argument invalid! data.{key}.value is empty")
    for key, entry in data.items():
        if key not in template.keywords:
            raise Refusal(47003, f"argument invalid! data.{key} not in template")
        value = entry.get("value") if isinstance(entry, Mapping) else None
        if value in {None, ""}:
            raise Refusal(47003, f"argument invalid! data.{key}.value is empty")
        if not isinstance(value, str) or not fits(key, value, template.choices.get(key, [])):
            raise Refusal(47003, f"argument invalid! data.{key}.value invalid")


def fits(key: str, value: str, choices: list[str]) -> bool:
    found = KIND.fullmatch(key)
    kind = found[1] if found else ""
    if any(unicodedata.category(character) == "Cc" for character in value):
        return False
    if kind == "name":
        latin = all(ord(character) < 128 for character in value)  # noqa: PLR2004 - the end of ASCII
        return len(value) <= (NAME_LATIN if latin else NAME_CHINESE)
    if kind == "enum":
        return value in choices
    return kind in PATTERNS and PATTERNS[kind].fullmatch(value) is not None
