"""A signature as somebody gives it: the name typed, or the picture of it, and what else they fill in (S5, S11)."""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from markupsafe import Markup, escape

from formengine.documents.signature_picture import clean_picture
from formengine.errors import DocumentRefused, DocumentTooHeavy, Refused
from formengine.i18n import say
from formengine.services.approvals.participants import (
    SIGNS_FOR,
    company_signed_for,
    participant_name,
    role_title,
)
from formengine.services.approvals.shown_documents import document_hashes_of_seat
from formengine.services.case.guest_links import newest_versions
from formengine.services.case.provider_seats import signs_on_site
from formengine.services.case.repository import LoadedCase
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.files.reading_copies import reading_copy
from formengine.services.people.displayed_names import displayed_name, is_name_of
from formengine.storage.models.base import new_id
from formengine.storage.models.files_and_notes import StoredFile
from formengine.workflow.engine.case import Seat

Kind = Literal["typed", "drawn", "uploaded"]
KINDS: Final[tuple[Kind, ...]] = ("typed", "drawn", "uploaded")
_MARK: Final = re.compile(r'<span data-mark="(sign|date|initials|place):([\w.:-]+)"></span>')
"""A mark in the reading copy of a document (`documents/html_blocks.py`)."""
_LABELLED_MARK: Final = re.compile(rf"(:(?:\s|</?(?:strong|em|u|br|p|td)\b[^<>]*>)*)?{_MARK.pattern}")
"""A mark, and the colon before it where the document itself says what is written there ("Date: "), also on the line or
in the cell before.
"""
MAX_PICTURE: Final = 8 * 1024 * 1024
"""The largest file of a picture, in bytes, as it comes."""
MAX_NAME: Final = 100
"""Characters of the name that somebody types to sign: as many as a stamp shows, in two lines."""
MAX_PLACE: Final = 100
MAX_INITIALS: Final = 6
MAX_VALUE: Final = {"place": MAX_PLACE, "initials": MAX_INITIALS}
"""What is filled in with a signature, beside its date, and how many characters it has at most."""
_OTHER_NAME: Final = (
    "You are asked to sign as {name}; you wrote “{text}”. Correct your name, or confirm that you sign under this one."
)
_MISSING_PICTURE: Final[Mapping[str, str]] = {
    "drawn": "Draw your signature in the box, or choose another way to sign.",
    "uploaded": "Choose a picture of your signature, or choose another way to sign.",
}


@dataclass(frozen=True)
class Picture:
    """The picture of a signature, written anew and stored: its hash and its PNG."""

    sha256: str
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class SignatureDetails:
    """How somebody signs beside their name: the kind, the picture of one that is drawn or uploaded, and the values of
    the fields that the document has for them.

    `confirmed_name` is the name that they said again to be theirs, where they are asked under another one.
    """

    kind: Kind = "typed"
    picture: Picture | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    confirmed_name: str = ""


TYPED: Final = SignatureDetails()


def parse_kind(text: str) -> Kind | None:
    """The kind that a form or a request body names; None for any other word."""
    return next((kind for kind in KINDS if kind == text), None)


def store_picture(platform: Platform, content: bytes, language: str) -> Picture:
    """Write a picture anew and store it; call it before a transaction takes a lock, for it takes a moment.

    Raises Refused (about "picture") for what is no PNG or JPEG, is too large, or shows nothing.
    """
    if len(content) > MAX_PICTURE:
        megabytes = MAX_PICTURE // (1024 * 1024)
        sentence = "The picture is larger than {limit} MB; choose a smaller one."
        raise Refused([say(language, sentence, limit=megabytes)], about="picture")
    try:
        png = clean_picture(content)
    except DocumentTooHeavy:
        raise Refused([say(language, "The picture is too large; choose a smaller one.")], about="picture") from None
    except DocumentRefused as error:
        empty = "empty" in str(error)
        sentence = "Nothing is to be seen in the picture." if empty else "Choose a picture: a PNG or JPEG file."
        raise Refused([say(language, sentence)], about="picture") from None
    return Picture(platform.blobs.put(io.BytesIO(png)).sha256, png)


def signature_evidence(
    work: UnitOfWork, loaded: LoadedCase, seat: Seat | None, text: str, consent: bool, details: SignatureDetails = TYPED
) -> dict[str, Any]:
    """The record of how somebody signed (S6): the name, the hash of its picture, what was filled in, the consent, time,
    network address, and hash of each document. The row of the picture is added.

    Raises Refused without a name or its picture, without consent, for a field that is left empty, for another name than
    that of the seat unless it is confirmed, and for a seat that is signed at another provider; each reason is about the
    input of `signature_mistakes`.
    """
    _require_signed_here(work, loaded, seat)
    name, asked_as = displayed_name(text), displayed_name(name_of_seat(loaded, seat))
    if details.picture is not None and not name:
        name = asked_as[:MAX_NAME]
    asked = asked_values(loaded, seat)
    if mistakes := signature_mistakes(work.language, name, consent, details, asked, asked_as):
        raise Refused.by_input(dict(mistakes))
    values = {kind: displayed_name(value) for kind, value in details.values.items() if kind in asked}
    hashes = document_hashes_of_seat(loaded, seat)
    filled = {kind: value for kind, value in values.items() if kind in MAX_VALUE and value}
    company = company_signed_for(loaded, seat) if seat is not None else ""
    return {
        "kind": details.kind,
        "text": name,
        **({} if is_name_of(name, asked_as) else {"other_name_confirmed": True}),
        **({"picture_sha256": _keep(loaded, details.picture)} if details.picture else {}),
        **({"values": filled} if filled else {}),
        **({SIGNS_FOR: company} if company else {}),
        "consent": True,
        "at": work.now.isoformat(timespec="seconds"),
        "address": work.address,
        **documents_evidence(hashes),
    }


def name_of_seat(loaded: LoadedCase, seat: Seat | None) -> str:
    """The name under which somebody is asked to sign; "" where there is no seat."""
    return "" if seat is None else seat.name or participant_name(loaded, seat.person)


def signature_mistakes(
    language: str, text: str, consent: bool, details: SignatureDetails, asked: Collection[str], asked_as: str = ""
) -> list[tuple[str, str]]:
    """All that is missing in a signature or longer than the evidence takes, for nothing is cut off, and a name that has
    to be confirmed: the input ("text", "confirmed_name", "drawing", "picture", "place", "initials" or "consent") and a
    sentence, in the order in which a page asks for them.

    `asked` is what the documents have fields for (`asked_values`), `asked_as` the name of the seat ("": any will do).
    Empty initials are those of the name.
    """
    name, place = displayed_name(text), displayed_name(details.values.get("place", ""))
    initials = displayed_name(details.values.get("initials", ""))
    is_other = bool(name) and not is_name_of(name, asked_as) and displayed_name(details.confirmed_name) != name
    lacks_picture = details.kind != "typed" and details.picture is None
    sentences = [
        ("text", "Type your full name to sign.", not name and details.kind == "typed"),
        ("text", "Type your name in at most {limit} characters.", len(name) > MAX_NAME),
        ("confirmed_name", _OTHER_NAME, is_other and len(name) <= MAX_NAME),
        ("drawing" if details.kind == "drawn" else "picture", _MISSING_PICTURE.get(details.kind, ""), lacks_picture),
        ("place", "Write the place where you sign.", "place" in asked and not place),
        ("place", "Write the place in at most {limit} characters.", "place" in asked and len(place) > MAX_PLACE),
        (
            "initials",
            "Write your initials in at most {limit} characters.",
            "initials" in asked and len(initials) > MAX_INITIALS,
        ),
        ("consent", "Tick the box to say that you agree to sign.", not consent),
    ]
    limits = {"text": MAX_NAME, **MAX_VALUE}
    return [
        (input_, say(language, sentence, limit=limits.get(input_, 0), name=asked_as, text=name))
        for input_, sentence, holds in sentences
        if holds
    ]


def documents_evidence(hashes: Mapping[str, str]) -> dict[str, Any]:
    """The hashes of what was signed, by document: of one `document_sha256`, of several `documents` (S6)."""
    return {"documents": dict(hashes)} if len(hashes) > 1 else {"document_sha256": next(iter(hashes.values()), None)}


def _keep(loaded: LoadedCase, picture: Picture) -> str:
    """Add the row of a stored picture, as a file of the dossier that nobody uploaded; returns its hash."""
    work = loaded.work
    row = StoredFile(id=new_id(), sha256=picture.sha256, name="signature.png", type="image/png", size=len(picture.png))
    row.dossier_id, row.stored_at, row.stored_by = loaded.dossier.id, work.now, None
    work.session.add(row)
    return picture.sha256


def _require_signed_here(work: UnitOfWork, loaded: LoadedCase, seat: Seat | None) -> None:
    rules = [loaded.workflow.round_rule(round_.rule) for round_ in loaded.case.rounds if seat in round_.seats]
    for rule in rules:
        if not signs_on_site(work, rule.provider):
            sentence = "This is signed with {provider}; follow the link in its message."
            raise Refused([say(work.language, sentence, provider=rule.provider)])


def asked_values(loaded: LoadedCase, seat: Seat | None) -> tuple[str, ...]:
    """What the documents have fields for, of those that the holder of a seat fills in: of "date", "place", "initials".

    They are the marks of a text beside a mark for the signature itself; a PDF has none.
    """
    if seat is None:
        return ()
    asked: set[str] = set()
    names = tuple(document_hashes_of_seat(loaded, seat))
    for version in newest_versions(loaded.work, loaded.dossier, names).values():
        html = reading_copy(loaded.work, version.file).html or ""
        marks = {match[1] for match in _MARK.finditer(html) if match[2] == seat.role}
        asked |= marks if "sign" in marks else set()
    return tuple(kind for kind in ("place", "date", "initials") if kind in asked)


def with_named_fields(loaded: LoadedCase, html: Markup | None) -> Markup | None:
    """The text of a document with a line for each of its marks: what is written there, and of whom, is on the line, or
    where the document says it itself, told to those who hear the page.
    """
    if html is None:
        return None
    language = loaded.work.language
    words = {
        "sign": "Signature: {role}",
        "date": "Date of signature: {role}",
        "initials": "Initials: {role}",
        "place": "City: {role}",
    }

    def named(match: re.Match[str]) -> str:
        before, kind, name = match[1] or "", match[2], match[3]
        role = role_title(loaded, name) if name in loaded.workflow.roles else name
        text = escape(say(language, words[kind], role=role))
        if before:
            return f'{before}<span class="fe-blank" role="img" aria-label="{text}"></span>'
        return f'<span class="fe-blank">{text}</span>'

    return Markup(_LABELLED_MARK.sub(named, html))  # the text was escaped when it was made, and so are the words  # nosec B704
