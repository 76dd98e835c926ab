"""An SMTP server on loopback that answers as a test configures it."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Counter:
    """Accepts mails; replies to the next ones as `answers_to_rcpt` or `answers_to_data` say, if not empty."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.recipients: list[str] = []
        self.answers_to_rcpt: list[str] = []
        self.answers_to_data: list[str] = []

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.answers_to_rcpt:
            return self.answers_to_rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        if self.answers_to_data:
            return self.answers_to_data.pop(0)
        self.taken.append(envelope.original_content)
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def server(counter: Counter) -> Iterator[str]:
    """The URL of the server, `smtp://127.0.0.1:port`; it stops at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(counter, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()
