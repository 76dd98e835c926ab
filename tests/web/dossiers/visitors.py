"""Browsers without a screen (WebTest) for page tests, each signed in as a person of the demo, on one application."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from webtest import TestApp, TestResponse

from formengine.services.core.unit_of_work import Platform
from formengine.services.files.uploads import file_value, store_upload
from formengine.services.intake.submissions import submit
from formengine.storage.models.dossiers import Dossier
from formengine.storage.models.people import Person
from tests.services.conftest import paper
from tests.support.page_forms import post_sign_in
from tests.support.people import People
from tests.support.platforms import Acting
from tests.support.server import app_of

NDA: dict[str, Any] = {
    "nda_type": "mutual",
    "paper": "ours",
    "our_entity": "acme_sas",
    "counterparty": {"name": "Globex SA", "country": "FR"},
    "counterparty_contact": {"name": "Joe Martin", "email": "joe@globex.test"},
    "purpose": "Assessing a supply agreement",
    "effective_date": "2026-03-09",
    "term_years": 2,
    "confidentiality_years": 5,
    "governing_law": "FR",
    "personal_data": True,
    "priority": "normal",
}
ADVICE: dict[str, Any] = {
    "subject": "Ending the Lyon lease",
    "area": "real_estate",
    "question": "May we end the lease of the Lyon office before June?",
    "countries": ["FR"],
    "external_counsel": False,
    "answer_form": "short",
    "priority": "normal",
    "confidentiality": "standard",
}


@pytest.fixture
def app(platform: Platform) -> Any:
    """The application of the platform under test."""
    return app_of(platform)


class Visitor(TestApp):  # type: ignore[misc]
    """The browser of one person: own cookies; fills and posts the forms of pages as a browser does."""

    __test__ = False

    def sign_in(self, person: Person, password: str) -> Visitor:
        post_sign_in(self, person.email, password)
        return self

    def get(self, url: str, *args: Any, **options: Any) -> TestResponse:
        """Open an address. The stable address of a file leads to a link to its content, as in a browser."""
        if re.search(r"^(https?://[^/]+)?/(attachments|documents)/\w+$", url):
            answer = super().get(url, status="*")
            if answer.status_int == 303 and "/content?" in answer.location:
                url = answer.location
        return super().get(url, *args, **options)

    def form(self, address: str, action: str) -> Any:
        """The form on a page that posts to an address."""
        return form_to(self.get(address), action)


def form_to(page: TestResponse, action: str) -> Any:
    """The form of a page that posts to an address; AssertionError with the addresses of all forms."""
    forms = [form for form in page.forms.values() if form.action == action]
    assert forms, f"no form to {action} among {[form.action for form in page.forms.values()]}"
    return forms[0]


SignedIn = Callable[[str], Visitor]


@pytest.fixture
def signed_in(app: Any, people: People) -> SignedIn:
    """`signed_in("maya")`: a browser in which Maya is signed in."""
    return lambda name: Visitor(app).sign_in(people(name), people.password)


Opened = Callable[..., str]


@pytest.fixture
def opened(acting: Acting, people: People) -> Opened:
    """`opened("nda", NDA)` submits a request as Maya, through the service; returns the dossier's reference."""

    def make(type_id: str, answers: dict[str, Any], by: str = "maya") -> str:
        people.several(by, "paul", "ana", "lena", "ines", "nora", "bo")
        with acting(people(by)) as work:
            sent = submit(work, type_id, answers, key=uuid4().hex, accept_notice=True)
            return sent.dossier.reference

    return make


def dossier_of(platform: Platform, reference: str) -> Dossier:
    """The dossier's current row."""
    with platform.database.reading() as session:
        return session.query(Dossier).filter_by(reference=reference).one()


TODAY = datetime.now(UTC).date()
DISPUTE: dict[str, Any] = {
    "event_kind": "formal_notice",
    "received_on": str(TODAY - timedelta(days=1)),
    "response_deadline": str(TODAY + timedelta(days=14)),
    "our_entity": "acme_sas",
    "our_position": "defendant",
    "opponents": [{"name": "Initech SARL"}],
    "facts": "They ask us to stop using a drawing that they say is theirs.",
    "insured": "unknown",
    "confidentiality": "standard",
}


@pytest.fixture
def dispute(opened: Opened, acting: Acting, people: People) -> str:
    """The reference of a litigation that Maya has asked for."""
    with acting(people("maya")) as work:
        notice = file_value(store_upload(work, paper()))
    return opened("litigation_notice", {**DISPUTE, "custodians": [people("maya").id], "document_received": notice})
