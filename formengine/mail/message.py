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
from formengine.file_names import distinct_names
from formengine.i18n import language_of
from formengine.mail.plain_text import to_html, to_text

RIGHT_TO_LEFT: Final = frozenset(("ar", "fa", "he", "ur"))
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


_LONE_LINK = re.compile(r'<p><a href="(?P<to>[^"]*)" rel="noopener noreferrer">(?!https?://)(?P<label>[^<]*)</a></p>')
_LINK_ALONE = re.compile(r"^\[([^\]\n]+)\]\((https?://\S+)\)$", re.MULTILINE)
_NOT_IN_NAMES = re.compile(r'["\\<>\x00-\x1f\x7f]+')
_FONT: Final = '<font face="Arial, Helvetica, sans-serif" size="{size}" color="{colour}">'


@dataclass(frozen=True)
class Frame:
    """What stands around the text of a mail: the name of its sender, the portal's name, and a footer in Markdown."""

    sender: str = ""
    brand: str = ""
    footer: str = ""


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
    frame: Frame | None = None,
) -> Message:
    """A MIME message to one address, ready for `Transport.deliver`; `date` is the time of writing (by default now).

    Raises DeliveryFailed (permanent) for a control character in a header, an invalid address, or an empty text.
    """
    frame = frame or Frame()
    sender = named_sender(frame.sender, sender) if frame.sender else sender
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
        body=text_of(markdown_text, frame, language) + "\n",
        html=html_of(subject, markdown_text, language, frame),
        extra_headers=everything,
        attachments=[
            Attachment(name, enclosure.content_type, enclosure.data)
            for name, enclosure in zip(_names(enclosures), enclosures, strict=True)
        ],
    )


def _names(enclosures: Sequence[MailAttachment]) -> list[str]:
    return distinct_names(ascii_name(enclosure.name) for enclosure in enclosures)


def named_sender(name: str, sender: str) -> str:
    """The address of a sender under another name; quotes in the name, which end it in a header, are left out.

    >>> named_sender("Ana Lund – Legal portal", "formengine <portal@example.com>")
    '"Ana Lund – Legal portal" <portal@example.com>'
    """
    return f'"{re.sub(_NOT_IN_NAMES, " ", name).strip()}" <{parseaddr(sender)[1]}>'


def text_of(markdown_text: str, frame: Frame, language: str = "en") -> str:
    """The plain text of a mail: its content, and below a line why it was sent."""
    footer = to_text(frame.footer)
    colon = "\u00a0:" if language_of(language) == "fr" else ":"
    return to_text(_LINK_ALONE.sub(rf"\1{colon}  \n<\2>", markdown_text)) + (f"\n\n-- \n{footer}" if footer else "")


_FULL: Final = 'width="100%"'
_SHEET: Final = 'class="sheet" width="600"'
_NARROW: Final = (
    "<style>.sheet td { overflow-wrap: anywhere } @media (max-width: 660px) { .sheet { width: 100% } }</style>"
)
"""Programs that know no media query, such as Outlook, keep to the width in the attribute."""


def html_of(subject: str, markdown_text: str, language: str, frame: Frame) -> str:
    """The HTML of a mail: sanitised, in tables and attributes that mail programs understand, without scripts, and with
    no style but that it is no wider than a phone.

    A link that stands alone in its paragraph is shown as a button.
    """
    content = _with_buttons(to_html(markdown_text))
    direction = "rtl" if language_of(language) in RIGHT_TO_LEFT else "ltr"
    side = "right" if direction == "rtl" else "left"
    table = '<table role="presentation" {width} border="0" cellpadding="{pad}" cellspacing="0" bgcolor="{ground}">'
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(subject)}</title>\n'
        f'{_NARROW}\n</head>\n<body bgcolor="#f2f1ec">\n{table.format(width=_FULL, pad=16, ground="#f2f1ec")}\n'
        f'<tr><td align="center">\n{table.format(width=_SHEET, pad=24, ground="#ffffff")}\n{_brand(frame, side)}'
        f'<tr><td align="{side}">\n{_FONT.format(size=3, colour="#1b2733")}{content}</font>\n'
        f"</td></tr>\n</table>\n{_footer(frame, side, table)}</td></tr>\n</table>\n</body>\n</html>\n"
    )


def _brand(frame: Frame, side: str) -> str:
    if not frame.brand:
        return ""
    return (
        f'<tr><td align="{side}" bgcolor="#1d3a4f">{_FONT.format(size=3, colour="#ffffff")}'
        f"<b>{escape(frame.brand)}</b></font></td></tr>\n"
    )


def _footer(frame: Frame, side: str, table: str) -> str:
    if not frame.footer:
        return ""
    return (
        f'{table.format(width=_SHEET, pad=16, ground="#f2f1ec")}\n<tr><td align="{side}">'
        f"{_FONT.format(size=2, colour='#56636f')}{to_html(frame.footer)}</font></td></tr>\n</table>\n"
    )


def _with_buttons(fragment: str) -> str:
    """HTML in which each paragraph that is a link with a text of its own has become a button."""
    return _LONE_LINK.sub(
        lambda link: (
            '<table role="presentation" border="0" cellpadding="12" cellspacing="0" bgcolor="#1d5273"><tr>'
            f'<td align="center"><a href="{link["to"]}" rel="noopener noreferrer"><font color="#ffffff"><b>'
            f"{link['label']}</b></font></a></td></tr></table><br>"
        ),
        fragment,
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
