"""Mail: templates, MIME messages and transports. Uses no database."""

from formengine.mail.message import MailAttachment, build_message
from formengine.mail.message_id import message_id
from formengine.mail.plain_text import to_html, to_text
from formengine.mail.template import plain_value, render_mail, variables_of
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
    "MailAttachment",
    "MemoryTransport",
    "ServerTransport",
    "Transport",
    "build_message",
    "message_id",
    "open_transport",
    "plain_value",
    "render_mail",
    "to_html",
    "to_text",
    "variables_of",
]
