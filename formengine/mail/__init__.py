"""Mail: a text filled in, a message built of it, a transport that delivers it. Nothing here knows a database."""

from formengine.mail.message import Enclosure, build
from formengine.mail.message_id import message_id
from formengine.mail.plain_text import to_html, to_text
from formengine.mail.template import plain_value, render, variables_of
from formengine.mail.transports import (
    ConnectionFailed,
    DevTransport,
    MemoryTransport,
    ServerTransport,
    Transport,
    open_transport,
)

__all__ = [
    "ConnectionFailed",
    "DevTransport",
    "Enclosure",
    "MemoryTransport",
    "ServerTransport",
    "Transport",
    "build",
    "message_id",
    "open_transport",
    "plain_value",
    "render",
    "to_html",
    "to_text",
    "variables_of",
]
