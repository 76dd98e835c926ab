"""Signers corrected, replaced, added and put in copy, on the page and by the API (S9)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from formengine.jobs import Attempt
from formengine.mail import open_transport
from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers.assignment import claim
from formengine.services.dossiers.documents import draft_document
from formengine.services.notifications.delivery import run_delivery
from formengine.services.notifications.mail_text import word_mail
from formengine.storage.models.dossiers import Submission
from formengine.storage.models.history import HistoryEntry
from formengine.storage.models.mails import Mail
from formengine.storage.models.people import Person
from formengine.storage.models.rounds import Round, Seat
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.smtp import Inbox
from tests.web.api.conftest import Caller
from tests.web.conftest import link_in
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, dossier_of, form_to
from tests.web.guest.test_codes import newest_code

OURS, IN_FRONT = "ines@example.com", {"name": "Ines Marchand"}
JOE, NEW, LAWYER = "joe@globex.test", "jo.martin@globex.test", "lee@firm.test"


@pytest.fixture
def signing(opened: Opened, acting: Acting, people: People, platform: Platform) -> str:
    """An NDA of Maya's on our paper, out for signature by Joe; Paul is in charge."""
    reference = opened("nda", {**NDA, "personal_data": False})
    with acting(people("paul")) as work:
        claim(work, reference)
    with acting(None) as work:
        draft_document(work, dossier_of(platform, reference).id, "agreement", after=0)
    return reference


def mails(platform: Platform, kind: str) -> list[tuple[str, str]]:
    """The mails of a kind, the oldest first: (address, text)."""
    with platform.database.reading() as session:
        rows = session.scalars(select(Mail).where(Mail.kind == kind).order_by(Mail.id))
        return [(mail.to, word_mail(platform, session, mail)[1]) for mail in rows]


def link_to(platform: Platform, address: str) -> str:
    return link_in([text for to, text in mails(platform, "signature_asked") if to == address][-1])


def seats(platform: Platform) -> dict[str, str]:
    with platform.database.reading() as session:
        return {seat.person: seat.status for seat in session.scalars(select(Seat).order_by(Seat.id))}


def form(visitor: Visitor, reference: str, tail: str) -> Any:
    return form_to(visitor.get(f"/dossiers/{reference}?tab=approvals"), f"/dossiers/{reference}/{tail}")


def test_a_signers_address_is_corrected(signed_in: SignedIn, signing: str, platform: Platform, app: Any) -> None:
    """S9: with an entry and a fresh link; the link to the wrong address ends, and asks for no other one."""
    old = link_to(platform, JOE)
    correction = form(signed_in("paul"), signing, "seats/correction")
    assert (correction["name"].value, correction["email"].value) == ("Joe Martin", JOE)
    correction["name"], correction["email"] = "Jo Martin", NEW
    page = correction.submit(status=303).follow()
    assert "a new link was sent" in page.text
    assert "Jo Martin" in page.text
    assert seats(platform) == {JOE: "removed", NEW: "open"}
    Visitor(app).get(old, status=410)
    assert "Dear Jo Martin" in Visitor(app).get(link_to(platform, NEW)).text
    history = signed_in("paul").get(f"/dossiers/{signing}?tab=history").text
    assert f"Signer corrected: {JOE}, now {NEW}" in history
    with platform.database.reading() as session:
        entry = session.scalars(select(HistoryEntry).where(HistoryEntry.kind == "seat_corrected")).one()
        assert entry.payload["data"]["person"] == JOE


def test_answers_that_change_rename_nobody_who_is_asked(
    signed_in: SignedIn, signing: str, platform: Platform, app: Any
) -> None:
    """S9, S6: the page, the link and the API keep the name by which the signer was asked, until it is corrected; who
    was asked before names were kept has one since the dossier changed.
    """
    with platform.database.transaction() as session:
        seat = session.scalars(select(Seat)).one()
        seat.data = {name: value for name, value in seat.data.items() if name != "name"}
    copy = form(signed_in("paul"), signing, "copies")
    copy["email"] = LAWYER
    copy.submit(status=303)
    with platform.database.transaction() as session:
        submission = session.scalars(select(Submission)).one()
        submission.answers = {**submission.answers, "counterparty_contact": {"name": "Zoe Other", "email": JOE}}
    page = signed_in("paul").get(f"/dossiers/{signing}?tab=approvals")
    assert "Joe Martin" in page.text
    assert "Zoe Other" not in page.text
    assert "Dear Joe Martin" in Visitor(app).get(link_to(platform, JOE)).text
    change = form(signed_in("paul"), signing, "seats/correction")
    change["name"] = "Jo Martin"
    assert "Jo Martin" in change.submit(status=303).follow().text


def test_an_account_of_ours_that_is_made_later_does_not_sign_by_link(
    signed_in: SignedIn, signing: str, platform: Platform, people: People, app: Any
) -> None:
    """S9, T15: the page says so to the signer, and to whoever is in charge, who asks somebody else; so does the API."""
    guest, counsel = Visitor(app), people("ana").id
    page = guest.get(link_to(platform, JOE))
    path = next(form.action for form in page.forms.values() if form.action.endswith("/code"))
    signature = form_to(form_to(page, path).submit(status=303).follow(), path.replace("/code", "/signature"))
    signature["code"], signature["text"], signature["consent"] = newest_code(platform), "Joe Martin", True
    with platform.database.transaction() as session:
        session.get_one(Person, counsel).email = JOE
    refused = signature.submit(status=422)
    assert "You are on our own side by now, and cannot sign as “other company”" in refused.text
    assert "Joe Martin" in refused.text
    assert seats(platform) == {JOE: "open"}
    sentence = "is one of our own people by now, and cannot sign as “other company”: ask somebody else here."
    assert sentence in signed_in("paul").get(f"/dossiers/{signing}?tab=approvals").text
    with platform.database.transaction() as session:
        work = UnitOfWork(platform, session, people("paul"))
        caller = Caller(app, create_token(work, people("paul"), ["read", "work"]))
    (round_,) = caller.get(f"/api/v1/dossiers/{signing}/signatures").json["rounds"]
    assert [sentence in notice["sentence"] for notice in round_["unsettled"]] == [True]


def test_what_is_no_address_is_said(signed_in: SignedIn, signing: str, platform: Platform) -> None:
    """S9: nothing changes."""
    correction = form(signed_in("paul"), signing, "seats/correction")
    correction["email"] = "joe at globex"
    assert "Write a whole e-mail address" in correction.submit(status=422).text
    assert seats(platform) == {JOE: "open"}


@pytest.mark.parametrize("tail", ["correction", "replacement"])
@pytest.mark.parametrize("name", ["ines", "paul"])
def test_our_own_people_do_not_sign_for_the_other_party(
    signed_in: SignedIn, signing: str, platform: Platform, people: People, tail: str, name: str
) -> None:
    """S9, T15: neither our signatory nor whoever is in charge; the page says so and keeps what was typed."""
    change = form(signed_in("paul"), signing, f"seats/{tail}")
    change["name"], change["email"] = "Joe Martin", people(name).email.upper()
    page = change.submit(status=422)
    assert "cannot sign as “other company”: name somebody of that party." in page.text
    assert people(name).email.upper() in page.text
    assert seats(platform) == {JOE: "open"}


def test_a_party_for_which_nobody_is_asked(
    opened: Opened, signed_in: SignedIn, acting: Acting, people: People, platform: Platform, app: Any
) -> None:
    """S9, T15: the answers name our own signatory; the page and the API say so, whoever is added takes the role."""
    reference = opened("nda", {**NDA, "personal_data": False, "counterparty_contact": {**IN_FRONT, "email": OURS}})
    with acting(people("paul")) as work:
        claim(work, reference)
        token = create_token(work, people("paul"), ["read", "work"])
    assert seats(platform) == {}
    (round_,) = Caller(app, token).get(f"/api/v1/dossiers/{reference}/signatures").json["rounds"]
    (notice,) = round_["unsettled"]
    address = f"/api/v1/dossiers/{reference}/rounds/{round_['id']}/seats"
    refused = Caller(app, token).post_json(address, {"add": {"email": OURS.upper()}}, status=422)
    assert "one of our own people" in refused.text
    assert notice["role"] == "Other company"
    assert "Nobody is asked to sign as “other company”" in notice["sentence"]
    assert "ines@example.com signs for our own side" in notice["sentence"]
    paul = signed_in("paul")
    page = paul.get(f"/dossiers/{reference}?tab=approvals")
    assert notice["sentence"] in page.text
    theo = signed_in("theo").get(f"/dossiers/{reference}?tab=approvals")
    assert ["For whoever is in charge of this dossier:" in seen for seen in (page, theo)] == [False, True]
    assert "Who is added now signs as “other company”, for which somebody is missing." in page.text
    assert "Personne n’est appelé à signer" in signed_in("ines").get(f"/dossiers/{reference}?tab=approvals").text
    adding = form(paul, reference, "seats")
    adding["email"], adding["name"] = NEW, "Joe Martin"
    adding.submit(status=303)
    (round_,) = Caller(app, token).get(f"/api/v1/dossiers/{reference}/signatures").json["rounds"]
    assert [(seat["person"], seat["role"]) for seat in round_["seats"]] == [(NEW, "Other company")]
    assert round_["unsettled"] == []


def test_a_signer_is_replaced_and_one_is_added(signed_in: SignedIn, signing: str, platform: Platform) -> None:
    """S9: somebody else without an account, and a second signer."""
    paul = signed_in("paul")
    other = form(paul, signing, "seats/replacement")
    other["name"], other["email"] = "Dan Roe", "dan@globex.test"
    other.submit(status=303)
    added = form(paul, signing, "seats")
    added["name"], added["email"] = "Ada Roe", "ada@globex.test"
    page = added.submit(status=303).follow()
    assert seats(platform) == {JOE: "removed", "dan@globex.test": "open", "ada@globex.test": "open"}
    assert ("Dan Roe" in page.text, "Ada Roe" in page.text) == (True, True)
    (row,) = [
        row
        for row in page.html.select("li.fe-seat")
        if "seats/correction" in str(row) and "ada@globex.test" in str(row)
    ]
    assert "Signs in addition" in row.text


def test_a_lawyer_gets_the_text(signed_in: SignedIn, signing: str, platform: Platform, smtp: Inbox) -> None:
    """S9: a copy of what is put to signature, with the document, and no link to sign by."""
    copy = form(signed_in("paul"), signing, "copies")
    copy["email"], copy["name"] = LAWYER, "Lou Berg"
    assert "In copy: Lou Berg" in copy.submit(status=303).follow().text
    ((to, text),) = mails(platform, "copy")
    assert "Dear Lou Berg" in text
    assert (to, "/act/" in text, "attached" in text) == (LAWYER, False, True)
    with platform.database.reading() as session:
        mail = session.scalars(select(Mail.id).where(Mail.kind == "copy")).one()
    run_delivery(platform, open_transport(smtp.url), {"mail": mail}, Attempt("mail", 1, last=False))
    (message,) = smtp.messages
    (attached,) = list(message.iter_attachments())
    assert attached.get_filename().endswith(".docx")
    assert attached.get_content()[:2] == b"PK"


def test_somebody_in_copy_keeps_their_name_as_a_signer(signed_in: SignedIn, signing: str, platform: Platform) -> None:
    """S9: added without a name, they are called as before by the page, the history and the mails."""
    paul = signed_in("paul")
    copy = form(paul, signing, "copies")
    copy["email"], copy["name"] = LAWYER, "Lou Berg"
    copy.submit(status=303)
    added = form(paul, signing, "seats")
    added["email"] = LAWYER
    page = added.submit(status=303).follow()
    assert seats(platform) == {JOE: "open", LAWYER: "open"}
    (row,) = [row for row in page.html.select("li.fe-seat") if "seats/correction" in str(row) and LAWYER in str(row)]
    assert "Lou Berg" in row.text
    history = paul.get(f"/dossiers/{signing}?tab=history").text
    assert "Put in copy: Lou Berg" in history
    assert "Approver added: Lou Berg" in history
    assert "Dear Lou Berg" in dict(mails(platform, "signature_asked"))[LAWYER]


@pytest.mark.parametrize("name", ["maya", "ana"])
def test_others_change_nothing(signed_in: SignedIn, signing: str, platform: Platform, name: str) -> None:
    """S9, T15: neither the requester nor a colleague who is not in charge; not by a forged post either."""
    visitor = signed_in(name)
    page = visitor.get(f"/dossiers/{signing}?tab=approvals")
    assert "seats/correction" not in page.text
    assert JOE not in page.text or name == "ana"
    token = visitor.get("/account").html.find("input", attrs={"name": "csrf_token"})["value"]
    with platform.database.reading() as session:
        seat = session.scalars(select(Seat.id)).one()
    post = {"csrf_token": token, "seat": str(seat), "email": NEW, "name": "Joe"}
    visitor.post(f"/dossiers/{signing}/seats/correction", post, status=(403, 422))
    assert seats(platform) == {JOE: "open"}


def test_by_the_api(signing: str, platform: Platform, acting: Acting, people: People, app: Any) -> None:
    """S9, X5: the same, with the ids that the rounds give."""
    with acting(people("paul")) as work:
        paul = Caller(app, create_token(work, people("paul"), ["read", "work"]))
    rounds = paul.get(f"/api/v1/dossiers/{signing}/signatures").json["rounds"]
    address = f"/api/v1/dossiers/{signing}/rounds/{rounds[0]['id']}/seats"
    seat = rounds[0]["seats"][0]["id"]
    paul.post_json(f"{address}/{seat}", {"correct": {"email": NEW}})
    seat = next(row["id"] for row in newest(paul, signing) if row["status"] == "open")
    paul.post_json(f"{address}/{seat}", {"replace": {"email": "dan@globex.test", "name": "Dan Roe"}})
    for wrong in ({"step": 7}, {"step": -1}, {"step": "0"}):
        paul.post_json(address, {"add": {"email": "ada@globex.test"}, **wrong}, status=(409, 422))
    paul.post_json(address, {"add": {"email": "ada@globex.test"}, "step": 0})
    for wrong in ({"copy": {"email": LAWYER, "name": "\u202e"}}, {"copy": {"email": LAWYER}, "step": 0}):
        paul.post_json(address, wrong, status=422)
    paul.post_json(address, {"copy": {"email": LAWYER}})
    assert [row["person"] for row in newest(paul, signing) if row["status"] == "open"] == [
        "dan@globex.test",
        "ada@globex.test",
    ]
    assert [to for to, _ in mails(platform, "copy")] == [LAWYER]
    seat = next(row["id"] for row in newest(paul, signing) if row["person"] == "ada@globex.test")
    paul.post_json(f"{address}/{seat}", {"remove": True})
    for body in (
        {},
        {"remove": False},
        {"correct": {"mail": "x"}},
        {"correct": {"email": "x"}},
        {"remove": 1, "add": {}},
    ):
        paul.post_json(f"{address}/{seat}", body, status=422)
    paul.post_json(f"/api/v1/dossiers/{signing}/rounds/{rounds[0]['id']}/seats/99999", {"remove": True}, status=404)
    with platform.database.reading() as session:
        assert session.scalars(select(Round.status)).all() == ["open"]


def newest(caller: Caller, reference: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller.get(f"/api/v1/dossiers/{reference}/signatures").json["rounds"][0]["seats"]
    return rows
