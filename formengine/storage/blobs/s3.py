"""Blobs in an S3 bucket, or another service with that protocol. An object appears whole or not at all."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast

import obstore
from obstore.store import S3Store

from formengine.errors import NotFound, StorageUnavailable
from formengine.storage.blobs.store import CHUNK, LEFTOVER_AGE, BlobInfo, StoredBlob, check_sha256, copy_content

if TYPE_CHECKING:
    from obstore.store import S3Config

IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes of a file that are held in memory rather than on disk while its hash is computed."""
CHECK_LIMITS: Final = {"connect_timeout": "1s", "timeout": "1500ms"}
"""How long a check of the bucket may take: a probe of readiness waits no longer than two seconds."""
MARKS: Final = "deleting"
"""The folder in which the marks of contents lie that a sweep is about to delete."""
MARK_SECONDS: Final = 20.0
"""How long an upload waits for a mark to go; a sweep deletes nothing later than half of it."""
MARK_POLL_SECONDS: Final = 0.1


def open_s3(bucket: str, prefix: str) -> S3Blobs:
    """The store in a bucket, or under a prefix in it, with the AWS_ variables of the environment (AWS_ENDPOINT_URL for
    another service than Amazon's).
    """
    return S3Blobs(
        S3Store(bucket, prefix=prefix or None),
        S3Store(bucket, prefix=prefix or None, config=cast("S3Config", CHECK_LIMITS), retry_config={"max_retries": 0}),
    )


@contextmanager
def _reaching() -> Iterator[None]:
    """Errors of the bucket as StorageUnavailable, in a sentence; FileNotFoundError for an object or bucket that is not
    there.
    """
    try:
        yield
    except obstore.exceptions.BaseError as error:
        raise StorageUnavailable(f"the bucket cannot be reached: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return str(error).split("\n")[0][:200]


class S3Blobs:
    """A blob store in a bucket: `ab/cd/<hash>`; `BlobStore` documents its methods.

    `probe` is the same bucket with short time limits and no repeats, for `check`.
    """

    def __init__(self, store: S3Store, probe: S3Store) -> None:
        self._store = store
        self._probe = probe

    def check(self) -> None:
        try:
            with _reaching():
                next(iter(obstore.list(self._probe, chunk_size=1)), None)
        except FileNotFoundError as error:
            raise StorageUnavailable(f"the bucket cannot be reached: {_reason(error)}") from error

    def put(self, stream: BinaryIO) -> StoredBlob:
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as content:
            stored = copy_content(stream, content)
            try:
                self._put(stored.sha256, content)
            except FileNotFoundError as error:
                raise StorageUnavailable(f"the bucket cannot be reached: {_reason(error)}") from error
        return stored

    def _put(self, sha256: str, content: IO[bytes]) -> None:
        """Write the object, also where it stands already: that is what makes it young again.

        A bucket has no locks. So `delete_if_older` marks what it is about to delete, asks for its age, deletes it and
        removes the mark; and here the object is written, and written again until there is neither a mark nor a lack of
        it afterwards. Either the age is asked after the writing, or the deletion is noticed.
        """
        deadline = time.monotonic() + MARK_SECONDS
        while True:
            content.seek(0)
            with _reaching():
                obstore.put(self._store, _key(sha256), content)
            marked = self._modified(_mark(sha256)) is not None
            if not marked and self.exists(sha256):
                return
            if time.monotonic() > deadline:  # left by a sweep that was killed
                self._remove(_mark(sha256))
            elif marked:
                time.sleep(MARK_POLL_SECONDS)

    def open(self, sha256: str) -> BinaryIO:
        try:
            with _reaching():
                reader = obstore.open_reader(self._store, _key(sha256))
        except FileNotFoundError:
            self.check()  # a bucket that is away holds no answer
            raise NotFound(f"no file has the hash {sha256}") from None
        return cast(BinaryIO, io.BufferedReader(_BucketReader(reader), CHUNK))

    def exists(self, sha256: str) -> bool:
        return self._modified(_key(sha256)) is not None

    def delete(self, sha256: str) -> None:
        self._remove(_key(sha256))

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        key, mark = _key(sha256), _mark(sha256)
        begun = time.monotonic()
        with _reaching():
            obstore.put(self._store, mark, b"")
        try:
            modified = self._modified(key)
            # Too late: whoever waits for the mark may take it for one that was left.
            if modified is None or modified >= before or time.monotonic() - begun > MARK_SECONDS / 2:
                return False
            self._remove(key)
            return True
        finally:
            self._remove(mark)

    def list(self) -> Iterator[BlobInfo]:
        for entry in self._entries():
            if MARKS not in entry["path"].split("/"):
                yield BlobInfo(entry["path"].rsplit("/", 1)[-1], entry["size"], entry["last_modified"])

    def tidy(self) -> int:
        """Remove the marks of sweeps that were killed; an interrupted upload never became an object."""
        before = datetime.now(UTC) - LEFTOVER_AGE
        marks = [entry["path"] for entry in self._entries(MARKS) if entry["last_modified"] < before]
        for mark in marks:
            self._remove(mark)
        return len(marks)

    def _entries(self, prefix: str | None = None) -> Iterator[obstore.ObjectMeta]:
        with _reaching():
            for page in obstore.list(self._store, prefix):
                yield from page

    def _modified(self, key: str) -> datetime | None:
        """When an object was last written, as the bucket says; None where there is none."""
        try:
            with _reaching():
                return obstore.head(self._store, key)["last_modified"]
        except FileNotFoundError:
            return None

    def _remove(self, key: str) -> None:
        with suppress(FileNotFoundError), _reaching():
            obstore.delete(self._store, key)


class _BucketReader(io.RawIOBase):
    """The bucket's reader as a raw stream of Python's `io`."""

    def __init__(self, reader: obstore.ReadableFile) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast(bytearray, buffer))
        with _reaching():
            data = self._reader.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()


def _key(sha256: str) -> str:
    return f"{check_sha256(sha256)[:2]}/{sha256[2:4]}/{sha256}"


def _mark(sha256: str) -> str:
    return f"{MARKS}/{check_sha256(sha256)}"
