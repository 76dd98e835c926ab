import os
import re
import socket
import struct
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document

from formengine.documents import find_converter, pdf, to_pdf
from formengine.documents.pdf import without_links
from formengine.errors import ConversionFailed, DocumentRefused
from tests.documents.conftest import changed, saved, word
from tests.support.warm_office import CONVERT_ANEW

RELATION = b"""<Relationship Id="rId77" TargetMode="External" Target="%s"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"/></Relationships>"""


@pytest.fixture(autouse=True)
def started_anew(monkeypatch):
    """Each conversion starts LibreOffice, as in the product."""
    monkeypatch.setattr(pdf, "convert", CONVERT_ANEW)


@pytest.fixture
def converter():
    if find_converter() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice is not installed")
        pytest.skip("LibreOffice is not installed")


@pytest.fixture
def sink():
    """A listening socket, to see whether anything connects."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        yield listening


def linked(address, kind="image"):
    """A document with an image that is linked from a URL."""
    document = Document()
    document.add_paragraph("Hello")
    document.add_picture(BytesIO(dot()))
    relation = RELATION % (address.encode(), kind.encode())
    return changed(
        saved(document),
        {
            "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", relation),
            "word/document.xml": lambda old: re.sub(rb'r:embed="\w+"', b'r:link="rId77"', old),
        },
    )


def dot():
    """A PNG image of one pixel."""
    pieces = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\0")),
        (b"IEND", b""),
    )
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in pieces
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def test_a_document_becomes_a_pdf(converter):
    data = to_pdf(word("Chère Maya, « œuvre »"))
    assert data.startswith(b"%PDF-")
    assert len(data) > 1000


@pytest.mark.parametrize("network", ["isolated", "shared"])
def test_external_images_are_not_fetched(converter, sink, network, monkeypatch):
    """T40: with a network namespace, and where the system does not allow it."""
    if network == "shared":
        monkeypatch.setattr(pdf, "_without_network", tuple)
    address = f"http://127.0.0.1:{sink.getsockname()[1]}/x.png"
    to_pdf(linked(address))
    with pytest.raises(TimeoutError):
        sink.accept()


def test_a_conversion_that_takes_too_long_is_killed_with_its_children(tmp_path, monkeypatch):
    slow = tmp_path / "soffice"
    slow.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/pid\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setattr(pdf, "find_converter", lambda: str(slow))
    with pytest.raises(ConversionFailed, match="longer than 1 seconds"):
        to_pdf(word("x"), seconds=1)
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/cmdline").exists() or (
        Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/cmdline").read_bytes() == b""  # a zombie
    )


def test_a_conversion_is_limited_in_time_and_memory(tmp_path, monkeypatch):
    """T40: the shell that starts LibreOffice may understand one limit at a time alone, as dash does."""
    asked = tmp_path / "soffice"
    asked.write_text(f"#!/bin/sh\n(ulimit -t; ulimit -v; ulimit -c) > {tmp_path}/limits\n")
    asked.chmod(0o755)
    monkeypatch.setattr(pdf, "find_converter", lambda: str(asked))
    with pytest.raises(ConversionFailed, match="it says nothing"):
        to_pdf(word("x"), seconds=7)
    assert (tmp_path / "limits").read_text().split() == ["7", str(pdf.KILOBYTES), "0"]


def test_without_libreoffice_the_error_names_it(monkeypatch):
    monkeypatch.setattr(pdf, "find_converter", lambda: None)
    with pytest.raises(ConversionFailed, match="not installed"):
        to_pdf(word("x"))


def test_other_files_are_refused_before_conversion():
    with pytest.raises(DocumentRefused):
        to_pdf(b"<html>")


def test_external_relationships_are_removed_and_hyperlinks_kept():
    with zipfile.ZipFile(BytesIO(without_links(linked("http://evil.example/x.png")))) as archive:
        assert b"evil.example" not in archive.read("word/_rels/document.xml.rels")
    with zipfile.ZipFile(BytesIO(without_links(linked("https://good.example/", "hyperlink")))) as archive:
        assert b"good.example" in archive.read("word/_rels/document.xml.rels")
