"""/mcp: the Model Context Protocol over streamable HTTP, stateless, each answer a JSON document.

The package's server speaks ASGI. It is run for one request at a time, in an event loop that ends with it, so that
threads and processes of the portal share nothing and any of them may answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pyramid.httpexceptions import HTTPMethodNotAllowed, HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response
from pyramid.view import view_config

from formengine.web.api.problems import ProblemDetail, problem_response
from formengine.web.assistant.api_calls import ApiCaller, CallRefused

if TYPE_CHECKING:
    from mcp.server import MCPServer

PATH = "/mcp"


# No cookie counts here, so there is nothing to forge; the Origin header is checked as for every post.
@view_config(route_name="mcp", require_csrf=False)
def assistant(request: Request) -> Response:
    """A message of a client with a bearer token, and its answer."""
    if find_spec("mcp") is None:
        raise HTTPNotFound("the extra formengine[mcp] is not installed")
    if request.method != "POST":
        raise HTTPMethodNotAllowed(headers={"Allow": "POST"})  # no stream is offered, and no session is kept
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    caller = ApiCaller(
        request.registry.wsgi_app,
        request.registry.platform.settings.base_url,
        token.strip() if kind.lower() == "bearer" else "",
        request.remote_addr or "",
        request.headers.get("Accept-Language", ""),
    )
    try:
        caller.get("/me")
    except CallRefused as refusal:
        if refusal.status == 401:
            return _unauthorized(request)
        # any other, such as a missing scope, is told by the tool that it concerns: a token of `submit` alone may submit
    from formengine.web.assistant.tools import make_server

    return asyncio.run(_answer(make_server(caller), request))


def _unauthorized(request: Request) -> Response:
    problem = ProblemDetail(401, "Who are you?", "Send a token: Authorization: Bearer …")
    response = problem_response(problem, request)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


async def _answer(server: MCPServer[Any], request: Request) -> Response:
    """The response of the package's ASGI application to one request."""
    from mcp.server.transport_security import TransportSecuritySettings

    application = server.streamable_http_app(
        streamable_http_path=PATH,
        stateless_http=True,
        json_response=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # csrf.check_origin does
    )
    response, body = Response(), request.body
    read = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if read.is_set():
            await asyncio.Event().wait()  # the client waits: a disconnection would cancel the call
        read.set()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            response.status_int = message["status"]
            response.headerlist = [(name.decode(), value.decode()) for name, value in message.get("headers", ())]
        else:
            response.app_iter = [*response.app_iter, message.get("body", b"")]

    async with application.router.lifespan_context(application):
        await application(_scope(request), receive, send)
    return response


def _scope(request: Request) -> dict[str, Any]:
    """The ASGI scope of a request."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": PATH,
        "raw_path": PATH.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "client": (request.remote_addr or "", 0),
        "server": (request.host, 0),
    }
