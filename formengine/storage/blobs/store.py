"""Blob stores: files by the hash of their content, durable before the row that names them.

The same content is kept once, whoever brings it and how often. A blob that no row names is an orphan, which a sweep
deletes when it is old enough; bringing a content again makes its blob young again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from formengine.errors import NotFound, SettingError

CHUNK: Final = 256 * 1024
_HASH = re.compile(r"[0-9a-f]{64}")


class StoredBlob(NamedTuple):
    """What `put` says of a blob: the hash of its content, in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class BlobInfo:
    """A blob as `list` shows it; `modified` is the aware moment when it was last put."""

    sha256: str
    size: int
    modified: datetime


class BlobStore(Protocol):
    """Where files lie. Every method may be called from any thread."""

    def check(self) -> None:
        """Raise OSError when the folder or bucket is not there, or cannot be reached."""

    def put(self, stream: BinaryIO) -> StoredBlob:
        """Keep what is left of a stream; on return it is durable. An OSError leaves nothing behind."""

    def open(self, sha256: str) -> BinaryIO:
        """The content, to be read and closed by the caller; NotFound when there is none of that hash."""

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob of that hash."""

    def delete(self, sha256: str) -> None:
        """Forget a blob; none of that hash is fine."""

    def list(self) -> Iterator[BlobInfo]:
        """Every blob, in no order."""

    def tidy(self) -> int:
        """Remove what interrupted writing has left for more than a day; how many pieces."""


def open_blobs(url: str) -> BlobStore:
    """The store of a storage address: `file:path`, or `s3://bucket[/prefix]` with the usual AWS_ variables.

    Raises SettingError for any other address.
    """
    from formengine.storage.blobs.local import LocalBlobs
    from formengine.storage.blobs.s3 import open_s3

    parts = urlsplit(url)
    if parts.scheme == "file" and (path := url.removeprefix("file:").removeprefix("//")):
        return LocalBlobs(path)
    if parts.scheme == "s3" and parts.netloc:
        return open_s3(parts.netloc, parts.path.strip("/"))
    raise SettingError("formengine.storage_url", url, "write file:path or s3://bucket")


def check_sha256(sha256: str) -> str:
    """The hash itself; NotFound for anything that cannot be one, such as a path."""
    if not _HASH.fullmatch(sha256):
        raise NotFound(f"{sha256!r} is not the hash of a file")
    return sha256
