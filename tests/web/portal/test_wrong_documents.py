"""A file that cannot become a document is refused where it is chosen, not at the end of the form."""

from __future__ import annotations

import io
import zipfile

import pytest
from webtest import Upload

from tests.documents.test_document_safety import WORD
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import MakePlatform
from tests.support.server import app_of
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to

pytestmark = pytest.mark.site("moving")
ADDRESS = "/requests/new/deal"


def opendocument(kind: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
    return content.getvalue()


SAVE_AS_WORD = "Open this one in the program that it was written with"
OTHER_FILES = {
    "a.txt": (b"Words", "A document is a Word file (.docx) or a PDF."),
    "rtf.docx": (rb"{\rtf1 Words}", SAVE_AS_WORD),
    "text.odt": (opendocument("text"), SAVE_AS_WORD),
    "sheet.ods": (opendocument("spreadsheet"), "A document is a Word file (.docx) or a PDF."),
    "old.docx": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500),
        "This file has a password or an old format. Save it without a password",
    ),
    "template.docx": (WORD["kind template"], "This file is a template, or in a format"),
}


def test_other_files_are_refused_with_what_to_do(signed_in: SignedIn) -> None:
    """S2: by what they hold, whatever their name; nothing typed is lost."""
    maya = signed_in("maya")
    form = form_to(maya.get(ADDRESS), ADDRESS)
    controls = {field["data-pointer"]: field["name"] for field in form.html.select("input[data-pointer]")}
    form[controls["/subject"]] = "A mill"
    upload = form.html.select_one("input[type=file]")["name"]
    for name, (content, sentence) in OTHER_FILES.items():
        form[upload] = Upload(name, content)
        page = form.submit(status=422)
        assert sentence in page.html.find(id="fields").get_text(), name
        assert page.html.select_one(f'[name="{controls["/subject"]}"]')["value"] == "A mill"


@pytest.mark.parametrize(("name", "content", "status"), [("a.txt", b"Words", 422), ("a.pdf", PDF, 303)])
def test_a_wrong_document_is_refused_at_its_control(
    signed_in: SignedIn, name: str, content: bytes, status: int
) -> None:
    """F7, S2: with the question in the summary of errors; a PDF is taken."""
    maya = signed_in("maya")
    form = form_to(maya.get(ADDRESS), ADDRESS)
    controls = {field["data-pointer"]: field["name"] for field in form.html.select("input[data-pointer]")}
    form[controls["/subject"]] = "A mill"
    upload = form.html.select_one("input[type=file]")["name"]
    form[upload] = Upload(name, content)
    page = form.submit(status=status)
    if status == 422:
        assert "A document is a Word file (.docx) or a PDF." in page.html.find(id="fields").get_text()
        assert page.html.select(f'[name="{upload}"][aria-invalid=true]')


def test_a_hostile_document_is_refused_at_its_control_with_what_to_do(signed_in: SignedIn) -> None:
    """P22, S2, T31: in the form, before anything is sent; and in French."""
    hostile = PDF.replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript >>")
    for name, sentence in (("maya", "This PDF carries a script."), ("ines", "Ce PDF contient un script.")):
        client = signed_in(name)
        form = form_to(client.get(ADDRESS), ADDRESS)
        controls = {field["data-pointer"]: field["name"] for field in form.html.select("input[data-pointer]")}
        form[controls["/subject"]] = "A mill"
        upload = form.html.select_one("input[type=file]")["name"]
        form[upload] = Upload("a.pdf", hostile)
        page = form.submit(status=422)
        assert sentence in page.html.find(id="fields").get_text()
        assert page.html.select(f'[name="{upload}"][aria-invalid=true]')


def test_a_file_that_is_too_large_is_refused_at_its_control(make_platform: MakePlatform, people: People) -> None:
    """F6, F9: its question is answered, only not with that; it is the one line about it."""
    maya = Visitor(app_of(make_platform(max_file=5))).sign_in(people("maya"), people.password)
    form = form_to(maya.get(ADDRESS), ADDRESS)
    upload = form.html.select_one("input[type=file]")["name"]
    form[upload] = Upload("a.pdf", PDF)
    page = form.submit(status=422)
    lines = [link.get_text() for link in page.html.select(f'[data-error-summary] [href="#{upload}"]')]
    assert lines == ["Paper – a.pdf is larger than 0 MB; choose a smaller file."]
    assert page.html.select_one(f'[name="{upload}"]')["aria-invalid"] == "true"
