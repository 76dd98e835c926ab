"""`formengine mcp`: the door for assistants (Model Context Protocol), on standard input or over HTTP (X8)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import click

from formengine.cli.click_groups import Failure
from formengine.cli.context import ini_option, open_platform, settings_from

if TYPE_CHECKING:
    from formengine.services.core.unit_of_work import Platform

TOKEN_VARIABLE: Final = "FORMENGINE_TOKEN"  # nosec B105: the name of a variable


@click.command()
@click.option("--http", is_flag=True, help="Serve /mcp over HTTP alone, apart from the portal, which serves it too.")
@click.option("--host", help="Address to listen on, with --http (default: the setting `host`).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, with --http (default: `port`).")
@ini_option
def mcp(http: bool, host: str | None, port: int | None, ini: str | None) -> None:
    """Let a person's assistant list, read, submit, follow and write notes.

    On standard input and output it acts for the owner of the token in FORMENGINE_TOKEN.
    """
    if find_spec("mcp") is None:
        raise Failure("the package `mcp` is missing; write: pip install 'formengine[mcp]'")
    if not http and (host is not None or port is not None):
        raise click.UsageError("--host and --port are for --http")
    _serve_http(ini, host, port) if http else _serve_standard_input(ini)


def _serve_standard_input(ini: str | None) -> None:
    import anyio

    from formengine.web import make_app
    from formengine.web.assistant.api_calls import ApiCaller, CallRefused

    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise Failure(
            f"set {TOKEN_VARIABLE} to a personal token: `formengine token create EMAIL --scope read` prints one"
        )
    with open_platform(ini) as platform:
        caller = ApiCaller(make_app(platform), platform.settings.base_url, token)
        try:
            caller.get("/me")
        except CallRefused as refusal:
            raise Failure(f"the token in {TOKEN_VARIABLE} is refused. {refusal}") from None
        from formengine.web.assistant.tools import make_server

        anyio.run(make_server(caller).run_stdio_async)


def _serve_http(ini: str | None, host: str | None, port: int | None) -> None:
    from formengine.cli.graceful_shutdown import run_until_signal
    from formengine.cli.serve import listen, make_server
    from formengine.log_context import configure_logging

    settings = settings_from(ini)
    configure_logging(settings)
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    with ExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        platform = stack.enter_context(open_platform(ini))
        server = make_server(platform, settings, listener, _assistant_alone(platform))
        address, number = listener.getsockname()[:2]
        click.echo(f"formengine serves assistants at /mcp (listening on {address}, port {number})")
        run_until_signal(server)


def _assistant_alone(platform: Platform) -> Callable[..., Iterable[bytes]]:
    """The portal's application without any address but /mcp."""
    from formengine.web import make_app
    from formengine.web.assistant.endpoint import PATH

    portal: Any = make_app(platform)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            answer: Iterable[bytes] = portal(environ, start_response)
            return answer
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", "10")])
        return [b"not found\n"]

    return application
