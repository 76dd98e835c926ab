"""A mail server on loopback that stores mails, and answers as a test configures it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

import pytest
from aiosmtpd.controller import Controller

from tests.support.postgresql_cluster import until


@dataclass
class Inbox:
    """The stored mails. `answers` are SMTP replies to the next messages, in order; all others are accepted.

    While on hold, mails are stored, but the reply is delayed: `held` has their Message-IDs.
    """

    url: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    holding: bool = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("2"):
            self.messages.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        if self.holding:
            self.held.append(str(self.messages[-1]["Message-ID"]))
        while self.holding:
            await asyncio.sleep(0.02)
        return answer

    def hold(self) -> None:
        """Delay the replies to senders from now on."""
        self.holding = True

    def release(self) -> None:
        """Send replies again."""
        self.holding = False

    def to(self, address: str) -> list[EmailMessage]:
        """The mails to an address."""
        return [message for message in self.messages if address in str(message["To"])]

    def wait(self, count: int, seconds: float = 15) -> list[EmailMessage]:
        """All mails, once there are at least `count`."""
        until(lambda: len(self.messages) >= count, seconds)
        return self.messages


@contextmanager
def receiving() -> Iterator[Inbox]:
    """A mail server for the duration of the block."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    inbox.url = f"smtp://127.0.0.1:{port}"
    yield inbox
    controller.stop()


@pytest.fixture
def smtp() -> Iterator[Inbox]:
    """A mail server: its `url` is for the setting `mail_url`."""
    with receiving() as inbox:
        yield inbox
