"""The pages that close and merge organisations, remove departments, and show what happened to an account."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Department, Organisation, Person
from tests.support.people import People
from tests.web.conftest import Visiting, post, sign_in


@pytest.fixture
def globex(platform: Platform, people: People) -> int:
    """An organisation with a department and a person in it: its id."""
    people("sam")
    with platform.database.transaction() as session:
        row = Organisation(short="globex", name="Globex SA")
        session.add(row)
        session.flush()
        department = Department(organisation_id=row.id, short="affairs", name="Legal affairs")
        session.add(department)
        session.flush()
        ids = row.id, department.id
    people.add("greta@globex.example", name="Greta", organisation_id=ids[0], department_id=ids[1])
    return ids[0]


def test_an_organisation_is_merged_on_its_page(visiting: Visiting, people: People, globex: int) -> None:
    """U8: the page says what keeps it and what the other gets; without a choice the control is blamed; both pages have
    it in their history, and the closed one is offered nowhere.
    """
    browser = visiting(people("sam"))
    page = browser.get(f"/admin/organisations/{globex}").click("Close or merge")
    assert "1 person belongs to it." in page
    assert page.html.find("form", action=f"/admin/organisations/{globex}/closure") is None
    merger = f"/admin/organisations/{globex}/merger"
    refused = post(browser, page, merger, status=422)
    assert refused.html.find(id="into")["aria-invalid"] == "true"
    page = post(browser, refused, merger, into="acme").follow()
    assert "Globex SA was merged into this organisation, and closed." in page
    closed = browser.get(f"/admin/organisations/{globex}")
    assert "Merged into Acme Group (people: 1, dossiers: 0)" in closed
    assert closed.html.find("form", action=f"/admin/organisations/{globex}/opening") is None
    assert "Globex" not in browser.get("/admin/people/new").html.find(id="organisation").text
    assert "The organisation is closed already." in browser.get(f"/admin/organisations/{globex}/closure")


def test_an_empty_organisation_is_closed_and_opened_again(visiting: Visiting, people: People, globex: int) -> None:
    """U8: in French as well."""
    browser = visiting(people("sam"))
    page = post(browser, browser.get("/admin/organisations"), "/admin/organisations", name="Initech").follow()
    number = page.request.path.rsplit("/", 1)[1]
    browser.set_cookie("language", "fr")
    page = browser.get(f"/admin/organisations/{number}/closure", headers={"Accept-Language": "fr"})
    page = post(browser, page, f"/admin/organisations/{number}/closure").follow()
    assert page.html.select_one("form[action$=opening]") is not None
    page = post(browser, page, f"/admin/organisations/{number}/opening").follow()
    assert page.html.select_one("form[action$=opening]") is None
    page = browser.get(f"/admin/organisations/{globex}/closure")
    browser.post(f"/admin/organisations/{globex}/closure", {"csrf_token": csrf(page)}, status=422)


def test_a_department_is_removed_on_its_page(
    visiting: Visiting, people: People, platform: Platform, globex: int
) -> None:
    """U8: its people stay in the organisation; the page says so before."""
    browser = visiting(people("sam"))
    page = browser.get(f"/admin/organisations/{globex}").click("Remove")
    assert "1 person of it stays in Globex SA." in page
    address = page.request.path
    browser.post(address, {"csrf_token": csrf(page), "into": "nowhere"}, status=422)
    assert "The department Legal affairs was removed." in post(browser, page, address).follow()
    browser.get(address, status=404)
    with platform.database.reading() as session:
        greta = session.scalars(select(Person).where(Person.email == "greta@globex.example")).one()
        assert (greta.organisation_id, greta.department_id) == (globex, None)


def test_the_page_of_a_person_tells_the_history_of_the_account(visiting: Visiting, people: People) -> None:
    """U2, U4: the last events on the page of the person, all of them on a page of their own, with where from."""
    bo = people("bo")
    stranger = visiting()
    sign_in(stranger, bo.email, "not the password", status=422)
    sign_in(stranger, bo.email)
    browser = visiting(people("sam"))
    page = browser.get(f"/admin/people/{bo.id}")
    texts = [text.get_text() for text in page.html.select(".fe-timeline-text")]
    assert texts == ["Signed in", "Failed to sign in"]
    for role in ("counsel", "client", "collaborator"):
        page = post(browser, page, f"/admin/people/{bo.id}/role", role=role).follow()
    page = page.click("The whole account history")
    assert "192.0.2.1" in page.html.select(".fe-timeline li")[-1].text
    assert len(page.html.select(".fe-timeline li")) == 5
    visiting(people("cleo")).get(f"/admin/people/{bo.id}/history", status=403)
    browser.get("/admin/people/nobody/history", status=404)


def csrf(page: object) -> str:
    token: str = page.html.find("input", attrs={"name": "csrf_token"})["value"]  # type: ignore[attr-defined]
    return token
