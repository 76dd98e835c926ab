"""Pages of a request that several people fill in: the requester's, each part's, and the link's (F20)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import delete, select
from webtest import TestApp, Upload

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.drafts import Draft
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import SignIn
from tests.support.mails import mail_text, worded
from tests.support.pdf import PDF
from tests.support.people import People
from tests.web.conftest import Visiting, form_of

pytestmark = pytest.mark.site("parts")
CANARY = "canary-8842"
SUE = "sue@supplier.example"


class Journey:
    """One purchase, seen by those who fill it in."""

    def __init__(self, platform: Platform, people: People, visiting: Visiting) -> None:
        people.all()
        self.platform, self.people, self.visiting = platform, people, visiting
        self._browsers: dict[str, TestApp] = {}

    def __call__(self, who: str) -> TestApp:
        if who not in self._browsers:
            self._browsers[who] = self.visiting(self.people(who) if who != "sue" else None)
        return self._browsers[who]

    def begin(self, **answers: str) -> str:
        """Cleo sends her part; the address of the request."""
        page = self("cleo").get("/requests/new/purchase")
        given = {"/subject": "Chairs", "/amount": "500", "/supplier/name": "Sue Plier", "/supplier/email": SUE}
        form = fill(page, {**given, **answers})
        form["accept_notice"] = True
        return str(form.submit("_go", value="send", status=303).location)

    def mails(self, address: str) -> list[Any]:
        with self.platform.database.reading() as session:
            rows = session.scalars(select(Mail).where(Mail.to == address).order_by(Mail.id)).all()
            return [worded(self.platform, session, mail) for mail in rows]

    def link(self, address: str = SUE) -> str:
        texts = [mail_text(mail) for mail in self.mails(address) if mail.kind == "part_asked"]
        return "/act/" + texts[-1].split("/act/")[1].partition(")")[0]

    def code(self, address: str = SUE) -> str:
        return str([mail for mail in self.mails(address) if mail.kind == "code"][-1].subject)[:6]

    def dossiers(self) -> list[Dossier]:
        with self.platform.database.reading() as session:
            rows = list(session.scalars(select(Dossier)))
            _ = [row.submission.answers for row in rows]
            return rows


@pytest.fixture
def journey(platform: Platform, people: People, visiting: Visiting) -> Journey:
    return Journey(platform, people, visiting)


def name_of(page: Any, pointer: str) -> str:
    """The name of the control at a pointer."""
    control = page.html.find(attrs={"data-pointer": pointer})
    assert control is not None, pointer
    return str(control["name"])


def fill(page: Any, answers: dict[str, Any]) -> Any:
    """The form of a page with fields, filled in by pointer."""
    form = next(form for form in page.forms.values() if form.enctype == "multipart/form-data")
    for pointer, value in answers.items():
        form[name_of(page, pointer)] = value
    return form


def test_the_requester_fills_in_what_is_in_no_part(journey: Journey) -> None:
    """F20: the fields of others are not on the page, and who fills them in is said."""
    page = journey("cleo").get("/requests/new/purchase")
    assert "Finance, The supplier, Data protection" in page.text
    assert page.html.find(attrs={"data-pointer": "/budget"}) is None
    assert "Budget line" not in page.text
    assert page.html.find(attrs={"data-pointer": "/subject"}) is not None


def test_the_request_says_who_has_which_part(journey: Journey) -> None:
    """F20: for the requester and counsel; for others it does not exist; it has no reference, and is no dossier."""
    address = journey.begin()
    page = journey("cleo").get(address)
    assert "Being filled in" in page.text
    assert "With Finance since" in page.text
    assert "With Sue Plier (sue@supplier.example) since" in page.text
    assert "CTR-" not in page.text
    assert journey.dossiers() == []
    assert "Purchase of Chairs" in journey("cleo").get("/").text
    assert "Purchase of Chairs" in journey("paul").get("/desk?tab=unassigned").text
    journey("paul").get(address)
    for who in ("bo", "maya"):
        journey(who).get(address, status=404)


def test_a_part_is_filled_in_saved_and_sent(journey: Journey) -> None:
    """F20: Bo saves a draft, Di of the same team goes on with it and sends it."""
    address = journey.begin()
    home = journey("bo").get("/")
    assert "To be filled in" in home.text
    page = journey("bo").get(f"{address}/parts/finance")
    assert "Chairs" in page.text
    assert 'value="B-0"' in fill(page, {"/budget": "B-0"}).submit(status=200).text, "no button: nothing sent or saved"
    page = journey("bo").get(f"{address}/parts/finance")
    assert "B-0" not in page.text
    saved = fill(page, {"/budget": "B-1"}).submit("_go", value="save", status=303).follow()
    assert "not sent yet" in saved.text
    page = journey("di").get(f"{address}/parts/finance")
    form = fill(page, {"/cost_centre": "300"})
    assert form[name_of(page, "/budget")].value == "B-1"
    assert "Envoyé\u00a0: Finances" in form.submit("_go", value="send", status=303).follow().text
    assert "Sent by Di Moreau" in journey("cleo").get(address).text
    assert "B-1" in journey("cleo").get(address).text
    again = journey("bo").get(f"{address}/parts/finance", status=303).follow()
    assert "not open" in again.text


@pytest.mark.parametrize("button", ["save", "send"])
def test_two_pages_do_not_overwrite_each_other(journey: Journey, button: str) -> None:
    """F20, F8: the second to save or send is told, and keeps what was typed; so does the first, with their file."""
    address = journey.begin()
    pages = {who: journey(who).get(f"{address}/parts/finance") for who in ("bo", "di")}  # Di reads French
    typed = {"/budget": "of Bo", "/figures": Upload("figures.pdf", PDF, "application/pdf")}
    fill(pages["bo"], typed).submit("_go", value="save", status=303)
    wrong = fill(pages["di"], {"/cost_centre": "300"}).submit("_go", value="send", status=422)
    answer = fill(wrong, {"/budget": "of Di"}).submit("_go", value=button, status=422)
    assert "autre page" in answer.text if button == "save" else "enregistré un brouillon" in answer.text
    assert "Appuyez de nouveau" in answer.text
    assert 'value="of Di"' in answer.text
    kept = journey("bo").get(f"{address}/parts/finance")
    assert "figures.pdf" in kept.text
    assert 'value="of Bo"' in kept.text
    fill(answer, {}).submit("_go", value=button, status=303)  # once told, it replaces the other


def test_errors_keep_what_was_typed(journey: Journey) -> None:
    """F20: a missing answer of one's own is told at its control; what others have not filled in is not."""
    address = journey.begin()
    page = journey("bo").get(f"{address}/parts/finance")
    answer = fill(page, {"/cost_centre": "777"}).submit("_go", value="send", status=422)
    assert 'value="777"' in answer.text
    summary = answer.html.find(attrs={"data-error-summary": True}).text
    assert "Budget line" in summary
    assert "address" not in summary


@pytest.mark.parametrize("who", ["bo", "sue"])
def test_nothing_of_others_is_on_the_page(journey: Journey, who: str) -> None:
    """F20: no answer of the requester's or of another part, on the page, after an error, in a live update, in mails."""
    address = journey.begin(**{"/reason": CANARY, "/supplier/name": CANARY if who == "bo" else "Sue"})
    if who == "sue":
        page = journey("bo").get(f"{address}/parts/finance")
        fill(page, {"/budget": CANARY}).submit("_go", value="send", status=303)
    target = journey.link() if who == "sue" else f"{address}/parts/finance"
    page = journey(who).get(target)
    button = "code" if who == "sue" else "send"
    pages = [page, fill(page, {}).submit("_go", value=button, status=422)]
    form = fill(page, {})
    pages.append(journey(who).post(form.action, form.submit_fields("_go"), headers={"X-Form-Live": "1"}))
    assert all(CANARY not in each.text for each in pages)
    mails = journey.mails(SUE if who == "sue" else "bo@example.com")
    assert all(CANARY not in mail_text(mail) + mail.subject for mail in mails)


def test_a_forged_post_changes_nothing_of_others(journey: Journey) -> None:
    """F20: controls of another part's fields are not read, nor those of the requester's."""
    address = journey.begin()
    own = journey("cleo").get("/requests/new/purchase")
    theirs = journey("sue").get(journey.link())
    page = journey("bo").get(f"{address}/parts/finance")
    fields = [*fill(page, {"/budget": "B-1"}).submit_fields("_go"), (name_of(own, "/subject"), "forged")]
    fields += [(name_of(theirs, "/their_address"), "forged"), ("_go", "send")]
    journey("bo").post(f"{address}/parts/finance", fields, status=303)
    form = fill(theirs, {"/their_address": "1 Supply Street"})
    form.submit("_go", value="code", status=200)
    theirs = journey("sue").get(journey.link())
    form = fill(theirs, {"/their_address": "1 Supply Street"})
    form["code"] = journey.code()
    form.submit("_go", value="send", status=200)
    (dossier,) = journey.dossiers()
    assert "forged" not in str(dossier.submission.answers)
    assert dossier.submission.answers["subject"] == "Chairs"


def test_somebody_outside_fills_in_by_link(journey: Journey) -> None:
    """F20, T16: reads, saves, uploads, asks for the code and sends; the link is used up then."""
    address = journey.begin()
    link = journey.link()
    page = journey("sue").get(link)
    assert "Dear Sue Plier, Cleo Marchand (Acme Group) asks you" in page.text
    saved = fill(page, {"/their_address": "1 Supply Street"}).submit("_go", value="save", status=303).follow()
    form = fill(saved, {"/paper": Upload("paper.pdf", PDF, "application/pdf")})
    asked = form.submit("_go", value="code", status=200)
    assert "We have sent a six-digit code" in asked.text
    assert "paper.pdf" in asked.text
    form = fill(asked, {})
    assert form[name_of(asked, "/their_address")].value == "1 Supply Street"
    form["code"] = "000000"
    wrong = form.submit("_go", value="send", status=422)
    assert "not the code" in wrong.text
    form = fill(wrong, {})
    form["code"] = journey.code()
    done = form.submit("_go", value="send", status=200)
    assert "Thank you, your part is sent" in done.text
    journey("sue").get(link, status=410)
    page = journey("cleo").get(address)
    assert "paper.pdf" in page.text
    file = re.search(r'href="(/filling/\d+/files/[0-9a-f]+)"', page.text)
    assert file is not None
    assert journey("cleo").get(file[1]).body == PDF
    journey("bo").get(file[1], status=404)
    journey("bo").get(file[1].replace("/files/", "/parts/finance/files/"), status=404)


def test_it_becomes_a_dossier(journey: Journey) -> None:
    """F20: when the last part is in; the page of the request leads there."""
    address = journey.begin()
    page = journey("bo").get(f"{address}/parts/finance")
    fill(page, {"/budget": "B-1"}).submit("_go", value="send", status=303)
    page = journey("sue").get(journey.link())
    asked = fill(page, {"/their_address": "1 Supply Street"}).submit("_go", value="code")
    form = fill(asked, {})
    form["code"] = journey.code()
    form.submit("_go", value="send", status=200)
    page = journey("cleo").get(address, status=303).follow()
    assert "CTR-" in page.text
    history = journey("cleo").get(page.request.path + "?tab=history").text
    assert "Filled in: Finance" in history


def test_whoever_is_in_charge_changes_who_is_asked(journey: Journey) -> None:
    """F20: another address, another person, a reminder, opened again, withdrawn."""
    address = journey.begin()
    counsel = journey("paul")
    page = counsel.get(address)
    forms = [form for form in page.forms.values() if form.action == f"{address_path(address)}/reassignment"]
    finance, supplier = forms[0], forms[1]
    supplier["email"], supplier["name"] = "nobody@", "Sue"
    assert "whole e-mail address" in supplier.submit(status=422).text
    supplier["email"] = "sue@right.example"
    supplier.submit(status=303)
    assert journey.link("sue@right.example")
    journey("sue").get(journey.link(), status=410)
    finance["person"] = journey.people("maya").id
    finance.submit(status=303)
    assert journey("maya").get(f"{address}/parts/finance").status_int == 200
    journey("bo").get(f"{address}/parts/finance", status=404)
    page = counsel.get(address)
    reminder = form_of(f"{address_path(address)}/reminder", page)
    assert "Reminder sent" in page.forms[reminder].submit(status=303).follow().text
    withdrawal = page.forms[form_of(f"{address_path(address)}/withdrawal", page)]
    assert "was withdrawn on" in withdrawal.submit(status=303).follow().text


def address_path(address: str) -> str:
    return "/filling/" + address.rsplit("/", 1)[1]


def test_french(journey: Journey) -> None:
    """F20: the pages in French, for Di and for whoever chooses it."""
    address = journey.begin()
    page = journey("di").get(f"{address}/parts/finance")
    assert "Cleo Marchand vous demande de remplir cette partie" in page.text
    assert "Ligne budgétaire" in page.text
    cleo = journey("cleo")
    cleo.post("/language", {"language": "fr", "next": "/", "csrf_token": token_of(cleo.get(address))})
    page = cleo.get(address)
    assert "Chez Finances depuis le" in page.text
    assert "En cours de remplissage" in page.text


def token_of(page: Any) -> str:
    return str(page.html.find(attrs={"name": "csrf_token"})["value"])


def test_what_was_typed_is_there_again_when_the_session_had_ended(journey: Journey) -> None:
    """F20, F8: as on every other page with a form; sending it leaves nothing behind."""
    part = f"{journey.begin()}/parts/finance"
    form = fill(journey("bo").get(part), {"/budget": "B-77"})
    with journey.platform.database.transaction() as session:
        session.execute(delete(SignIn))
    assert "/sign-in" in str(form.submit("_go", value="send", status=303).location)
    sign_in = journey("bo").get("/sign-in")
    entry = sign_in.forms[form_of("/sign-in", sign_in)]
    entry["email"], entry["password"] = journey.people("bo").email, journey.people.password
    page = entry.submit(status=303).follow()
    assert page.request.path == part.removeprefix("http://localhost")
    assert page.html.find(attrs={"data-pointer": "/budget"})["value"] == "B-77"
    fill(page, {}).submit("_go", value="send", status=303)
    with journey.platform.database.reading() as session:
        assert session.scalars(select(Draft)).all() == []


def test_what_was_typed_too_late_is_shown_to_be_copied(journey: Journey) -> None:
    """F20, F8, T13: a part that a colleague has sent, or of a request that was withdrawn; by link as well. What a
    colleague has sent is not guessed: the answer is the same for other words and for theirs.
    """
    address = journey.begin(**{"/amount": "5000"})
    part, link = f"{address}/parts/finance", journey.link()
    pages = {who: journey(who).get(part if who != "sue" else link) for who in ("bo", "di", "sue")}
    sent = fill(pages["di"], {"/budget": "of Di", "/approval_note": "Because"})
    sent.submit("_go", value="send", status=303)
    sent.submit("_go", value="send", status=303)  # the same again, as by a double click
    typed = {"/budget": "of Bo", "/figures": Upload("figures.pdf", PDF, "application/pdf")}
    answer = fill(pages["bo"], typed).submit("_go", value="send", status=409)
    assert {("Budget line", "of Bo"), ("Cost centre", "100"), ("Also", "figures.pdf")} <= copied(answer)
    guessed = fill(pages["bo"], {"/budget": "of Di", "/approval_note": "Because"}).submit(
        "_go", value="send", status=409
    )
    assert ("Budget line", "of Di") in copied(guessed)
    withdrawal = journey("cleo").get(address)
    withdrawal.forms[form_of(f"{address_path(address)}/withdrawal", withdrawal)].submit(status=303)
    typed = {"/budget": "B-1", "/approval_note": "A long reason"}
    late = fill(pages["bo"], typed).submit("_go", value="save", status=409)
    assert {("Budget line", "B-1"), ("Also", "A long reason")} <= copied(late)  # which nothing calls up any more
    spent = fill(pages["sue"], {"/their_address": "1 Supply Street"}).submit("_go", value="save", status=410)
    assert ("Your address", "1 Supply Street") in copied(spent)


def test_what_was_typed_by_somebody_who_is_not_asked_any_more(journey: Journey) -> None:
    """F20, F8, T13: they get back their own words, and read nothing of the request."""
    address = journey.begin()
    page = journey("bo").get(f"{address}/parts/finance")
    counsel = journey("paul").get(address)
    other = next(form for form in counsel.forms.values() if form.action == f"{address_path(address)}/reassignment")
    other["person"] = journey.people("maya").id
    other.submit(status=303)
    lost = fill(page, {"/budget": "of Bo"}).submit("_go", value="send", status=404)
    assert lost.html.find("textarea", id="written").text.strip().splitlines()[0] == "of Bo"
    assert "Chairs" not in lost.text


def copied(page: Any) -> set[tuple[str, str]]:
    """What a page shows to be copied, as (title, text)."""
    rows = page.html.find("dl", class_="fe-moved").find_all("div")
    return {(row.dt.text, row.dd.text) for row in rows}


def test_asking_for_a_code_saves_what_was_typed(journey: Journey) -> None:
    """F20, T16: also where the last code was sent a moment ago: the same form, with what was typed."""
    journey.begin()
    link = journey.link()
    page = journey("sue").get(link)
    asked = fill(page, {"/their_address": "1 Supply Street"}).submit("_go", value="code", status=200)
    assert journey("sue").get(link).html.find(attrs={"data-pointer": "/their_address"})["value"] == "1 Supply Street"
    soon = fill(asked, {"/their_address": "2 Supply Street"}).submit("_go", value="code", status=429)
    assert "Please wait" in soon.html.find(class_="fe-problems").text
    fill(journey("sue").get(link), {"/their_address": "On another device"}).submit("_go", value="save", status=303)
    form = fill(soon, {})
    assert form[name_of(soon, "/their_address")].value == "2 Supply Street"
    form["code"] = journey.code()
    stale = form.submit("_go", value="send", status=422)
    assert "Somebody has saved a draft" in stale.text
    fill(stale, {}).submit("_go", value="send", status=200)  # once told, it replaces the other; the code still holds
