"""Types of files that a site does not take are refused on every way in, before anything is stored."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import func, select
from webtest import Upload

from formengine.authoring import Bundle
from formengine.services.core.unit_of_work import Platform
from formengine.services.publishing.publications import publish
from formengine.storage.models.files_and_notes import StoredFile
from tests.documents.conftest import changed, word
from tests.support.people import People
from tests.support.platforms import Acting, MakePlatform
from tests.support.server import app_of
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import NDA, Opened, SignedIn

__all__ = ["calling"]
SENTENCE: Final = "is not taken here. Accepted are: PDF, Word, Excel"
FRENCH: Final = "n’est pas accepté ici. Sont acceptés\u00a0: PDF, Word, Excel"
HTML: Final = b"<html><script>alert(1)</script></html>"


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return stream.getvalue()


HOSTILE: Final = {
    "fake.pdf": HTML,
    "page.html": HTML,
    "photo.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "contract.docx": b"MZ\x90\x00\x03",
    "library": b"\x7fELF\x02\x01\x01",
    "letter.txt": b"#!/bin/sh\nrm -rf /\n",
    "run.bat": b"@echo off\r\nformat c:\r\n",
    "macros.docx": changed(word("x"), {"word/vbaProject.bin": b"x"}),
    "tool.zip": archive(**{"META-INF/MANIFEST.MF": b"Main-Class: x"}),
    "data.bin": b"\x00\x01\x02",
    "contract.hta": b"%PDF-1.7\n<script>new ActiveXObject('WScript.Shell')</script>",
    "contract.bat.": b"{\\rtf1}\r\nstart calc\r\n",
    ".html": b"%PDF-1.7\n<script>alert(1)</script>",
    "letter.js": b"%PDF-1.7\n",
}
HARMLESS: Final = {
    "contract.pdf": b"%PDF-1.7\n",
    "words.pdf": b"only words",  # plain text is text
    "evil.exe": b"not a program",
    "mail.eml": b"From: a@example.com\r\nSubject: b\r\n\r\nHello",
    "mail.msg": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "photo.heic": b"\x00\x00\x00\x18ftypheic\x00\x00",
    "list.csv": b"a;b\n1;2\n",
    "exhibits.zip": archive(**{"a.txt": b"a"}),
}
Send = Callable[[str, bytes], Any]


@pytest.fixture
def database_kind() -> str:
    """Nothing is stored; SQLite is enough."""
    return "sqlite"


@pytest.fixture
def ways(signed_in: SignedIn, opened: Opened, calling: Calling) -> Mapping[str, Send]:
    """Each way in which a file can come: posts one and returns the answer."""
    reference = opened("nda", NDA)
    maya, paul, api = signed_in("maya"), signed_in("paul"), calling("maya")
    tab, base = f"/dossiers/{reference}", f"/api/v1/dossiers/{reference}"
    paul.form(tab, f"{tab}/claim").submit(status=303)
    token = {"csrf_token": paul.form(f"{tab}?tab=notes", f"{tab}/notes")["csrf_token"].value}

    def attach(name: str, content: bytes) -> Any:
        form = maya.form(f"{tab}?tab=attachments", f"{tab}/attachments")
        form["files"] = [Upload(name, content, "application/pdf")]
        return form.submit(expect_errors=True)

    def note(name: str, content: bytes) -> Any:
        form = maya.form(f"{tab}?tab=notes", f"{tab}/notes")
        form["text"], form["files"] = "See the file.", [Upload(name, content, "application/pdf")]
        return form.submit(expect_errors=True)

    def version(name: str, content: bytes) -> Any:
        files = [("files", name, content)]
        return paul.post(f"{tab}/documents/agreement", token, upload_files=files, expect_errors=True)

    def field(name: str, content: bytes) -> Any:
        address = "/requests/new/legal_advice"
        form = maya.form(address, address)
        control = form.html.find("input", attrs={"type": "file"})["name"]
        form[control] = [Upload(name, content, "application/pdf")]
        return form.submit(expect_errors=True)

    pages = {way.__name__: way for way in (attach, note, version, field)}
    return {**pages, **api_ways(api, base)}


def api_ways(api: Any, base: str) -> dict[str, Send]:
    """Those of the API, to a dossier at the address `base`."""

    def api_note(name: str, content: bytes) -> Any:
        payload = {"payload": json.dumps({"text": "See the file."})}
        return api.post(f"{base}/notes", payload, upload_files=[("files", name, content)], expect_errors=True)

    def api_attachment(name: str, content: bytes) -> Any:
        return api.post(f"{base}/attachments", upload_files=[("files", name, content)], expect_errors=True)

    def api_submission(name: str, content: bytes) -> Any:
        payload = json.dumps({"request_type": "legal_advice", "answers": {}, "accept_notice": True})
        headers = {"Idempotency-Key": f"key-{name}"}
        files = [("/documents", name, content)]
        address = "/api/v1/submissions"
        return api.post(address, {"payload": payload}, upload_files=files, headers=headers, expect_errors=True)

    return {way.__name__: way for way in (api_note, api_attachment, api_submission)}


def stored(platform: Platform) -> tuple[int, int]:
    """How many files there are: rows, and contents."""
    with platform.database.reading() as session:
        rows = session.scalar(select(func.count()).select_from(StoredFile)) or 0
    return rows, len(list(platform.blobs.list()))


def test_hostile_files_are_refused_on_every_way_in(ways: Mapping[str, Send], platform: Platform) -> None:
    """T34: with the sentence that says what is accepted, and nothing is stored."""
    before = stored(platform)
    for way, send in ways.items():
        for name, content in HOSTILE.items():
            answer = send(name, content)
            assert (answer.status_int, SENTENCE in answer.text) == (422, True), (way, name, answer.text)
    assert stored(platform) == before


def test_harmless_files_are_taken(ways: Mapping[str, Send]) -> None:
    """T34: the content decides; plain text is text under any name."""
    for name, content in HARMLESS.items():
        assert ways["attach"](name, content).status_int == 303, name
        assert ways["api_note"](name, content).status_int == 201, name


def test_sentence_in_french(opened: Opened, signed_in: SignedIn, people: People, acting: Acting) -> None:
    """T34: the refusal, and what the form says beforehand."""
    reference, maya = opened("nda", NDA), signed_in("maya")
    with acting(None) as work:
        work.session.get_one(type(people("maya")), people("maya").id).language = "fr"
    form = maya.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments")
    assert "Sont acceptés\u00a0: PDF, Word" in form.html.text
    form["files"] = [Upload("fake.pdf", HTML, "application/pdf")]
    assert FRENCH in form.submit(status=422)


def test_a_site_names_what_it_takes(
    ways: Mapping[str, Send], acting: Acting, site_folder: Path, platform: Platform
) -> None:
    """T34: web pages too, where it lists them, and then under their own name alone."""
    bundle = Bundle.from_folder(site_folder)
    portal = bundle.files["config/portal.yaml"]
    assert b"accepted: [pdf, " in portal
    files = {**bundle.files, "config/portal.yaml": portal.replace(b"accepted: [pdf, ", b"accepted: [html, ")}
    with acting(None) as work:
        publish(work, Bundle(files), "web pages, no PDF")
    assert ways["attach"]("page.html", HTML).status_int == 303
    assert ways["attach"]("fake.pdf", HTML).status_int == 422
    assert ways["attach"]("contract.pdf", b"%PDF-1.7\n").status_int == 422


@pytest.mark.parametrize("limits", [{"person_files": 1}, {"dossier_files": 1}])
def test_quota_is_a_sentence_on_pages_and_a_413_of_the_api(
    ways: Mapping[str, Send], make_platform: MakePlatform, calling: Calling, signed_in: SignedIn, limits: dict[str, int]
) -> None:
    """T38: and nothing is stored."""
    platform = make_platform(**limits)
    reference = ways["attach"]("first.txt", b"first").location.split("/")[-1].split("?")[0]
    app = app_of(platform)
    before = stored(platform)
    caller = calling("maya")
    caller.app = app
    answer = caller.post(
        f"/api/v1/dossiers/{reference}/attachments", upload_files=[("files", "b.txt", b"b")], expect_errors=True
    )
    assert (answer.status_int, "cannot be kept" in answer.json["detail"]) == (413, True)
    assert stored(platform) == before
