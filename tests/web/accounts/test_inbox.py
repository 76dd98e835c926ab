"""The pages of the inbox and of the choices about mails, in WebTest and in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from formengine.services.core.unit_of_work import Platform
from formengine.services.dossiers.notes import add_note
from formengine.services.notifications.fewer_mails import fewer_mails_link
from formengine.storage.models.people import Person
from tests.support.accessibility import violations
from tests.support.browser import NewPage, sign_in
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import serving_app
from tests.web.dossiers.visitors import NDA, Opened, SignedIn, Visitor, app, opened, signed_in

__all__ = ["app", "opened", "signed_in"]
pytestmark = pytest.mark.site("../..")


def note(acting: Acting, people: People, reference: str, text: str = "Is Friday possible?") -> None:
    with acting(people("paul")) as work:
        add_note(work, reference, text)


def stored_choices(platform: Platform, people: People) -> Any:
    with platform.database.reading() as session:
        return session.get_one(Person, people("maya").id).mail_choices


def test_an_item_is_opened_and_read(signed_in: SignedIn, opened: Opened, people: People, acting: Acting) -> None:
    """N2: the count is on every page; opening an item leads to its dossier and marks it as read."""
    reference = opened("nda", NDA)
    note(acting, people, reference)
    maya = signed_in("maya")
    assert maya.get("/").html.select_one(".fe-inbox-link").get_text(" ", strip=True) == "Inbox 2 2 unread"
    page = maya.get("/inbox")
    item = next(form for form in page.forms.values() if form.action.removeprefix("/inbox/").isdecimal())
    answer = item.submit(status=303)
    assert f"/dossiers/{reference}?tab=notes" in answer.location
    assert "1 unread" in maya.get("/inbox").html.select_one(".fe-inbox-link").get_text(" ", strip=True)
    assert reference in maya.get("/inbox?show=unread").text
    stay = next(form for form in maya.get("/inbox?show=unread").forms.values() if "stay" in form.fields)
    assert stay.submit("stay", status=303).location.endswith("/inbox")
    assert "You have read everything." in maya.get("/inbox?show=unread").text
    note(acting, people, reference, "Or Monday?")
    maya.form("/inbox", "/inbox/read").submit(status=303)
    assert maya.get("/inbox").html.select_one(".fe-inbox-link").get_text(" ", strip=True) == "Inbox"


def test_the_page_of_a_dossier_says_what_is_new(
    signed_in: SignedIn, opened: Opened, people: People, acting: Acting
) -> None:
    """N2: lists, the desk and the dossier show that there is news; reading by GET changes nothing, the button on the
    page marks it as read and comes back to the tab; another person's dossier is not there.
    """
    reference = opened("nda", NDA)
    note(acting, people, reference)
    maya, paul = signed_in("maya"), signed_in("paul")
    assert "News" in maya.get("/contracts").html.select_one(".fe-table tbody th").get_text()
    assert "News" in paul.get("/desk?tab=queue").html.select_one(".fe-table tbody th").get_text()
    page = maya.get(f"/dossiers/{reference}?tab=people")
    assert "You were told of 2 new things about this dossier." in page.text
    assert "2 unread" in maya.get("/").html.select_one(".fe-inbox-link").get_text(" ", strip=True)
    form = next(form for form in page.forms.values() if form.action == "/inbox/read")
    note(acting, people, reference, "Or Monday?")
    answer = form.submit(status=303)
    assert answer.location.endswith(f"/dossiers/{reference}?tab=people")
    page = maya.get(f"/dossiers/{reference}")
    assert "You were told of 1 new thing about this dossier." in page.text
    next(form for form in page.forms.values() if form.action == "/inbox/read").submit(status=303)
    assert "You were told of" not in maya.get(f"/dossiers/{reference}").text
    assert maya.get("/contracts").html.select_one(".fe-news") is None
    assert maya.get("/inbox").html.select_one(".fe-inbox-link").get_text(" ", strip=True) == "Inbox"
    bo = signed_in("bo")
    bo.post("/inbox/read", {"csrf_token": bo.cookies["fe_csrf"], "dossier": reference, "last": "9"}, status=404)


def test_a_new_inbox_says_what_will_be_there(signed_in: SignedIn) -> None:
    """N2: an empty state, and another person's item, or none, is not found."""
    maya = signed_in("maya")
    assert "Nothing here yet." in maya.get("/inbox").text
    token = maya.cookies["fe_csrf"]
    for path in ("/inbox/1", "/inbox/99999999999999999999"):
        maya.post(path, {"csrf_token": token}, status=404)
    for query in ("after=x", "after=-1", "after=" + "9" * 30):
        maya.get(f"/inbox?{query}", status=200)


def test_choices_are_made_on_one_page(signed_in: SignedIn, platform: Platform, people: People) -> None:
    """N2: linked from the account page; kinds of the legal team are not offered to clients; a wrong post keeps it."""
    maya = signed_in("maya")
    page = maya.get("/account").click(href="/account/notifications", index=0)
    form = next(form for form in page.forms.values() if form.action == "/account/notifications")
    assert "note" in form.fields
    assert "new_dossier" not in form.fields
    assert "password" not in form.fields
    assert form["everything"].value == "at_once"
    form["everything"] = "by_kind"
    form["note"], form["hour"], form["day"] = "daily", "18", "4"
    form.submit(status=303)
    assert stored_choices(platform, people) == {"kinds": {"note": "daily"}, "hour": 18, "day": 4}
    again = next(f for f in maya.get("/account/notifications").forms.values() if f.action == "/account/notifications")
    assert (again["everything"].value, again["note"].value, again["hour"].value) == ("by_kind", "daily", "18")
    again["note"].force_value("never")
    assert "Choose one of the options." in again.submit(status=422).text
    again["note"], again["everything"] = "daily", "daily"
    again.submit(status=303)
    kinds = stored_choices(platform, people)["kinds"]
    assert {kinds[kind] for kind in ("note", "approval_asked", "new_dossier")} == {"daily"}  # that of a later role too
    assert not {"overview", "password"} & set(kinds)
    again = next(f for f in maya.get("/account/notifications").forms.values() if f.action == "/account/notifications")
    assert (again["everything"].value, again["hearing"].value) == ("daily", "daily")
    again["everything"].force_value("monthly")
    assert "Choose one of the options." in again.submit(status=422).text
    assert "new_dossier" in signed_in("paul").get("/account/notifications").text


def test_one_click_under_a_mail(app: Any, platform: Platform, people: People) -> None:
    """N2: without an account's session, and without the token of our forms; opening the link changes nothing."""
    link = fewer_mails_link(platform.settings, people("maya").id, "note").removeprefix(platform.settings.base_url)
    stranger = Visitor(app)
    page = stranger.get(link)
    assert (stored_choices(platform, people), "A new note" in page.text) == (None, True)
    form = next(form for form in page.forms.values() if form.action == link)
    form["choice"] = "weekly"
    assert "Saved." in form.submit(status=200).text
    assert stored_choices(platform, people) == {"kinds": {"note": "weekly"}}
    Visitor(app).post(link, {"List-Unsubscribe": "One-Click"}, status=204)
    assert stored_choices(platform, people) == {"kinds": {"note": "none"}}
    stranger.post(link, {"choice": "at_once_and_twice"}, status=422)
    stranger.get(link[:-3], status=404)
    stranger.post(link[:-3], {"List-Unsubscribe": "One-Click"}, status=404)


@pytest.fixture
def address(app: Any) -> Iterator[str]:
    with serving_app(app) as url:
        yield url


@pytest.mark.browser
def test_the_inbox_in_a_browser(
    address: str, opened: Opened, people: People, acting: Acting, new_page: NewPage
) -> None:
    """N2: from the count in the header to the dossier, read with it, in French, dark, on a phone; accessible."""
    reference = opened("nda", NDA)
    note(acting, people, reference)
    with acting(None) as work:
        work.session.get_one(Person, people("maya").id).language = "fr"
    page = new_page(viewport={"width": 320, "height": 800}, color_scheme="dark")
    page.goto(f"{address}/sign-in")
    sign_in(page, address, people("maya").email)
    page.get_by_role("link", name="Boîte de réception").click()
    for path in ("/inbox", "/account/notifications"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert violations(page) == [], path
    page.goto(f"{address}/account/notifications")
    kinds = page.get_by_role("heading", name="Sujet par sujet")
    expect(kinds).to_be_hidden()
    page.get_by_role("radio", name="Comme je le choisis ci-dessous").check()
    expect(kinds).to_be_visible()
    page.get_by_role("radio", name="Récapitulatif quotidien – Une nouvelle note").check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("radio", name="Récapitulatif quotidien – Une nouvelle note")).to_be_checked()
    page.goto(f"{address}/inbox")
    page.get_by_role("button", name="Tout marquer comme lu").click()
    assert "non lu" not in page.locator(".fe-inbox-link").inner_text()
    note(acting, people, reference, "Or Monday?")
    note(acting, people, reference, "Or Tuesday?")
    page.goto(f"{address}/inbox")
    page.get_by_role("button", name=reference).first.click()
    assert page.url.startswith(f"{address}/dossiers/{reference}?tab=notes")
    expect(page.get_by_text("1 nouveauté sur ce dossier vous a été signalée.")).to_be_visible()
    expect(page.locator(".fe-inbox-link")).not_to_contain_text("non lu")
    expect(page.get_by_role("button", name="Marquer comme lu")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(page) == []
