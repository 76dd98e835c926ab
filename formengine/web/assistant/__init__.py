"""The door for assistants: the Model Context Protocol at /mcp and, for `formengine mcp`, on standard input (X8).

Each tool is a call of the API within the process, so that a person's assistant may do what their token may, by the
same rules, limits and records.
"""

from __future__ import annotations

from typing import Any, Final

from formengine.web.routes import PUBLIC, Route

ROUTES: Final = (Route("mcp", "/mcp", PUBLIC, ("GET", "POST", "DELETE")),)
"""Public in the table: the token is judged by the API, with the first call that is made with it."""


def includeme(config: Any) -> None:
    config.scan("formengine.web.assistant.endpoint")  # alone: the tools import the protocol, which few servers speak
