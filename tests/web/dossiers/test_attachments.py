"""The attachments of a dossier: versions, who sees them, withdrawal, previews, links and archives."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from webtest import TestApp, Upload

from formengine.errors import Refused
from formengine.forms import Upload as FileUpload
from formengine.services.accounts.api_tokens import create_token
from formengine.services.case.repository import get_dossier
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.attachment_changes import withdraw
from formengine.services.dossiers.attachments import attachment_rows
from formengine.services.files import download_links
from formengine.services.files.uploads import FileStore
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, Visitor, form_to

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f00048001"
    "80f5d5d1d50000000049454e44ae426082"
)


def attach(visitor: Visitor, reference: str, name: str, content: bytes, **values: str) -> int:
    """Attach a file on the page; its number."""
    form = visitor.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments")
    form["files"] = [Upload(name, content, "application/octet-stream")]
    for field, value in values.items():
        form[field] = value
    page = form.submit(status=303).follow()
    return int(page.html.find("a", string=name)["href"].rsplit("/", 1)[1])


def posted(visitor: Visitor, reference: str, number: int, what: str, status: int = 303, **values: Any) -> Any:
    """Send a form of one file on the attachments tab."""
    form = visitor.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments/{number}/{what}")
    for field, value in values.items():
        form[field] = value
    return form.submit(status=status)


def tab(visitor: Visitor, reference: str, name: str = "attachments") -> str:
    html = visitor.get(f"/dossiers/{reference}?tab={name}").html.find("main")
    return " ".join(html.get_text(" ").split())


def archived(visitor: Visitor, reference: str) -> list[str]:
    """The names in the archive of all files."""
    body = visitor.get(f"/dossiers/{reference}/attachments.zip").body
    return zipfile.ZipFile(io.BytesIO(body)).namelist() if body.startswith(b"PK") else []


def test_a_new_version_keeps_the_earlier_one(signed_in: SignedIn, opened: Opened) -> None:
    """D6: the newest stands on top; the one before is kept with who, when and its sha256, and neither side loses it."""
    maya, paul, reference = signed_in("maya"), signed_in("paul"), opened("nda", NDA)
    first = attach(maya, reference, "plan.txt", b"a plan")
    posted(paul, reference, first, "versions", files=Upload("plan é 2.txt", b"a better plan", "text/plain"))
    text = tab(maya, reference)
    assert "plan é 2.txt version 2" in text
    count = maya.get(f"/dossiers/{reference}").html.select_one(".fe-tabs a[href$=attachments] .fe-count")
    assert count.get_text() == "1"  # a file is counted once, with its versions
    theirs = tab(paul, reference)
    for content in (b"a plan", b"a better plan"):
        assert hashlib.sha256(content).hexdigest() in theirs
        assert hashlib.sha256(content).hexdigest() not in text  # a client reads no check sums
    assert maya.get(f"/attachments/{first}").body == b"a plan"
    assert "New version of a file: plan é 2.txt, version 2" in tab(maya, reference, "history")
    page = maya.get(f"/dossiers/{reference}?tab=attachments")
    token = page.html.find("input", attrs={"name": "csrf_token"})["value"]
    late = maya.post(
        f"/dossiers/{reference}/attachments/{first}/versions",
        {"csrf_token": token},
        upload_files=[("files", "late.txt", b"late")],
        status=422,
    )
    assert "There is a newer version already" in late.html.find(id="problems").get_text()


def test_counsel_says_who_sees_a_file(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """D6: without a choice nothing is attached; what is held or internal is in no page, archive or API answer of the
    client, by no address; approved, it is, and the history says so."""
    maya, paul, reference = signed_in("maya"), signed_in("paul"), opened("nda", NDA)
    form = paul.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("draft.txt", b"a draft", "text/plain")]
    assert "Say who may see it." in form.submit(status=422).html.find(id="problems").get_text()
    held = attach(paul, reference, "held.txt", b"not yet", visibility="held")
    secret = attach(paul, reference, "secret.txt", b"never", visibility="internal")
    attach(paul, reference, "open.txt", b"at once", visibility="client")
    for name in ("attachments", "overview", "history", "notes"):
        assert not [word for word in ("held.txt", "secret.txt") if word in tab(maya, reference, name)]
    assert "open.txt" in tab(maya, reference)
    for number in (held, secret):
        for tail in ("", "/content", "/text"):
            maya.get(f"/attachments/{number}{tail}", status=404)
    assert (
        "held.txt"
        not in zipfile.ZipFile(io.BytesIO(maya.get(f"/dossiers/{reference}/attachments.zip").body)).namelist()
    )
    posted(paul, reference, held, "visibility", visibility="client")
    assert "held.txt" in tab(maya, reference)
    assert maya.get(f"/attachments/{held}").body == b"not yet"
    assert "Approved and shown to the client: held.txt" in tab(paul, reference, "history")
    posted(paul, reference, held, "visibility", visibility="internal")
    maya.get(f"/attachments/{held}", status=404)


def test_an_approval_is_one_press(signed_in: SignedIn, opened: Opened) -> None:
    """D6: the button that approves stands at the file that waits."""
    paul, reference = signed_in("paul"), opened("nda", NDA)
    attach(paul, reference, "held.txt", b"not yet", visibility="held")
    page = paul.get(f"/dossiers/{reference}?tab=attachments")
    button = page.html.find("button", string=lambda text: text and "Approve and show" in text) or page.html.select_one(
        ".fe-file-tools button"
    )
    action = button.find_parent("form")["action"]
    form_to(page, action).submit(status=303)
    assert "held.txt" in tab(signed_in("maya"), reference)


def test_a_note_shows_no_file_that_became_internal(
    signed_in: SignedIn, opened: Opened, people: People, acting: Acting, app: Any
) -> None:
    """D6, T43: neither on the page nor in the API, where the note itself stays."""
    maya, paul, reference = signed_in("maya"), signed_in("paul"), opened("nda", NDA)
    form = paul.form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    form["text"], form["internal"] = "Two drafts", "no"
    form["files"] = [Upload("wrong.txt", b"wrong", "text/plain"), Upload("right.txt", b"right", "text/plain")]
    form.submit(status=303)
    link = paul.get(f"/dossiers/{reference}?tab=notes").html.find("a", string="wrong.txt")["href"]
    posted(paul, reference, int(link.rsplit("/", 1)[1]), "visibility", visibility="internal")
    text = tab(maya, reference, "notes")
    assert "right.txt" in text
    assert "wrong.txt" not in text
    assert "wrong.txt 5 bytes · Read here : wrong.txt Hidden from the client" in tab(paul, reference, "notes")
    with acting(people("maya")) as work:
        token = create_token(work, work.person, ["read"])
    api = TestApp(app, extra_environ={"HTTP_AUTHORIZATION": f"Bearer {token}"})
    (note,) = api.get(f"/api/v1/dossiers/{reference}/notes").json["items"]
    assert [file["name"] for file in note["attachments"]] == ["right.txt"]


def test_a_read_only_file_is_the_legal_team_s_to_replace(signed_in: SignedIn, opened: Opened) -> None:
    """D6: the client reads it, and neither adds a version nor withdraws it, not by a forged post either."""
    maya, paul, reference = signed_in("maya"), signed_in("paul"), opened("nda", NDA)
    number = attach(paul, reference, "terms.txt", b"our terms", visibility="client", read_only="yes")
    page = maya.get(f"/dossiers/{reference}?tab=attachments")
    assert "Read-only" in page
    address = f"/dossiers/{reference}/attachments/{number}"
    assert not [form for form in page.forms.values() if form.action.startswith(address)]
    token = {"csrf_token": page.html.find("input", attrs={"name": "csrf_token"})["value"]}
    refused = maya.post(f"{address}/versions", token, upload_files=[("files", "x.txt", b"x")], status=422)
    assert "read-only" in refused.html.find(id="problems").get_text()
    maya.post(f"{address}/withdrawal", {**token, "reason": "I want to"}, status=422)
    maya.post(f"{address}/visibility", {**token, "visibility": "internal"}, status=403)
    posted(paul, reference, number, "versions", files=Upload("terms 2.txt", b"new terms", "text/plain"))
    assert "terms 2.txt" in tab(maya, reference)


def test_a_file_is_withdrawn_and_not_deleted(
    signed_in: SignedIn, opened: Opened, people: People, acting: Acting
) -> None:
    """D6: with a reason; who sees the dossier reads that and why, in the history too; the client opens it no more, by
    no address; the legal team still reads it."""
    maya, paul, reference = signed_in("maya"), signed_in("paul"), opened("nda", NDA)
    mine = attach(maya, reference, "salaries.txt", b"wrong file")
    theirs = attach(paul, reference, "terms.txt", b"our terms", visibility="client")
    link = maya.get(f"/dossiers/{reference}?tab=attachments")
    assert not [form for form in link.forms.values() if form.action.endswith(f"/{theirs}/withdrawal")]
    assert "Say why" in posted(maya, reference, mine, "withdrawal", 422, reason=" ").html.find(id="problems").get_text()
    signed = TestApp.get(maya, f"/attachments/{mine}", status=303).location
    assert TestApp.get(maya, signed).body == b"wrong file"
    posted(maya, reference, mine, "withdrawal", reason="It is about other people.")
    for visitor in (maya, paul):
        assert "It is about other people." in tab(visitor, reference)
        assert "File withdrawn: salaries.txt" in tab(visitor, reference, "history")
        assert "It is about other people." in tab(visitor, reference, "history")
    maya.get(f"/attachments/{mine}", status=404)
    TestApp.get(maya, signed, status=404)
    assert paul.get(f"/attachments/{mine}").body == b"wrong file"
    assert "salaries.txt" not in " ".join(archived(paul, reference))


def test_pages_show_pictures_texts_and_documents(signed_in: SignedIn, opened: Opened) -> None:
    """D6, T34: a picture and a PDF by short-lived links that show only these types inline; a text escaped; what is
    active content is shown by no page, whatever its address says."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    picture = attach(maya, reference, "plan.png", PNG)
    page = maya.get(f"/attachments/{picture}/text")
    shown = TestApp.get(maya, page.html.select_one("figure img")["src"])
    assert (shown.body, shown.content_type) == (PNG, "image/png")
    assert shown.headers["Content-Disposition"].startswith("inline;")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    document = attach(maya, reference, "terms.pdf", PDF)
    page = maya.get(f"/attachments/{document}/text")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    shown = TestApp.get(maya, page.html.find("iframe")["src"])
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    text = attach(maya, reference, "note.txt", "Café < thé & eau".encode())
    page = maya.get(f"/attachments/{text}/text")
    assert page.html.find("pre").get_text() == "Café < thé & eau"
    link = TestApp.get(maya, f"/attachments/{text}", status=303).location
    assert TestApp.get(maya, f"{link}&show=yes").headers["Content-Disposition"].startswith("attachment;")


def test_links_to_contents_are_short_lived_and_personal(
    signed_in: SignedIn, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D6, T51: whoever may see the file gets a fresh link for an expired, changed or foreign one; nobody else a byte.
    Parts of a file are served by such a link."""
    maya, paul, reference = signed_in("maya"), signed_in("paul"), opened("nda", NDA)
    number = attach(maya, reference, "合同 é.txt", b"a long plan")
    bare = f"/attachments/{number}"
    link = TestApp.get(maya, bare, status=303).location
    answer = TestApp.get(maya, link, headers={"Range": "bytes=2-5"}, status=206)
    assert answer.body == b"long"
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C%20%C3%A9.txt" in answer.headers["Content-Disposition"]
    signed_in("di").get(link, status=404)
    for wrong in (
        link[:-4] + "AAAA",
        link.replace("until=", "until=9"),
        link.split("?")[0],
    ):
        assert TestApp.get(maya, wrong, status=303).location.endswith(bare)
    assert TestApp.get(paul, link, status=303).location.endswith(bare)  # may see the file, by a link of his own
    assert paul.get(bare).body == b"a long plan"
    monkeypatch.setattr(download_links, "LIFETIME", timedelta(seconds=-1))
    expired = TestApp.get(maya, bare, status=303).location
    monkeypatch.undo()
    assert TestApp.get(maya, expired, status=303).location.endswith(bare)


def test_all_files_come_as_one_archive(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """D6: the newest version of each, names in any language and the same name twice; a lost content is said, and the
    rest comes."""
    maya, reference = signed_in("maya"), opened("nda", NDA)
    assert maya.get(f"/dossiers/{reference}/attachments.zip", status=303).follow()
    first = attach(maya, reference, "عقد.txt", b"one")
    posted(maya, reference, first, "versions", files=Upload("عقد.txt", b"two", "text/plain"))
    form = maya.form(f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("plan.txt", b"a", "text/plain"), Upload("Plan.txt", b"b", "text/plain")]
    form.submit(status=303)
    answer = maya.get(f"/dossiers/{reference}/attachments.zip")
    assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{reference}.zip"')
    archive = zipfile.ZipFile(io.BytesIO(answer.body))
    assert archive.testzip() is None
    contents = {name: archive.read(name) for name in archive.namelist() if name.startswith("Attachments/")}
    assert sorted(contents.values()) == [b"a", b"b", b"two"]
    assert {name.casefold() for name in contents} == {
        "attachments/عقد.txt", "attachments/plan.txt", "attachments/plan (2).txt"
    }  # fmt: skip
    sha256 = hashlib.sha256(b"two").hexdigest()
    (Path(platform.settings.storage_url.removeprefix("file:")) / sha256[:2] / sha256[2:4] / sha256).unlink()
    archive = zipfile.ZipFile(io.BytesIO(maya.get(f"/dossiers/{reference}/attachments.zip").body))
    assert b"could not be read" in archive.read("Attachments/عقد.txt.txt")


def test_a_file_of_the_answers_is_corrected_and_not_withdrawn(people: People, acting: Acting, opened: Opened) -> None:
    """D6, F19: a form that was sent keeps its files."""
    with acting(people("maya")) as work:
        lease = FileStore(work).save(FileUpload("lease.txt", "text/plain", io.BytesIO(b"the lease")))
    reference = opened("legal_advice", {**ADVICE, "papers": [lease]})
    with acting(people("paul")) as work:
        (row,) = attachment_rows(work, get_dossier(work, reference))
        with pytest.raises(Refused, match="belongs to the answers"):
            withdraw(work, reference, row.id, "Why not")
