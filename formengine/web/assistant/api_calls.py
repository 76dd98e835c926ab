"""Calls of the API within the process, with a person's token; they are recorded as made through an assistant."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from webob import Request, Response

from formengine.web.api import BASE_PATH

VIA: Final = "formengine.via"
"""The key of the WSGI environment, which no client can set, that says how an API call came in."""


class CallRefused(Exception):
    """The API refused a call; the message has the problem's title and detail, and each error with its pointer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class ApiCaller:
    """Calls the API of a WSGI application for the owner of a token.

    `address` is the client's, for rate limits and the log; `language` is an Accept-Language header, or empty.
    """

    application: Any
    base_url: str
    token: str
    address: str = "127.0.0.1"
    language: str = ""

    def get(self, path: str, **parameters: str | int | None) -> dict[str, Any]:
        """The JSON of an address below the API; parameters that are None are left out. Raises CallRefused."""
        given = {name: value for name, value in parameters.items() if value is not None}
        return self._call("GET", f"{path}?{urlencode(given)}" if given else path)

    def post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """The JSON that answers a post; `key` is its Idempotency-Key. Raises CallRefused."""
        return self._call("POST", path, body, {"Idempotency-Key": key} if key is not None else {})

    def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        request = Request.blank(f"{BASE_PATH}{path}", base_url=self.base_url, method=method)
        request.environ |= {VIA: "mcp", "REMOTE_ADDR": self.address}
        request.headers.update({"Authorization": f"Bearer {self.token}", **(headers or {})})
        if self.language:
            request.headers["Accept-Language"] = self.language
        if body is not None:
            request.content_type, request.body = "application/json", json.dumps(body).encode()
        response = request.get_response(self.application)
        if response.status_int >= 400:
            raise CallRefused(response.status_int, _refusal(response))
        data: dict[str, Any] = response.json
        return data


def segment(text: str) -> str:
    """A text as one segment of an address."""
    return quote(text, safe="")


def _refusal(response: Response) -> str:
    """A problem (RFC 9457) as text: its title, its detail, and each error or reason on a line of its own."""
    try:
        problem = response.json
    except ValueError:
        return response.status
    sentences = [str(problem[name]) for name in ("title", "detail") if problem.get(name)]
    lines = [": ".join(dict.fromkeys(sentences))]
    lines += [
        f"- {error.get('pointer') or 'the whole form'}: {error['message']}" for error in problem.get("errors", ())
    ]
    lines += [f"- {reason}" for reason in problem.get("reasons", ()) if reason not in lines[0]]
    return "\n".join(lines)
