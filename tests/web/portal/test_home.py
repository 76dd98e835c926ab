"""The portal's home page: request types, search, categories, own dossiers and tasks."""

from __future__ import annotations

from webtest import TestResponse

from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn


def test_lists_request_types_by_category(signed_in: SignedIn) -> None:
    """P6: the forms that the legal team has defined."""
    page = signed_in("maya").get("/")
    assert page.html.find("a", href="/requests/new/nda") is not None
    assert page.html.find("a", href="/requests/new/legal_advice") is not None


def test_search_ignores_accents(signed_in: SignedIn) -> None:
    """P7: forms can be searched."""
    page = signed_in("maya").get("/", {"q": "DISCLOSURE", "lang": "en"})
    assert page.html.find("a", href="/requests/new/nda") is not None
    assert page.html.find("a", href="/requests/new/legal_advice") is None


def test_browses_by_category(signed_in: SignedIn) -> None:
    """P7: forms can be browsed by category."""
    page = signed_in("maya").get("/", {"category": "advice"})
    assert page.html.find("a", href="/requests/new/legal_advice") is not None
    assert page.html.find("a", href="/requests/new/nda") is None


def test_empty_search_result_offers_help(signed_in: SignedIn) -> None:
    """P7, P29: what to do, and the portal's contact."""
    page = signed_in("maya").get("/requests/new", {"q": "zeppelin", "lang": "en"})
    assert "No form fits your search." in page.text
    assert page.html.find("a", string="Show all forms") is not None
    assert page.html.select_one('#forms-found a[href="mailto:legal@example.com"]') is not None


def test_the_best_is_first_whatever_its_category(signed_in: SignedIn) -> None:
    """P7: results are ranked; a French word finds a form in English."""
    page = signed_in("maya").get("/requests/new", {"q": "rupture conventionnelle", "lang": "en"})
    assert titles(page)[0] == "Legal advice or question"
    assert "1 form for “rupture conventionnelle”" in page.html.select_one("#forms-status").get_text()


def test_common_words_find_a_form(signed_in: SignedIn) -> None:
    """P7: what people type who do not know the name of the form."""
    maya = signed_in("maya")
    for language, word, title in (
        ("en", "lawyer", "Legal advice or question"),
        ("en", "software", "Review of a contract we received"),
        ("fr", "logiciel", "Relecture d’un contrat reçu"),
    ):
        assert title in titles(maya.get("/requests/new", {"q": word, "lang": language})), word


def test_near_results_are_called_so(signed_in: SignedIn) -> None:
    page = signed_in("maya").get("/requests/new", {"q": "supplier onboarding zeppelin", "lang": "fr"})
    assert "voici les plus proches" in page.html.select_one("#forms-status").get_text()


def test_a_search_stays_in_its_category(signed_in: SignedIn) -> None:
    """P7: by category and by words at once; a category that nobody knows is none."""
    browser = signed_in("maya")
    assert titles(browser.get("/requests/new", {"q": "contract", "category": "disputes", "lang": "en"})) == [
        "Dispute or formal notice"
    ]
    assert len(titles(browser.get("/requests/new", {"category": "<script>"}))) == 8


def test_scripts_get_the_results_alone(signed_in: SignedIn) -> None:
    page = signed_in("maya").get("/requests/new", {"q": "nda"}, headers={"HX-Request": "true"})
    assert page.html.find("main") is None
    assert page.html.find("a", href="/requests/new/nda") is not None
    assert "HX-Request" in page.headers["Vary"]


def titles(page: TestResponse) -> list[str]:
    return [link.get_text() for link in page.html.select("#forms-found h3 a")]


def test_home_shows_only_own_open_dossiers(signed_in: SignedIn, opened: Opened) -> None:
    """P28: a client's home page."""
    own_reference, foreign_reference = opened("nda", NDA), opened("legal_advice", ADVICE, by="cleo")
    page = signed_in("maya").get("/")
    assert own_reference in page.text
    assert foreign_reference not in page.text


def test_home_leads_to_all_requests(signed_in: SignedIn, opened: Opened) -> None:
    """P12: the home page lists the newest that are under way, says so, and leads to the rest."""
    maya = signed_in("maya")
    references = [opened("legal_advice", ADVICE) for _ in range(6)]
    section = maya.get("/", {"lang": "en"}).html.find("h2", id="mine-title").find_parent("section")
    links = [link["href"] for link in section.select(".fe-all a") if link["href"] != "/drafts"]
    assert links == ["/matters", "/litigation", "/contracts"]
    assert references[0] in section.get_text()
    assert "These are the newest." not in section.get_text()
    opened("nda", NDA)
    text = maya.get("/", {"lang": "en"}).html.find("h2", id="mine-title").find_parent("section").get_text()
    assert references[0] not in text
    assert "These are the newest." in text


def test_home_in_french(signed_in: SignedIn) -> None:
    page = signed_in("maya").get("/", {"lang": "fr"})
    assert "Nouvelle demande" in page.text
    assert "Accord de confidentialité" in page.text


def test_home_requires_sign_in(app: object) -> None:
    from webtest import TestApp

    assert "/sign-in" in TestApp(app).get("/", status=303).location
