"""The picture of a signature, drawn or uploaded: read in the sandbox, cut to its ink and written anew as PNG (S5, T34).

Nothing of the file as it came is kept: neither its metadata nor anything that follows the picture in it.
"""

from __future__ import annotations

import io
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
_EDGE: Final = 6


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
    picture.draft("RGB", (SIZE[0] * 2, SIZE[1] * 2))  # of a JPEG, no more than is needed
    upright = ImageOps.exif_transpose(picture)
    clean = upright.convert("RGBA" if _is_transparent(upright) else "RGB")
    box = _ink(clean)
    if box is None:
        raise ValueError("the picture is empty")
    left, top, right, bottom = box
    edges = (left - _EDGE, top - _EDGE, right + _EDGE, bottom + _EDGE)
    cut = clean.crop((max(edges[0], 0), max(edges[1], 0), min(edges[2], clean.width), min(edges[3], clean.height)))
    cut.thumbnail(SIZE)
    stream = io.BytesIO()
    cut.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _is_transparent(picture: Image) -> bool:
    return picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info


def _ink(picture: Image) -> tuple[int, int, int, int] | None:
    """The box around what differs from the paper, which is the lightest part of the picture; None without any."""
    from PIL import Image, ImageChops

    if picture.mode == "RGBA":
        paper = Image.new("RGBA", picture.size, "white")
        grey = Image.alpha_composite(paper, picture).convert("L")
    else:
        grey = picture.convert("L")
    _darkest, lightest = grey.getextrema()
    white = Image.new("L", grey.size, int(lightest))  # type: ignore[arg-type]  # of a picture in one band: two numbers
    return ImageChops.difference(grey, white).point(lambda value: 255 if value > _INK else 0).getbbox()
