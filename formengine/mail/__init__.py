"""Mail: templates, MIME messages and transports. Uses no database."""

from formengine.mail.message import Frame, MailAttachment, build_message, html_of, text_of
from formengine.mail.message_id import message_id
from formengine.mail.plain_text import to_html, to_text
from formengine.mail.template import escape_markdown, plain_value, render_mail, render_subject, variables_of
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
    "Frame",
    "MailAttachment",
    "MemoryTransport",
    "ServerTransport",
    "Transport",
    "build_message",
    "escape_markdown",
    "html_of",
    "message_id",
    "open_transport",
    "plain_value",
    "render_mail",
    "render_subject",
    "text_of",
    "to_html",
    "to_text",
    "variables_of",
]
