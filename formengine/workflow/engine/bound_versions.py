"""The versions of documents that a round, or a vote in it, is about: their numbers and hashes (S3).

A round may be about several documents (S11). One hash stands for the contents of all of them, so that a link or a page
is about all of them or about none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class BoundVersion:
    """A version of a document: its number, from 1, the sha256 of its content, and when it was added. The content of a
    version that was only counted, as in a simulation, has no hash.
    """

    number: int
    sha256: str | None = None
    made_at: datetime | None = None


@dataclass(frozen=True)
class VersionContent:
    """A version of a document by the hash of its content, when it was made, whether `remarks` of authors are in it,
    whether it was `drafted` from a template.

    `obstacle` is why nobody can decide on its file, and what to do, as an English sentence that is translated: it is
    damaged, say. "" where nothing is known against it. `missing` are the answers whose places in the text are empty, as
    paths in dots; `kept` says that the legal team has it signed so.
    """

    sha256: str
    made_at: datetime
    remarks: bool = False
    obstacle: str = ""
    drafted: bool = False
    missing: tuple[str, ...] = ()
    kept: bool = False

    @property
    def is_incomplete(self) -> bool:
        """Whether places in it are empty, and nobody has said that it is signed so."""
        return bool(self.missing) and not self.kept


def hashes_of(versions: Mapping[str, BoundVersion]) -> dict[str, str]:
    """The hashes of the contents, by document; without those that have none."""
    return {name: version.sha256 for name, version in versions.items() if version.sha256 is not None}


def hash_of_all(hashes: Mapping[str, str]) -> str | None:
    """One hash for the contents of several documents: that of the names with their hashes, in the order of the names.
    Of one document it is the hash of its content; None for no document.

    >>> hash_of_all({"contract": "c" * 64}) == "c" * 64
    True
    >>> hash_of_all({"contract": "c", "annex": "a"}) == hash_of_all({"annex": "a", "contract": "c"})
    True
    """
    if len(hashes) < 2:
        return next(iter(hashes.values()), None)
    lines = "".join(f"{name} {hashes[name]}\n" for name in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()


def versions_record(versions: Mapping[str, BoundVersion]) -> dict[str, Any]:
    """Versions for an entry of the history: of one document `document_version` and `document_sha256`, of several
    `versions`, by document.
    """
    if len(versions) > 1:
        named = {name: {"version": bound.number, "sha256": bound.sha256} for name, bound in versions.items()}
        return {"versions": named}
    record: dict[str, Any] = {}
    for version in versions.values():
        record["document_version"] = version.number
        if version.sha256 is not None:
            record["document_sha256"] = version.sha256
    return record
