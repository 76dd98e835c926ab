"""Checks an Office file (a zip archive of XML) before a library opens it: zip bombs, zip slip, XML bombs.

Bounded are the number, total size and compression ratio of the parts. Refused are overlapping parts, names that lead
out of the archive, what is appended to it, encryption, and document type declarations (entity expansion).
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from formengine.errors import DocumentRefused


@dataclass(frozen=True)
class ZipLimits:
    """What an archive may hold: number of parts, bytes of all unpacked, and unpacked bytes per packed byte of each."""

    parts: int = 2000
    unpacked: int = 200 * 1024 * 1024
    ratio: int = 200


_CHUNK = 1024 * 1024
_END, _END_LENGTH = b"PK\x05\x06", 22  # the last record of an archive without a comment, which Office files have not
_RATIO_FROM = 1024 * 1024  # smaller parts may have any ratio
_XML = re.compile(r"\.(?:xml|rels|vml)$", re.IGNORECASE)
_DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)


_ASCII_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?!\0)")
_UTF_16_START = re.compile(rb"(?:\xff\xfe)?<\0(?!\0)|(?:\xfe\xff)?\0<")
_ENCODING = re.compile(rb"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_ASCII_SUPERSETS = re.compile(rb"utf-?8|us-ascii|ascii|iso-8859-\d+|windows-125\d", re.IGNORECASE)
"""Encodings in which `<!DOCTYPE` has the bytes that it has in ASCII."""


def check_zip(data: bytes, limits: ZipLimits | None = None) -> None:
    """Raise DocumentRefused with the reason unless `data` is an archive that is safe to open."""
    limits = limits or ZipLimits()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if data[-_END_LENGTH:][:4] != _END:
                raise DocumentRefused("the file goes on after its end")
            _check_directory(parts, len(data), limits)
            budget = limits.unpacked
            for part in parts:
                budget -= _check_part(archive, part, budget)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, EOFError, zlib.error) as error:
        raise DocumentRefused(f"the file is damaged, or no Office file: {error}") from error


def _check_directory(parts: list[zipfile.ZipInfo], size: int, limits: ZipLimits) -> None:
    """Check the central directory."""
    if len(parts) > limits.parts:
        raise DocumentRefused(f"the file has {len(parts)} parts; {limits.parts} are the most")
    if sum(part.file_size for part in parts) > limits.unpacked:
        raise DocumentRefused(f"the file unpacks to more than {limits.unpacked // 1024**2} MB")
    if len({part.filename for part in parts}) < len(parts):
        raise DocumentRefused("the file has two parts of one name")
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise DocumentRefused("parts of the file lie on top of each other")
        end = part.header_offset + part.compress_size
    if end > size:
        raise DocumentRefused("the file says more than it holds")
    for part in parts:
        _check_entry(part, limits)


def _check_entry(part: zipfile.ZipInfo, limits: ZipLimits) -> None:
    name = part.filename
    if name.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", name) or re.match("[A-Za-z]:", name) or "\0" in name:
        raise DocumentRefused(f"the part {name!r} leads out of the file")
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DocumentRefused(f"the part {name!r} is packed in a way that Office files are not")
    if part.flag_bits & 0x1:
        raise DocumentRefused("the file is protected by a password; send it without one")
    if part.file_size > _RATIO_FROM and part.file_size > limits.ratio * max(part.compress_size, 1):
        raise DocumentRefused(f"the part {name!r} is packed more densely than real documents are")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, budget: int) -> int:
    """Unpack a part in chunks and return its size: the sizes in the directory may be false.

    `budget` is how many bytes may still be unpacked.
    """
    count, tail, is_xml = 0, b"", bool(_XML.search(part.filename))
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if count == 0:
                is_xml = is_xml or looks_like_xml(chunk)
                if is_xml:
                    _check_encoding(part.filename, chunk)
            count += len(chunk)
            if count > budget:
                raise DocumentRefused("the file unpacks to more than it says")
            if is_xml and any(word in tail + chunk for word in _DECLARATIONS):
                raise DocumentRefused(f"the part {part.filename!r} declares a document type, which Office files do not")
            tail = chunk[-32:]
    return count


def looks_like_xml(head: bytes) -> bool:
    """Whether a part begins as XML does, whatever its name: its content type decides how it is read."""
    return bool(_ASCII_START.match(head) or _UTF_16_START.match(head))


def _check_encoding(name: str, head: bytes) -> None:
    """Refuse XML in an encoding that could hide a declaration: UTF-7, UTF-32, EBCDIC.

    Office files are in UTF-8 or UTF-16 (ECMA-376 part 2, 8.1.4); other supersets of ASCII hide nothing either.
    """
    declared = _ENCODING.search(head[:500])
    if _UTF_16_START.match(head):
        return
    if not _ASCII_START.match(head) or (declared and not _ASCII_SUPERSETS.fullmatch(declared[1].strip())):
        raise DocumentRefused(f"the part {name!r} is in an encoding that Office files do not have")
