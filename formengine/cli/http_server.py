"""The waitress server, which also drops clients that send a request too slowly (slowloris, T24).

waitress itself closes connections that are idle; one byte from time to time keeps them open for ever.
"""

from __future__ import annotations

import socket
import time
from typing import Any, Final

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer

from formengine.cli.task_dispatcher import TaskDispatcher

HEADER_SECONDS: Final = 20.0
"""How long a request's headers may take, from its first byte."""
MIN_BYTES_PER_SECOND: Final = 8 * 1024
"""The slowest pace of a body, on average; HEADER_SECONDS come on top."""


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection that knows since when it has been reading its current request."""

    request_begun: float | None = None

    def received(self, data: bytes) -> bool:
        begins = self.request is None
        more = super().received(data)
        if self.request is None:
            self.request_begun = None
        elif begins or self.request_begun is None:
            self.request_begun = time.time()
        return bool(more)

    def handle_close(self) -> None:
        """Also close the temporary file of a body of which only a part came."""
        super().handle_close()
        if self.request is not None:
            self.request.close()

    def is_too_slow(self, now: float) -> bool:
        """Whether the request that is being read has taken longer than its size so far allows."""
        request, begun = self.request, self.request_begun
        if request is None or begun is None:
            return False
        return bool(now - begun > HEADER_SECONDS + request.body_bytes_received / MIN_BYTES_PER_SECOND)


class HttpServer(TcpWSGIServer):  # type: ignore[misc]
    """A server on a socket that listens already; `options` are those of waitress.

    `portal` is the application as it was given, which waitress wraps to remove the headers of strange proxies.
    """

    channel_class = Channel

    def __init__(self, application: Any, listener: socket.socket, threads: int, **options: Any) -> None:
        self.portal = application
        super().__init__(
            application,
            _sock=listener,
            dispatcher=TaskDispatcher(threads),
            adj=Adjustments(threads=threads, **options),
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
            bind_socket=False,
        )

    def maintenance(self, now: float) -> None:
        """Close idle connections and slow ones; called every `cleanup_interval` seconds."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_too_slow(now):
                channel.will_close = True
