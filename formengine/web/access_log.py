"""Access log and request ids: one line per response, with the route's pattern, as an address may hold a secret."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from secrets import token_hex
from typing import Any, Final

from formengine.settings import Settings

log = logging.getLogger("formengine.web")

REQUEST_ID_HEADER: Final = "X-Request-Id"
_ACCEPTABLE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
_request_id: ContextVar[str] = ContextVar("formengine_request_id", default="-")


class RequestIdFilter(logging.Filter):
    """Gives every record the id of the answer that it belongs to, as `request_id`."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(settings: Settings, level: int = logging.INFO) -> None:
    """Write the process's log lines to standard error, in the format that the settings say."""
    handler = logging.StreamHandler()
    handler.addFilter(RequestIdFilter())
    text = logging.Formatter("%(asctime)s %(levelname)-7s %(name)s [%(request_id)s] %(message)s")
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else text)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def tween_factory(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Give the request its id (a proxy's, if it sends a sound one) and write its line."""

    def tween(request: Any) -> Any:
        header = request.headers.get(REQUEST_ID_HEADER, "")
        ident = header if _ACCEPTABLE_ID.fullmatch(header) else token_hex(8)
        token = _request_id.set(ident)
        request.environ["formengine.id"] = ident
        begun = time.perf_counter()
        try:
            response = handler(request)
            response.headers[REQUEST_ID_HEADER] = ident
            _log_response(request, response, time.perf_counter() - begun)
            return response
        finally:
            _request_id.reset(token)

    return tween


def _log_response(request: Any, response: Any, seconds: float) -> None:
    route = getattr(request, "matched_route", None)
    where = route.pattern if route is not None else "-"  # the pattern: an address may hold a secret
    facts = {
        "method": request.method,
        "route": where,
        "status": response.status_int,
        "milliseconds": round(seconds * 1000, 1),
        "address": request.remote_addr or "-",
    }
    log.info("%s %s %d %.1f ms", request.method, where, response.status_int, seconds * 1000, extra={"facts": facts})


def includeme(config: Any) -> None:
    from pyramid.tweens import INGRESS

    config.add_tween(
        "formengine.web.access_log.tween_factory", under=(INGRESS, "formengine.web.security_headers.tween_factory")
    )
