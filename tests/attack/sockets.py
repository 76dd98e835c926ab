"""Connections that send a byte now and then, while others want to be served (T24)."""

from __future__ import annotations

import socket
import time

from tests.attack.browser import Browser
from tests.attack.report import Report
from tests.attack.world import World

SLOW = 60
HEADERS = b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
BODY = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n"


def play(world: World, report: Report) -> None:
    """Straight to the server behind the proxy, which an attacker on the same machine reaches, too."""
    clients = {socket.create_connection(("127.0.0.1", world.portal.backend), 10) for _ in range(SLOW)}
    for number, client in enumerate(clients):
        client.sendall(HEADERS if number % 2 else BODY)
    begun, slowest, statuses = time.monotonic(), 0.0, set()
    last = 0.0
    while clients and time.monotonic() - begun < 90:
        for client in list(clients):
            if not drips(client):
                client.close()
                clients.discard(client)
                last = time.monotonic() - begun
        for path in ("/healthz", "/sign-in"):
            asked = time.monotonic()
            statuses.add(Browser(world.portal, "127.0.0.61").get(path).status_code)
            slowest = max(slowest, time.monotonic() - asked)
        time.sleep(1)
    came = f"{len(clients)} of {SLOW} open, the last closed after {last:.0f} s"
    report.note("T24", "sixty dripping connections", "all dropped within 60 s", came, not clients and last < 60, SLOW)
    report.note(
        "T24",
        "/healthz and pages meanwhile",
        "200 within 2 s",
        f"{statuses}, {slowest:.2f} s",
        statuses == {200} and slowest < 2,
    )
    for client in clients:
        client.close()


def drips(client: socket.socket) -> bool:
    """Send one byte more; whether the connection still stands."""
    try:
        client.sendall(b"x")
        client.settimeout(0.01)
        try:
            return client.recv(1000) != b""
        except TimeoutError:
            return True
    except OSError:
        return False
