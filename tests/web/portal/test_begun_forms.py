"""New forms that begin with answers: from a link, an earlier dossier, or the form of another type."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.dossiers import Submission
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import Served
from tests.web.dossiers.test_rating import ended
from tests.web.dossiers.visitors import ADVICE, NDA, Opened, SignedIn, form_to
from tests.web.portal.test_drafts import value_at
from tests.web.portal.test_drafts_browser import picture

ADVICE_FORM, REVIEW_FORM = "/requests/new/legal_advice", "/requests/new/contract_review"
TABS = ("overview", "notes", "answers", "history")


@pytest.fixture
def database_kind() -> str:
    """Pages and their posts; SQLite is enough."""
    return "sqlite"


def test_a_link_never_overwrites_what_was_typed(signed_in: SignedIn) -> None:
    """F10: parameters are read for a new form alone, not for a draft, and are not part of what is posted."""
    browser = signed_in("maya")
    page = browser.get(ADVICE_FORM, {"area": "tax", "subject": "Not allowed", "lang": "en"})
    assert "Area of law: from the link that led you here" in page.html.select_one(".fe-prefilled").get_text()
    form = form_to(page, ADVICE_FORM)
    select = page.html.find("select", {"data-pointer": "/area"})["name"]
    assert form[select].value != ""
    assert "Not allowed" not in page.text
    form[select].select(text="Privacy")
    saved = form.submit("_go", value="save", status=303)
    resumed = browser.get(f"{saved.location}&area=tax")
    assert resumed.html.find("select", {"data-pointer": "/area"}).find("option", selected=True).get_text() == "Privacy"
    assert resumed.html.select_one(".fe-prefilled") is None


def test_an_answer_of_a_later_page_is_told_with_its_page(signed_in: SignedIn) -> None:
    """F10, F7: the note above the first page says where the prefilled answer is to be looked at."""
    page = signed_in("maya").get("/requests/new/litigation_notice", {"our_entity": "acme_sas", "lang": "en"})
    told = page.html.select_one(".fe-prefilled li").get_text()
    assert told == "Our company (on “The parties”): from the link that led you here"


@pytest.mark.parametrize(
    "query", ["area=%00", "area=" + "x" * 5000, "area=%ff", "area=<script>", "area.x.y=1", "from="]
)
def test_hostile_links_change_nothing(signed_in: SignedIn, query: str) -> None:
    """F10: ignored, or refused as any other address with such a query."""
    page = signed_in("maya").get(f"{ADVICE_FORM}?{query}", status="*")
    assert page.status_int in (200, 400)
    assert "<script>alert" not in page.text
    assert "fe-prefilled" not in page.text


def test_a_foreign_dossier_or_draft_is_not_there(signed_in: SignedIn, opened: Opened) -> None:
    """F10, F11, T13."""
    reference = opened("legal_advice", ADVICE, by="cleo")
    browser = signed_in("maya")
    browser.get(ADVICE_FORM, {"from": reference}, status=404)
    browser.get(ADVICE_FORM, {"instead": "0" * 32}, status=404)
    browser.get(f"{ADVICE_FORM}/change", {"draft": "0" * 32}, status=404)
    browser.get(f"{ADVICE_FORM}/change", status=404)


@pytest.mark.site("prefill")
@pytest.mark.parametrize("changed_meanwhile", [False, True])
def test_the_draft_on_the_other_form_goes_when_this_one_is_sent(signed_in: SignedIn, changed_meanwhile: bool) -> None:
    """F11: it is kept until then; and one that was changed meanwhile stays."""
    browser, order = signed_in("maya"), "/requests/new/order"
    form = form_to(browser.get(order), order)
    choice = form.submit("_go", value="change-type", status=303).follow()
    page = browser.get(choice.html.find("a", string="Other order")["href"])
    assert page.html.select_one(".fe-changed h2").get_text() == "Your answers were carried over"
    assert len(browser.get("/drafts").html.select(".fe-drafts > li")) == 1
    if changed_meanwhile:
        resumed = form_to(browser.get(browser.get("/drafts").html.find("a", class_="btn-primary")["href"]), order)
        resumed.submit("_go", value="save", status=303)
    form_to(page, "/requests/new/other_order").submit("_go", value="send", status=303)
    assert len(browser.get("/drafts").html.select(".fe-drafts > li")) == changed_meanwhile


def test_the_other_types_are_searched_with_the_draft(signed_in: SignedIn) -> None:
    """F11: the list has every other form, by search and category too, for whose address the draft is kept."""
    browser = signed_in("maya")
    page = form_to(browser.get(ADVICE_FORM), ADVICE_FORM).submit("_go", value="change-type", status=303).follow()
    links = {link.get_text(): link["href"] for link in page.html.select("#forms-found h3 a")}
    assert "Legal advice or question" not in links
    assert len(links) == 7
    assert all("instead=" in address for address in links.values())
    form = next(form for form in page.forms.values() if "q" in form.fields)
    form["q"] = "NDA"
    searched = form.submit()
    assert [link.get_text() for link in searched.html.select("#forms-found h3 a")] == ["Non-disclosure agreement"]
    assert "instead=" in searched.html.select_one("#forms-found h3 a")["href"]


def test_start_from_this_one_needs_the_form(signed_in: SignedIn, opened: Opened) -> None:
    """F10: who may send such a request has the link; the auditor, who sends none, has it not."""
    reference = opened("legal_advice", ADVICE)
    page = f"/dossiers/{reference}"
    assert signed_in("maya").get(page, {"tab": "answers"}).html.find("a", string="Start from this one") is not None
    assert signed_in("theo").get(page, {"tab": "answers"}).html.find("a", string="Start from this one") is None


def test_start_from_one_that_has_ended(
    signed_in: SignedIn, opened: Opened, people: People, acting: Acting
) -> None:  # fmt: skip
    """F10: on every tab of a dossier that has ended, and in its requester's list; not while it is open."""
    words, maya = "Start from this one", signed_in("maya")
    open_one, reference = opened("legal_advice", ADVICE), ended(people, opened, acting)
    assert maya.get(f"/dossiers/{open_one}").html.find("a", string=words) is None
    links = {tab: maya.get(f"/dossiers/{reference}", {"tab": tab}).html.find_all("a", string=words) for tab in TABS}
    assert {tab: len(shown) for tab, shown in links.items()} == dict.fromkeys(TABS, 1)
    listed = maya.get("/matters").html.select("a.fe-start-from")
    assert [link.get_text() for link in listed] == [f"{words} ({reference})"]
    page = maya.get(listed[0]["href"])
    assert page.html.select_one(".fe-changed h2").get_text() == f"Filled in from {reference}"
    assert value_at(page, "/subject") == ADVICE["subject"]
    link = maya.get("/matters", {"lang": "fr"}).html.select("a.fe-start-from")[0]
    assert link.get_text().startswith("Repartir de celle-ci")
    ana = signed_in("ana")
    assert ana.get("/matters").html.select("a.fe-start-from") == []
    assert ana.get(f"/dossiers/{reference}").html.find("a", string=words) is not None
    assert signed_in("theo").get(f"/dossiers/{reference}").html.find("a", string=words) is None


@pytest.mark.browser
def test_starting_from_an_earlier_request(
    served: Served, people: People, new_page: NewPage, opened: Opened, platform: Platform
) -> None:
    """F10: *Start from this one* / *Repartir de celle-ci*, to the summary and away."""
    reference = opened("nda", NDA)
    page = new_page()
    sign_in(page, served.url, people("maya").email, opens=f"{served.url}/dossiers/{reference}?tab=answers")
    page.get_by_role("link", name="Start from this one").click()
    expect(page.get_by_role("heading", name=f"Filled in from {reference}")).to_be_visible()
    picture(page, "start-from")
    for _step in range(3):
        page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    expect(page.get_by_text("Globex SA")).to_be_visible()
    page.get_by_label("I have read this and accept it").check()
    page.get_by_role("button", name="Submit request").click()
    expect(page.get_by_role("heading", name="Your request has been sent")).to_be_visible()
    with platform.database.reading() as session:
        first, second = session.query(Submission).order_by(Submission.id).all()
        assert first.answers == second.answers
    french = new_page(locale="fr-FR")
    sign_in(french, served.url, people("lena").email, opens=f"{served.url}/dossiers/{reference}?tab=answers&lang=fr")
    french.get_by_role("link", name="Repartir de celle-ci").click()
    expect(french.locator(".fe-changed")).to_contain_text(reference)


@pytest.mark.browser
def test_changing_the_request_type(served: Served, people: People, new_page: NewPage) -> None:
    """F11: *Change request type*; what both forms ask is carried over, the rest is told."""
    page = new_page()
    sign_in(page, served.url, people("maya").email, opens=served.url + ADVICE_FORM)
    page.get_by_label("Subject").fill("Termination of the Lyon lease")
    page.get_by_role("button", name="Change request type").click()
    expect(page.get_by_role("heading", name="Change request type", level=1)).to_be_visible()
    picture(page, "change-type")
    page.get_by_label("Search request forms").fill("bail")
    page.locator("#forms-found").get_by_role("link", name="Review of a contract we received").click()
    expect(page.get_by_role("heading", name="Your answers were carried over")).to_be_visible()
    expect(page.locator(".fe-changed")).to_contain_text("Termination of the Lyon lease")
    picture(page, "changed-type")


@pytest.mark.browser
def test_the_confirmation_says_what_happens_next(
    served: Served, people: People, new_page: NewPage, opened: Opened
) -> None:
    """P8, P11: the reference, the way of this very request, by when, and *Follow this request* / *Suivre cette
    demande*.
    """
    reference = opened("legal_advice", ADVICE)
    page = new_page(locale="fr-FR")
    sign_in(page, served.url, people("maya").email)
    page.get_by_role("button", name="Français").click()
    page.goto(f"{served.url}/submissions/{reference}")
    expect(page.get_by_role("heading", name="Votre demande a bien été envoyée")).to_be_visible()
    line = page.locator(".fe-line li")
    expect(line.first).to_contain_text("Bien reçue")
    expect(line.nth(1)).to_contain_text("Chez l’équipe juridique")
    expect(page.get_by_text("Prochaine étape attendue au plus tard le")).to_be_visible()
    picture(page, "confirmation")
    page.get_by_role("link", name="Suivre cette demande").click()
    expect(page.get_by_role("heading", name=ADVICE["subject"])).to_be_visible()
