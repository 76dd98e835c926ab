"""Blobs in a folder: `ab/cd/<hash>`, each written to a temporary file, synchronised, and moved into place."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from formengine.errors import NotFound, StorageUnavailable
from formengine.storage.blobs.store import LEFTOVER_AGE, BlobInfo, StoredBlob, check_sha256, copy_content


class LocalBlobs:
    """A blob store in a folder of a file system that all processes of the site share; `BlobStore` documents its
    methods.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._incoming = self._folder / "incoming"
        _make_folder(self._incoming)

    def check(self) -> None:
        if not os.access(self._incoming, os.W_OK | os.X_OK):
            raise StorageUnavailable(f"the folder {self._folder} is not there, or cannot be written to")

    def put(self, stream: BinaryIO) -> StoredBlob:
        with self._reaching():
            return self._put(stream)

    def _put(self, stream: BinaryIO) -> StoredBlob:
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        try:
            with os.fdopen(descriptor, "wb") as file:
                stored = copy_content(stream, file)
                file.flush()
                os.fsync(file.fileno())
            self._move_into_place(Path(name), self._path(stored.sha256))
        finally:
            with suppress(FileNotFoundError):
                os.unlink(name)
        return stored

    def open(self, sha256: str) -> BinaryIO:
        path = self._path(sha256)
        try:
            with self._reaching():
                return path.open("rb")
        except FileNotFoundError:
            self.check()  # a folder that is away holds no answer
            raise NotFound(f"no file has the hash {sha256}") from None

    def exists(self, sha256: str) -> bool:
        return self._path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def delete_if_older(self, sha256: str, before: datetime) -> bool:
        path = self._path(sha256)
        with self._locked(fcntl.LOCK_EX), suppress(FileNotFoundError):
            if _modified(path.stat()) < before:
                path.unlink()
                return True
        return False

    def list(self) -> Iterator[BlobInfo]:
        for path in self._folder.glob("??/??/*"):
            with suppress(FileNotFoundError):
                status = path.stat()
                yield BlobInfo(path.name, status.st_size, _modified(status))

    def tidy(self) -> int:
        removed, before = 0, datetime.now(UTC) - LEFTOVER_AGE
        for path in self._incoming.iterdir():
            with suppress(FileNotFoundError):
                if _modified(path.stat()) < before:
                    path.unlink()
                    removed += 1
        return removed

    def _path(self, sha256: str) -> Path:
        return self._folder / check_sha256(sha256)[:2] / sha256[2:4] / sha256

    def _move_into_place(self, finished: Path, target: Path) -> None:
        """Move a finished file into place. One that is there already has the same content; its modification time is
        renewed.
        """
        _make_folder(target.parent)
        with self._locked(fcntl.LOCK_SH):
            try:
                os.utime(target)
            except FileNotFoundError:
                os.replace(finished, target)
        _fsync_folder(target.parent)  # whoever put it there may not have come to this

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Errors of the file system as StorageUnavailable, in a sentence; but for a full disk, for a file that is not
        there in a folder that is, and for what a stream raises by itself.
        """
        try:
            yield
        except OSError as error:
            in_place = isinstance(error, FileNotFoundError) and self._incoming.is_dir()
            if in_place or error.errno in (None, errno.ENOSPC, errno.EDQUOT):
                raise
            raise StorageUnavailable(f"the folder {self._folder} cannot be used: {error.strerror}") from error

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """Holds the folder's lock, shared while a blob is made young, exclusive while an old one is deleted."""
        descriptor = os.open(self._incoming, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)


def _modified(status: os.stat_result) -> datetime:
    return datetime.fromtimestamp(status.st_mtime, UTC)


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
