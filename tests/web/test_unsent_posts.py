"""Forms that are posted when their session has ended: what was typed is there again after signing in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update
from webtest import Upload

from formengine.services.core.unit_of_work import Platform
from formengine.services.drafts.expiry import expire_drafts
from formengine.storage.models.drafts import Draft, DraftFile
from formengine.storage.models.files_and_notes import Note
from formengine.storage.models.people import SignIn
from tests.support.databases import database_kind
from tests.support.people import PASSWORD, People
from tests.support.platforms import ROOT, acting_on
from tests.web.dossiers.test_transitions import add_document
from tests.web.dossiers.visitors import (
    ADVICE,
    NDA,
    Opened,
    SignedIn,
    Visitor,
    app,
    dossier_of,
    form_to,
    opened,
    signed_in,
)
from tests.web.portal.test_drafts import CANARY, rows, value_at
from tests.web.portal.test_request_form import ADDRESS, ANSWERS, filled

__all__ = ["app", "database_kind", "opened", "signed_in"]
NOTE = "The landlord called again.\n\nHe wants an answer by Friday."


@pytest.fixture
def site_folder() -> Path:
    """The repository's own site, whose forms are long."""
    return ROOT


def end_sessions(platform: Platform) -> None:
    with platform.database.transaction() as session:
        session.execute(delete(SignIn))


def sign_in_again(visitor: Visitor, people: People, name: str = "maya") -> Any:
    """Sign in on the page that the visitor was led to; returns where that leads."""
    form = form_to(visitor.get("/sign-in"), "/sign-in")
    form["email"], form["password"] = people(name).email, PASSWORD
    return form.submit(status=303)


def note_form(visitor: Visitor, reference: str) -> Any:
    page = visitor.get(f"/dossiers/{reference}?tab=notes")
    form = form_to(page, f"/dossiers/{reference}/notes")
    form["text"] = NOTE
    return form


@pytest.mark.parametrize("headers", [{}, {"X-Form-Live": "1"}], ids=["sent", "while typing"])
def test_a_request_is_there_again(
    signed_in: SignedIn, people: People, platform: Platform, headers: dict[str, str]
) -> None:  # fmt: skip
    """F8: posted without a session, by a button or while one types, a form leads to signing in, and from there to the
    form with what was typed; files are named, to be chosen again; the browser's secret works once."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), **ANSWERS)
    control = form.html.find("input", attrs={"type": "file"})
    form[control["name"]] = [Upload("bail é.txt", b"Words of a lease.", "text/plain")]
    end_sessions(platform)
    answer = form.submit("_go", value="next", headers=headers, status=204 if headers else 303)
    assert "/sign-in" in (answer.headers.get("X-Form-Location") or answer.location)
    assert "What you wrote is kept" in maya.get("/sign-in").text
    page = sign_in_again(maya, people).follow()
    assert page.request.path == ADDRESS
    assert "It is not sent yet" in page.text
    assert "bail é.txt" in page.text
    assert value_at(page, "/subject") == ANSWERS["subject"]
    assert value_at(page, "/question").strip() == ANSWERS["question"]
    assert "Step 2 of" in form_to(page, ADDRESS).submit("_go", value="next", status=200).text
    assert maya.cookies.get("fe_unsent", "") in ("", '""')
    (draft,) = rows(platform)
    assert draft.secret_hash is None


def test_files_that_were_there_already_are_kept(
    signed_in: SignedIn, people: People, platform: Platform
) -> None:  # fmt: skip
    """F8, F9: a file that the form had kept before the session ended is there again, and held by the draft."""
    maya = signed_in("maya")
    form = maya.form(ADDRESS, ADDRESS)
    control = form.html.find("input", attrs={"type": "file"})
    form[control["name"]] = [Upload("bail é.txt", b"Words of a lease.", "text/plain")]
    form = form_to(form.submit("_go", value="next", status=422), ADDRESS)
    end_sessions(platform)
    form.submit("_go", value="next", status=303)
    page = sign_in_again(maya, people).follow()
    assert "bail é.txt" in page.html.find(class_="ff-kept").get_text()
    with platform.database.reading() as session:
        assert len(session.scalars(select(DraftFile.file_id)).all()) == 1


def test_the_draft_that_the_page_began_with_is_replaced(
    signed_in: SignedIn, people: People, platform: Platform
) -> None:  # fmt: skip
    """F8: one draft is left, with what was typed last; unless another page changed it meanwhile."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), subject="Before")
    form = form_to(form.submit("_go", value="save", status=303).follow(), ADDRESS)
    end_sessions(platform)
    filled(form, subject="After").submit("_go", value="next", status=303)
    page = sign_in_again(maya, people).follow()
    assert value_at(page, "/subject") == "After"
    assert len(rows(platform)) == 1
    form = form_to(page, ADDRESS)
    with platform.database.transaction() as session:
        session.execute(update(Draft).values(version=7))
    end_sessions(platform)
    form.submit("_go", value="next", status=303)
    sign_in_again(maya, people)
    assert len(rows(platform)) == 2


def test_a_note_is_there_again(
    signed_in: SignedIn, people: People, platform: Platform, opened: Opened
) -> None:  # fmt: skip
    """F8: on its tab, with what was ticked; sent then, it leaves no draft behind."""
    reference, maya = opened("legal_advice", ADVICE), signed_in("maya")
    form = note_form(maya, reference)
    end_sessions(platform)
    form.submit(status=303)
    page = sign_in_again(maya, people).follow()
    assert page.request.path_qs.startswith(f"/dossiers/{reference}?tab=notes&draft=")
    assert page.html.find("textarea", id="note-text").get_text().strip() == NOTE
    assert maya.get("/drafts").html.find("a", string=f"What you wrote on {reference}") is not None
    form_to(page, f"/dossiers/{reference}/notes").submit(status=303)
    with platform.database.reading() as session:
        assert session.scalars(select(Note.text)).all() == [NOTE]
    assert rows(platform) == []


def test_a_step_is_there_again(signed_in: SignedIn, people: People, platform: Platform, opened: Opened) -> None:
    """F8: with its fields and its comment; done then, it leaves no draft behind."""
    reference, paul = opened("nda", NDA), signed_in("paul")
    add_document(paul, reference)
    address = f"/dossiers/{reference}/steps/ask_approval"
    form = filled(paul.form(address, address), review_summary="Standard terms.")
    form["comment"] = NOTE
    end_sessions(platform)
    form.submit(status=303)
    page = sign_in_again(paul, people, "paul").follow()
    assert page.request.path == address
    assert page.html.find("textarea", id="comment").get_text().strip() == NOTE
    assert value_at(page, "/review_summary").strip() == "Standard terms."
    form_to(page, address).submit(status=303)
    assert dossier_of(platform, reference).state == "approval"
    assert rows(platform) == []


def test_another_person_never_sees_it(
    signed_in: SignedIn, people: People, platform: Platform, opened: Opened
) -> None:  # fmt: skip
    """F8, T11: whoever signs in with the same browser gets nothing; the person themselves still does; with another
    browser nobody."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), subject=CANARY)
    end_sessions(platform)
    form.submit("_go", value="next", status=303)
    (draft,) = rows(platform)
    page = sign_in_again(maya, people, "paul")
    assert page.location.endswith("/")
    for address in ("/", "/drafts", f"/drafts/{draft.id}", f"{ADDRESS}?draft={draft.id}"):
        assert CANARY not in maya.get(address, status="*").text
    other = signed_in("maya")
    assert other.get(f"/drafts/{draft.id}", status="*").status_int == 404, "locked until its browser brings the secret"
    form_to(maya.get("/account"), "/sign-out").submit(status=303)
    assert value_at(sign_in_again(maya, people).follow(), "/subject") == CANARY


def test_what_is_kept_is_kept_for_an_hour(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """F8, T11: then the browser's secret is of no use, and the row is deleted with the expired drafts."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), subject=CANARY)
    end_sessions(platform)
    form.submit("_go", value="next", status=303)
    secret = maya.cookies["fe_unsent"]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61), tick=True):
        maya.set_cookie("fe_unsent", secret)
        assert sign_in_again(maya, people).location.endswith("/")
        with acting_on(platform, None) as work:
            expire_drafts(work)
    assert rows(platform) == []


def test_a_page_with_an_old_token_keeps_what_was_typed(
    signed_in: SignedIn, people: People, platform: Platform
) -> None:  # fmt: skip
    """F8, T10: signed in again in another tab, the person posts from this one: nothing is done, and what was typed is
    shown with a token that works. A post that does not say, signed, for whom it was drawn, is refused as ever."""
    maya = signed_in("maya")
    form = filled(maya.form(ADDRESS, ADDRESS), **ANSWERS)
    form_to(maya.get("/account"), "/sign-out").submit(status=303)
    sign_in_again(maya, people)
    page = form.submit("_go", value="send", status=303).follow()
    assert "nothing was sent" in page.text
    assert value_at(page, "/subject") == ANSWERS["subject"]
    form_to(page, ADDRESS).submit("_go", value="next", status=200)
    for value in ("", f"{people('paul').id}.{'0' * 64}", form["_for"].value[:-2] + "zz", people("maya").id):
        form["_for"] = value
        form.submit("_go", value="send", status=400)
    assert len(rows(platform)) == 1


def test_a_form_drawn_for_another_person_is_not_theirs(
    signed_in: SignedIn, people: People, platform: Platform
) -> None:  # fmt: skip
    """T10, T11: one's own signed control is of no use in another person's browser."""
    paul, maya = signed_in("paul"), signed_in("maya")
    mine = paul.form(ADDRESS, ADDRESS)["_for"].value
    form = filled(maya.form(ADDRESS, ADDRESS), subject=CANARY)
    form["_for"], form["csrf_token"] = mine, "0" * 64
    form.submit("_go", value="save", status=400)
    assert rows(platform) == []


def test_secrets_are_never_kept(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """T11: no password, code, consent or token is in what is kept; a password form is not kept at all."""
    maya = signed_in("maya")
    form = maya.form(ADDRESS, ADDRESS)
    account = form_to(maya.get("/account"), "/account/password")
    end_sessions(platform)
    account["present"], account["new"] = PASSWORD, "copper lantern walrus"
    account.submit(status=303)
    assert rows(platform) == []
    fields = [
        *form.submit_fields("_go", submit_value="next"),
        ("password", "x"),
        ("code", "123456"),
        ("consent", "yes"),
    ]
    maya.post(ADDRESS, fields, status=303)
    (draft,) = rows(platform)
    assert not {"password", "code", "consent", "csrf_token", "_for", "accept_notice"} & set(draft.controls)


def test_limits(signed_in: SignedIn, people: People, platform: Platform) -> None:
    """F8, T24: a post that is too long is not kept, and the page does not say that it was; nor is the 21st."""
    maya = signed_in("maya")
    form = maya.form(ADDRESS, ADDRESS)
    end_sessions(platform)
    form.submit_fields()
    name = form.html.find(attrs={"data-pointer": "/question"})["name"]
    maya.post(ADDRESS, [*form.submit_fields(), (name, "x" * 1_100_000)], status=303)
    assert "is kept" not in maya.get("/sign-in").text
    assert rows(platform) == []
    for _ in range(22):
        maya.post(ADDRESS, form.submit_fields(), status=303)
    assert len(rows(platform)) == 20
