"""Blobs in an S3 bucket, or another service with that protocol. An object appears whole or not at all."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256 as sha256_of
from typing import BinaryIO, Final, cast

import obstore
from obstore.store import S3Store

from formengine.errors import NotFound
from formengine.storage.blobs.store import CHUNK, BlobInfo, StoredBlob, check_sha256

IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes of a file that are held in memory rather than on disk while its hash is computed."""


def open_s3(bucket: str, prefix: str = "") -> S3Blobs:
    """The store in a bucket, with the AWS_ variables of the environment (AWS_ENDPOINT_URL for another service than
    Amazon's).
    """
    return S3Blobs(S3Store(bucket, prefix=prefix or None))


class S3Blobs:
    """A blob store in a bucket: `ab/cd/<hash>`; `BlobStore` documents its methods."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    def check(self) -> None:
        try:
            next(iter(obstore.list(self._store, chunk_size=1)), None)
        except (obstore.exceptions.BaseError, OSError) as error:
            raise OSError(f"the bucket cannot be reached: {str(error)[:200]}") from error

    def put(self, stream: BinaryIO) -> StoredBlob:
        digest, size = sha256_of(), 0
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as waiting:
            while chunk := stream.read(CHUNK):
                digest.update(chunk)
                waiting.write(chunk)
                size += len(chunk)
            waiting.seek(0)
            # Also where it stands already: that is what makes it young again.
            obstore.put(self._store, _key(digest.hexdigest()), waiting)
        return StoredBlob(digest.hexdigest(), size)

    def open(self, sha256: str) -> BinaryIO:
        try:
            reader = obstore.open_reader(self._store, _key(sha256))
        except FileNotFoundError:
            raise NotFound(f"no file has the hash {sha256}") from None
        return cast(BinaryIO, io.BufferedReader(_BucketReader(reader), CHUNK))

    def exists(self, sha256: str) -> bool:
        try:
            obstore.head(self._store, _key(sha256))
        except FileNotFoundError:
            return False
        return True

    def delete(self, sha256: str) -> None:
        with suppress(FileNotFoundError):
            obstore.delete(self._store, _key(sha256))

    def list(self) -> Iterator[BlobInfo]:
        for page in obstore.list(self._store):
            for entry in page:
                yield BlobInfo(entry["path"].rsplit("/", 1)[-1], entry["size"], entry["last_modified"])

    def tidy(self) -> int:
        """Nothing to do: an interrupted upload never became an object."""
        return 0


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
        data = self._reader.read(len(view))
        view[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._reader.seek(offset, whence)

    def tell(self) -> int:
        return self._reader.tell()


def _key(sha256: str) -> str:
    return f"{check_sha256(sha256)[:2]}/{sha256[2:4]}/{sha256}"
