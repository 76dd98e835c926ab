import io
import stat
import struct
import zipfile

import pytest

from formengine.documents import ZipLimits, check_zip
from formengine.errors import DocumentRefused
from tests.documents.conftest import changed, word


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


def test_an_ordinary_document_is_fine():
    check_zip(word("Hello"))


def test_what_is_appended_is_refused():
    """T34, T35: behind the end of the archive, or as its comment."""
    with_comment = io.BytesIO(word("Hello"))
    with zipfile.ZipFile(with_comment, "a") as target:
        target.comment = b"MZ"
    for data in (word("Hello") + b"MZ" * 1000, with_comment.getvalue()):
        with pytest.raises(DocumentRefused, match="after its end"):
            check_zip(data)


def test_a_high_compression_ratio_is_refused():
    """T35."""
    with pytest.raises(DocumentRefused, match="more densely"):
        check_zip(archive(word__document=b"\0" * 5_000_000))


def test_a_large_total_size_is_refused():
    """T35."""
    with pytest.raises(DocumentRefused, match="more than 1 MB"):
        check_zip(archive(a=bytes(range(256)) * 5000), ZipLimits(unpacked=1024 * 1024))


def test_too_many_parts_are_refused():
    """T35."""
    with pytest.raises(DocumentRefused, match="2001 parts"):
        check_zip(archive(**{f"p{n}": b"" for n in range(2001)}))


def test_false_sizes_in_the_directory_are_refused():
    """T35: the unpacked bytes are counted."""
    data = bytearray(archive(a=b"x" * 100_000))
    position = data.rindex((100_000).to_bytes(4, "little"))
    data[position : position + 4] = (10).to_bytes(4, "little")
    with pytest.raises(DocumentRefused):
        check_zip(bytes(data))


def test_overlapping_parts_are_refused():
    """T35: a zip bomb without nesting."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("a", b"x" * 1000)
        twin = zipfile.ZipInfo("b")
        for slot in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
            setattr(twin, slot, getattr(target.filelist[0], slot))
        target.filelist.append(twin)
        target.NameToInfo["b"] = twin
    with pytest.raises(DocumentRefused, match="on top of each other"):
        check_zip(stream.getvalue())


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/passwd", "\\\\host\\x", "C:\\x", "..\\x"])
def test_names_outside_the_archive_are_refused(name):
    """T35: zip slip."""
    with pytest.raises(DocumentRefused, match="leads out"):
        check_zip(archive(**{name: b"x"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_part_names_are_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("a", b"1")
        target.writestr("a", b"2")
    with pytest.raises(DocumentRefused, match="two parts"):
        check_zip(stream.getvalue())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_declarations_are_refused(encoding):
    """T35: entity expansion."""
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'.encode(encoding)
    with pytest.raises(DocumentRefused, match="document type"):
        check_zip(changed(word("Hello"), {"word/document.xml": laughs}))


def test_damaged_archives_are_refused():
    data = word("Hello" * 1000)
    for damaged in (data[:-200], b"PK\x03\x04", data[:3000] + b"x" * 100 + data[3100:], b""):
        with pytest.raises(DocumentRefused):
            check_zip(damaged)


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0" encoding="UTF-7"?>' + LAUGHS.encode("utf-7"),
        b"+/v8-" + LAUGHS.encode("utf-7"),
        ('<?xml version="1.0" encoding="UTF-32"?>' + LAUGHS).encode("utf-32"),
        LAUGHS.encode("utf-32-le"),
        LAUGHS.encode("utf-32-be"),
        ('<?xml version="1.0" encoding="cp037"?>' + LAUGHS).encode("cp037"),
    ],
    ids=["utf-7", "utf-7 mark", "utf-32", "utf-32-le", "utf-32-be", "ebcdic"],
)
def test_xml_in_an_encoding_that_hides_declarations_is_refused(content: bytes) -> None:
    """T35: no entity gets past the search for its declaration by being written in other bytes."""
    with pytest.raises(DocumentRefused, match="encoding"):
        check_zip(changed(word("Hello"), {"word/document.xml": content}))


def test_a_part_is_xml_by_its_content_whatever_its_name() -> None:
    """T35: the list of content types may say that `document.bin` is the document."""
    with pytest.raises(DocumentRefused, match="document type"):
        check_zip(changed(word("Hello"), {"word/document.bin": LAUGHS.encode()}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_xml_in_the_usual_encodings_is_taken(encoding: str) -> None:
    """T35: Office files as they are."""
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    content = f'<?xml version="1.0" encoding="{declared}"?><x>é</x>'.encode(encoding)
    check_zip(changed(word("Hello"), {"word/document.xml": content}))


def packed(**fields: object) -> bytes:
    """An archive whose only entry has these attributes."""
    entry = zipfile.ZipInfo("word/document.xml")
    for name, value in fields.items():
        setattr(entry, name, value)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(entry, b"<x/>" * 100)
    return stream.getvalue()


def edited(data: bytes, where: int, value: bytes) -> bytes:
    """An archive with other bytes at a place of the beginning of its first part."""
    return data[:where] + value + data[where + len(value) :]


STORED = archive(word__document=b"<x/>" * 100)
AN_EXTRA_NAME = struct.pack("<HHBI", 0x7075, 5 + 8, 1, 0) + b"evil.xml"
A_LINK = {"create_system": 3, "external_attr": (stat.S_IFLNK | 0o777) << 16}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed(**A_LINK), "is a link"),
        (packed(external_attr=(stat.S_IFIFO | 0o600) << 16), "is a link, or no file"),
        (packed(extra=AN_EXTRA_NAME), "two names"),
        (archive(a__b=b"1").replace(b"a/b", b"a\0b"), "two names"),
        (archive(**{"word/./document.xml": b"1"}), "other parts may have"),
        (archive(**{"word//document.xml": b"1"}), "other parts may have"),
        (archive(**{"word/document.xml": b"1", "Word/Document.xml": b"2"}), "two parts"),
        (b"MZ" * 50 + STORED, "before the beginning"),
        (edited(STORED, 6, b"\x01\x00"), "not what the directory"),
        (edited(STORED, 8, b"\x00\x00"), "not what the directory"),
        (edited(STORED, 22, b"\x05\x00\x00\x00"), "not what the directory"),
        (edited(STORED, 26, b"\xff\x7f"), "says more than it holds"),
        (archive(**{f"p{number}": b"\0" * 1_000_000 for number in range(20)}), "more densely"),
    ],
    ids=[
        *("link", "pipe", "other name", "name with a NUL", "name with a dot", "name with an empty segment"),
        *("names that differ in case", "prepended", "encrypted at its beginning", "packed otherwise at its beginning"),
        *("other size at its beginning", "beginning without end", "dense parts that are small each"),
    ],
)
def test_what_programs_may_read_in_two_ways_is_refused(data: bytes, reason: str) -> None:
    """T35: entries that are no files, with two names, or told otherwise by their beginning than by the directory."""
    with pytest.raises(DocumentRefused, match=reason):
        check_zip(data)


def test_an_archive_with_large_sizes_may_say_them_in_further_fields() -> None:
    """T35: ZIP64, as some programs write it for every part; the sizes that follow a part count as well."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target, target.open("a.xml", "w", force_zip64=True) as a:
        a.write(b"<x/>")
    check_zip(stream.getvalue())


@pytest.mark.parametrize("flag", [0x1, 0x40, 0x2000])
def test_encrypted_parts_are_refused(flag: int) -> None:
    """T35: by the traditional, the strong and the masked way."""
    data, place = bytearray(STORED), STORED.rindex(b"PK\x01\x02") + 8
    data[place : place + 2] = flag.to_bytes(2, "little")
    with pytest.raises(DocumentRefused, match="password"):
        check_zip(bytes(data))
