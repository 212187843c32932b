"""What every variant says of an entry beside its columns, by the product's own pure rules: the work is the same for all."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from server.consent.rules import CATEGORY_WORDS, RecordCategory
from server.kit.clock import age_on
from server.records.rules import JUDGED, PLAIN, EntryKind, Lines, read_value, title_of, words_of_body

CITY = ZoneInfo("Asia/Shanghai")
IDLE = timedelta(days=30)  # of a family's session
POLICY = "SELECT code, value FROM policy_parameter WHERE LEFT(code, 8) = 'records.' ORDER BY effective_from, version"
PAGE = 20


def local(at: datetime) -> str:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(CITY).isoformat(timespec="seconds")


def lines_of(policy: Mapping[str, int], born: date) -> Lines:
    return Lines(policy, age_on(born, datetime.now(CITY).date()))


def said(category: str, kind: str, code: str, body: Any, lines: Lines) -> dict[str, str]:
    word = EntryKind(kind)
    judged = word is EntryKind.OBSERVATION and code in JUDGED
    reading = read_value(code, body, lines) if judged else PLAIN
    return {
        "category_words": CATEGORY_WORDS[RecordCategory(category)],
        "title": title_of(word, code, body),
        "words": words_of_body(word, code, body),
        "sign": reading.sign,
        "verdict": reading.words,
    }
