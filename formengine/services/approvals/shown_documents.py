"""The version of a document that somebody was shown before deciding: nobody decides on another one (S3)."""

from __future__ import annotations

from enum import Enum

from formengine.errors import Invalid
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.case.repository import LoadedCase, stale_dossier
from formengine.workflow.engine.case import Seat, VersionContent


class NoHash(Enum):
    """Why a decision comes without the hash of the version that it is about."""

    NOT_REQUIRED = "nobody read a page: the engine's own data, for example of the demo"
    MISSING = "the caller of the API had to send the hash and did not"
    NO_VERSION = "the page on which somebody decided showed no version"


ShownVersion = str | NoHash
"""The sha256 (64 hexadecimal digits) of the version that was shown, or why there is none."""


def document_of(loaded: LoadedCase, seat: Seat | None) -> tuple[str, VersionContent] | None:
    """The name and the newest content of the document that a seat is about; None while there is none."""
    round_ = next((round_ for round_ in loaded.case.rounds if seat in round_.seats), None)
    name = loaded.workflow.round_rule(round_.rule).document if round_ else None
    content = loaded.case.newest_versions.get(name or "")
    return (name, content) if name is not None and content is not None else None


def require_shown_document(loaded: LoadedCase, seat: Seat | None, shown: ShownVersion) -> None:
    """Raise Stale where the document that a seat is about has another content than the actor was shown.

    Raises Invalid where there is a document and the caller had to say which version was read, and did not.
    """
    document = document_of(loaded, seat)
    if shown is NoHash.NOT_REQUIRED or document is None:
        return
    name, content = document
    if shown is NoHash.MISSING:
        sentence = say(
            loaded.work.language,
            "Say which version of “{document}” you have read, by its hash: {hash} is the newest.",
            document=name,
            hash=content.sha256,
        )
        raise Invalid([FieldError("/document/sha256", None, "required", sentence)])
    if content.sha256 != shown:
        raise stale_dossier(loaded)
