import os
import socket
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from formengine.documents import converting, find_converter, to_pdf
from formengine.documents.converting import without_links
from formengine.errors import ConversionFailed, DocumentRefused
from tests.documents.conftest import changed, word

LINKED = b"""<Relationship Id="rId77" TargetMode="External" Target="%s"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s"/></Relationships>"""


@pytest.fixture
def converter():
    if find_converter() is None:
        if os.environ.get("CI") == "true":
            pytest.fail("LibreOffice is not installed")
        pytest.skip("LibreOffice is not installed")


@pytest.fixture
def sink():
    """A web server's door that counts who knocks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        yield listening


def linked(address, kind="image"):
    relation = LINKED % (address.encode(), kind.encode())
    picture = b'<w:p><w:r><w:fldSimple w:instr="INCLUDEPICTURE %s"/></w:r></w:p>' % address.encode()
    return changed(
        word("Hello"),
        {
            "word/_rels/document.xml.rels": lambda old: old.replace(b"</Relationships>", relation),
            "word/document.xml": lambda old: old.replace(b"<w:sectPr", picture + b"<w:sectPr"),
        },
    )


def test_a_document_becomes_a_pdf(converter):
    pdf = to_pdf(word("Chère Maya, « œuvre »"))
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 1000


def test_nothing_outside_is_asked_for(converter, sink):
    """T40."""
    address = f"http://127.0.0.1:{sink.getsockname()[1]}/x.png"
    to_pdf(linked(address))
    with pytest.raises(TimeoutError):
        sink.accept()


def test_a_conversion_that_takes_too_long_is_ended_with_all_it_started(tmp_path, monkeypatch):
    slow = tmp_path / "soffice"
    slow.write_text(f"#!/bin/sh\nsleep 60 &\necho $! > {tmp_path}/pid\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setattr(converting, "find_converter", lambda: str(slow))
    with pytest.raises(ConversionFailed, match="longer than 1 seconds"):
        to_pdf(word("x"), seconds=1)
    assert not Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/cmdline").exists() or (
        Path(f"/proc/{(tmp_path / 'pid').read_text().strip()}/cmdline").read_bytes() == b""  # a zombie
    )


def test_without_libreoffice_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(converting, "find_converter", lambda: None)
    with pytest.raises(ConversionFailed, match="not installed"):
        to_pdf(word("x"))


def test_what_is_no_word_document_is_refused_before_it_is_converted():
    with pytest.raises(DocumentRefused):
        to_pdf(b"<html>")


def test_relations_to_the_outside_are_cut_and_links_are_left():
    with zipfile.ZipFile(BytesIO(without_links(linked("http://evil.example/x.png")))) as archive:
        assert b"evil.example" not in archive.read("word/_rels/document.xml.rels")
    with zipfile.ZipFile(BytesIO(without_links(linked("https://good.example/", "hyperlink")))) as archive:
        assert b"good.example" in archive.read("word/_rels/document.xml.rels")
