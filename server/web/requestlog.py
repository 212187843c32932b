"""One JSON line per event: words we chose, never what people typed."""

import json
import logging
from typing import Any

# Only these extras are written; an exception's own text is not, because databases quote the values they choke on.
KNOWN = ("route", "method", "status", "ms", "request_id", "fault", "places", "path", "errcode", "rid")


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in KNOWN if hasattr(record, name)})
        if record.exc_info and record.exc_info[0] is not None:
            line["fault"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False, default=str)
