"""Uploads, and the store they go to where a caller gives none."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, BinaryIO, Protocol
from uuid import uuid4

from formengine.content_type import sniff


@dataclass(frozen=True)
class Upload:
    """A posted file: its name and its type as the browser said them (a store looks at the content itself), and an open
    binary file."""

    name: str
    type: str
    file: BinaryIO


class Files(Protocol):
    """Where uploads are kept between posts; both answer `{id, name, size, type, sha256}`."""

    def save(self, upload: Upload) -> dict[str, Any]:
        """Keep an upload."""
        ...

    def get(self, identifier: str) -> dict[str, Any] | None:
        """What is kept under an id, or None."""
        ...


class MemoryFiles:
    """Keeps uploads in memory: for programs without a store, and for tests. The type is that of the content."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._lock = Lock()

    def save(self, upload: Upload) -> dict[str, Any]:
        """Keep an upload."""
        content = upload.file.read()
        found: dict[str, Any] = {
            "id": uuid4().hex,
            "name": upload.name,
            "size": len(content),
            "type": sniff(content, upload.name),
            "sha256": sha256(content).hexdigest(),
        }
        with self._lock:
            self._kept[found["id"]] = (found, content)
        return dict(found)

    def get(self, identifier: str) -> dict[str, Any] | None:
        """What is kept under an id, or None."""
        kept = self._kept.get(identifier)
        return dict(kept[0]) if kept else None
