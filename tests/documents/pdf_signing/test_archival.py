"""What the signed copy of a Word document says of itself as PDF/A-3 and tagged PDF, and what of it can be seen here.

veraPDF, which would judge every clause of ISO 19005-3 and ISO 14289-1, is in none of the registries that the tests
install from; these are the conditions that its own reports begin with.
"""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from formengine.documents import find_converter, to_pdf
from formengine.documents.pdf_signing import Field, Signature, SigningKey
from formengine.documents.pdf_signing.form_fields import lay_out
from formengine.documents.pdf_signing.signer import add_signature
from tests.documents.conftest import word
from tests.documents.pdf_signing.conftest import stamp_of

FIELDS = (
    Field("sign", "first", 0, (72, 600, 302, 680), "Signature of the client"),
    Field("date", "date-first", 0, (320, 600, 430, 618), "Date", owner="first"),
)


@pytest.mark.skipif(find_converter() is None, reason="LibreOffice is not installed")
def test_a_signed_copy_is_marked_as_pdf_a_3_with_tags_and_embedded_fonts(key: SigningKey) -> None:
    """S4: conversion, fields, a stamp and a signature leave it so."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    pdf = lay_out(to_pdf(word("Agreement", "The term is two years."), archival=True), FIELDS)
    values = {"date-first": "29.11.2026"}
    pdf = add_signature(pdf, Signature("first", "علي", stamp_of("علي بن سالم"), "Signature", "", values), key)
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    root = reader.root
    metadata = root["/Metadata"].data
    assert re.search(rb"pdfaid:part[>=\"']+3", metadata)
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/Lang"]
    assert b"pdfuaid" not in metadata  # the page of signatures and the stamps are not tagged: it is no PDF/UA
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert not reader.encrypted
    assert b"/JavaScript" not in pdf
    form = root["/AcroForm"]
    assert "/NeedAppearances" not in form
    for reference in form["/Fields"]:
        field = reference.get_object()
        assert "/N" in field["/AP"], field["/T"]
        assert field["/F"] & 4  # printed (ISO 19005-3, 6.3.2)
        assert field["/TU"]
        (element,) = elements_of(root, field["/StructParent"])
        assert (element["/S"], element["/Alt"]) == ("/Form", field["/TU"])
        assert element["/K"].raw_get("/Obj") == reference
        assert str(element["/P"]["/K"][["first", "date-first"].index(str(field["/T"])) - 2]["/Alt"]) == field["/TU"]
        assert element["/Pg"]["/Tabs"] == "/S"
        resources = field["/AP"]["/N"].get("/Resources", {}) or {}
        for name in resources.get("/Font", {}):
            font = resources["/Font"][name]
            descendant = font["/DescendantFonts"][0]
            assert any(f"/FontFile{kind}" in descendant["/FontDescriptor"] for kind in ("", "2", "3")), name
            assert "/ToUnicode" in font


def elements_of(root: Any, key: int) -> list[Any]:
    """The elements of the structure to which the parent tree of a document leads from a key."""
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    return [numbers[place + 1] for place in range(0, len(numbers), 2) if numbers[place] == key]
