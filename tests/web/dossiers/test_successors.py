"""A signer forwards the request to the right person, on the page, by a link and by the API (S9)."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.errors import Refused
from formengine.services.accounts.api_tokens import create_token
from formengine.services.approvals.successors import Successor, ask_to_forward
from formengine.services.core.rate_limits import FORWARDING_SEAT
from formengine.services.core.unit_of_work import Platform
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.api.conftest import Caller
from tests.web.dossiers.test_seat_changes import JOE, NEW, form, link_to, mails, newest, seats, signing
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to
from tests.web.guest.test_codes import newest_code

__all__ = ["signing"]
WHY = "He left; she signs for us now."


def asks_to_forward(
    platform: Platform, app: Any, address: str, code: str | None = None, status: int = 303, email: str = NEW
) -> Any:
    """Joe, on the page of his link, names Jo, or whoever has another address."""
    guest = Visitor(app)
    link = link_to(platform, address)
    page = guest.get(link)
    path = next(form.action for form in page.forms.values() if form.action.endswith("/code"))
    page = form_to(page, path).submit(status=303).follow()
    wish = form_to(page, path.replace("/code", "/forwarding"))
    wish["code"] = code or newest_code(platform)
    wish["successor_name"], wish["successor_email"], wish["successor_reason"] = "Jo Martin", email, WHY
    return wish.submit(status=status)


def test_a_signer_outside_forwards_and_counsel_confirms(
    signed_in: SignedIn, signing: str, platform: Platform, app: Any, people: People
) -> None:
    """S9: nothing is sent to the new signer before; then a fresh link, and the old one ends. All hear of it."""
    old = link_to(platform, JOE)
    page = asks_to_forward(platform, app, JOE).follow()
    assert "You asked to forward it to Jo Martin" in page.text
    assert seats(platform) == {JOE: "open"}
    ((told, text),) = mails(platform, "forward_asked")
    assert (told, NEW in text, WHY in text) == (people("paul").email, True, True)
    assert [to for to, _text in mails(platform, "signature_asked")] == [JOE]
    paul = signed_in("paul")
    wish = form(paul, signing, "seats/forwarding")
    assert WHY in paul.get(f"/dossiers/{signing}?tab=approvals").text
    page = wish.submit("decision", value="confirm", status=303).follow()
    assert "a new link was sent" in page.text
    assert seats(platform) == {JOE: "removed", NEW: "open"}
    Visitor(app).get(old, status=410)
    assert "Dear Jo Martin" in Visitor(app).get(link_to(platform, NEW)).text
    ((to, text),) = mails(platform, "forwarded")
    assert (to, "/act/" in text, "Jo Martin" in text) == (JOE, False, True)
    history = paul.get(f"/dossiers/{signing}?tab=history").text
    assert "Forwarded: Jo Martin signs in the place of Joe Martin" in history
    assert WHY in history


def test_a_signer_outside_names_nobody_of_our_side(
    signed_in: SignedIn, signing: str, platform: Platform, app: Any, people: People
) -> None:
    """S9, T15: our signatory cannot sign for them; they learn nothing else of that person, and name another one."""
    page = asks_to_forward(platform, app, JOE, status=422, email=people("ines").email)
    assert "cannot sign here for your side: name somebody else of yours" in page.text
    assert people("ines").name not in page.text
    assert WHY in page.text
    assert mails(platform, "forward_asked") == []
    told = []  # one after the other: not which addresses are ours, for as many as one likes; the same counts once
    for number in (1, *range(1, FORWARDING_SEAT.tries + 1)):
        wish = next(form for form in page.forms.values() if form.action.endswith("/forwarding"))
        wish["code"], wish["successor_email"] = "000000", f"counsel{number}@example.com"
        page = wish.submit(status=422)
        told.append("Too many people were named here" in page.text)
    assert told == [False] * FORWARDING_SEAT.tries + [True]
    form(signed_in("paul"), signing, "signer/link").submit(status=303)  # a new link counts from the start
    page = asks_to_forward(platform, app, JOE, status=303)
    assert len(mails(platform, "forward_asked")) == 1


def test_counsel_refuses_and_the_signer_signs(signed_in: SignedIn, signing: str, platform: Platform, app: Any) -> None:
    """S9: the signer hears why, with a link that works; nothing ever goes to the other person."""
    asks_to_forward(platform, app, JOE)
    wish = form(signed_in("paul"), signing, "seats/forwarding")
    wish["comment"] = "She left as well."
    wish.submit("decision", value="refuse", status=303)
    ((to, text),) = mails(platform, "forwarded")
    assert (to, "She left as well." in text, "/act/" in text) == (JOE, True, True)
    assert seats(platform) == {JOE: "open"}
    assert NEW not in [to for kind in ("signature_asked", "forwarded") for to, _text in mails(platform, kind)]
    assert "Dear Joe Martin" in Visitor(app).get(link_to(platform, JOE)).text


def test_a_name_does_not_turn_the_text_around(signed_in: SignedIn, signing: str, platform: Platform) -> None:
    """S9, T16: a typed name with bidirectional controls is refused, whoever types it; so is one that is too long, which
    stays as it was typed.
    """
    invisible, long = "invisible characters", "Write at most 200 characters."
    for tail, name, sentence in (
        ("correction", "Jo\u202enitraM", invisible),
        ("correction", "Joe " * 51, long),
        ("replacement", "Jo\u200b", invisible),
        ("", "Jo\u202e", invisible),
    ):
        change = form(signed_in("paul"), signing, f"seats/{tail}".rstrip("/"))
        change["name"], change["email"] = name, NEW
        page = change.submit(status=422).text
        assert sentence in page
        assert sentence == invisible or name.strip() in page
    assert seats(platform) == {JOE: "open"}


def test_a_wrong_code_forwards_nothing(signing: str, platform: Platform, app: Any) -> None:
    """S9, T16: a link alone, which scanners of mail open, names nobody."""
    page = asks_to_forward(platform, app, JOE, code="000000x", status=422)
    assert "not the code" in page.text
    again = Visitor(app).get(page.request.path, headers={"Accept": "text/html"}, status=303).follow()
    assert "Dear Joe Martin" in again.text
    assert mails(platform, "forward_asked") == []


@pytest.mark.parametrize("name", ["maya", "ana"])
def test_others_decide_on_no_wish(signed_in: SignedIn, signing: str, platform: Platform, app: Any, name: str) -> None:
    """S9, T15: neither the requester nor a colleague who is not in charge, who reads it and who decides."""
    asks_to_forward(platform, app, JOE)
    visitor = signed_in(name)
    page = visitor.get(f"/dossiers/{signing}?tab=approvals").text
    assert "seats/forwarding" not in page
    assert (WHY in page, "Whoever is in charge confirms or refuses it." in page) == (name == "ana",) * 2
    token = visitor.get("/account").html.find("input", attrs={"name": "csrf_token"})["value"]
    post = {"csrf_token": token, "seat": "1", "decision": "confirm"}
    visitor.post(f"/dossiers/{signing}/seats/forwarding", post, status=(403, 422))
    assert seats(platform) == {JOE: "open"}


def test_by_the_api(signing: str, platform: Platform, acting: Acting, people: People, app: Any) -> None:
    """S9, X5: counsel sees the wish and decides; a signer with an account names an account, with a reason."""
    with acting(people("paul")) as work:
        paul = Caller(app, create_token(work, people("paul"), ["read", "work"]))
    asks_to_forward(platform, app, JOE)
    (row,) = newest(paul, signing)
    assert {name: row["forward"][name] for name in ("name", "email", "reason")} == {
        "name": "Jo Martin",
        "email": NEW,
        "reason": WHY,
    }
    round_id = paul.get(f"/api/v1/dossiers/{signing}/signatures").json["rounds"][0]["id"]
    address = f"/api/v1/dossiers/{signing}/rounds/{round_id}/seats/{row['id']}"
    paul.post_json(address, {"forward": {"decision": "perhaps"}}, status=422)
    paul.post_json(address, {"forward": {"decision": "confirm"}})
    assert seats(platform) == {JOE: "removed", NEW: "open"}
    with acting(people("ines")) as work:
        ines = Caller(app, create_token(work, people("ines"), ["read", "work"]))
    body = {"forward": {"name": "Nora", "email": people("nora").email}, "reason": WHY}
    refused = ines.post_json(f"/api/v1/dossiers/{signing}/signatures", body, status=422)
    assert refused.json["reasons"] == ["Cette signature n’est plus demandée."]


def test_a_signer_with_an_account_forwards(
    signed_in: SignedIn, signing: str, platform: Platform, acting: Acting, people: People
) -> None:
    """S9: on the dossier's page, to another account; the one that is named gets the seat when counsel confirms."""
    paul = signed_in("paul")
    added = form(paul, signing, "seats")
    added["person"] = people("ines").id
    added.submit(status=303)
    wish = form(signed_in("ines"), signing, "forwarding")
    wish["successor_name"], wish["successor_email"] = "Nora", "somebody@outside.example"
    wish["successor_reason"] = WHY
    page = wish.submit(status=422)
    assert "Seule une personne ayant un compte" in page.text
    assert WHY in page.text
    wish["successor_email"] = people("nora").email
    wish.submit(status=303)
    form(paul, signing, "seats/forwarding").submit("decision", value="confirm", status=303)
    assert seats(platform)[people("nora").id] == "open"
    assert seats(platform)[people("ines").id] == "removed"
    with pytest.raises(Refused, match="not asked for"), acting(people("ines")) as work:
        ask_to_forward(work, signing, None, Successor("Bo", people("bo").email, WHY))
