"""A slow application behind the product's own draining, for the test to stop: PORT is printed first."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from waitress import create_server

from formengine.cli.graceful_shutdown import run_until_signal


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Takes a second over its answer, which is larger than any buffer of the kernel's."""
    if environ["PATH_INFO"] == "/slow":
        time.sleep(1)
    body = b"x" * (5_000_000 if environ["PATH_INFO"] == "/slow" else 1)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = create_server(application, sockets=[listener], threads=2)
        print(listener.getsockname()[1], flush=True)  # noqa: T201  # how the test learns the port
        run_until_signal(server, grace=10)


if __name__ == "__main__":
    main()
