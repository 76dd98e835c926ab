"""Log lines: their format, and the request that each belongs to: its id, the client's address, the person (T50).

The id is the "number of this incident" on an error page. Jobs carry the request that caused them, so that the lines of
a job and of the mails it sends name it too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from formengine.settings import Settings

FIELDS: Final = ("request_id", "address", "person", "job")
_context: ContextVar[dict[str, str] | None] = ContextVar("formengine_log_context", default=None)


@contextmanager
def log_context(values: Mapping[str, str]) -> Iterator[None]:
    """Give the log lines written inside these values; keys are FIELDS."""
    token = _context.set(dict(values))
    try:
        yield
    finally:
        _context.reset(token)


def add_to_log_context(**values: str) -> None:
    """Add values that became known later, such as the person, to the context that is open; nothing without one."""
    context = _context.get()
    if context is not None:
        context.update(values)


def current_log_context() -> dict[str, str]:
    """The values of the context that is open; empty outside of requests and jobs."""
    return dict(_context.get() or {})


class ContextFilter(logging.Filter):
    """Gives every record the values of the context, `-` for those that are missing."""

    def filter(self, record: logging.LogRecord) -> bool:
        context = _context.get() or {}
        for name in FIELDS:
            setattr(record, name, context.get(name, "-"))
        return True


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; `facts` of a record are members of it."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **{name: getattr(record, name, "-") for name in FIELDS},
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A record as text for people: its message has one line, and nothing that a terminal obeys (log injection)."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # the name of the standard library
        text = super().formatMessage(record)
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def configure_logging(settings: Settings) -> None:
    """Write log lines to standard error, as text or as JSON: ours from INFO, those of libraries from WARNING."""
    handler = logging.StreamHandler()
    handler.addFilter(ContextFilter())
    line = "%(asctime)s %(levelname)s %(name)s [%(request_id)s %(person)s %(address)s %(job)s]: %(message)s"
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter(line, "%H:%M:%S"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("formengine").setLevel(logging.INFO)
