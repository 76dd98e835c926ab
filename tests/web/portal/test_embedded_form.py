"""Forms in a frame: who may frame what, sending one, the page of snippets for legal admins (P4, X6, T12)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.dossiers.visitors import SignedIn, Visitor, app, form_to, signed_in

__all__ = ["app", "signed_in"]
NEAR = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-site"}
FAR = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
ADDRESS = "/embed/legal_advice"


def framed_by(answer: Any) -> str:
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    return policy["frame-ancestors"]


def test_only_what_is_to_be_framed_may_be(signed_in: SignedIn) -> None:
    """X6, T12: the form and its errors, by the origins of `config/portal.yaml`; every other page by nobody."""
    maya = signed_in("maya")
    assert framed_by(maya.get(ADDRESS, headers=NEAR)) == "https://intranet.example.com"
    assert framed_by(maya.get("/embed/nothing", headers=NEAR, status=404)) == "https://intranet.example.com"
    for address in ("/", "/requests/new/legal_advice", "/sign-in", "/account"):
        assert framed_by(maya.get(address, status=(200, 303))) == "'none'"


def test_opened_by_itself_it_is_the_portal(signed_in: SignedIn, app: Any) -> None:
    """P4: a link to it leads to the form; where no cookie goes with the frame, a button opens a new tab."""
    maya = signed_in("maya")
    answer = maya.get(ADDRESS, headers={"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}, status=303)
    assert answer.location.endswith("/requests/new/legal_advice")
    for headers in (FAR, {}):
        page = Visitor(app).get(ADDRESS, headers=headers)
        link = page.html.select_one("main a.btn-primary")
        assert (link["href"], link["target"], link["rel"]) == ("/requests/new/legal_advice", "_blank", ["noopener"])
        assert page.html.select("form[action$=sign-in]") == []


@pytest.mark.site("casework")
def test_a_form_is_sent_within_the_frame(app: Any, people: Any) -> None:
    """P4, X6: after signing in there; nothing leads out of the frame but into a new tab."""
    visitor, maya, address = Visitor(app), people("maya"), "/embed/note"
    gate = visitor.get(address, headers=NEAR)
    assert "Memo" not in gate.text  # what is on offer is not told before
    form = gate.forms[0]
    form["email"], form["password"] = maya.email, "wrong"
    refused = form.submit(status=422)
    assert framed_by(refused) == "https://intranet.example.com"
    form = refused.forms[0]
    form["email"], form["password"] = maya.email, people.password
    assert form.submit(status=303).location.endswith(address)
    page = visitor.get(address, headers={**NEAR, "Sec-Fetch-Site": "same-origin"})
    form = form_to(page, address)
    wrong = form.submit("_go", value="send", headers=NEAR, status=422)
    assert framed_by(wrong) == "https://intranet.example.com"
    form = form_to(wrong, address)
    form[form.html.find(attrs={"data-pointer": "/subject"})["name"]] = "Lunch"
    sent = form.submit("_go", value="send", headers=NEAR, status=303).follow(headers=NEAR)
    assert "Its reference is MAT-" in sent.text
    assert framed_by(sent) == "https://intranet.example.com"
    for page_ in (page, sent):
        outside = [a for a in page_.html.select("a[href]") if not a["href"].startswith((address, "#", "mailto:"))]
        assert [a["href"] for a in outside if a.get("target") != "_blank"] == []


def test_a_session_that_ended_asks_to_sign_in_again(signed_in: SignedIn) -> None:
    """P4: in the frame, not on a page that it cannot show."""
    maya = signed_in("maya")
    form = next(f for f in maya.get(ADDRESS, headers=NEAR).forms.values() if f.action == ADDRESS)
    cookie = next(cookie for cookie in maya.cookiejar if "session" in cookie.name)
    cookie.value = "gone"
    page = form.submit(status=401)
    assert "Your session has ended" in page.text
    assert framed_by(page) == "https://intranet.example.com"


def test_the_script_may_be_loaded_by_any_site(app: Any) -> None:
    """X6: and nothing else of the portal."""
    answer = Visitor(app).get("/embed.js")
    assert answer.content_type == "text/javascript"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert Visitor(app).get("/sign-in").headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(("name", "status"), [("sam", 200), ("lena", 403), ("maya", 403), ("theo", 403)])
def test_legal_admins_find_the_snippets(signed_in: SignedIn, name: str, status: int) -> None:
    """P4, X6: ready to be copied, with the sites that may show them."""
    page = signed_in(name).get("/admin/embedding", status=status)
    if status == 200:
        snippet = page.html.select_one("#snippet-legal_advice").text
        assert '/embed/legal_advice" title="' in snippet
        assert "/embed.js" in snippet
        assert "https://intranet.example.com" in page.text
