"""The versions of documents that somebody was shown before deciding: nobody decides on other ones (S3, S11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from formengine.errors import Invalid
from formengine.forms import FieldError
from formengine.i18n import say
from formengine.services.case.repository import LoadedCase, stale_dossier
from formengine.workflow.engine.bound_versions import hash_of_all
from formengine.workflow.engine.case import Round, Seat


class NoHash(Enum):
    """Why a decision comes without the hash of what it is about."""

    NOT_REQUIRED = "nobody read a page: the engine's own data, for example of the demo"
    MISSING = "the caller of the API had to send the hash and did not"
    NO_VERSION = "the page on which somebody decided showed no version"


@dataclass(frozen=True)
class SingleDocument:
    """What a caller of the API says of a round about one document: its hash, without its name."""

    sha256: str


ShownVersion = str | SingleDocument | Mapping[str, str] | NoHash
"""The sha256 (64 hexadecimal digits) of the version that was shown, or why there is none. Of several documents a page
gives the one hash of all their versions (`bound_versions.hash_of_all`), and a caller of the API theirs by document.
"""


def document_hashes(loaded: LoadedCase, round_: Round) -> dict[str, str]:
    """The hashes of the newest contents of a round's documents, by document, without those that are not there yet."""
    newest = loaded.case.newest_versions
    names = loaded.workflow.round_rule(round_.rule).documents
    return {name: newest[name].sha256 for name in names if name in newest}


def document_hashes_of_seat(loaded: LoadedCase, seat: Seat | None) -> dict[str, str]:
    """`document_hashes` of the round of a seat; {} for no seat."""
    round_ = next((round_ for round_ in loaded.case.rounds if seat in round_.seats), None)
    return document_hashes(loaded, round_) if round_ is not None else {}


def require_shown_documents(loaded: LoadedCase, seat: Seat | None, shown: ShownVersion) -> None:
    """Raise Stale where a document that a seat is about has another content than the actor was shown.

    Raises Invalid where there are documents and the caller had to say which versions were read, and did not, or told
    one hash of several documents.
    """
    hashes = document_hashes_of_seat(loaded, seat)
    if shown is NoHash.NOT_REQUIRED or not hashes:
        return
    if shown is NoHash.MISSING:
        raise Invalid([_missing_hash(loaded.work.language, hashes)])
    if isinstance(shown, SingleDocument):
        if len(hashes) > 1:
            raise Invalid([_missing_hash(loaded.work.language, hashes)])
        shown = shown.sha256
    newest = hashes if isinstance(shown, Mapping) else hash_of_all(hashes)
    if newest != shown:
        raise stale_dossier(loaded)


def _missing_hash(language: str, hashes: dict[str, str]) -> FieldError:
    """What is said where the caller of the API had to say what was read."""
    if len(hashes) > 1:
        listed = ", ".join(f"{name} {sha256}" for name, sha256 in hashes.items())
        sentence = "Say which versions you have read, by their hashes in `documents`; the newest are: {hashes}."
        return FieldError("/documents", None, "required", say(language, sentence, hashes=listed))
    [(name, sha256)] = hashes.items()
    sentence = "Say which version of “{document}” you have read, by its hash: {hash} is the newest."
    return FieldError("/document/sha256", None, "required", say(language, sentence, document=name, hash=sha256))
