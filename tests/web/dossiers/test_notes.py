"""Notes on the dossier page: conversation with the client, attached files, internal notes."""

from __future__ import annotations

from webtest import TestApp, Upload

from formengine.services.accounts.api_tokens import create_token
from tests.support.people import PASSWORD, People
from tests.support.platforms import MakePlatform, acting_on
from tests.support.server import app_of
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, form_to


def test_client_and_counsel_exchange_notes(signed_in: SignedIn, opened: Opened) -> None:
    """P19, P20: counsel reads the client's note and answers it."""
    reference = opened("nda", NDA)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    form = signed_in("maya").form(tab, action)
    form["text"] = "Is **Friday** possible?"
    form["files"] = [Upload("plan é.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    paul = signed_in("paul")
    page = paul.get(tab)
    assert page.html.find("strong", string="Friday") is not None
    link = page.html.find("a", string="plan é.txt")["href"]
    assert paul.get(link).body == b"a plan"
    form = paul.form(tab, action)
    form["text"], form["internal"] = "It is.", "no"
    form.submit(status=303)
    assert "It is." in signed_in("maya").get(tab).text


def test_team_and_client_share_one_dossier(signed_in: SignedIn, opened: Opened) -> None:
    """P1: two counsel and the client see the same state, notes and files; internal notes are the team's only."""
    reference = opened("nda", NDA)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    for name, text, internal in (
        ("maya", "From the client", ""),
        ("paul", "From Paul", ""),
        ("ana", "Among us", "yes"),
    ):
        form = signed_in(name).form(tab, action)
        form["text"] = text
        if name != "maya":
            form["internal"] = internal or "no"
        form["files"] = [Upload(f"{name}.txt", name.encode(), "text/plain")]
        form.submit(status=303)
    for name, is_visible in (("maya", False), ("paul", True), ("ana", True), ("lena", True)):
        page = signed_in(name).get(tab).text
        assert all(text in page for text in ("From the client", "From Paul", "maya.txt", "paul.txt"))
        assert ("Among us" in page) is is_visible
        assert ("ana.txt" in page) is is_visible


def test_internal_note_is_hidden_from_clients(signed_in: SignedIn, opened: Opened) -> None:
    """D5: including its files."""
    reference = opened("nda", NDA)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    paul, maya = signed_in("paul"), signed_in("maya")
    form = paul.form(tab, action)
    form["text"], form["internal"] = "Careful with this one.", "yes"
    form["files"] = [Upload("secret.txt", b"secret", "text/plain")]
    form.submit(status=303)
    link = paul.get(tab).html.find("a", string="secret.txt")["href"]
    for page in ("notes", "attachments", "overview", "history"):
        text = maya.get(f"/dossiers/{reference}?tab={page}").text
        assert "Careful" not in text
        assert "secret.txt" not in text
    maya.get(link, status=404)
    assert "internal" not in maya.form(tab, action).fields


def test_a_client_cannot_forge_an_internal_note(signed_in: SignedIn, opened: Opened) -> None:
    reference = opened("nda", NDA)
    maya = signed_in("maya")
    token = maya.get("/").html.find("input", attrs={"name": "csrf_token"})["value"]
    post = {"csrf_token": token, "text": "Hidden", "internal": "yes"}
    page = maya.post(f"/dossiers/{reference}/notes", post, status=422)
    assert "Hidden" in page.text
    assert "Hidden" not in signed_in("paul").get(f"/dossiers/{reference}?tab=notes").text


def test_empty_note_is_refused(signed_in: SignedIn, opened: Opened) -> None:
    reference = opened("nda", NDA)
    form = signed_in("maya").form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    assert form.submit(status=422).html.find(id="problems") is not None


def test_author_can_edit_a_note(signed_in: SignedIn, opened: Opened) -> None:
    """D5: within 15 minutes, and nobody else."""
    reference = opened("nda", NDA)
    tab = f"/dossiers/{reference}?tab=notes"
    maya = signed_in("maya")
    form = maya.form(tab, f"/dossiers/{reference}/notes")
    form["text"] = "Fryday"
    form.submit()
    link = maya.get(tab).html.find("a", class_="fe-note-edit")["href"]
    form = maya.form(link, link)
    form["text"] = "Friday"
    form.submit(status=303)
    page = maya.get(tab)
    assert "Friday" in page.text
    assert "Fryday" not in page.text
    signed_in("paul").get(link, status=404)


def test_a_file_of_no_control_is_refused(signed_in: SignedIn, opened: Opened) -> None:
    """T37: it is not dropped while its page says that all is well; nothing is written."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    sent: list[tuple[str, object]] = [
        ("csrf_token", paul.form(tab, action)["csrf_token"].value),
        ("text", "With a plan"),
        ("internal", "no"),
    ]
    sent.append(("paper", Upload("plan.txt", b"a plan", "text/plain")))
    page = paul.post(action, sent, content_type="multipart/form-data", status=422)
    assert "paper" in page.html.find(attrs={"role": "alert"}).get_text()
    assert "With a plan" in page.text
    assert "With a plan" not in paul.get(tab).text


def test_of_two_files_for_one_document_none_is_dropped(signed_in: SignedIn, opened: Opened) -> None:
    """T37: a version is one file; the page says so, and neither becomes one."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    paul.form(f"/dossiers/{reference}", f"/dossiers/{reference}/claim").submit(status=303)
    tab, action = f"/dossiers/{reference}?tab=attachments", f"/dossiers/{reference}/documents/agreement"
    sent: list[tuple[str, object]] = [("csrf_token", paul.form(tab, action)["csrf_token"].value)]
    sent += [("files", Upload(f"{n}.pdf", b"%%PDF-1.4 %d" % n, "application/pdf")) for n in range(2)]
    page = paul.post(action, sent, content_type="multipart/form-data", status=422)
    assert "Choose one file" in page.html.find(attrs={"role": "alert"}).get_text()


def test_a_client_writes_a_limited_number_of_notes_an_hour(
    make_platform: MakePlatform, people: People, opened: Opened
) -> None:
    """P20: 429 with what to do, and the text still on the page; counsel has no limit. The API says so, too."""
    reference = opened("nda", NDA)
    limited = make_platform(rate_limits=True, client_notes=2)
    app = app_of(limited)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    maya = Visitor(app).sign_in(people("maya"), PASSWORD)
    for status in (303, 303, 429):
        form = maya.form(tab, action)
        form["text"] = "And another thing"
        answer = form.submit(status=status)
    assert "Wait 60 minutes, or put the rest into one note" in answer
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert form_to(answer, action)["text"].value == "And another thing"
    with acting_on(limited, people("maya")) as work:
        token = create_token(work, work.person, ["work"])
    header = {"Authorization": f"Bearer {token}"}
    refused = TestApp(app).post_json(f"/api/v1/dossiers/{reference}/notes", {"text": "x"}, headers=header, status=429)
    assert int(refused.headers["Retry-After"]) > 3500
    paul = Visitor(app).sign_in(people("paul"), PASSWORD)
    for _note in range(3):
        form = paul.form(tab, action)
        form["text"], form["internal"] = "One thing at a time", "no"
        form.submit(status=303)
    assert paul.get(tab).text.count("And another thing") == 2
