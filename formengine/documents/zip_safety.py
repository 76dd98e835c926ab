"""Checks an Office file (a zip archive of XML) before a library opens it: zip bombs, zip slip, XML bombs.

Bounded are the number, total size and compression ratio of the parts. Refused are overlapping parts, names that lead
out of the archive or stand for two parts, links, what comes before or after it, encryption, and document type
declarations (entity expansion). What a part says of itself where it begins has to agree with the directory, since
programs differ in which of the two they read (APPNOTE.TXT 4.3.7, 4.3.12, 4.4.4, 4.6.9).
"""

from __future__ import annotations

import io
import re
import stat
import struct
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
_START = b"PK\x03\x04"
_HEADER = struct.Struct("<4s2xHH8xIIHH")
"""Where a part begins: signature, flags, method, packed size, size, and the lengths of its name and further fields."""
_ENCRYPTED = 0x1 | 0x40 | 0x2000  # traditional, strong, and with masked headers
_SIZES_FOLLOW = 0x8  # the sizes stand behind the part
_IN_ZIP64 = 0xFFFFFFFF  # the size stands in a further field
_UNICODE_PATH = 0x7075  # a further field with another name of the part, which some programs prefer
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
            if not data.startswith(_START):
                raise DocumentRefused("something comes before the beginning of the file")
            _check_directory(parts, data, limits)
            budget = limits.unpacked
            for part in parts:
                budget -= _check_part(archive, part, budget)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        RuntimeError,
        ValueError,
        OSError,
        EOFError,
        struct.error,
        zlib.error,
    ) as error:
        raise DocumentRefused(f"the file is damaged, or no Office file: {error}") from error


def _check_directory(parts: list[zipfile.ZipInfo], data: bytes, limits: ZipLimits) -> None:
    """Check the central directory, and that the beginnings of the parts agree with it."""
    if len(parts) > limits.parts:
        raise DocumentRefused(f"the file has {len(parts)} parts; {limits.parts} are the most")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > limits.unpacked:
        raise DocumentRefused(f"the file unpacks to more than {limits.unpacked // 1024**2} MB")
    if unpacked > max(_RATIO_FROM, limits.ratio * len(data)):
        raise DocumentRefused("the file is packed more densely than real documents are")
    if len({part.filename.casefold() for part in parts}) < len(parts):  # equal names of parts: ECMA-376 part 2, 6.2.2
        raise DocumentRefused("the file has two parts of one name")
    for part in parts:
        _check_entry(part, limits)
    end = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < end:
            raise DocumentRefused("parts of the file lie on top of each other")
        end = _end_of_part(part, data)
    if end > len(data):
        raise DocumentRefused("the file says more than it holds")


def _check_entry(part: zipfile.ZipInfo, limits: ZipLimits) -> None:
    name = part.filename
    if part.orig_filename != name or _UNICODE_PATH in _further_fields(part.extra):  # cut at a NUL; called otherwise
        raise DocumentRefused(f"the part {name!r} has two names")
    if name.startswith(("/", "\\")) or ".." in re.split(r"[\\/]", name) or re.match("[A-Za-z]:", name):
        raise DocumentRefused(f"the part {name!r} leads out of the file")
    if {"", "."} & set(re.split(r"[\\/]", name.removesuffix("/"))):
        raise DocumentRefused(f"the part {name!r} has a name that other parts may have, too")
    if stat.S_IFMT(part.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise DocumentRefused(f"the part {name!r} is a link, or no file at all")
    if part.flag_bits & _ENCRYPTED:
        raise DocumentRefused("the file is protected by a password; send it without one")
    if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DocumentRefused(f"the part {name!r} is packed in a way that Office files are not")
    if part.file_size > _RATIO_FROM and part.file_size > limits.ratio * max(part.compress_size, 1):
        raise DocumentRefused(f"the part {name!r} is packed more densely than real documents are")


def _further_fields(extra: bytes) -> set[int]:
    """The kinds of the further fields of a part in the directory."""
    kinds = set()
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        kinds.add(kind)
        extra = extra[4 + length :]
    return kinds


def _end_of_part(part: zipfile.ZipInfo, data: bytes) -> int:
    """Where the packed bytes of a part end. Raises DocumentRefused where its beginning says anything else of it than
    the directory does; its name is compared when it is opened.
    """
    start = part.header_offset
    signature, flags, method, packed, size, name_length, extra_length = _HEADER.unpack_from(data, start)
    is_other = signature != _START or method != part.compress_type or flags & _ENCRYPTED
    if not flags & _SIZES_FOLLOW:
        is_other = is_other or packed not in (part.compress_size, _IN_ZIP64) or size not in (part.file_size, _IN_ZIP64)
    if is_other:
        raise DocumentRefused(f"the part {part.filename!r} is not what the directory of the file says")
    return start + _HEADER.size + int(name_length) + int(extra_length) + part.compress_size


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
