import io
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
