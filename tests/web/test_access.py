"""Access to routes without a dossier: every route as every role, and anonymously."""

from __future__ import annotations

import re
from pathlib import Path
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
from tests.web.test_access_dossiers import OF_FILLINGS, ON_DOSSIERS

OWN = [route for route in routes() if route.factory is None and not route.is_api]


def test_every_served_route_is_in_the_route_table(app: Any) -> None:
    """U7: with a permission."""
    served = {route.name for route in app.registry.getUtility(IRoutesMapper).get_routes()}
    assert {name for name in served if not name.startswith("__static/")} == {route.name for route in routes()}


PUBLIC_PAGES = {
    # coming in and going
    *("sign_in", "sign_out", "forgotten_password", "invitation", "invitation_renew", "sign_up", "sign_up_link"),
    # by a secret in the address
    *("fewer_mails", "calendar", "act", "act.document", "act.code", "act.signature", "act.refusal", "act.forwarding"),
    *("act.reading", "act.page", "act.question"),
    *("act.decision", "act.part", "act.part_file", "act.link", "public.confirmation", "status", "status.notes"),
    *("status.step", "status.file", "status.version", "signed_copy", "signature_event"),
    # for everybody
    *("language", "favicon", "embed_script", "embed", "embed.sign_in", "public", "public.links", "public.request"),
    *("verify", "api.verify.post", "api.openapi", "healthz", "readyz"),
    # in development alone, and by a bearer token that the endpoint asks for itself
    *("dev_mails", "dev_mail", "dev_mail_html", "dev_forms", "dev_form", "mcp"),
}
"""Every route that asks for no permission. Whoever adds one says here why strangers may come to it."""
OWN_OBJECTS = {
    "new_request": "portal/test_audience.py",
    "draft": "portal/test_drafts.py",
    "draft_removal": "portal/test_drafts.py",
    "embed.begun": "portal/test_embedded_form.py",
    "embed.sent": "portal/test_embedded_form.py",
    "export": "exports/test_page.py",
    "export.file": "exports/test_page.py",
    "api.export": "exports/test_page.py",
}
"""Routes of objects that are neither dossiers nor fillings: the module that tries them as somebody else."""


def test_every_public_route_is_listed() -> None:
    """U7: a route that asks for nothing does so on purpose."""
    assert {route.name for route in routes() if route.permission == PUBLIC} == PUBLIC_PAGES


def test_no_route_of_an_object_is_left_out() -> None:
    """U7: it is tried as every kind of person in `test_access_dossiers`, as a filling, or as a listed object."""
    objects = {route.name for route in routes() if route.factory is not None and route.permission != PUBLIC}
    tried = {route.name for route in ON_DOSSIERS}
    fillings = {route.name for route in routes() if route.permission in OF_FILLINGS}
    assert objects - tried - fillings == OWN_OBJECTS.keys()
    assert [name for name, module in OWN_OBJECTS.items() if not (Path(__file__).parent / module).exists()] == []


def _address(route: Route) -> str:
    return re.sub(r"\{\w+(:[^}]*)?\}", "0", route.pattern)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_against_every_route(visiting: Visiting, people: People, role: str) -> None:
    """U7: every cell of the access table: 403 where it denies, any other status where it grants."""
    person = people.add(f"{role}@example.com", role)
    wrong = []
    client = visiting(person)
    token = _token(client)
    for route in OWN:
        if route.name in ("sign_out", "account_sessions"):
            continue  # these end the session of this test
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
    """Whether a 403 gives a reason, and so comes from a rule about the object, not from the access table."""
    return "fe-reasons" in answer.text


def _token(client: Any) -> str:
    page = client.get("/account")
    token: str = page.forms[form_of("/sign-out", page)]["csrf_token"].value
    return token


@pytest.mark.parametrize(
    "route", [r for r in routes() if r.permission != PUBLIC and not r.is_api], ids=lambda r: r.name
)
def test_anonymous_requests_are_redirected_to_sign_in(shared_stranger: Any, route: Route) -> None:
    """U7: all but the public pages, whether or not the object exists."""
    for method in route.methods:
        answer = shared_stranger.request(_address(route), method=method, status=303)
        assert answer.headers["Location"].startswith("http://localhost/sign-in")


SIGNED = ("fewer_mails", "signature_event")
"""Posts that the signature in their address stands for, or the secret in their headers: a mail program (RFC 8058) and a
service have no token of our forms."""


@pytest.mark.parametrize("route", [r for r in OWN if r.writes and r.name not in SIGNED], ids=lambda r: r.name)
def test_every_post_requires_a_csrf_token(shared_admin: Any, route: Route) -> None:
    """U7: 400 without a token or with a wrong one, for every role (T10); for posts on a dossier see
    `test_access_dossiers`."""
    for body in ({}, {"csrf_token": "0" * 64}):
        answer = shared_admin.post(_address(route), body, status="*")
        # assistants come with a bearer token, and a session's cookie counts for nothing there
        assert answer.status_int == (401 if route.name == "mcp" else 400), answer.status


def test_cross_origin_post_is_refused(visiting: Visiting, platform: Platform) -> None:
    """U7: even with a valid token; a same-origin post is accepted (T10)."""
    client = visiting()
    page = client.get("/sign-in")
    form = page.forms[form_of("/sign-in", page)]
    form["email"] = form["password"] = "x@example.com"
    assert form.submit(headers={"Origin": "https://evil.example"}, status="*").status_int == 400
    assert form.submit(headers={"Origin": "null"}, status="*").status_int == 400
    assert form.submit(headers={"Sec-Fetch-Site": "cross-site"}, status="*").status_int == 400
    assert form.submit(headers={"Origin": "http://localhost"}, status="*").status_int == 422
    assert form.submit(headers={"Origin": platform.settings.base_url}, status="*").status_int == 422


def test_unsupported_method_answers_405_with_allow(visiting: Visiting) -> None:
    """U7: not 404."""
    answer = visiting().put("/sign-in", status=405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_api_requires_a_token_with_the_right_scope(visiting: Visiting, people: People, platform: Platform) -> None:
    """U7, X5: every endpoint: 401 without a token (a session cookie does not count), 403 with another scope."""
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
