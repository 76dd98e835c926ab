"""Who reads a note: chosen by counsel each time, previewed, and people mentioned in it."""

from __future__ import annotations

from sqlalchemy import select
from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers import notes
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.files_and_notes import Note
from formengine.storage.models.mails import Mail
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, form_to


def stored(platform: Platform) -> list[tuple[str, bool]]:
    with platform.database.reading() as session:
        return [(note.text, note.internal) for note in session.scalars(select(Note).order_by(Note.id))]


def told(platform: Platform) -> dict[str, tuple[bool, str]]:
    """Of the mails about notes: whether each address is mentioned, and the text."""
    with platform.database.reading() as session:
        mails = session.scalars(select(Mail).where(Mail.kind == "note")).all()
        texts = {mail.to: word_mail(platform, session, mail)[1] for mail in mails}
        return {mail.to: (mail.variables["note"]["mentioned"], texts[mail.to]) for mail in mails if mail.variables}


def test_counsel_says_who_reads_a_note(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """D5: no default that could be overlooked: without a choice nothing is written, what was typed is kept, and files
    are asked for again; each choice says by name who will read it. A client has no choice to make.
    """
    reference = opened("nda", NDA)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    paul = signed_in("paul")
    page = paul.get(tab)
    form = form_to(page, action)
    assert form["internal"].value is None
    assert "Maya Laurent" in page.html.find(id="note-public-help").get_text()
    assert "Maya Laurent" not in page.html.find(id="note-internal-help").get_text()
    form["text"] = "The other side is bluffing."
    form["files"] = [Upload("facts.txt", b"Facts.", "text/plain")]
    again = form.submit(status=422)
    assert "Say who is to read it." in again.html.find(id="problems").get_text()
    assert form_to(again, action)["text"].value == "The other side is bluffing."
    assert again.html.find(id="note-files")["aria-invalid"] == "true"
    assert "Files were not kept. Choose them again: facts.txt" in again.html.find(id="problems").get_text()
    form["internal"].force_value("perhaps")
    assert "Say who is to read it." in form.submit(status=422).html.find(id="problems").get_text()
    assert stored(platform) == []
    form = form_to(again, action)
    form["internal"] = "yes"
    form.submit(status=303)
    assert stored(platform) == [("The other side is bluffing.", True)]
    assert signed_in("maya").get(tab).html.find(id="note-public") is None


def test_the_choice_says_that_a_whole_organisation_reads(signed_in: SignedIn, opened: Opened) -> None:
    """D5, U8: where the dossier is shared with it."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    paul.form(f"/dossiers/{reference}?tab=people", f"/dossiers/{reference}/sharing").submit(status=303)
    text = paul.get(f"/dossiers/{reference}?tab=notes").html.find(id="note-public-help").get_text()
    assert "Everybody at Acme" in text


def test_a_preview_writes_nothing(signed_in: SignedIn, opened: Opened, platform: Platform) -> None:
    """D5: Markdown as it will look, sanitised; the text and the choices are still there."""
    reference = opened("nda", NDA)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    form = signed_in("paul").form(tab, action)
    form["text"], form["internal"] = "**Never** <script>alert(1)</script>", "yes"
    page = form.submit("_go", value="preview", status=200)
    preview = page.html.find(id="note-preview")
    assert preview.find("strong").get_text() == "Never"
    assert preview.find("script") is None
    assert form_to(page, action)["internal"].value == "yes"
    assert form_to(page, action)["text"].value.startswith("**Never**")
    assert stored(platform) == []


def test_people_who_are_mentioned_are_told(
    signed_in: SignedIn, opened: Opened, platform: Platform, people: People
) -> None:
    """D5, P20: chosen in the list or named in the text, on the dossier or not; the mail links to the note itself."""
    reference = opened("nda", NDA)
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    form = signed_in("paul").form(tab, action)
    form["text"], form["internal"] = "@Lena Voss, is this yours? See mail@Ana Duarte", "no"
    form.get("mention", index=[box.attrs["value"] for box in form.html.select("input[name=mention]")].index(
        people("nora").id)).checked = True  # fmt: skip
    form.submit(status=303)
    mails = told(platform)
    assert {to for to, (mentioned, _text) in mails.items() if mentioned} == {people("lena").email, people("nora").email}
    assert people("paul").email not in mails
    page = signed_in("lena").get(tab)
    note = page.html.find(class_="fe-note")
    assert [mark.get_text() for mark in note.select(".fe-mention")] == ["@Lena Voss"]
    assert "Mentioned: Lena Voss, Nora Lindqvist" in note.get_text() or "Nora Lindqvist, Lena Voss" in note.get_text()
    assert f"/dossiers/{reference}?tab=notes#{note['id']}" in mails[people("lena").email][1]


def test_nobody_is_mentioned_who_may_not_read_the_note(
    signed_in: SignedIn, opened: Opened, platform: Platform, people: People, acting: Acting
) -> None:
    """D5, P28: a client in an internal note, a stranger to the dossier in any; naming them in the text tells nobody."""
    reference = opened("nda", NDA)
    people("di")
    tab, action = f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    paul = signed_in("paul")
    form = paul.form(tab, action)
    for person, internal in (("maya", "yes"), ("di", "no")):
        post = {
            "csrf_token": form["csrf_token"].value,
            "text": "Look",
            "internal": internal,
            "mention": people(person).id,
        }
        page = paul.post(action, post, status=422)
        assert "may not read this note" in page.html.find(id="note-mentions").get_text()
    assert stored(platform) == []
    with acting(people("paul")) as work:
        notes.add_note(work, reference, "@Maya Laurent must not know of this", internal=True)
    assert people("maya").email not in told(platform)
    assert people("di").name not in signed_in("maya").get(tab).html.find(id="note-mentions").get_text()
