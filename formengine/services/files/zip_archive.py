"""A ZIP archive written as it is read: neither the archive nor a file in it is ever whole in memory (D6)."""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from formengine.errors import ContentLost, StorageUnavailable
from formengine.services.core.unit_of_work import Platform
from formengine.services.files.uploads import open_content

log = logging.getLogger(__name__)

CHUNK: Final = 256 * 1024
_ZIP64_FROM: Final = 2**31
_FIRST_YEAR: Final = 1980
"""No date of a ZIP archive is earlier."""


class Entry(Protocol):
    """A file to put in: its path in the archive, the hash and size of its content, and when it was added."""

    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def at(self) -> datetime: ...


class _Pieces(io.RawIOBase):
    """What the archive writes, until it is taken: a file that cannot be sought."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


def zip_stream(platform: Platform, files: Iterable[Entry], zone: str, lost: str) -> Iterator[bytes]:
    """The bytes of an archive of some files, whose times are those of a zone's clock.

    Each content is compared with its hash before its first byte (T37). In the place of one that the store has lost
    stands a text of that name with the sentence `lost`.
    """
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            try:
                stream = open_content(platform, file.sha256)
            except (ContentLost, StorageUnavailable):
                log.exception("a file is missing in an archive")
                archive.writestr(_info(f"{file.path}.txt", file.at, zone), lost.encode())
                yield pieces.take()
                continue
            with (
                stream,
                archive.open(_info(file.path, file.at, zone), "w", force_zip64=file.size >= _ZIP64_FROM) as out,
            ):
                while chunk := stream.read(CHUNK):
                    out.write(chunk)
                    yield pieces.take()
            yield pieces.take()
    yield pieces.take()


def _info(path: str, at: datetime, zone: str) -> zipfile.ZipInfo:
    local = at.astimezone(ZoneInfo(zone))
    return zipfile.ZipInfo(path, (max(local.year, _FIRST_YEAR), *local.timetuple()[1:6]))
