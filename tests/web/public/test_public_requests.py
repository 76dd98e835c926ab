"""Requests without an account: filled in, confirmed by mail, followed by a secret link."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp, TestResponse, Upload

from formengine.services.accounts.invitations import invite
from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.notes import add_note
from formengine.services.dossiers.transitions import perform
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.drafts import Draft
from formengine.storage.models.files_and_notes import Attachment, StoredFile
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.web.public import request_form
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to

pytestmark = pytest.mark.site("public")
FORM, EMAIL = "/public/requests/data_request", "dana@people.test"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests fill in a form sooner than people do."""
    monkeypatch.setattr(request_form, "QUICKEST", timedelta(0))


@pytest.fixture
def stranger(app: Any, people: People) -> Visitor:
    """A browser of somebody without an account; the privacy lawyer is there."""
    people("nora")
    return Visitor(app)


def typed(page: TestResponse, **answers: str) -> Any:
    """The form of a page with answers to its fields by name, and the controls of the sender."""
    form = form_to(page, FORM)
    for name, value in answers.items():
        control = page.html.find(attrs={"data-pointer": f"/{name}"})
        form[control["name"] if control is not None else name] = value
    return form


def filled(stranger: Visitor, email: str = EMAIL, words: str = "Everything, please", **others: Any) -> TestResponse:
    """Fill in the form to its end and send it."""
    page = typed(stranger.get(FORM, {"lang": "en"}), words=words)
    names = {c["value"]: c["name"] for c in stranger.get(FORM).html.find_all("input", type="radio")}
    page[next(iter(names.values()))] = sorted(names)[0]
    second = page.submit("_go", value="next", status=200)
    summary = form_to(second, FORM).submit("_go", value="next", status=200)
    last = form_to(summary, FORM)
    for name, value in {"sender_name": "Dana Doe", "sender_email": email, "accept_notice": "yes", **others}.items():
        last[name] = value
    return last.submit("_go", value="send", status="*")


Mails = Callable[..., list[str]]


@pytest.fixture
def mails(platform: Platform) -> Mails:
    """`mails("confirm_request")`: the texts of the mails of a kind to Dana, the oldest first."""

    def read(kind: str, to: str = EMAIL) -> list[str]:
        with platform.database.reading() as session:
            rows = session.scalars(select(Mail).where(Mail.kind == kind, Mail.to == to).order_by(Mail.id)).all()
            return [word_mail(platform, session, mail)[1] for mail in rows]

    return read


def link_of(text: str, under: str) -> str:
    match = re.search(rf"https?://[^/\s]+(/{under}/[^\s>)]+)", text)
    assert match, text
    return match[1]


def sent(stranger: Visitor, mails: Mails) -> str:
    """A request that was filled in and confirmed: the address of its status page."""
    filled(stranger)
    page = stranger.get(link_of(mails("confirm_request")[-1], "public/confirmation"))
    return str(form_to(page, page.request.path).submit(status=303).location).removeprefix("http://localhost")


def dossiers(platform: Platform) -> list[Dossier]:
    with platform.database.reading() as session:
        return list(session.scalars(select(Dossier)))


def test_only_public_forms_are_open(stranger: Visitor) -> None:
    """F13: those of `audience: public`; any other needs an account."""
    page = stranger.get("/public")
    assert page.html.find("a", href=FORM) is not None
    assert "Question for the team" not in page.text
    stranger.get("/public/requests/question", status=404)
    stranger.get("/public/requests/nobody", status=404)


def test_nothing_is_sent_before_the_address_is_confirmed(stranger: Visitor, mails: Mails, platform: Platform) -> None:
    """F13: opening the link sends nothing either, as mail programs open links; it may be used twice."""
    answer = filled(stranger).follow()
    assert "Check your mail" in answer.text
    assert EMAIL in answer.text
    assert dossiers(platform) == []
    address = link_of(mails("confirm_request")[0], "public/confirmation")
    page = stranger.get(address)
    assert "Everything, please" in page.text
    assert dossiers(platform) == []
    status = form_to(page, address).submit(status=303)
    dossier = dossiers(platform)[0]
    assert f"/status/{dossier.reference}/" in status.location
    assert stranger.get(address, status=303).location == status.location
    assert stranger.post(address, {"csrf_token": stranger.cookies["fe_csrf"]}, status=303).location == status.location
    assert len(dossiers(platform)) == 1


def test_the_team_is_told_and_the_sender_gets_the_link(stranger: Visitor, mails: Mails) -> None:
    """F13, P10, P11: each mail to the sender has the status page, in place of a page that needs an account."""
    address = sent(stranger, mails)
    assert mails("new_dossier", "nora@example.com")
    copy = mails("submission")[0]
    assert address in copy
    assert "/dossiers/" not in copy


def test_a_stranger_sends_no_words_by_our_mail(stranger: Visitor, mails: Mails, platform: Platform) -> None:
    """F13, T19: whoever types somebody else's address cannot have the portal write to it what they like."""
    assert filled(stranger, sender_name="Win at https://evil.example", words="Buy this").status_int == 303
    assert "evil.example" not in mails("confirm_request")[0]
    assert "Buy this" not in mails("confirm_request")[0]
    with platform.database.reading() as session:
        assert "evil.example" not in str(session.scalars(select(Mail.variables)).all())


def test_a_guest_may_be_let_in(stranger: Visitor, mails: Mails, acting: Acting, people: People) -> None:
    """F13, U2: an invitation makes an account of somebody who had none; the secret link opens nothing then."""
    address = sent(stranger, mails)
    with acting(people("sam")) as work:
        person = invite(work, EMAIL, "Dana Doe", "client")
        assert person.state == "invited"
    stranger.get(address, status=404)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_guest_has_no_role_to_be_changed(
    stranger: Visitor, mails: Mails, people: People, platform: Platform, signed_in: SignedIn
) -> None:
    """F13, U7: the admin's page of a guest offers an invitation instead, in both languages."""
    sent(stranger, mails)
    with platform.database.reading() as session:
        number = session.scalars(select(Person.id).where(Person.email == EMAIL)).one()
    sam = signed_in("sam")
    page = sam.get(f"/admin/people/{number}", {"lang": "en"})
    assert page.html.find("form", action=f"/admin/people/{number}/role") is None
    assert "They have no password and cannot sign in." in page
    assert "par un lien secret repris dans chaque e-mail" in sam.get(f"/admin/people/{number}", {"lang": "fr"})
    assert form_to(page.click("Invite this person"), "/admin/people")["email"].value == EMAIL


def test_no_row_holds_the_secrets(stranger: Visitor, mails: Mails, platform: Platform) -> None:
    """F13, T16: the database has neither the secret of the confirmation nor that of the status page."""
    filled(stranger)
    confirmation = link_of(mails("confirm_request")[0], "public/confirmation")
    page = stranger.get(confirmation)
    status = form_to(page, confirmation).submit(status=303).location
    with platform.database.reading() as session:
        rows = [f"{mail.variables} {mail.text}" for mail in session.scalars(select(Mail))]
        rows += [f"{vars(draft)}" for draft in session.scalars(select(Draft))]
    for address in (confirmation, status):
        assert not any(address.rsplit("/", 1)[1] in row for row in rows)


def test_the_sender_cannot_sign_in(stranger: Visitor, mails: Mails, platform: Platform, people: People) -> None:
    """F13, U1: a person without an account, who is offered to nobody as a colleague."""
    sent(stranger, mails)
    with platform.database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        assert (person.state, person.role, person.password_hash) == ("guest", "client", None)
    stranger.get("/matters", status=303)


def test_an_account_follows_its_request_there(stranger: Visitor, mails: Mails, people: People) -> None:
    """F13: whoever has an account finds the request in it, and gets no secret link."""
    maya = people("maya")
    filled(stranger, maya.email)
    address = link_of(mails("confirm_request", maya.email)[0], "public/confirmation")
    location = form_to(stranger.get(address), address).submit(status=303).location
    assert re.search(r"/dossiers/MAT-\d{4}-0001$", location)
    assert "/status/" not in mails("submission", maya.email)[0]
    assert Visitor(stranger.app).sign_in(maya, people.password).get(location).status_int == 200


def test_a_closed_account_is_refused(stranger: Visitor, mails: Mails, people: People, platform: Platform) -> None:
    people.add(EMAIL, state="closed")
    filled(stranger)
    address = link_of(mails("confirm_request")[0], "public/confirmation")
    page = form_to(stranger.get(address), address).submit(status=422)
    assert "This address cannot send requests." in page.text
    assert dossiers(platform) == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"email": "nobody"}, "Write a whole e-mail address"),
        ({"email": "a@b.test\u202e"}, "Write a whole e-mail address"),
        ({"sender_name": " "}, "Write your name."),
        ({"accept_notice": ""}, "Tick the box"),
    ],
)
def test_what_is_missing_is_told_at_its_control(
    stranger: Visitor, values: dict[str, str], sentence: str, platform: Platform
) -> None:
    """F6, F13: with everything that was typed."""
    if "accept_notice" in values:
        values = {**values, "accept_notice": None}  # type: ignore[dict-item]
    page = filled(stranger, **values)
    assert page.status_int == 422
    assert sentence in page.html.find(attrs={"data-error-summary": True}).get_text()
    assert "Everything, please" in page.text
    with platform.database.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_machines_are_told_nothing(stranger: Visitor, platform: Platform, mails: Mails) -> None:
    """F13, T19: who fills in the control that is out of sight is thanked, and nothing is kept."""
    assert filled(stranger, website="https://spam.example").status_int == 303
    assert mails("confirm_request") == []


@pytest.mark.parametrize("mark", ["", "1.abc", "99999999999.", "x" * 500])
def test_a_form_that_comes_too_soon_is_shown_again(
    stranger: Visitor, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F13, T19: or without the mark of when it was drawn, which is signed."""
    page = filled(stranger, _begun=mark)
    assert page.status_int == 422
    assert "That was very quick." in page.text
    monkeypatch.setattr(request_form, "QUICKEST", timedelta(hours=1))
    assert "That was very quick." in filled(stranger).text


def test_links_that_are_none_say_so(stranger: Visitor, mails: Mails, platform: Platform) -> None:
    """F13: unknown, of another dossier, and expired; the answers of an expired one are deleted by the next job."""
    address = sent(stranger, mails)
    other = sent(stranger, mails)
    reference, token = address.split("/")[2:]
    assert "This link no longer works" in stranger.get("/public/confirmation/nothing", status=404).text
    for wrong in (
        "nothing",
        token[:-1],
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        other.split("/")[3],
        "%C3%A9" * 43,
    ):
        stranger.get(f"/status/{reference}/{wrong}", status=404)
    filled(stranger)
    with platform.database.transaction() as session:
        for draft in session.scalars(select(Draft)):
            draft.expires_at -= timedelta(days=3)
    page = stranger.get(link_of(mails("confirm_request")[-1], "public/confirmation"), status=410)
    assert "It was valid for two days." in page.text


def test_what_the_status_page_shows(stranger: Visitor, mails: Mails, acting: Acting, people: People) -> None:
    """F13: the state in the client's words, what happened, notes for the client, answers; nothing internal."""
    address = sent(stranger, mails)
    reference = address.split("/")[2]
    with acting(people("nora")) as work:
        add_note(work, reference, "Public words")
    with acting(people("nora")) as work:
        add_note(work, reference, "Internal words", internal=True)
    with acting(people("nora")) as work:
        perform(work, reference, "ask_proof", _version(work, reference), comment="Send a copy of your passport.")
    page = stranger.get(address)
    for words in ("We need to know who you are", "Send a copy of your passport.", "Public words", "Everything, please"):
        assert words in page.text
    for words in ("Internal words", "Identity in doubt"):
        assert words not in page.text
    assert "Send a copy of your passport." in mails("transition")[0]
    assert address in mails("transition")[0]


def _version(work: Any, reference: str) -> int:
    version: int = work.session.scalars(select(Dossier.version).where(Dossier.reference == reference)).one()
    return version


def test_the_sender_answers_with_notes_files_and_steps(
    stranger: Visitor, mails: Mails, acting: Acting, people: People, platform: Platform
) -> None:
    """F13, P19: as the state allows; the team is told."""
    address = sent(stranger, mails)
    reference = address.split("/")[2]
    form = form_to(stranger.get(address), f"{address}/notes")
    form["text"], form["files"] = "Here it is", [Upload("passport.txt", b"No. 12", "text/plain")]
    page = form.submit(status=303).follow()
    assert "Here it is" in page.text
    link = page.html.find("a", string="passport.txt")
    assert stranger.get(link["href"]).body == b"No. 12"
    assert mails("note", "nora@example.com")
    with acting(people("nora")) as work:
        perform(work, reference, "ask_proof", _version(work, reference), comment="Who are you?")
    step = form_to(stranger.get(address), f"{address}/steps/prove")
    assert "comment" in step.submit(status=422).text
    step["comment"] = "See my note."
    step["version"] = step["version"].value
    moved = form_to(stranger.get(address), f"{address}/steps/prove")
    moved["comment"] = "See my note."
    assert "We look for your data" in moved.submit(status=303).follow().text
    stranger.post(f"{address}/steps/answer", {"csrf_token": stranger.cookies["fe_csrf"]}, status=404)


def test_an_ended_request_takes_no_notes(stranger: Visitor, mails: Mails, acting: Acting, people: People) -> None:
    """F13: what is typed then is refused and shown again."""
    address = sent(stranger, mails)
    form = form_to(stranger.get(address), f"{address}/notes")
    form_to(stranger.get(address), f"{address}/steps/withdraw").submit(status=303)
    assert stranger.get(address).html.find(id="note-text") is None
    form["text"] = "Too late"
    assert "This request has ended" in form.submit(status=422).text


def test_files_of_the_form_belong_to_the_dossier(stranger: Visitor, mails: Mails, platform: Platform) -> None:
    """F13, F9: kept until the request is confirmed, then the sender's; nobody reads them by another dossier's link."""
    page = typed(stranger.get(FORM), words="With a paper")
    radios = stranger.get(FORM).html.find_all("input", type="radio")
    page[radios[0]["name"]] = radios[0]["value"]
    second = page.submit("_go", value="next")
    form = form_to(second, FORM)
    control = second.html.find("input", type="file")["name"]
    form[control] = Upload("proof.txt", b"It is me", "text/plain")
    last = form_to(form.submit("_go", value="next"), FORM)
    last["sender_name"], last["sender_email"], last["accept_notice"] = "Dana Doe", EMAIL, "yes"
    last.submit("_go", value="send", status=303)
    address = link_of(mails("confirm_request")[0], "public/confirmation")
    status = str(form_to(stranger.get(address), address).submit(status=303).location)
    with platform.database.reading() as session:
        stored, dossier = session.scalars(select(StoredFile)).one(), session.scalars(select(Dossier)).one()
        assert (stored.dossier_id, stored.stored_by) == (dossier.id, dossier.requester_id)
        attachment = session.scalars(select(Attachment)).one().id
    assert stranger.get(stranger.get(status).html.find("a", string="proof.txt")["href"]).body == b"It is me"
    other = sent(stranger, mails)
    stranger.get(f"{other}/files/{attachment}", status=404)


def test_lost_links_are_sent_again(stranger: Visitor, mails: Mails) -> None:
    """F13: to the address alone; the answer is the same for one that nobody knows."""
    address = sent(stranger, mails)
    answers = []
    for email in (EMAIL, "unknown@people.test"):
        form = form_to(stranger.get("/public/links"), "/public/links")
        form["email"] = email
        answers.append(form.submit().text.replace(email, ""))
    assert re.sub(r'value="[^"]*"', "", answers[0]) == re.sub(r'value="[^"]*"', "", answers[1])
    assert address in mails("status_links")[0]
    assert mails("status_links", "unknown@people.test") == []
    form["email"] = "nothing"
    assert "Write a whole e-mail address" in form.submit(status=422).text


def test_a_key_that_was_replaced_still_opens_the_page(stranger: Visitor, mails: Mails, make_platform: Any) -> None:
    """F13: while the old key is listed."""
    address = sent(stranger, mails)
    rotated = make_platform(
        secret="another-secret-for-the-tests,-long-enough a-secret-for-the-tests-alone,-long-enough"
    )
    stranger.app.registry.platform = rotated
    assert stranger.get(address).status_int == 200
    stranger.app.registry.platform = make_platform(secret="another-secret-for-the-tests,-long-enough")
    stranger.get(address, status=404)


def test_it_is_in_the_catalogue_of_people_with_an_account(signed_in: SignedIn) -> None:
    """F13, P6: public forms are offered to them too, on the usual page."""
    assert signed_in("maya").get("/requests/new").html.find("a", href="/requests/new/data_request") is not None


def test_the_sign_in_page_leads_there(app: Any, people: People) -> None:
    """F13: where there is such a form."""
    assert TestApp(app).get("/sign-in").html.find("a", href="/public") is not None
