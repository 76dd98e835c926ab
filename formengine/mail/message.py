"""MIME messages: a plain-text and an HTML part of one Markdown text, with headers checked against injection (T23)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final

from pyramid_mailer.message import Attachment, Message

from formengine.errors import DeliveryFailed
from formengine.mail.plain_text import to_html, to_text

RIGHT_TO_LEFT: Final = frozenset(("ar", "fa", "he", "ur"))
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


@dataclass(frozen=True)
class MailAttachment:
    """A file attached to a mail."""

    name: str
    content_type: str
    data: bytes


def build_message(
    sender: str,
    to: str,
    subject: str,
    markdown_text: str,
    language: str,
    message_id: str,
    headers: Mapping[str, str] | None = None,
    enclosures: Sequence[MailAttachment] = (),
    date: datetime | None = None,
) -> Message:
    """A MIME message to one address, ready for `Transport.deliver`; `date` is the time of writing (by default now).

    Raises DeliveryFailed (permanent) for a control character in a header, an invalid address, or an empty text.
    """
    everything = {
        **(headers or {}),
        "Message-ID": message_id,
        "Date": format_datetime((date or datetime.now(UTC)).astimezone(UTC)),
        "Content-Language": language,
        "Auto-Submitted": "auto-generated",
    }
    for name, value in (("From", sender), ("To", to), ("Subject", subject), *everything.items()):
        _check(name, value)
    for name, address in (("From", sender), ("To", to)):
        if "@" not in parseaddr(address)[1]:
            raise DeliveryFailed(f"{name}: {address!r} is no mail address", permanent=True)
    if not markdown_text.strip():
        raise DeliveryFailed("the mail has no text", permanent=True)
    return Message(
        subject=literal_subject(subject),
        sender=sender,
        recipients=[to],
        body=to_text(markdown_text) + "\n",
        html=page(subject, to_html(markdown_text), language),
        extra_headers=everything,
        attachments=[
            Attachment(ascii_name(enclosure.name), enclosure.content_type, enclosure.data) for enclosure in enclosures
        ],
    )


def page(title: str, fragment: str, language: str) -> str:
    """An HTML page around sanitised HTML: tables and attributes that mail programs understand, without styles or
    scripts.
    """
    direction = "rtl" if language.split("-")[0] in RIGHT_TO_LEFT else "ltr"
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f'</head>\n<body bgcolor="#f4f4f4">\n'
        f'<table role="presentation" width="100%" border="0" cellpadding="16" cellspacing="0" bgcolor="#f4f4f4">\n'
        f'<tr><td align="center">\n'
        f'<table role="presentation" width="600" border="0" cellpadding="24" cellspacing="0" bgcolor="#ffffff">\n'
        f'<tr><td align="{"right" if direction == "rtl" else "left"}">\n'
        f'<font face="Arial, Helvetica, sans-serif" color="#1a1a1a">\n{fragment}</font>\n'
        f"</td></tr>\n</table>\n</td></tr>\n</table>\n</body>\n</html>\n"
    )


def literal_subject(subject: str) -> str:
    """A subject that reads as it is written: one that looks like an encoded word (RFC 2047) is encoded itself.

    Left alone, `=?utf-8?q?=0ABcc:...?=` is decoded by whoever receives it, and some write the line break out again.
    """
    return " ".join(Header(subject, "utf-8", header_name="Subject").encode().split()) if "=?" in subject else subject


def ascii_name(name: str) -> str:
    """A file name in ASCII, without folders, as the mail library requires.

    >>> ascii_name("dossiers/contrat é 2.pdf"), ascii_name("عقد.pdf")
    ('contrat e 2.pdf', 'file.pdf')
    """
    last = re.split(r"[\\/]", name)[-1]
    folded = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    folded = re.sub(r'[\x00-\x1f\x7f"]', "", folded).strip()
    stem, dot, suffix = folded.rpartition(".")
    if dot and not stem.strip():
        return f"file.{suffix}"
    return folded or "file"


def _check(name: str, value: str) -> None:
    if not _HEADER_NAME.fullmatch(name):
        raise DeliveryFailed(f"{name!r} is no name for a header", permanent=True)
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise DeliveryFailed(f"{name}: {value!r} has a control character, which no header may have", permanent=True)
