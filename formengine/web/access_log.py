"""Access log and request ids: one line per response, with the route's pattern instead of the address, which may hold a
secret.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from secrets import token_hex
from typing import Any, Final

from pyramid_retry import is_error_retryable

from formengine.log_context import log_context

log = logging.getLogger("formengine.web")

REQUEST_ID_HEADER: Final = "X-Request-Id"
_ACCEPTABLE_ID: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


def tween_factory(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Give the request an id (that of a proxy, if it is well-formed) and write its log line."""

    def tween(request: Any) -> Any:
        proposed = request.headers.get(REQUEST_ID_HEADER, "")
        request_id = proposed if _ACCEPTABLE_ID.fullmatch(proposed) else token_hex(8)
        request.environ["formengine.id"] = request_id
        begun = time.perf_counter()
        with log_context({"request_id": request_id, "address": request.remote_addr or "-"}):
            response = handler(request)
            response.headers[REQUEST_ID_HEADER] = request_id
            if is_error_retryable(request, getattr(request, "exception", None)):
                log.debug("what the request had read has changed: it is run again")
            else:
                _log_response(request, response, time.perf_counter() - begun)
            return response

    return tween


def _log_response(request: Any, response: Any, seconds: float) -> None:
    route = getattr(request, "matched_route", None)
    where = route.pattern if route is not None else "-"  # the pattern: an address may hold a secret
    facts = {
        "method": request.method,
        "route": where,
        "status": response.status_int,
        "milliseconds": round(seconds * 1000, 1),
    }
    log.info("%s %s %d %.1f ms", request.method, where, response.status_int, seconds * 1000, extra={"facts": facts})


def includeme(config: Any) -> None:
    from pyramid.tweens import INGRESS

    config.add_tween(
        "formengine.web.access_log.tween_factory", under=(INGRESS, "formengine.web.security_headers.tween_factory")
    )
