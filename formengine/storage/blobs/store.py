"""Blob stores: file contents by their hash, durable before the row that names them is written.

The same content is stored once, however often it is put. A blob that no row names is an orphan, which a sweep deletes
when it is old enough; putting a content again makes its blob young again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, BinaryIO, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from formengine.errors import NotFound, SettingError

CHUNK: Final = 256 * 1024
"""Bytes of a content that are read or written at a time."""
LEFTOVER_AGE: Final = timedelta(days=1)
"""How old the traces of an interrupted write or sweep are when `tidy` removes them."""
_HASH = re.compile(r"[0-9a-f]{64}")


class StoredBlob(NamedTuple):
    """The result of `put`: the hash of the content, in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class BlobInfo:
    """A blob in a list; `modified` is the time when it was last put, with its time zone."""

    sha256: str
    size: int
    modified: datetime


class BlobStore(Protocol):
    """A store of contents. Every method may be called from any thread."""

    def check(self) -> None:
        """Raise StorageUnavailable when the folder or bucket does not exist or cannot be reached."""

    def put(self, stream: BinaryIO) -> StoredBlob:
        """Store the rest of a stream; on return it is durable. After an OSError nothing is left behind.

        Raises StorageUnavailable as `check` does, and OSError for a full disk.
        """

    def open(self, sha256: str) -> BinaryIO:
        """The content with a hash, to be read and closed by the caller.

        Raises NotFound for an unknown hash, and StorageUnavailable as `check` does.
        """

    def exists(self, sha256: str) -> bool:
        """Whether there is a blob with a hash."""

    def delete(self, sha256: str) -> None:
        """Delete a blob; no error where there is none."""

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        """Delete a blob that was last put before that aware moment; returns whether it was.

        A `put` of the same content at the same time is safe: it has either made the blob young, or writes it anew.
        """

    def list(self) -> Iterator[BlobInfo]:
        """Every blob, in any order."""

    def tidy(self) -> int:
        """Remove what interrupted writes and sweeps left longer than LEFTOVER_AGE ago; returns their number."""


def open_blobs(url: str) -> BlobStore:
    """The store of a storage URL: `file:path`, or `s3://bucket[/prefix]` with the usual AWS_ variables.

    Raises SettingError for any other URL, and for a folder that cannot be made.
    """
    from formengine.storage.blobs.local import LocalBlobs
    from formengine.storage.blobs.s3 import open_s3

    parts = urlsplit(url)
    if parts.scheme == "file" and (path := url.removeprefix("file:").removeprefix("//")):
        try:
            return LocalBlobs(path)
        except OSError as error:
            what = f"the folder cannot be made ({error.strerror}); make it, or write another one"
            raise SettingError("formengine.storage_url", url, what) from error
    if parts.scheme == "s3" and parts.netloc:
        return open_s3(parts.netloc, parts.path.strip("/"))
    raise SettingError("formengine.storage_url", url, "write file:path or s3://bucket")


def copy_content(stream: BinaryIO, target: IO[bytes]) -> StoredBlob:
    """Copy the rest of a stream to a file; its hash and size."""
    digest, size = hashlib.sha256(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return StoredBlob(digest.hexdigest(), size)


def check_sha256(sha256: str) -> str:
    """The hash unchanged; raises NotFound for anything that is not a SHA-256 in hexadecimal, such as a path."""
    if not _HASH.fullmatch(sha256):
        raise NotFound(f"{sha256!r} is not the hash of a file")
    return sha256
