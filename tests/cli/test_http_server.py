"""Clients that send too slowly are dropped, and the others are answered meanwhile."""

from __future__ import annotations

import socket
import time
import urllib.request
from contextlib import suppress

import pytest

from formengine.cli import http_server
from formengine.cli.serve import make_server
from formengine.services.core.unit_of_work import Platform
from tests.support.server import running

HEADERS = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_dripping_connections_are_closed(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """T24: a byte now and then keeps no connection open, in headers or in a body; /healthz answers all the time."""
    monkeypatch.setattr(http_server, "HEADER_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        server = make_server(platform, platform.settings, listener)
        server.adj.cleanup_interval = 1
        server.next_channel_cleanup = 0
        address = listener.getsockname()
        with running(server):
            clients = [socket.create_connection(address) for _ in range(60)]
            for number, client in enumerate(clients):
                client.sendall(HEADERS if number % 2 else BODY)
            open_clients, deadline = set(clients), time.monotonic() + 20
            while open_clients and time.monotonic() < deadline:
                for client in list(open_clients):
                    if not is_open(client):
                        open_clients.discard(client)
                with urllib.request.urlopen(f"http://127.0.0.1:{address[1]}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                time.sleep(0.2)
            for client in clients:
                client.close()
    assert not open_clients


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("header", [b"Cookie: a=\x01", b"Authorization: Bearer \0", b"X-A : b", b"Content-Length: x"])
def test_unreadable_headers_are_answered(platform: Platform, header: bytes) -> None:
    """T24: with a 400, not with a closed connection, which a proxy reports as a fault of the portal (502)."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        running(make_server(platform, platform.settings, listener)),
        socket.create_connection(listener.getsockname(), 10) as client,
    ):
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n")
        answer = b"".join(iter(lambda: client.recv(1000), b""))  # the server closes the connection
    assert answer.startswith(b"HTTP/1.0 400") or answer.startswith(b"HTTP/1.1 400")


def is_open(client: socket.socket) -> bool:
    """Drip one byte more; whether the server still listens to this connection."""
    try:
        client.sendall(b"x")
        client.settimeout(0.01)
        with suppress(TimeoutError):
            return client.recv(100) != b""
    except OSError:
        return False
    return True
