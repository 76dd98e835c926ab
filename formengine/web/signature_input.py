"""Reads a signature that was posted: a name typed, drawn, or a picture uploaded, and what is filled in with it (S5)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from pyramid.request import Request

from formengine.errors import Refused
from formengine.i18n import say
from formengine.services.approvals.given_signatures import (
    MAX_PICTURE,
    MAX_VALUE,
    SignatureDetails,
    parse_kind,
    signature_mistakes,
    store_picture,
)
from formengine.web.page_errors import Controls, PageError, missing
from formengine.web.post_data import file_errors, is_checked, posted_text, uploaded_files

CONTROLS: Final = ("text", "drawing", "picture", "place", "initials", "consent", "confirmed_name")
"""The controls of the form; on a page with several forms their ids end in the seat."""
_PREFIX: Final = "data:image/png;base64,"


@dataclass(frozen=True)
class PostedSignature:
    """What somebody posted to sign, and what is missing or wrong in it."""

    text: str
    consent: bool
    details: SignatureDetails
    errors: list[PageError]


def posted_signature(
    request: Request, controls: Controls, asked: Collection[str], asked_as: str = ""
) -> PostedSignature:
    """The signature of a post, with all mistakes in it; `asked` and `asked_as` are those of `signature_mistakes`.

    A picture that was uploaded is written anew at once, before any row is locked, and is kept for the page should it be
    shown again (`request.signature_picture`).
    """
    language, posted_kind = request.work.language, parse_kind(posted_text(request, "kind") or "typed")
    kind = posted_kind or "typed"
    text, consent = posted_text(request, "text"), is_checked(request, "consent")
    errors, picture = file_errors(request, "picture", controls["picture"], most=1), None
    unknown = say(language, "Choose how you sign: type your name, draw, or upload a picture.")
    errors += missing(unknown, controls["text"], when=posted_kind is None)
    if kind != "typed" and not errors:
        try:
            content = _content(request, kind)
            picture = store_picture(request.work.platform, content, language) if content else None
        except Refused as error:
            control = controls["drawing" if kind == "drawn" else "picture"]
            errors += [PageError(reason, control) for reason in error.reasons]
    if picture is not None and kind == "uploaded":
        request.signature_picture = _PREFIX + base64.b64encode(picture.png).decode()
    values = {name: posted_text(request, name) for name in MAX_VALUE}
    details = SignatureDetails(kind, picture, values, posted_text(request, "confirmed_name"))
    blamed = {error.control for error in errors}
    mistakes = signature_mistakes(language, text, consent, details, asked, asked_as)
    errors += [PageError(sentence, controls[name]) for name, sentence in mistakes if controls[name] not in blamed]
    return PostedSignature(text, consent, details, errors)


def _content(request: Request, kind: str) -> bytes:
    """The picture as it was posted: of the pad, as the address of a PNG; b"" where there is none."""
    if kind == "drawn":
        return picture_of_address(posted_text(request, "drawing"))
    files = uploaded_files(request, "picture")
    if files:
        return files[0].file.read(MAX_PICTURE + 1)
    return picture_of_address(posted_text(request, "kept_picture"))


def keep_picture(request: Request) -> None:
    """Keep a picture that the page had already for the page as it is shown again."""
    address = posted_text(request, "kept_picture")
    if not request.signature_picture and picture_of_address(address):
        request.signature_picture = address


def picture_of_address(address: str) -> bytes:
    """The bytes of a PNG in a `data:` address; b"" for any other text."""
    if not address.startswith(_PREFIX) or len(address) > MAX_PICTURE * 2:
        return b""
    try:
        return base64.b64decode(address.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def includeme(config: Any) -> None:
    config.add_request_method(lambda _request: "", "signature_picture", reify=True)
