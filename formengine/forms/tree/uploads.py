"""Uploaded files, the protocol of their store, and a store in memory."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, BinaryIO, Protocol
from uuid import uuid4

from formengine.content_type import sniff
from formengine.forms.schema.json_values import require_kind


@dataclass(frozen=True)
class Upload:
    """A posted file: name and content type as the browser sent them (not trusted: stores inspect the content), and an
    open binary file."""

    name: str
    type: str
    file: BinaryIO

    def __post_init__(self) -> None:
        require_kind("the name of an upload", self.name, str, 'the name of a file, such as "offer.pdf"')
        require_kind("the type of an upload", self.type, str, 'a media type, such as "application/pdf"')

    def is_empty(self) -> bool:
        """Whether the file has no content; it stays at its start."""
        self.file.seek(0)
        first = self.file.read(1)
        self.file.seek(0)
        return not first


class Files(Protocol):
    """A store of uploads; both methods return `{id, name, size, type, sha256}`."""

    def save(self, upload: Upload) -> dict[str, Any]:
        """Store an upload. Raises DocumentRefused with a sentence for the control, when it is not accepted."""
        ...

    def get(self, identifier: str) -> dict[str, Any] | None:
        """The file with an id, or None."""
        ...


class MemoryFiles:
    """Stores uploads in memory, for programs without a store and for tests. The type is detected from the content."""

    def __init__(self) -> None:
        self._stored: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._lock = Lock()

    def save(self, upload: Upload) -> dict[str, Any]:
        """Store an upload."""
        content = upload.file.read()
        reference: dict[str, Any] = {
            "id": uuid4().hex,
            "name": upload.name,
            "size": len(content),
            "type": sniff(content, upload.name),
            "sha256": sha256(content).hexdigest(),
        }
        with self._lock:
            self._stored[reference["id"]] = (reference, content)
        return dict(reference)

    def get(self, identifier: str) -> dict[str, Any] | None:
        """The file with an id, or None."""
        stored = self._stored.get(identifier)
        return dict(stored[0]) if stored else None


def store_of(files: Files | None) -> Files:
    """The store, or a new one in memory. Raises TypeError for anything else."""
    if files is None:
        return MemoryFiles()
    if not all(callable(getattr(files, name, None)) for name in ("save", "get")):
        raise TypeError(f"files is {files!r:.80}, and takes a store with `save(Upload)` and `get(id)`")
    return files
