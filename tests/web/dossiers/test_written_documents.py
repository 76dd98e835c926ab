"""Documents that people write: how the first version comes, and what waits for it (S2)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.documents.pdf_signing import SigningKey
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.documents import new_document_version
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from tests.documents.pdf_signing.conftest import key
from tests.services.conftest import paper
from tests.services.files.test_signable_pdfs import signed_by_joe
from tests.support.pdf import PDF
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.write_lock import LockRecorder
from tests.web.api.conftest import Calling, calling
from tests.web.dossiers.visitors import Opened, SignedIn, Visitor, dossier_of, form_to

__all__ = ["calling", "key"]

pytestmark = pytest.mark.site("minutes")


@pytest.fixture
def meeting(opened: Opened, acting: Acting, people: People) -> str:
    """A meeting that Maya asked for; Paul is its secretary."""
    people.all()
    reference = opened("meeting", {"subject": "Budget"})
    with acting(people("paul")) as work:
        claim(work, reference)
    return reference


def step_form(visitor: Visitor, reference: str, step: str) -> object:
    address = f"/dossiers/{reference}/steps/{step}"
    return form_to(visitor.get(address), address)


def attach(form: object, control: str, name: str, content: bytes) -> None:
    from webtest import Upload

    form[control] = Upload(name, content, "application/pdf")  # type: ignore[index]


def file_control(form: object) -> str:
    """The name of the only control of a form for a file of a question."""
    (name,) = file_controls(form)
    return name


def file_controls(form: object) -> set[str]:
    """The names of the controls for files that are asked for: those of a step's own files are left out."""
    names = {name for name, fields in form.fields.items() for f in fields if f.attrs.get("type") == "file"}  # type: ignore[attr-defined]
    return names - {"step_files"}


def kinds(platform: Platform, reference: str) -> list[str]:
    with platform.database.reading() as session:
        query = select(HistoryEntry.kind).where(HistoryEntry.dossier_id == dossier_of(platform, reference).id)
        return list(session.scalars(query.order_by(HistoryEntry.number)))


def test_a_client_who_has_a_document_finds_it_at_home(
    meeting: str, signed_in: SignedIn, acting: Acting, people: People
) -> None:
    """S2, P28: with what waits for them; a client hands it back to the legal team as a whole."""
    with acting(people("paul")) as work:
        new_document_version(work, meeting, "minutes", paper(), people("maya").id)
    maya, address = signed_in("maya"), f"/dossiers/{meeting}"
    assert "Your turn with a document" in maya.get("/")
    form = maya.form(f"{address}?tab=attachments", f"{address}/documents/minutes/turn")
    offered = {value for value, *_ in form["holder"].options}
    assert offered == {"us", "counterparty", people("maya").id}
    form["holder"] = "us"
    form.submit(status=303)
    assert "Your turn with a document" not in maya.get("/")


def test_the_first_version_comes_with_the_step_that_requires_it(
    meeting: str, signed_in: SignedIn, platform: Platform
) -> None:
    """S2: until then the dossier waits for it by name; the step asks for the file and puts it to approval."""
    paul = signed_in("paul")
    page = paul.get(f"/dossiers/{meeting}")
    assert "Waiting for: Minutes" in page
    assert "Ask for approval" in page
    form = step_form(paul, meeting, "ask")
    assert "Minutes – Answer this question." in form.submit(status=422)  # type: ignore[attr-defined]
    form = step_form(paul, meeting, "ask")
    attach(form, file_control(form), "minutes.pdf", PDF)
    form.submit(status=303)
    assert dossier_of(platform, meeting).state == "approving"
    assert kinds(platform, meeting)[-3:] == ["document", "step", "round_opened"]
    page = paul.get(f"/dossiers/{meeting}?tab=attachments")
    assert "minutes.pdf" in page
    assert "Waiting for: Minutes" not in page


def test_a_document_is_looked_at_before_the_write_lock_is_taken(
    meeting: str, signed_in: SignedIn, lock_is_held_briefly: LockRecorder
) -> None:
    """S2, T31: with a step and among the documents; the sandbox takes its time, in which others may write."""
    paul = signed_in("paul")
    form = step_form(paul, meeting, "ask")
    attach(form, file_control(form), "minutes.pdf", PDF + b"% looked at for the first time")
    form.submit(status=303)
    assert lock_is_held_briefly.processes == []


def test_a_step_takes_no_pdf_that_somebody_has_signed(
    meeting: str, signed_in: SignedIn, platform: Platform, key: SigningKey
) -> None:
    """S2, S4: it is to be signed here later, which would break that signature; nothing changes."""
    paul = signed_in("paul")
    form = step_form(paul, meeting, "ask")
    attach(form, file_control(form), "minutes.pdf", signed_by_joe(key))
    assert "bears a signature already" in form.submit(status=422)  # type: ignore[attr-defined]
    assert dossier_of(platform, meeting).state == "held"
    assert "document" not in kinds(platform, meeting)


def test_a_step_takes_no_other_file_for_its_document(meeting: str, signed_in: SignedIn, platform: Platform) -> None:
    """S2, T34: a document is Word or PDF by its content, with a step as well; nothing changes."""
    paul = signed_in("paul")
    form = step_form(paul, meeting, "ask")
    attach(form, file_control(form), "minutes.txt", b"What was said.")
    assert "Word file" in form.submit(status=422)
    assert dossier_of(platform, meeting).state == "held"
    assert "document" not in kinds(platform, meeting)


def test_it_is_uploaded_approved_and_signed(
    meeting: str, signed_in: SignedIn, platform: Platform, people: People
) -> None:
    """S2: on the dossier's documents by who may add it; then the step asks for no file, and it is decided upon."""
    maya = signed_in("maya")
    page = maya.get(f"/dossiers/{meeting}?tab=attachments")
    form = form_to(page, f"/dossiers/{meeting}/documents/minutes")
    attach(form, "files", "minutes.pdf", PDF)
    form.submit(status=303)
    with platform.database.reading() as session:
        told = {(mail.kind, mail.to) for mail in session.scalars(select(Mail).where(Mail.kind == "version"))}
    assert told == {("version", people("paul").email)}
    form = step_form(maya, meeting, "ask")
    assert not file_controls(form)
    form.submit(status=303)  # type: ignore[attr-defined]
    bo = signed_in("bo")
    page = bo.get(f"/dossiers/{meeting}?tab=approvals")
    assert "Read version 1: Minutes" in page
    form_to(page, f"/dossiers/{meeting}/decision").submit("decision", value="approve", status=303)
    assert dossier_of(platform, meeting).state == "signing"
    ines = signed_in("ines")
    form = form_to(ines.get(f"/dossiers/{meeting}?tab=approvals"), f"/dossiers/{meeting}/signature")
    form["text"], form["consent"] = "Inès Carrel", True
    form.submit(status=303)
    assert dossier_of(platform, meeting).state == "kept"
    page = signed_in("paul").get(f"/dossiers/{meeting}").text
    assert (">Assign<" in page, ">Release<" in page) == (False, False)  # it has ended


def test_the_dossier_moves_when_the_document_is_there(meeting: str, signed_in: SignedIn, platform: Platform) -> None:
    """W21, S2: a condition waits for a document that people write."""
    paul = signed_in("paul")
    step_form(paul, meeting, "write").submit(status=303)  # type: ignore[attr-defined]
    page = paul.get(f"/dossiers/{meeting}")
    assert "Waiting for: Notice" in page
    form = form_to(paul.get(f"/dossiers/{meeting}?tab=attachments"), f"/dossiers/{meeting}/documents/notice")
    attach(form, "files", "notice.pdf", PDF)
    form.submit(status=303)
    assert dossier_of(platform, meeting).state == "approving"


def test_the_api_says_what_is_awaited_and_who_may_add_it(meeting: str, calling: Calling) -> None:
    """S2, A1: the missing document of a step is named to who may add it; once it is there, the step is possible."""
    paul, ines = calling("paul"), calling("ines")
    address = f"/api/v1/dossiers/{meeting}"
    rows = {row["id"]: row for row in paul.get(f"{address}/documents").json["items"]}
    assert (rows["minutes"]["awaited"], rows["minutes"]["may_add"]) == (True, True)
    assert (rows["notice"]["awaited"], rows["notice"]["may_add"]) == (False, True)
    assert {row["may_add"] for row in ines.get(f"{address}/documents").json["items"]} == {False}
    listed = paul.get(f"{address}/transitions")
    step = next(row for row in listed.json if row["id"] == "ask")
    assert not step["allowed"]
    assert step["reasons"] == ["The document “Minutes” is still missing."]
    assert step["document"] == {"id": "minutes", "title": "Minutes"}
    assert step["fields"]["properties"] == {}
    headers = {"If-Match": listed.headers["ETag"]}
    refused = paul.post_json(f"{address}/transitions", {"transition": "ask"}, headers=headers, status=422)
    assert "still missing" in refused.text
    sent = paul.post(f"{address}/documents/minutes", upload_files=[("file", "m.pdf", PDF)], status=201)
    assert sent.json["version"] == 1
    paul.post_json(f"{address}/transitions", {"transition": "ask"}, headers=headers)
