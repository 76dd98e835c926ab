"""Contents compared with their hash before they are read."""

from __future__ import annotations

import hashlib
import io
import os
from typing import BinaryIO, cast

import pytest

from formengine.storage.blobs.verification import IN_MEMORY, verified


class FromBucket(io.RawIOBase):
    """A stream that can be read once, as from a bucket."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        return self._content.readinto(buffer)  # type: ignore[arg-type]  # a writable buffer


@pytest.mark.parametrize("kind", ["disk", "bucket"])
@pytest.mark.parametrize("size", [0, 10, IN_MEMORY + 1])
def test_a_content_is_given_whole_and_only_when_it_is_the_one(kind: str, size: int) -> None:
    """T37: also one that is larger than what is kept in memory."""
    content = os.urandom(size)
    for sha256, expected in ((hashlib.sha256(content).hexdigest(), content), ("0" * 64, None)):
        raw = io.BytesIO(content) if kind == "disk" else io.BufferedReader(FromBucket(content))  # type: ignore[arg-type]
        stream = cast(BinaryIO, raw)
        result = verified(stream, sha256)
        if expected is None:
            assert result is None
            assert stream.closed
        else:
            assert result is not None
            with result:
                assert result.read() == expected
