"""Mail: a text filled in, a message built of it, a transport that delivers it. Nothing here knows a database."""

from formengine.mail.building import Enclosure, build
from formengine.mail.identifying import message_id
from formengine.mail.markdown import to_html, to_text
from formengine.mail.transports import DevTransport, MemoryTransport, ServerTransport, Transport, open_transport
from formengine.mail.wording import render, variables_of

__all__ = [
    "DevTransport",
    "Enclosure",
    "MemoryTransport",
    "ServerTransport",
    "Transport",
    "build",
    "message_id",
    "open_transport",
    "render",
    "to_html",
    "to_text",
    "variables_of",
]
