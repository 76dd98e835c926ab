"""Comparison of a stored content with its hash before anybody reads it (T37): a disk, an operator or an attacker may
have changed it.

It costs 27 ms for 32 MiB (SHA-256 in hardware), and for a bucket a temporary file, as a content is not fetched twice.
"""

from __future__ import annotations

import hashlib
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, Final, cast

from formengine.storage.blobs.store import CHUNK, copy_content

IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes of a content from a bucket that are kept in memory; longer ones go to a temporary file."""


def verified(stream: BinaryIO, sha256: str) -> BinaryIO | None:
    """A stream of the same content from its start, to be closed by the caller; None, and the stream closed, when its
    hash is another.
    """
    if not stream.seekable():
        return _copied(stream, sha256)
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != sha256:
        stream.close()
        return None
    stream.seek(0)
    return stream


def _copied(stream: BinaryIO, sha256: str) -> BinaryIO | None:
    copy = cast(BinaryIO, SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  # the caller closes it
    with stream:
        stored = copy_content(stream, copy)
    if stored.sha256 != sha256:
        copy.close()
        return None
    copy.seek(0)
    return copy
