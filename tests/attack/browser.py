"""Attackers and victims: HTTP over TLS from an address of their own, each with its cookies; and raw bytes."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

import httpx

from tests.attack.portal import Portal
from tests.support.people import PASSWORD

ATTACKER = "127.0.0.66"
"""An address that the portal does not trust as a proxy."""


class Browser(httpx.Client):
    """A browser that follows no redirects; `source` is the address it calls from."""

    def __init__(self, portal: Portal, source: str = ATTACKER) -> None:
        transport = httpx.HTTPTransport(verify=False, local_address=source)  # a certificate of the test
        super().__init__(base_url=portal.url, transport=transport, timeout=120)
        self.portal = portal

    def token(self, path: str = "/sign-in") -> str:
        """The CSRF token of this browser, from a page with a form."""
        page = self.get(path)
        if page.status_code == 303:
            page = self.get("/account")
        return page.text.split('name="csrf_token" value="')[1].split('"')[0]

    def sign_in(self, email: str, password: str = PASSWORD, **fields: str) -> httpx.Response:
        """Send the sign-in form."""
        return self.send_form("/sign-in", email=email, password=password, **fields)

    def send_form(self, path: str, **fields: Any) -> httpx.Response:
        """Post fields with the token of a form."""
        headers = {"Origin": self.portal.url}
        return self.post(path, data={"csrf_token": self.token(), **fields}, headers=headers)

    def api_token(self, *scopes: str) -> str:
        """A new API token, made on the account page."""
        page = self.send_form("/account/tokens", scopes=list(scopes or ("read", "submit", "work")), days="30")
        return page.text.split('id="token" readonly value="')[1].split('"')[0]


class Program(httpx.Client):
    """A client of the API with a bearer token."""

    def __init__(self, portal: Portal, token: str, source: str = ATTACKER) -> None:
        transport = httpx.HTTPTransport(verify=False, local_address=source)
        super().__init__(
            base_url=f"{portal.url}/api/v1",
            transport=transport,
            timeout=120,
            headers={"Authorization": f"Bearer {token}"},
        )

    def submit(self, request_type: str, answers: dict[str, Any], key: str, **more: Any) -> httpx.Response:
        body = {"request_type": request_type, "answers": answers, "accept_notice": True, **more}
        return self.post("/submissions", json=body, headers={"Idempotency-Key": key})


def raw(portal: Portal, data: bytes, *, tls: bool = True, seconds: float = 10) -> bytes:
    """Send bytes as they are, to the proxy or behind it, and read until the other side has nothing more to say."""
    connection: socket.socket = socket.create_connection(("127.0.0.1", portal.port if tls else portal.backend), 10)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = context.wrap_socket(connection, server_hostname="localhost")
    answer, end = b"", time.monotonic() + seconds
    with connection:
        try:
            connection.sendall(data)
            connection.settimeout(1.5)
            while time.monotonic() < end and (piece := connection.recv(65536)):
                answer += piece
        except (TimeoutError, OSError):
            pass
    return answer


def status_of(answer: bytes) -> int:
    """The status of a raw answer; 0 when the connection was closed without one."""
    head = answer.split(b"\r\n", 1)[0].split()
    return int(head[1]) if len(head) > 1 and head[1].isdigit() else 0
