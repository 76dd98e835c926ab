"""Request types that are limited to organisations, departments or roles: for others they do not exist."""

from __future__ import annotations

from typing import Any

import pytest

from formengine.services.accounts.api_tokens import create_token
from formengine.services.core.unit_of_work import Platform
from formengine.storage.models.people import Department, Organisation, Person
from tests.support.people import People
from tests.support.platforms import Acting
from tests.web.dossiers.visitors import SignedIn, Visitor, form_to

pytestmark = pytest.mark.site("audience")
ALL = {"everyone", "globex", "treasury", "counsel"}


@pytest.fixture
def database_kind() -> str:
    """The rules are the same on both; SQLite is enough."""
    return "sqlite"


def offered_to(browser: Visitor, **query: str) -> set[str]:
    links = browser.get("/requests/new", query).html.select("#forms-found h3 a")
    return {link["href"].rsplit("/", 1)[1] for link in links}


@pytest.fixture
def members(platform: Platform, people: People) -> dict[str, Person]:
    """Somebody of each kind, by the id of the one request type that is theirs besides that of everyone."""
    with platform.database.transaction() as session:
        globex = Organisation(short="globex", name="Globex SA")
        session.add(globex)
        session.flush()
        treasury = Department(organisation_id=globex.id, short="treasury", name="Treasury")
        session.add(treasury)
        session.flush()
        ids = globex.id, treasury.id
    initech = Organisation(short="initech", name="Initech")
    with platform.database.transaction() as session:
        session.add(initech)
        session.flush()
        other = Department(organisation_id=initech.id, short="treasury_of_initech", name="Treasury")
        session.add(other)
    return {
        "everyone": people.add("nobody@initech.test", organisation_id=initech.id, department_id=other.id),
        "globex": people.add("gus@globex.test", organisation_id=ids[0]),
        "treasury": people.add("tess@globex.test", organisation_id=None, department_id=ids[1]),
        "counsel": people.add("carl@legal.test", role="counsel"),
    }


@pytest.mark.parametrize("kind", sorted(ALL))
def test_others_are_neither_listed_nor_found_nor_reached(
    kind: str, members: dict[str, Person], app: Any, people: People
) -> None:
    """U8, P6, P7: by lists, search, address and post alike."""
    browser = Visitor(app).sign_in(members[kind], people.password)
    own = {"everyone", kind}
    assert offered_to(browser) == own
    assert offered_to(browser, category="advice") == own
    assert offered_to(browser, q="airship") == own
    assert offered_to(browser, q="zeppelin") == own - {"everyone"}
    assert offered_to(browser, q="zepelin") == own - {"everyone"}
    for type_id in ALL:
        page = browser.get(f"/requests/new/{type_id}", status=200 if type_id in own else 404)
        assert ("Zeppelin" in page.text) == (type_id in own - {"everyone"})
    token = browser.get("/requests/new/everyone").html.find("input", {"name": "csrf_token"})["value"]
    for type_id in ALL - own:
        browser.post(f"/requests/new/{type_id}", {"csrf_token": token, "_go": "send"}, status=404)


@pytest.mark.parametrize("kind", sorted(ALL))
def test_the_api_offers_the_same(kind: str, members: dict[str, Person], app: Any, acting: Acting) -> None:
    """U8: a token opens no more than its owner's pages."""
    with acting(members[kind]) as work:
        token = create_token(work, members[kind], ["read", "submit"])
    headers = {"Authorization": f"Bearer {token}"}
    browser, own = Visitor(app), {"everyone", kind}
    assert {item["id"] for item in browser.get("/api/v1/request-types", headers=headers).json["items"]} == own
    for type_id in ALL - own:
        browser.get(f"/api/v1/request-types/{type_id}", headers=headers, status=404)
        sent = {"request_type": type_id, "answers": {"question": "?"}}
        browser.post_json("/api/v1/submissions", sent, headers={**headers, "Idempotency-Key": type_id}, status=404)


def test_a_draft_ends_with_the_audience(
    members: dict[str, Person], app: Any, people: People, platform: Platform
) -> None:
    """U8, F8: who has left the organisation reads what was typed, and cannot go on with the form."""
    browser = Visitor(app).sign_in(members["globex"], people.password)
    form = form_to(browser.get("/requests/new/globex"), "/requests/new/globex")
    form.submit("_go", value="save", status=303)
    assert "Resume" in browser.get("/drafts").text
    with platform.database.transaction() as session:
        session.get_one(Person, members["globex"].id).organisation_id = None
    assert "globex" not in offered_to(browser)
    page = browser.get("/drafts")
    assert "This form is no longer offered." in page.text
    assert "/requests/new/globex" not in page.text


def test_without_a_form_there_is_the_contact(app: Any, people: People, signed_in: SignedIn) -> None:
    """P29: a contact that is a page is linked as one."""
    page = signed_in("maya").get("/requests/new", {"q": "zeppelin"})
    assert page.html.select_one('#forms-found a[href="https://intranet.example.com/legal"]') is not None
