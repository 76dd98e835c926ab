"""Pictures of signatures: judged by their content, cut to their ink, written anew (S5, T34, T35)."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw, PngImagePlugin

from formengine.documents import signature_picture
from formengine.documents.signature_picture import SIZE, clean_picture
from formengine.errors import DocumentRefused


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (1200, 800), ink: bool = True) -> bytes:
    """White paper, or none, with a stroke across its middle, and words hidden in its metadata."""
    paper = Image.new(mode, size, (255, 255, 255, 0) if mode == "RGBA" else "white")
    if ink:
        ImageDraw.Draw(paper).line((400, 300, 800, 400), fill=(10, 10, 60), width=8)
    stream, information = io.BytesIO(), PngImagePlugin.PngInfo()
    information.add_text("Comment", "taken at home")
    paper.save(stream, kind, **({"pnginfo": information} if kind == "PNG" else {"comment": b"taken at home"}))
    return stream.getvalue()


def black() -> bytes:
    """A field of ink with a white line."""
    paper, stream = Image.new("L", (50, 50)), io.BytesIO()
    ImageDraw.Draw(paper).line((0, 0, 49, 0), fill=255, width=2)
    paper.save(stream, "PNG")
    return stream.getvalue()


def png(rows: bytes, *, size: tuple[int, int] = (50, 50), header: bytes = b"IHDR") -> bytes:
    """A whole PNG, in grey, with rows that are packed already."""
    chunks = {header: struct.pack(">IIBBBBB", *size, 8, 0, 0, 0, 0), b"IDAT": rows, b"IEND": b""}
    parts = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks.items()]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_with_gigabytes() -> bytes:
    """A stroke in 100 rows of 100 pixels, and behind them 8 GB that the header does not tell."""
    white, stroke = bytes([0]) + b"\xff" * 100, bytes([0]) + b"\xff" * 20 + bytes(60) + b"\xff" * 20
    packer = zlib.compressobj()
    rows = packer.compress(white * 45 + stroke * 5 + white * 50) + packer.flush(zlib.Z_FULL_FLUSH)
    more = packer.compress(bytes(8_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    return png(rows + more * 1000, size=(100, 100))


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGB"), ("PNG", "RGBA"), ("JPEG", "RGB")])
def test_a_picture_is_cut_to_its_ink_and_written_anew(kind: str, mode: str) -> None:
    """S5, T34: as PNG, no larger than it need be, without its metadata and without what followed it in the file."""
    clean = clean_picture(picture(kind, mode) + b"<script>alert(1)</script>")
    image = Image.open(io.BytesIO(clean))
    assert (image.format, image.mode) == ("PNG", mode)
    assert 380 < image.width <= 440
    assert 90 < image.height <= 140
    assert b"taken at home" not in clean
    assert b"script" not in clean


def test_a_large_picture_is_made_smaller() -> None:
    """S5: a photograph fits the stamp."""
    paper = Image.new("RGB", (3000, 2000), "white")
    ImageDraw.Draw(paper).line((10, 10, 2990, 1990), fill="black", width=30)
    stream = io.BytesIO()
    paper.save(stream, "JPEG")
    image = Image.open(io.BytesIO(clean_picture(stream.getvalue())))
    assert image.width <= SIZE[0]
    assert image.height <= SIZE[1]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (picture(ink=False), "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "cannot identify"),
        (b"GIF89a" + bytes(40), "cannot identify"),
        (picture()[:60], "(?i)truncated|broken|cannot identify"),
        (picture(mode="L", size=(50, 50), ink=False)[:60], "(?i)truncated"),
        (picture()[:-4], "truncated"),
        (picture("JPEG")[:-200], "truncated"),
        (png(zlib.compress(bytes([0]) + b"\xff" * 50)), "truncated"),  # one row of fifty
        (black(), "nearly all ink"),
    ],
)
def test_what_is_no_picture_of_a_signature_is_refused(content: bytes, reason: str) -> None:
    """T34: judged by the content; T35: in the sandbox."""
    with pytest.raises(DocumentRefused, match=reason):
        clean_picture(content)


def test_a_bomb_is_refused() -> None:
    """T35: by its size in pixels, before it is unpacked."""
    stream = io.BytesIO()
    Image.new("1", (9000, 9000)).save(stream, "PNG")
    with pytest.raises(DocumentRefused, match="too many pixels"):
        clean_picture(stream.getvalue())


def test_no_more_is_unpacked_than_the_rows_of_the_header() -> None:
    """T35: gigabytes behind the rows of a small picture cost nothing: they would pass the time limit of the sandbox."""
    assert Image.open(io.BytesIO(clean_picture(png_with_gigabytes()))).size == (60 + 2 * 6, 5 + 2 * 6)


def test_a_png_without_a_header_is_truncated() -> None:
    """T34: whatever its chunks are, the reason is told as of other pictures."""
    with pytest.raises(ValueError, match="truncated"):
        signature_picture._require_whole_png(png(zlib.compress(bytes(51 * 50)), header=b"tEXt"))
