"""Blobs in a folder: `ab/cd/<hash>`, each written to a temporary file, synchronised, and moved into place."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256 as sha256_of
from pathlib import Path
from typing import BinaryIO, Final

from formengine.errors import NotFound
from formengine.storage.blobs.store import CHUNK, BlobInfo, StoredBlob, check_sha256

LEFTOVER_SECONDS: Final = 86400


class LocalBlobs:
    """A blob store in a folder of a file system that all processes of the site share; `BlobStore` documents its
    methods.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._aside = self._folder / "incoming"
        _make_folder(self._aside)

    def check(self) -> None:
        if not os.access(self._aside, os.W_OK | os.X_OK):
            raise OSError(f"the folder {self._folder} is not there, or cannot be written to")

    def put(self, stream: BinaryIO) -> StoredBlob:
        descriptor, name = tempfile.mkstemp(dir=self._aside)
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = _copy(stream, file)
                file.flush()
                os.fsync(file.fileno())
            self._settle(Path(name), self._path(stored.sha256))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound(f"no file has the hash {sha256}") from None

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        path = self._path(sha256)
        with self._settling(fcntl.LOCK_EX), suppress(FileNotFoundError):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                path.unlink()
                return True
        return False

    def list(self) -> Iterator[BlobInfo]:
        for path in self._folder.glob("??/??/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield BlobInfo(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def tidy(self) -> int:
        removed = 0
        for path in self._aside.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - LEFTOVER_SECONDS:
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, sha256: str) -> Path:
        return self._folder / check_sha256(sha256)[:2] / sha256[2:4] / sha256

    def _settle(self, aside: Path, target: Path) -> None:
        """Move a finished file into place. One that is there already has the same content; its modification time is
        renewed.
        """
        _make_folder(target.parent)
        with self._settling(fcntl.LOCK_SH):
            try:
                os.utime(target)
            except FileNotFoundError:
                os.replace(aside, target)
        _fsync_folder(target.parent)  # whoever put it there may not have come to this

    @contextmanager
    def _settling(self, how: int) -> Iterator[None]:
        """Holds the folder's lock, shared while a blob is made young, exclusive while an old one is deleted."""
        descriptor = os.open(self._aside, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _copy(stream: BinaryIO, file: BinaryIO) -> StoredBlob:
    digest, size = sha256_of(), 0
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
        file.write(chunk)
        size += len(chunk)
    return StoredBlob(digest.hexdigest(), size)


def _make_folder(folder: Path) -> None:
    """Make a folder and its missing parents, and synchronise each parent, so that they survive a crash."""
    missing = [missing_folder for missing_folder in (folder, *folder.parents) if not missing_folder.exists()]
    for missing_folder in reversed(missing):
        missing_folder.mkdir(mode=0o700, exist_ok=True)
        _fsync_folder(missing_folder.parent)


def _fsync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
