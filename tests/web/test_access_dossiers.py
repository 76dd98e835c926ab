"""Access to a dossier and everything below it: every route, page and API, against every cell of the access table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from formengine.services.access.enforcement import current_viewer, dossier_access
from formengine.services.access.policy import DossierAccess, Viewer, is_permitted
from formengine.services.accounts import api_tokens as tokens
from formengine.services.core.unit_of_work import Platform, UnitOfWork
from formengine.services.dossiers import assignment as handling
from formengine.services.dossiers import attachments, documents, notes
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.web.contexts import children_context, rounds_context
from formengine.web.routes import PUBLIC, Route, routes
from tests.services.conftest import paper
from tests.support.people import People
from tests.support.platforms import acting_on
from tests.web.conftest import Visiting, form_of

pytestmark = pytest.mark.site("casework")
OF_FILLINGS = ("filling.read", "filling.manage", "filling.parts", "part.fill")
"""Permissions on requests that several people fill in: `portal/test_filling_access.py` goes through them."""
OWN = ("new_request", "draft", "draft_removal")
"""Drafts are their owners' alone: `portal/test_drafts.py`."""
ON_DOSSIERS = [
    route
    for route in routes()
    if route.factory is not None
    and route.name not in OWN
    and route.permission not in (PUBLIC, "account.own", *OF_FILLINGS)
    and not route.name.startswith("embed")
]
"""Who may come to public routes is told by `tests/web/public` and `tests/web/portal/test_embedded_form.py`."""
NEW = next(route for route in routes() if route.name == "new_request")
ADDRESSES = {"type": "deal", "transition": "ask", "kind": "task", "number": "1", "note": "1", "document": "contract"}
ADDRESSES |= {"round": "1", "seat": "1", "entry": "1", "file": "signed", "page": "1"}
NOT_THERE = (
    *("api.hearings.post", "dossier.answers_pdf", "dossier.watcher_removal"),
    *("dossier.signature_request", "dossier.question_answer", "version.page"),
)
"""What a dossier of this site does not have: hearings, a PDF that nobody asked for, somebody who watches it, a request
at a provider of signatures, a question of a signer, pages that were drawn.
"""
OF_OTHERS = ("dossier.acknowledge", "dossier.rate")
"""Permissions of nobody who is not asked to acknowledge, and of the requester alone."""
SITUATIONS = [
    ("maya", "plain"),  # the requester
    ("maya", "restricted"),
    ("cleo", "plain"),  # of her organisation, and may collaborate
    ("cleo", "shared"),
    ("bo", "restricted"),
    ("paul", "plain"),
    ("paul", "restricted"),
    ("sam", "restricted"),
    ("theo", "plain"),
    ("theo", "restricted"),
]


@pytest.fixture
def dossier(platform: Platform, people: People) -> Any:
    """`dossier("shared")`: Maya's request in one situation, with document, note and file; returns its addresses."""
    people.all()

    def make(situation: str) -> dict[str, str]:
        with acting_on(platform, people("maya")) as work:
            reference = submit(work, "deal", {"subject": "Chairs"}).dossier.reference
        with acting_on(platform, people("sam")) as work:
            notes.add_note(work, reference, "Hello")
            (attached,) = attachments.attach_files(work, reference, [paper()])
            version = documents.new_document_version(work, reference, "contract", paper())
            if situation != "plain":
                (handling.share if situation == "shared" else handling.restrict)(work, reference, True)
            return {"reference": reference, "attachment": str(attached.id), "version": str(version.id)}

    return make


def row(work: UnitOfWork, reference: str) -> Dossier:
    return work.session.scalars(select(Dossier).where(Dossier.reference == reference)).one()


def address(route: Route, addresses: dict[str, str]) -> str:
    """The address of a route; KeyError for a new placeholder, which has to be added here."""
    key = "attachment" if "attachment" in route.name else "version"
    values = {**ADDRESSES, "reference": addresses["reference"], "id": addresses[key]}
    return re.sub(r"\{(\w+)(:[^}]*)?\}", lambda match: values[match[1]], route.pattern)


def reading_of(platform: Platform, person: Any, reference: str) -> tuple[Viewer, DossierAccess]:
    """A person and a dossier in the terms of the access rules."""
    with acting_on(platform, person) as work:
        return current_viewer(work), dossier_access(work.session, row(work, reference))


def expected(route: Route, me: Viewer, access: DossierAccess) -> int | None:
    """404 for those who cannot read the dossier, 403 where the table denies, None where it grants."""
    own = {rounds_context: "dossier.read_rounds", children_context: "dossier.read_children"}
    reading = own.get(route.factory, "dossier.read")
    if not is_permitted(reading, me, access):
        return 404
    return None if is_permitted(route.permission, me, access) else 403


@pytest.mark.parametrize(("name", "situation"), SITUATIONS)
def test_every_dossier_route_enforces_the_access_table(
    visiting: Visiting, platform: Platform, people: People, dossier: Any, name: str, situation: str
) -> None:
    """U7, P25, P28: nothing is shown or done that the table does not grant; an inaccessible dossier is a 404."""
    addresses, person = dossier(situation), people(name)
    page, bare = visiting(person), visiting()
    token = page.get("/account").forms[form_of("/sign-out", page.get("/account"))]["csrf_token"].value
    with acting_on(platform, person) as work:
        bearer = {"Authorization": f"Bearer {tokens.create_token(work, work.person, tokens.scopes_for(work.person))}"}
    wrong, reading = [], None
    for route in ON_DOSSIERS:
        for method in route.methods:
            reading = reading or reading_of(platform, person, addresses["reference"])
            should = expected(route, *reading)
            if route.is_api:
                answer = bare.request(address(route, addresses), method=method, headers=bearer, status="*")
            else:
                body = {"csrf_token": token} if method == "POST" else None
                answer = page.request(address(route, addresses), method=method, POST=body, status="*")
            if not fits(route, answer, should):
                wrong.append((route.name, method, should, answer.status_int))
            if method != "GET":
                reading = None  # the post may have changed it
    assert not wrong, wrong


def fits(route: Route, answer: Any, should: int | None) -> bool:
    status = answer.status_int
    if should is not None:
        return bool(status == should)
    if status >= 500 or status == 401:
        return False
    inner = set(re.findall(r"\{(\w+)", route.pattern)) - {"reference"}
    if status == 404:
        # the dossier exists, but not this transition, child or note
        return bool(inner) or route.name in NOT_THERE
    return status != 403 or "fe-reasons" in answer.text


def test_every_dossier_post_requires_a_csrf_token(visiting: Visiting, people: People, dossier: Any) -> None:
    """U7: 400 without a token or with a wrong one, for people who could otherwise post (T10)."""
    addresses, page = dossier("plain"), visiting(people("sam"))
    answers = {
        (route.name, page.post(address(route, addresses), body, status="*").status_int)
        for route in (*ON_DOSSIERS, NEW)
        if route.writes and not route.is_api and route.permission not in OF_OTHERS
        for body in ({}, {"csrf_token": "0" * 64})
    }
    assert {status for _, status in answers} == {400}, answers
    assert len(answers) > 10


def test_everybody_but_auditors_opens_the_request_form(visiting: Visiting, people: People, dossier: Any) -> None:
    """U7: auditors change nothing."""
    addresses = dossier("plain")
    statuses = {
        people(name).role: visiting(people(name)).get(address(NEW, addresses), status="*").status_int
        for name in ("maya", "cleo", "paul", "sam", "theo")
    }
    assert statuses == {"client": 200, "collaborator": 200, "counsel": 200, "legal_admin": 200, "auditor": 403}


def test_situations_cover_both_answers_of_every_permission(platform: Platform, people: People, dossier: Any) -> None:
    """U7: each permission of a dossier route is both granted and denied in the situations above."""
    met: dict[str, set[int | None]] = {}
    for situation in ("plain", "restricted", "shared"):
        addresses = dossier(situation)
        for name in sorted({name_ for name_, at in SITUATIONS if at == situation}):
            reading = reading_of(platform, people(name), addresses["reference"])
            for route in ON_DOSSIERS:
                met.setdefault(route.permission, set()).add(expected(route, *reading))
    assert met.pop("dossier.acknowledge") == {403, 404}  # nobody is asked to here
    assert all({404, None} <= statuses for statuses in met.values()), met
    readings = ("dossier.read", "dossier.read_rounds", "dossier.read_children")
    assert [
        permission for permission, statuses in met.items() if 403 not in statuses and permission not in readings
    ] == []
