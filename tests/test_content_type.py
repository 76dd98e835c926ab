"""Content types detected from content, and active content."""

import io
import zipfile

import pytest

from formengine.content_type import is_run_by_name
from formengine.documents import DOCX, PPTX, XLSX, is_active, sniff
from tests.documents.conftest import changed, word


def office(folder, **more):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr(f"{folder}/document.xml", "<x/>")
        for name in more.values():
            target.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (b"%PDF-1.7\n", "a.txt", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "a", "image/png"),
        (b"\xff\xd8\xff\xe0", "a", "image/jpeg"),
        (b"GIF89a", "a", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a", "image/webp"),
        (b"MZ\x90", "contract.pdf", "application/vnd.microsoft.portable-executable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.doc", "application/msword"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old.pdf", "application/x-ole-storage"),
        ("Chère Maya".encode(), "a.txt", "text/plain"),
        ("Chère Maya".encode("cp1252"), "a.txt", "text/plain"),
        ("Chère".encode("utf-16"), "a.txt", "text/plain"),
        (b"", "a.pdf", "text/plain"),
        (b"a;b\n1;2\n", "a.csv", "text/csv"),
        (b"a;b\n1;2\n", "a.pdf", "text/plain"),
        (b"From: a@x\r\nSubject: b\r\n\r\nHello", "a.eml", "message/rfc822"),
        (b"\0\x01\x02", "a.txt", "application/octet-stream"),
        (b"PK\x03\x04 broken", "a.docx", "application/octet-stream"),
    ],
)
def test_type_is_detected_from_content(data, name, expected):
    """F9: not from the file name."""
    assert sniff(data, name) == expected


@pytest.mark.parametrize(
    ("folder", "expected"), [("word", DOCX), ("xl", XLSX), ("ppt", PPTX), ("x", "application/zip")]
)
def test_office_files_are_recognised_by_their_parts(folder, expected):
    assert sniff(office(folder), "a.zip") == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("page.mht", "text/html"),
        ("page.MHTML", "text/html"),
        ("page.xht", "text/html"),
        ("run.wsc", "text/x-script"),
        ("run.jnlp", "text/x-script"),
        ("page.eml", "message/rfc822"),
    ],
)
def test_text_is_what_its_name_has_opened(name, expected):
    """T34: web archives run scripts as pages do; scripts are no texts."""
    archive = b"From: a@x\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<script>1</script>"
    assert sniff(archive, name) == expected
    assert is_active(sniff(archive, name)) is (name != "page.eml")


def test_word_document_of_python_docx():
    assert sniff(word("Hello")) == DOCX


@pytest.mark.parametrize("way", ["project", "declared", "declared by references", "declared in UTF-16"])
def test_macros_are_detected_under_any_name(way):
    """T34: whatever the file name; Word goes by what the main part is declared as."""

    def declare(old: bytes) -> bytes:
        main = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
        letter = b"&#69;" if "references" in way else b"E"
        new = old.replace(main, b"application/vnd.ms-word.document.macro%snabled.main+xml" % letter)
        assert new != old
        return new.decode().encode("utf-16") if "UTF-16" in way else new

    changes = {"word/vbaProject.bin": b"x"} if way == "project" else {"[Content_Types].xml": declare}
    content_type = sniff(changed(word("x"), changes), "harmless.docx")
    assert "macroEnabled" in content_type
    assert is_active(content_type)


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script>",
        b"\xef\xbb\xbf  \n<!DOCTYPE html>",
        b"<!-- x --><script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>",
        b"<?xml version='1.0'?><!-- x --><svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
        b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<?xml version='1.0'?><?xml-stylesheet href='x.xsl'?><a/>",
        "<script>alert(1)</script>".encode("utf-16"),
        b"<img src=x onerror=alert(1)>",
        b"#!/bin/sh\nrm -rf /",
    ],
)
@pytest.mark.parametrize("name", ["photo.png", "notes.txt", ""])
def test_active_content_is_detected_under_any_name(data, name):
    """T34: whatever the file name."""
    assert is_active(sniff(data, name))


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.js", "a.xml"])
def test_text_with_an_active_file_extension_is_active(name):
    """T34: a server or browser may decide by the name."""
    assert is_active(sniff(b"hello", name))


@pytest.mark.parametrize("name", ["a.html", "a.HTA", ".hta", "a.hta. ", "a.bat.", "a.b.slk"])
def test_a_name_that_is_run_whatever_it_holds(name):
    """T34: a file that is valid in two formats: what opens a name of this kind looks for a script in any content."""
    assert is_run_by_name(name)
    assert is_active(sniff(b"hello", name))


@pytest.mark.parametrize("name", ["a.pdf", "a.html.pdf", "hta", "", ".", "evil.exe"])
def test_a_name_that_is_not_run(name):
    assert not is_run_by_name(name)


def test_text_in_angle_brackets_is_not_html():
    assert sniff(b"<Maya> wrote: hello", "a.txt") == "text/plain"
