"""The portal's home: what is on offer, searched and browsed; what is under way and what waits."""

from __future__ import annotations

from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn


def test_lists_request_types_by_category(signed_in: SignedIn) -> None:
    """P6: the home page lists the forms that the legal team has defined."""
    page = signed_in("maya").get("/")
    assert page.html.find("a", href="/requests/new/nda") is not None
    assert page.html.find("a", href="/requests/new/legal_advice") is not None


def test_searches_whatever_the_accents(signed_in: SignedIn) -> None:
    """P7: forms can be searched."""
    page = signed_in("maya").get("/", {"q": "DISCLOSURE", "lang": "en"})
    assert page.html.find("a", href="/requests/new/nda") is not None
    assert page.html.find("a", href="/requests/new/legal_advice") is None


def test_browses_by_category(signed_in: SignedIn) -> None:
    """P7: and browsed by category."""
    page = signed_in("maya").get("/", {"category": "advice"})
    assert page.html.find("a", href="/requests/new/legal_advice") is not None
    assert page.html.find("a", href="/requests/new/nda") is None


def test_says_what_to_do_when_nothing_is_found(signed_in: SignedIn) -> None:
    page = signed_in("maya").get("/", {"q": "zeppelin", "lang": "en"})
    assert "No form fits your search." in page.text
    assert page.html.find("a", string="Show all forms") is not None


def test_shows_own_open_dossiers_and_nobody_elses(signed_in: SignedIn, opened: Opened) -> None:
    """P28: a client's home shows own dossiers alone."""
    mine, other = opened("nda", NDA), opened("legal_advice", ADVICE, by="cleo")
    page = signed_in("maya").get("/")
    assert mine in page.text
    assert other not in page.text


def test_speaks_french(signed_in: SignedIn) -> None:
    page = signed_in("maya").get("/", {"lang": "fr"})
    assert "Nouvelle demande" in page.text
    assert "Accord de confidentialité" in page.text


def test_leads_strangers_to_the_sign_in_page(app: object) -> None:
    from webtest import TestApp

    assert "/sign-in" in TestApp(app).get("/", status=303).location
