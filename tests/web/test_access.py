"""Who may come where: every route of the one table, as every role, and as nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pyramid.interfaces import IRoutesMapper

from formengine.services.access.policy import ROLES, Viewer, is_permitted
from formengine.services.accounts import api_tokens as tokens
from formengine.services.core.unit_of_work import Platform
from formengine.web.routes import PUBLIC, Route, routes
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.web.conftest import Visiting, form_of

OWN = [route for route in routes() if route.factory is None and not route.is_api]


def test_nothing_is_served_that_the_table_does_not_list(app: Any) -> None:
    """U7: each route of the application stands in the table, with a permission."""
    served = {route.name for route in app.registry.getUtility(IRoutesMapper).get_routes()}
    assert {name for name in served if not name.startswith("__static/")} == {route.name for route in routes()}


def _address(route: Route) -> str:
    return re.sub(r"\{\w+(:[^}]*)?\}", "0", route.pattern)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_comes_where_the_table_lets_it(visiting: Visiting, people: People, role: str) -> None:
    """U7: every cell of the table: 403 where it says no, anything but 403 where it says yes."""
    person = people.add(f"{role}@example.com", role)
    wrong = []
    client = visiting(person)
    token = _token(client)
    for route in OWN:
        if route.name in ("sign_out", "account_sessions"):
            continue  # they end the session that this test needs
        for method in route.methods:
            answer = client.request(
                _address(route), method=method, POST={"csrf_token": token} if method == "POST" else None, status="*"
            )
            may = route.permission == PUBLIC or is_permitted(route.permission, Viewer(person.id, role))
            if (answer.status_int == 403) is may and not _refused_by_rules(answer):
                wrong.append((route.name, method, answer.status_int))
            if answer.status_int >= 500 and route.name != "readyz":
                wrong.append((route.name, method, answer.status_int))
    assert wrong == []


def _refused_by_rules(answer: Any) -> bool:
    """A 403 that says why is a rule about the thing, behind the door."""
    return "fe-reasons" in answer.text


def _token(client: Any) -> str:
    page = client.get("/account")
    token: str = page.forms[form_of("/sign-out", page)]["csrf_token"].value
    return token


@pytest.mark.parametrize(
    "route", [r for r in routes() if r.permission != PUBLIC and not r.is_api], ids=lambda r: r.name
)
def test_strangers_are_led_to_the_sign_in_page(shared_stranger: Any, route: Route) -> None:
    """U7: without an account nothing but the public pages, nor any hint of what is there."""
    for method in route.methods:
        answer = shared_stranger.request(_address(route), method=method, status=303)
        assert answer.headers["Location"].startswith("http://localhost/sign-in")


@pytest.mark.parametrize("route", [r for r in OWN if r.writes], ids=lambda r: r.name)
def test_every_post_needs_its_token(shared_admin: Any, route: Route) -> None:
    """U7: a form without its token, or with a wrong one, is not taken: 400, whoever posts (T10); of those on a dossier
    see `test_access_dossiers`."""
    for body in ({}, {"csrf_token": "0" * 64}):
        answer = shared_admin.post(_address(route), body, status="*")
        assert answer.status_int == 400, answer.status


def test_a_post_from_another_site_is_not_taken(visiting: Visiting, platform: Platform) -> None:
    """U7: even with its token; and one of ours is (T10)."""
    client = visiting()
    page = client.get("/sign-in")
    form = page.forms[form_of("/sign-in", page)]
    form["email"] = form["password"] = "x@example.com"
    assert form.submit(headers={"Origin": "https://evil.example"}, status="*").status_int == 400
    assert form.submit(headers={"Origin": "null"}, status="*").status_int == 400
    assert form.submit(headers={"Sec-Fetch-Site": "cross-site"}, status="*").status_int == 400
    assert form.submit(headers={"Origin": "http://localhost"}, status="*").status_int == 422
    assert form.submit(headers={"Origin": platform.settings.base_url}, status="*").status_int == 422


def test_another_method_says_which_are_taken(visiting: Visiting) -> None:
    """U7: 405 with Allow, not a page that seems missing."""
    answer = visiting().put("/sign-in", status=405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_programs_come_by_token_and_scope(visiting: Visiting, people: People, platform: Platform) -> None:
    """U7, X5: every endpoint: 401 without a token (a session's cookie is none), 403 with one of another scope."""
    person = people.add("admin@example.com", "legal_admin")
    with acting_on(platform, person) as work:
        bearers = {scope: tokens.create_token(work, work.person, [scope]) for scope in tokens.SCOPES}
    signed_in, wrong = visiting(person), []
    for route in [route for route in routes() if route.is_api and route.permission != PUBLIC]:
        for method in route.methods:
            answer = signed_in.request(_address(route), method=method, status="*")
            wrong += [] if answer.status_int == 401 and answer.headers["WWW-Authenticate"] == "Bearer" else [route.name]
            for scope, bearer in bearers.items():
                if scope != route.scope:
                    headers = {"Authorization": f"Bearer {bearer}"}
                    answer = signed_in.request(_address(route), method=method, headers=headers, status="*")
                    wrong += [] if answer.status_int == 403 else [f"{route.name} {scope}: {answer.status_int}"]
    assert wrong == []
