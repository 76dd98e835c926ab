"""The picture of a signature, drawn or uploaded: read in the sandbox, cut to its ink and written anew as PNG (S5, T34).

Nothing of the file as it came is kept: neither its metadata nor anything that follows the picture in it.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from formengine.documents.sandbox import SandboxLimits, run_in_sandbox

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS: Final = 40_000_000
"""The largest picture that is read: a photograph of a telephone has fewer."""
SIZE: Final = (900, 300)
"""Width and height, in pixels, that a picture has at most."""
_LIMITS: Final = SandboxLimits(seconds=10, megabytes=768)
_INK: Final = 60
"""By how much, of 255, ink differs from its paper."""
_MOST_INK: Final = 0.9
"""The largest share of a picture that its ink may cover: more is a black field, and no signature."""
_EDGE: Final = 6
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_CHANNELS: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by the colour type of a PNG (its specification, 11.2.1)."""
_HEADER: Final = struct.Struct(">IIBBBBB")
"""Width, height, bits of a sample, colour type, compression, filter, interlace (11.2.2)."""
_PIECE: Final = 1024 * 1024
"""Bytes that are unpacked at a time."""


def clean_picture(content: bytes) -> bytes:
    """A PNG or JPEG as a small PNG without what it brings along, judged by its content.

    Raises DocumentRefused for what is no such picture, has too many pixels, or shows nothing; DocumentTooHeavy.
    """
    return run_in_sandbox(__name__, {}, content, _LIMITS)


def sandboxed_task(_facts: Mapping[str, Any], content: bytes) -> bytes:
    """Read the picture and write it anew, in the sandboxed process."""
    from PIL import Image, ImageOps

    picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
    if picture.width * picture.height > MAX_PIXELS:
        raise ValueError("the picture has too many pixels")
    if picture.format == "PNG":
        _require_whole_png(content)
    picture.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))  # of a JPEG, no more than is needed
    upright = ImageOps.exif_transpose(picture)
    clean = upright.convert("RGBA" if _is_transparent(upright) else "RGB")
    box, share = _ink(clean)
    if box is None:
        raise ValueError("the picture is empty")
    if share > _MOST_INK:
        raise ValueError("the picture is nearly all ink")
    left, top, right, bottom = box
    edges = (left - _EDGE, top - _EDGE, right + _EDGE, bottom + _EDGE)
    cut = clean.crop((max(edges[0], 0), max(edges[1], 0), min(edges[2], clean.width), min(edges[3], clean.height)))
    cut.thumbnail(SIZE)
    stream = io.BytesIO()
    cut.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _require_whole_png(content: bytes) -> None:
    """Raise ValueError for a PNG without its header or end, or with fewer rows than it says, which would be black.

    No more is unpacked than the rows that the header tells: what follows them is not shown.
    """
    start, data = len(_PNG), zlib.decompressobj()
    missing, kind = None, b""
    while kind != b"IEND":
        size = int.from_bytes(content[start : start + 4])
        kind, body = content[start + 4 : start + 8], content[start + 8 : start + 8 + size]
        start += size + 12
        if not kind or start > len(content):
            raise ValueError("the picture is truncated")
        if kind == b"IHDR" and missing is None:
            missing = _bytes_of_rows(body)
        while kind == b"IDAT" and body and missing:
            unpacked = data.decompress(body, min(missing, _PIECE))
            missing -= len(unpacked)
            body = data.unconsumed_tail
    if missing is None or missing:
        raise ValueError("the picture is truncated")


def _bytes_of_rows(header: bytes) -> int:
    """The size of the rows of a PNG when they are unpacked; 0 where they are interlaced, and not counted.

    Raises ValueError for a header that is too short.
    """
    if len(header) < _HEADER.size:
        raise ValueError("the picture is truncated")
    width, height, bits, colour, _, _, interlaced = _HEADER.unpack_from(header)
    return 0 if interlaced else height * (1 + (width * bits * _CHANNELS.get(colour, 1) + 7) // 8)


def _is_transparent(picture: Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _ink(picture: Image) -> tuple[tuple[int, int, int, int] | None, float]:
    """The box around what differs from the paper, which is the lightest part of the picture (None without any), and the
    share of the picture that differs, from 0 to 1.
    """
    from PIL import Image, ImageChops

    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        grey = Image.alpha_composite(paper, picture).convert("L")
    else:
        grey = picture.convert("L")
    _darkest, lightest = grey.getextrema()
    white = Image.new("L", grey.size, int(lightest))  # type: ignore[arg-type]  # of a picture in one band: two numbers
    ink = ImageChops.difference(grey, white).point(lambda value: 255 if value > _INK else 0)
    return ink.getbbox(), ink.histogram()[255] / (ink.width * ink.height)
