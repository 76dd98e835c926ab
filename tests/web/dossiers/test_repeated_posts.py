"""Posts that arrive twice: what they add is there once, and nothing that somebody wrote is lost."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Any, Final

import pytest
from sqlalchemy import func, select
from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.absences import Absence
from formengine.storage.models.files_and_notes import Attachment, Note
from formengine.storage.models.lists import SavedView
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import ApiToken, Department, Organisation, Person
from formengine.storage.models.rounds import Child
from formengine.web.routes import routes
from tests.support.people import People
from tests.support.statements import recorded_statements
from tests.web.dossiers.visitors import NDA, Opened, SignedIn

REPEATS: Final[dict[str, str]] = {
    "carried out once, by the key of its page": "dossier.notes dossier.attachments dossier.attachment_version"
    " dossier.documents dossier.document dossier.new_child views admin_invite act.question"
    " status.notes admin_organisations admin_departments",
    "the draft or the key of the request makes one of it": "new_request embed public.request filling.part act.part",
    "makes the same again, which is shown": "account_tokens account_absences exports.new",
    "replaces what the first one made": "account_calendar",
    "refused: the step, the round or the seat is no longer open, and the page says who did what":
        "dossier.step dossier.child_step dossier.decision dossier.vote dossier.signature dossier.refusal"
        " dossier.delegation dossier.approver dossier.approver_removal dossier.acknowledgement dossier.correction"
        " dossier.child_change dossier.seat_correction dossier.seat_replacement dossier.seat_removal"
        " dossier.seat_addition dossier.forwarding dossier.forward_decision dossier.question_answer dossier.copy"
        " dossier.clean_version dossier.draft dossier.draft_end act.signature act.refusal"
        " act.forwarding act.decision status.step"
        " filling.withdrawal filling.reassignment filling.reopening dossier.attachment_withdrawal",
    "refused: it is there already": "sign_up_acceptance sign_up_refusal invitation sign_up_link public.confirmation",
    "changes nothing: what it sets is set": "dossier.rating dossier.related dossier.related_removal dossier.watcher"
    " dossier.watcher_removal dossier.development dossier.development_removal dossier.child_visibility"
    " dossier.attachment_visibility dossier.version_sharing dossier.turn dossier.edit_lock dossier.edit_lock_end"
    " dossier.claim dossier.release dossier.assignment dossier.sharing dossier.restriction dossier.note desk.claim"
    " desk.release desk.assignments view view.deletion draft_removal account_profile account_password account_sessions"
    " account_session account_absence_end account_token_withdraw account_calendar_end inbox_read inbox_item"
    " mail_choices fewer_mails language admin_withdraw admin_role admin_sessions admin_close admin_details admin_reopen"
    " admin_organisation admin_department admin_department_removal admin_closure admin_merger admin_opening"
    " dossier.answers_pdf dossier.signed_copy act.document act.reading version.reading_events",
    "sends a mail again, as it was asked to, within a limit": "forgotten_password sign_up invitation_renew"
    " admin_invitation admin_mails_resend dossier.guest_link dossier.signature_request dossier.status_link act.code"
    " act.link public.links filling.reminder",
    "makes nothing that lasts": "sign_in sign_out embed.sign_in verify dev_form",
    "has keys of its own": "signature_event mcp",
}  # fmt: skip
"""The routes of pages that take posts, by what the same post does when it arrives again."""


def test_each_route_says_what_its_repeat_does() -> None:
    """T4: a route that takes posts stands in the table, once."""
    listed = Counter(" ".join(REPEATS.values()).split())
    assert {name for name, times in listed.items() if times > 1} == set()
    assert {*listed} == {route.name for route in routes() if route.writes and not route.is_api}


def repeated(form: Any) -> tuple[Any, Any]:
    """Post a form twice; both answers."""
    return form.submit(expect_errors=True), form.submit(expect_errors=True)


def test_what_people_make_for_themselves_is_made_once(platform: Platform, signed_in: SignedIn, people: People) -> None:
    """T4: a token is shown again as it was, an absence is announced once, a saved view is saved once."""
    people.several("bo", "di", "paul")
    paul, bo = signed_in("paul"), signed_in("bo")
    form = paul.form("/account/tokens", "/account/tokens")
    form["scopes"] = ["read"]
    first, second = repeated(form)
    shown = [answer.html.find(id="token")["value"] for answer in (first, second)]
    assert shown[0] == shown[1]
    assert count(platform, ApiToken) == 1
    form = paul.form("/account/tokens", "/account/tokens")
    form["scopes"] = ["read"]
    assert form.submit().html.find(id="token")["value"] != shown[0]
    assert count(platform, ApiToken) == 2
    form = bo.form("/account/out-of-office", "/account/out-of-office")
    form["starts"], form["ends"], form["delegate"] = "2099-01-04", "2099-01-08", people("di").id
    first, second = repeated(form)
    assert first.location == second.location
    form["kinds"] = ["matter"]
    assert "You are out of office in this time already" in form.submit(status=422).text
    assert count(platform, Absence) == 1
    form = paul.form("/matters?q=lease", "/views")
    form["name"] = "Leases"
    first, second = repeated(form)
    assert first.location == second.location
    assert count(platform, SavedView) == 1
    form, made = paul.form("/account", "/account/calendar"), []
    for _ in range(2):
        made.append(form.submit(status=303).follow().html.find(id="calendar-address")["value"])
    assert made[0] != made[1]


def test_what_legal_admins_make_is_made_once(platform: Platform, signed_in: SignedIn) -> None:
    """T4: an invitation, an organisation and a department; the second answer is that of the first."""
    sam = signed_in("sam")
    form = sam.form("/admin/people/new", "/admin/people")
    form["email"], form["name"] = "noor@example.com", "Noor Haddad"
    first, second = repeated(form)
    assert first.location == second.location
    assert count(platform, Person, Person.email == "noor@example.com") == 1
    assert count(platform, Mail, Mail.kind == "invitation") == 1
    form = sam.form("/admin/organisations", "/admin/organisations")
    form["name"] = "Globex"
    first, second = repeated(form)
    assert first.location == second.location
    assert count(platform, Organisation, Organisation.name == "Globex") == 1
    page = first.location.removeprefix("http://localhost")
    renamed = sam.form(page, page)
    renamed["name"] = "Globex SA"
    renamed.submit(status=303)
    assert form.submit(status=303).location.endswith("/admin/organisations")
    form = sam.form(page, f"{page}/departments")
    form["name"] = "Légal"
    first, second = repeated(form)
    assert first.location == second.location
    assert count(platform, Department, Department.name == "Légal") == 1
    form = sam.form(page, f"{page}/departments")
    form["name"] = "legal"
    assert "There is one of this name already" in form.submit(status=422).text


def count(platform: Platform, table: Any, *conditions: Any) -> int:
    with platform.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def test_a_note_that_is_posted_twice_is_written_once(platform: Platform, signed_in: SignedIn, opened: Opened) -> None:
    """P20: and told once; the second answer is that of the first."""
    reference = opened("nda", NDA)
    form = signed_in("maya").form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    form["text"], form["files"] = "Is Friday possible?", [Upload("plan.txt", b"a plan", "text/plain")]
    before = count(platform, Mail, Mail.kind == "note")
    first = form.submit(status=303)
    mails = count(platform, Mail, Mail.kind == "note") - before
    assert mails
    assert form.submit(status=303).location == first.location
    assert count(platform, Note) == 1
    assert count(platform, Attachment) == 1
    assert count(platform, Mail, Mail.kind == "note") == before + mails


def test_another_text_from_the_same_page_is_another_note(
    platform: Platform, signed_in: SignedIn, opened: Opened
) -> None:
    """P19: whoever goes back in the browser and writes more has written more; so has who repeats it on purpose."""
    reference = opened("nda", NDA)
    maya, tab, action = signed_in("maya"), f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes"
    form = maya.form(tab, action)
    for text in ("Thank you.", "And Monday?"):
        form["text"] = text
        form.submit(status=303)
    form["files"] = [Upload("plan.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    form["files"] = [Upload("plan.txt", b"another", "text/plain")]
    form.submit(status=303)
    again = maya.form(tab, action)
    again["text"] = "Thank you."
    again.submit(status=303)
    assert count(platform, Note) == 5


def test_a_refused_post_can_be_sent_again(platform: Platform, signed_in: SignedIn, opened: Opened) -> None:
    """P19: a post that was refused was not carried out."""
    reference = opened("nda", NDA)
    form = signed_in("maya").form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")
    form.submit(status=422)
    form.submit(status=422)
    form["text"] = "Now with a text."
    form.submit(status=303)
    assert count(platform, Note) == 1


def test_files_versions_and_milestones_are_added_once(platform: Platform, signed_in: SignedIn, opened: Opened) -> None:
    """P26, D6."""
    reference = opened("nda", NDA)
    maya, tab = signed_in("maya"), f"/dossiers/{reference}?tab=attachments"
    form = maya.form(tab, f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("plan.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    form.submit(status=303)
    assert count(platform, Attachment) == 1
    with platform.database.reading() as session:
        number = session.scalar(select(Attachment.id))
    form = maya.form(tab, f"/dossiers/{reference}/attachments/{number}/versions")
    form["files"] = Upload("plan.txt", b"a better plan", "text/plain")
    form.submit(status=303)
    form.submit(status=303)
    assert count(platform, Attachment) == 2
    address = f"/dossiers/{reference}/children/milestone/new"
    page = maya.get(address)
    form = next(form for form in page.forms.values() if form.action == address)
    form[page.html.find(attrs={"data-pointer": "/title"})["name"]] = "Delivery"
    form.submit(status=303)
    form.submit(status=303)
    assert count(platform, Child) == 1


def test_a_file_for_a_key_is_no_key(signed_in: SignedIn, opened: Opened) -> None:
    """T23: a forged post is answered like any other."""
    reference = opened("nda", NDA)
    paul = signed_in("paul")
    token = paul.form(f"/dossiers/{reference}?tab=notes", f"/dossiers/{reference}/notes")["csrf_token"].value
    files = [("_once", "key.txt", b"a key")]
    paul.post(f"/dossiers/{reference}/claim", {"csrf_token": token}, upload_files=files, status=303)


def test_files_are_hashed_before_the_dossier_is_locked(
    platform: Platform, signed_in: SignedIn, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T4: whoever else acts on the dossier does not wait for it (PostgreSQL; SQLite locks nothing before it writes)."""
    reference = opened("nda", NDA)
    maya, tab = signed_in("maya"), f"/dossiers/{reference}?tab=attachments"
    form = maya.form(tab, f"/dossiers/{reference}/attachments")
    form["files"] = [Upload("plan.txt", b"a plan", "text/plain")]
    form.submit(status=303)
    with platform.database.reading() as session:
        number = session.scalar(select(Attachment.id))
    form = maya.form(tab, f"/dossiers/{reference}/attachments/{number}/versions")
    form["files"] = Upload("plan.txt", b"a better plan", "text/plain")
    locks, digest = [], hashlib.file_digest

    def file_digest(*args: Any) -> Any:
        locks.append([sql for sql, _values in recorder.statements if "FOR NO KEY UPDATE" in sql])
        return digest(*args)

    monkeypatch.setattr(hashlib, "file_digest", file_digest)
    with recorded_statements(platform.database) as recorder:
        form.submit(status=303)
    assert locks[0] == []
    assert platform.database.is_sqlite or any("FOR NO KEY UPDATE" in sql for sql, _values in recorder.statements)
